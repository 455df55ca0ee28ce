//! Kubernetes objects as the small structs we keep: what the pages show, and nothing else.

mod pods;
mod workloads;

use super::QuotaSeen;
use domain::diagnosis::{HelmRelease, Said};
use domain::quota::{OnNodes, Quota, Resource};
use domain::text;
use k8s_openapi::api::{core::v1 as corev1, rbac::v1 as rbacv1};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta, Time};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use time::OffsetDateTime;

pub use pods::{SeenPod, pod, warning};
pub use workloads::{SeenJob, SeenReplicaSet};
pub use workloads::{cron_job, daemon_set, deployment, job, replica_set, replication_controller, stateful_set};

/// Longest message kept, in characters; the cluster's own limit is 1024 and more.
const LONGEST_MESSAGE: usize = 600;
/// Subjects kept of one RoleBinding.
const SUBJECTS_KEPT: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// With its group where that is not Kubernetes' own: a `Job.batch.volcano.sh` is no `Job`.
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNode {
    /// Its condition Ready, where that is not true.
    pub unready: Option<Said>,
    /// When it became ready, where it is.
    pub ready_at: Option<OffsetDateTime>,
    /// None: it does not say it, or not so that it can be read.
    pub allocatable: Option<Quota>,
    /// Its condition MemoryPressure, where that is true.
    pub memory_pressure: Option<Said>,
    /// Ready, not cordoned, and not kept for the control plane.
    pub takes_pods: bool,
}

/// A claim for storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenClaim {
    /// None: the cluster does not say.
    pub uid: Option<String>,
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
        uid: uid(&claim.metadata),
        phase: status.and_then(|status| status.phase.as_deref()).map_or_else(|| "Unknown".into(), named),
        bytes: amount(has.or(asked), "storage", Resource::Storage).known(),
        storage_class: spec.and_then(|spec| spec.storage_class_name.as_deref()).map(object_name),
        created_at: created_at(&claim.metadata),
    }
}

/// None where Helm did not make it, or its chart does not say which it is.
fn release(metadata: &ObjectMeta) -> Option<HelmRelease> {
    let name = metadata.annotations.as_ref()?.get("meta.helm.sh/release-name")?;
    let chart = metadata.labels.as_ref()?.get("helm.sh/chart")?;
    Some(HelmRelease { name: object_name(name), chart: object_name(chart) })
}

pub fn namespace(namespace: &corev1::Namespace) -> SeenNamespace {
    SeenNamespace { is_leaving: namespace.metadata.deletion_timestamp.is_some() }
}

/// CPU and memory count twice, as requests and as limits, and both are bounded: what is used is the larger, what is
/// enforced the smaller. What the cluster has not taken up yet, or cannot be read, is not known.
pub fn resource_quota(quota: &corev1::ResourceQuota) -> QuotaSeen {
    let status = quota.status.as_ref();
    let bounded = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let amounts = |amounts| Amounts { bounded, amounts };
    QuotaSeen {
        changed_at: status_written_at(&quota.metadata),
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

pub fn node(node: &corev1::Node) -> SeenNode {
    let status = node.status.as_ref();
    let amounts = status.and_then(|status| status.allocatable.as_ref());
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let ready = conditions.iter().find(|c| c.type_ == "Ready");
    let is_ready = ready.is_some_and(|c| c.status == "True");
    let said = |c: &corev1::NodeCondition| Said {
        reason: named(c.reason.as_deref().unwrap_or("NotReady")),
        message: short(c.message.as_deref().unwrap_or_default()),
        at: c.last_transition_time.as_ref().and_then(moment),
        source: format!("condition {} of the node", named(&c.type_)),
    };
    let memory_pressure = conditions.iter().find(|c| c.type_ == "MemoryPressure" && c.status == "True");
    SeenNode {
        unready: ready.filter(|_| !is_ready).map(said),
        ready_at: ready.filter(|_| is_ready).and_then(|c| c.last_transition_time.as_ref()).and_then(moment),
        memory_pressure: memory_pressure.map(said),
        allocatable: allocatable(amounts),
        takes_pods: is_ready && node.spec.as_ref().is_none_or(is_open),
    }
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

fn controller(metadata: &ObjectMeta) -> Option<Owner> {
    let owner = metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true))?;
    let kind = match owner.api_version.split_once('/') {
        None | Some(("apps" | "batch", _)) => named(&owner.kind),
        Some((group, _)) => named(&format!("{}.{group}", owner.kind)),
    };
    Some(Owner { kind, name: object_name(&owner.name) })
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

fn uid(metadata: &ObjectMeta) -> Option<String> {
    metadata.uid.as_deref().map(named)
}

/// When what is wanted of it was last written: `metadata.managedFields` has the time of each writer's newest change.
fn changed_at(metadata: &ObjectMeta) -> Option<OffsetDateTime> {
    let is_wanted = |entry: &&ManagedFieldsEntry| {
        let has_spec = entry.fields_v1.as_ref().is_some_and(|fields| fields.0.get("f:spec").is_some());
        entry.subresource.as_deref() != Some("status") && has_spec
    };
    written_at(metadata, is_wanted)
}

/// When the cluster last wrote its status.
fn status_written_at(metadata: &ObjectMeta) -> Option<OffsetDateTime> {
    written_at(metadata, |entry| entry.subresource.as_deref() == Some("status"))
}

fn written_at(metadata: &ObjectMeta, is_it: impl Fn(&&ManagedFieldsEntry) -> bool) -> Option<OffsetDateTime> {
    let entries = metadata.managed_fields.iter().flatten().filter(is_it);
    entries.filter_map(|entry| entry.time.as_ref().and_then(moment)).max()
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
