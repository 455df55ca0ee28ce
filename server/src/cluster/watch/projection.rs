//! Kubernetes objects as the small structs we keep: what the pages show, and nothing else.

use super::QuotaSeen;
use domain::diagnosis::{Container, Pod, Warning, Workload, WorkloadKind};
use domain::quota::{OnNodes, Quota, Resource};
use domain::text;
use k8s_openapi::api::{apps::v1 as appsv1, batch::v1 as batchv1, core::v1 as corev1, rbac::v1 as rbacv1};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::ResourceExt;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Longest message kept, in characters; the cluster's own limit is 1024 and more.
const LONGEST_MESSAGE: usize = 600;
/// Subjects kept of one RoleBinding.
const SUBJECTS_KEPT: usize = 20;

#[derive(Debug, Clone, PartialEq)]
pub struct SeenPod {
    /// Its workload is found when it is read.
    pub pod: Pod,
    pub owner: Option<Owner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenReplicaSet {
    pub deployment: Option<String>,
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenJob {
    pub workload: Workload,
    pub cron_job: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNode {
    /// None: it does not say it, or not so that it can be read.
    pub allocatable: Option<Quota>,
    /// Ready, not cordoned, and not kept for the control plane.
    pub takes_pods: bool,
}

/// A claim for storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenClaim {
    pub phase: String,
    /// What it has, or asks for while it has nothing; none where that cannot be read.
    pub bytes: Option<u64>,
    pub storage_class: Option<String>,
    pub created_at: Option<OffsetDateTime>,
}

/// Whom a RoleBinding gives which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBinding {
    pub role: String,
    /// The first of them.
    pub subjects: Vec<String>,
    pub n_subjects: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenNamespace {
    pub is_leaving: bool,
}

/// How a Service is reached from outside; none where it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenService {
    pub external: Option<Vec<String>>,
}

/// Addresses kept of one Service.
const ADDRESSES_KEPT: usize = 20;

pub fn service(service: &corev1::Service) -> SeenService {
    let spec = service.spec.as_ref();
    let balancer = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let given = balancer.and_then(|balancer| balancer.ingress.as_deref()).unwrap_or_default();
    let given = given.iter().filter_map(|given| given.hostname.as_deref().or(given.ip.as_deref()));
    let named = spec.and_then(|spec| spec.external_ips.as_deref()).unwrap_or_default().iter().map(String::as_str);
    let addresses: Vec<_> = given.chain(named).take(ADDRESSES_KEPT).map(object_name).collect();
    let kind = spec.and_then(|spec| spec.type_.as_deref());
    let is_external = !addresses.is_empty() || matches!(kind, Some("LoadBalancer" | "NodePort"));
    SeenService { external: is_external.then_some(addresses) }
}

pub fn binding(binding: &rbacv1::RoleBinding) -> SeenBinding {
    let subjects = binding.subjects.as_deref().unwrap_or_default();
    let called = |kind: &str, name: &str| format!("{} {}", named(kind), named(name));
    let subject = |subject: &rbacv1::Subject| match &subject.namespace {
        Some(namespace) => format!("{} {}/{}", named(&subject.kind), named(namespace), named(&subject.name)),
        None => called(&subject.kind, &subject.name),
    };
    SeenBinding {
        role: called(&binding.role_ref.kind, &binding.role_ref.name),
        subjects: subjects.iter().take(SUBJECTS_KEPT).map(subject).collect(),
        n_subjects: subjects.len(),
    }
}

pub fn claim(claim: &corev1::PersistentVolumeClaim) -> SeenClaim {
    let (spec, status) = (claim.spec.as_ref(), claim.status.as_ref());
    let asked = spec.and_then(|spec| spec.resources.as_ref()?.requests.as_ref());
    let has = status.and_then(|status| status.capacity.as_ref());
    SeenClaim {
        phase: status.and_then(|status| status.phase.as_deref()).map_or_else(|| "Unknown".into(), named),
        bytes: amount(has.or(asked), "storage", Resource::Storage).known(),
        storage_class: spec.and_then(|spec| spec.storage_class_name.as_deref()).map(object_name),
        created_at: created_at(&claim.metadata),
    }
}

pub fn namespace(namespace: &corev1::Namespace) -> SeenNamespace {
    SeenNamespace { is_leaving: namespace.metadata.deletion_timestamp.is_some() }
}

pub fn pod(pod: &corev1::Pod) -> SeenPod {
    let status = pod.status.clone().unwrap_or_default();
    let scheduled = pod_condition(&status, "PodScheduled");
    let unschedulable = scheduled.filter(|c| c.status == "False" && c.reason.as_deref() == Some("Unschedulable"));
    let projected = Pod {
        name: object_name(&pod.name_any()),
        node: pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).map(object_name),
        workload: None,
        is_ready: pod_condition(&status, "Ready").is_some_and(|condition| condition.status == "True"),
        is_terminating: pod.metadata.deletion_timestamp.is_some(),
        unschedulable: unschedulable.map(|condition| short(condition.message.as_deref().unwrap_or("Unschedulable"))),
        reason: status.reason.as_deref().map(|reason| said(reason, status.message.as_deref())),
        created_at: created_at(&pod.metadata),
        containers: containers(pod, &status),
        phase: status.phase.as_deref().map_or_else(|| "Unknown".into(), named),
    };
    SeenPod { pod: projected, owner: controller(&pod.metadata) }
}

pub fn deployment(deployment: &appsv1::Deployment) -> Workload {
    let spec = deployment.spec.as_ref();
    let status = deployment.status.as_ref();
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let problem = conditions
        .iter()
        .find(|c| c.type_ == "ReplicaFailure" && c.status == "True" || c.type_ == "Progressing" && c.status == "False");
    Workload {
        kind: WorkloadKind::Deployment,
        name: object_name(&deployment.name_any()),
        desired,
        ready: status.and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&deployment.metadata),
        problem: problem.map(|c| said(c.reason.as_deref().unwrap_or(&c.type_), c.message.as_deref())),
        is_paused: desired == 0,
    }
}

pub fn replica_set(replica_set: &appsv1::ReplicaSet) -> SeenReplicaSet {
    let conditions = replica_set.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let problem = conditions.iter().find(|c| c.type_ == "ReplicaFailure" && c.status == "True");
    SeenReplicaSet {
        deployment: controller(&replica_set.metadata)
            .filter(|owner| owner.kind == "Deployment")
            .map(|owner| owner.name),
        problem: problem.map(|c| said(c.reason.as_deref().unwrap_or(&c.type_), c.message.as_deref())),
    }
}

pub fn stateful_set(stateful_set: &appsv1::StatefulSet) -> Workload {
    let spec = stateful_set.spec.as_ref();
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    Workload {
        kind: WorkloadKind::StatefulSet,
        name: object_name(&stateful_set.name_any()),
        desired,
        ready: stateful_set.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&stateful_set.metadata),
        problem: None,
        is_paused: desired == 0,
    }
}

pub fn daemon_set(daemon_set: &appsv1::DaemonSet) -> Workload {
    let status = daemon_set.status.as_ref();
    Workload {
        kind: WorkloadKind::DaemonSet,
        name: object_name(&daemon_set.name_any()),
        desired: status.map_or(0, |status| status.desired_number_scheduled),
        ready: status.map_or(0, |status| status.number_ready),
        images: images(daemon_set.spec.as_ref().map(|spec| &spec.template)),
        created_at: created_at(&daemon_set.metadata),
        problem: None,
        is_paused: false,
    }
}

pub fn job(job: &batchv1::Job) -> SeenJob {
    let spec = job.spec.as_ref();
    let status = job.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let holds = |type_: &str| conditions.iter().find(|c| c.type_ == type_ && c.status == "True");
    let desired = spec.and_then(|spec| spec.completions.or(spec.parallelism)).unwrap_or(1);
    let succeeded = status.and_then(|status| status.succeeded).unwrap_or(0);
    let workload = Workload {
        kind: WorkloadKind::Job,
        name: object_name(&job.name_any()),
        desired,
        ready: if holds("Complete").is_some() { desired } else { succeeded },
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&job.metadata),
        problem: holds("Failed").map(|c| said(c.reason.as_deref().unwrap_or("Failed"), c.message.as_deref())),
        is_paused: spec.and_then(|spec| spec.suspend).unwrap_or(false),
    };
    SeenJob {
        workload,
        cron_job: controller(&job.metadata).filter(|owner| owner.kind == "CronJob").map(|owner| owner.name),
    }
}

/// Desired and ready are the runs under way; between runs there are none, and that is well.
pub fn cron_job(cron_job: &batchv1::CronJob) -> Workload {
    let spec = cron_job.spec.as_ref();
    let n_active = cron_job.status.as_ref().and_then(|status| status.active.as_ref()).map_or(0, Vec::len);
    let n_active = i32::try_from(n_active).unwrap_or(i32::MAX);
    let job = spec.and_then(|spec| spec.job_template.spec.as_ref());
    Workload {
        kind: WorkloadKind::CronJob,
        name: object_name(&cron_job.name_any()),
        desired: n_active,
        ready: n_active,
        images: images(job.map(|job| &job.template)),
        created_at: created_at(&cron_job.metadata),
        problem: None,
        is_paused: spec.and_then(|spec| spec.suspend).unwrap_or(false),
    }
}

/// CPU and memory count twice, as requests and as limits, and both are bounded: what is used is the larger, what is
/// enforced the smaller. What the cluster has not taken up yet, or cannot be read, is not known.
pub fn resource_quota(quota: &corev1::ResourceQuota) -> QuotaSeen {
    let status = quota.status.as_ref();
    let bounded = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let amounts = |amounts| Amounts { bounded, amounts };
    QuotaSeen {
        used: amounts(status.and_then(|status| status.used.as_ref())).sum(u64::max),
        enforced: amounts(status.and_then(|status| status.hard.as_ref())).sum(u64::min),
    }
}

/// What a quota grants by its spec, whether the cluster has taken it up or not.
pub fn granted(quota: &corev1::ResourceQuota) -> Option<Quota> {
    let bounded = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    Amounts { bounded, amounts: bounded }.sum(u64::min)
}

/// Amounts of a quota's status, with what its spec bounds.
struct Amounts<'a> {
    bounded: Option<&'a BTreeMap<String, Quantity>>,
    amounts: Option<&'a BTreeMap<String, Quantity>>,
}

impl Amounts<'_> {
    fn sum(&self, choose: fn(u64, u64) -> u64) -> Option<Quota> {
        self.amounts?;
        Quota::try_from_fn(|resource| {
            let names = resource.quota_names().iter();
            let found: Option<Vec<_>> = names.map(|name| self.get(name, resource)).collect();
            Some(found?.into_iter().flatten().reduce(choose).unwrap_or(0))
        })
    }

    /// None: not known. Some of none: not what this quota is about.
    fn get(&self, name: &str, resource: Resource) -> Option<Option<u64>> {
        match amount(self.amounts, name, resource) {
            Amount::Absent if self.bounded.is_some_and(|bounded| bounded.contains_key(name)) => None,
            Amount::Absent => Some(None),
            Amount::Read(amount) => Some(Some(amount)),
            Amount::Unreadable => None,
        }
    }
}

/// An object of Berth as it is desired or not: without what the cluster keeps for itself.
pub fn managed<K: Serialize>(object: &K) -> Value {
    let mut object = serde_json::to_value(object).expect("Kubernetes' objects are maps with text keys");
    let own = ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"];
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| !own.contains(&key.as_str()));
    }
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    object
}

/// A namespace that is being deleted says in its status why it does not go.
pub fn managed_with_status(namespace: &corev1::Namespace) -> Value {
    let mut object = managed(namespace);
    object["status"] = serde_json::to_value(&namespace.status).expect("a status is a map with text keys");
    object
}

pub fn warning(event: &corev1::Event) -> Warning {
    let series = event.series.as_ref();
    let object = &event.involved_object;
    let last_at = event.last_timestamp.as_ref().and_then(moment);
    let in_series = series.and_then(|series| series.last_observed_time.as_ref()).and_then(|time| instant(time.0));
    let first_at = event.event_time.as_ref().and_then(|time| instant(time.0));
    Warning {
        reason: named(event.reason.as_deref().unwrap_or("Warning")),
        message: short(event.message.as_deref().unwrap_or_default()),
        object_kind: named(object.kind.as_deref().unwrap_or_default()),
        object_name: named(object.name.as_deref().unwrap_or_default()),
        count: series.and_then(|series| series.count).or(event.count).unwrap_or(1),
        last_at: last_at.max(in_series).max(first_at).or_else(|| created_at(&event.metadata)),
    }
}

pub fn node(node: &corev1::Node) -> SeenNode {
    let status = node.status.as_ref();
    let amounts = status.and_then(|status| status.allocatable.as_ref());
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let is_ready = conditions.iter().any(|c| c.type_ == "Ready" && c.status == "True");
    SeenNode { allocatable: allocatable(amounts), takes_pods: is_ready && node.spec.as_ref().is_none_or(is_open) }
}

/// A node may have no GPUs; without CPU, memory or pods it has not said what it has.
fn allocatable(amounts: Option<&BTreeMap<String, Quantity>>) -> Option<Quota> {
    Quota::try_from_fn(|resource| match resource.on_nodes() {
        OnNodes::Always(name) => amount(amounts, name, resource).known(),
        OnNodes::Sometimes(name) => match amount(amounts, name, resource) {
            Amount::Absent => Some(0),
            some @ (Amount::Read(_) | Amount::Unreadable) => some.known(),
        },
        OnNodes::Never => Some(0),
    })
}

fn is_open(spec: &corev1::NodeSpec) -> bool {
    let is_kept = |taint: &corev1::Taint| {
        matches!(taint.key.as_str(), "node-role.kubernetes.io/control-plane" | "node-role.kubernetes.io/master")
            && taint.effect != "PreferNoSchedule"
    };
    !spec.unschedulable.unwrap_or(false) && !spec.taints.iter().flatten().any(is_kept)
}

/// The containers, and those init containers that have not done their work (a sidecar's is never done).
fn containers(pod: &corev1::Pod, status: &corev1::PodStatus) -> Vec<Container> {
    let image = |name: &str| {
        let spec = pod.spec.as_ref()?;
        let mut all = spec.containers.iter().chain(spec.init_containers.iter().flatten());
        all.find(|container| container.name == name)?.image.clone()
    };
    let init = status.init_container_statuses.iter().flatten().filter(|status| !status.ready);
    let own = status.container_statuses.iter().flatten();
    init.chain(own).map(|status| container(status, image(&status.name))).collect()
}

/// `asked` is the image as the pod names it; the status may have another name for it.
fn container(status: &corev1::ContainerStatus, asked: Option<String>) -> Container {
    let state = status.state.as_ref();
    let waiting = state.and_then(|state| state.waiting.as_ref());
    let ended = state.and_then(|state| state.terminated.as_ref());
    let ended = ended.or_else(|| status.last_state.as_ref().and_then(|state| state.terminated.as_ref()));
    Container {
        name: object_name(&status.name),
        image: named(&asked.unwrap_or_else(|| status.image.clone())),
        is_ready: status.ready,
        restarts: status.restart_count,
        waiting: waiting
            .map(|w| (named(w.reason.as_deref().unwrap_or_default()), short(w.message.as_deref().unwrap_or_default()))),
        terminated: ended.map(|t| (named(t.reason.as_deref().unwrap_or("Error")), t.exit_code)),
    }
}

fn pod_condition<'a>(status: &'a corev1::PodStatus, type_: &str) -> Option<&'a corev1::PodCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == type_)
}

fn controller(metadata: &ObjectMeta) -> Option<Owner> {
    let owner = metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true))?;
    Some(Owner { kind: named(&owner.kind), name: object_name(&owner.name) })
}

fn images(template: Option<&corev1::PodTemplateSpec>) -> Vec<String> {
    let containers = template.and_then(|template| template.spec.as_ref()).map(|spec| spec.containers.as_slice());
    let mut images: Vec<String> = Vec::new();
    for image in containers.unwrap_or_default().iter().filter_map(|container| container.image.as_deref()).map(named) {
        if !images.contains(&image) {
            images.push(image);
        }
    }
    images
}

/// An amount as the cluster says it.
#[derive(Clone, Copy)]
enum Amount {
    Absent,
    Read(u64),
    Unreadable,
}

impl Amount {
    fn known(self) -> Option<u64> {
        match self {
            Self::Read(amount) => Some(amount),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

fn amount(amounts: Option<&BTreeMap<String, Quantity>>, name: &str, resource: Resource) -> Amount {
    match amounts.and_then(|amounts| amounts.get(name)) {
        None => Amount::Absent,
        Some(quantity) => resource.read(&quantity.0).map_or(Amount::Unreadable, Amount::Read),
    }
}

/// A reason with its message: `BackoffLimitExceeded: Job has reached the specified backoff limit`.
fn said(reason: &str, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("{}: {}", named(reason), short(message)),
        Some(_) | None => named(reason),
    }
}

/// As an honest API server takes it; whatever a lying one says is harmless, too
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names>).
fn object_name(name: &str) -> String {
    text::shown(name, 253)
}

/// What the cluster's parts name by a word, or should.
fn named(reason: &str) -> String {
    text::shown(reason, text::LONGEST_NAME)
}

fn short(message: &str) -> String {
    text::shown(message, LONGEST_MESSAGE)
}

fn created_at(metadata: &ObjectMeta) -> Option<OffsetDateTime> {
    metadata.creation_timestamp.as_ref().and_then(moment)
}

fn moment(time: &Time) -> Option<OffsetDateTime> {
    instant(time.0)
}

fn instant(timestamp: k8s_openapi::jiff::Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests;
