//! What makes pods.

use super::{changed_at, controller, created_at, moment, named, object_name, release, short, uid};
use domain::diagnosis::{Said, Workload, WorkloadKind};
use k8s_openapi::api::{apps::v1 as appsv1, batch::v1 as batchv1, core::v1 as corev1};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::ResourceExt;
use time::OffsetDateTime;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenReplicaSet {
    pub deployment: Option<String>,
    /// Without images where a Deployment owns it, which has them.
    pub workload: Workload,
    /// It has pods, should have, or nobody else says how many it should have.
    pub is_in_use: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenJob {
    pub workload: Workload,
    pub cron_job: Option<String>,
    /// It has come to an end, well or not.
    pub is_finished: bool,
}

pub fn deployment(deployment: &appsv1::Deployment) -> Workload {
    let spec = deployment.spec.as_ref();
    let status = deployment.status.as_ref();
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let find = |type_: &str, status: &str| conditions.iter().find(|c| c.type_ == type_ && c.status == status);
    // Why pods are refused says more than that it takes too long.
    let problem = find("ReplicaFailure", "True").or_else(|| find("Progressing", "False"));
    let unavailable_at = find("Available", "False").and_then(|c| c.last_transition_time.as_ref()).and_then(moment);
    Workload {
        kind: WorkloadKind::Deployment,
        name: object_name(&deployment.name_any()),
        uid: uid(&deployment.metadata),
        desired,
        ready: status.and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&deployment.metadata),
        release: release(&deployment.metadata),
        changed_at: changed_at(&deployment.metadata).max(unavailable_at),
        problem: problem
            .map(|c| said(&c.type_, c.reason.as_deref(), c.message.as_deref(), c.last_transition_time.as_ref())),
        is_paused: desired == 0,
        ..Workload::default()
    }
}

pub fn replica_set(replica_set: &appsv1::ReplicaSet) -> SeenReplicaSet {
    let (spec, status) = (replica_set.spec.as_ref(), replica_set.status.as_ref());
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let problem = conditions.iter().find(|c| c.type_ == "ReplicaFailure" && c.status == "True");
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let owner = controller(&replica_set.metadata);
    let is_in_use = desired > 0 || owner.is_none() || status.is_some_and(|status| status.replicas > 0);
    let deployment = owner.filter(|owner| owner.kind == "Deployment").map(|owner| owner.name);
    let template = spec.and_then(|spec| spec.template.as_ref()).filter(|_| deployment.is_none());
    let workload = Workload {
        kind: WorkloadKind::ReplicaSet,
        name: object_name(&replica_set.name_any()),
        uid: uid(&replica_set.metadata),
        desired,
        ready: status.and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(template),
        created_at: created_at(&replica_set.metadata),
        changed_at: changed_at(&replica_set.metadata),
        problem: problem
            .map(|c| said(&c.type_, c.reason.as_deref(), c.message.as_deref(), c.last_transition_time.as_ref())),
        is_paused: desired == 0,
        ..Workload::default()
    };
    SeenReplicaSet { deployment, workload, is_in_use }
}

pub fn replication_controller(controller: &corev1::ReplicationController) -> Workload {
    let (spec, status) = (controller.spec.as_ref(), controller.status.as_ref());
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let problem = conditions.iter().find(|c| c.type_ == "ReplicaFailure" && c.status == "True");
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    Workload {
        kind: WorkloadKind::ReplicationController,
        name: object_name(&controller.name_any()),
        uid: uid(&controller.metadata),
        desired,
        ready: status.and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(spec.and_then(|spec| spec.template.as_ref())),
        created_at: created_at(&controller.metadata),
        changed_at: changed_at(&controller.metadata),
        problem: problem
            .map(|c| said(&c.type_, c.reason.as_deref(), c.message.as_deref(), c.last_transition_time.as_ref())),
        is_paused: desired == 0,
        ..Workload::default()
    }
}

pub fn stateful_set(stateful_set: &appsv1::StatefulSet) -> Workload {
    let spec = stateful_set.spec.as_ref();
    let desired = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    Workload {
        kind: WorkloadKind::StatefulSet,
        name: object_name(&stateful_set.name_any()),
        uid: uid(&stateful_set.metadata),
        desired,
        ready: stateful_set.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0),
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&stateful_set.metadata),
        release: release(&stateful_set.metadata),
        changed_at: changed_at(&stateful_set.metadata),
        is_paused: desired == 0,
        ..Workload::default()
    }
}

pub fn daemon_set(daemon_set: &appsv1::DaemonSet) -> Workload {
    let status = daemon_set.status.as_ref();
    Workload {
        kind: WorkloadKind::DaemonSet,
        name: object_name(&daemon_set.name_any()),
        uid: uid(&daemon_set.metadata),
        desired: status.map_or(0, |status| status.desired_number_scheduled),
        ready: status.map_or(0, |status| status.number_ready),
        images: images(daemon_set.spec.as_ref().map(|spec| &spec.template)),
        created_at: created_at(&daemon_set.metadata),
        release: release(&daemon_set.metadata),
        changed_at: changed_at(&daemon_set.metadata),
        ..Workload::default()
    }
}

pub fn job(job: &batchv1::Job) -> SeenJob {
    let spec = job.spec.as_ref();
    let status = job.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let holds = |type_: &str| conditions.iter().find(|c| c.type_ == type_ && c.status == "True");
    let desired = spec.and_then(|spec| spec.completions.or(spec.parallelism)).unwrap_or(1);
    let succeeded = status.and_then(|status| status.succeeded).unwrap_or(0);
    // The reason stands in FailureTarget already while its last pods end.
    let failed = holds("Failed").or_else(|| holds("FailureTarget"));
    let is_complete = holds("Complete").is_some();
    let workload = Workload {
        kind: WorkloadKind::Job,
        name: object_name(&job.name_any()),
        uid: uid(&job.metadata),
        desired,
        ready: if is_complete { desired } else { succeeded },
        images: images(spec.map(|spec| &spec.template)),
        created_at: created_at(&job.metadata),
        changed_at: changed_at(&job.metadata),
        problem: failed
            .map(|c| said(&c.type_, c.reason.as_deref(), c.message.as_deref(), c.last_transition_time.as_ref())),
        is_paused: spec.and_then(|spec| spec.suspend).unwrap_or(false),
        ..Workload::default()
    };
    SeenJob {
        is_finished: is_complete || failed.is_some(),
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
    // Its runs may be gone by now, each as soon as it is done.
    let status = cron_job.status.as_ref();
    let ran = status.map(|status| [&status.last_schedule_time, &status.last_successful_time]);
    let tried_at = ran.into_iter().flatten().flatten().filter_map(moment).max();
    Workload {
        tried_at,
        kind: WorkloadKind::CronJob,
        name: object_name(&cron_job.name_any()),
        uid: uid(&cron_job.metadata),
        desired: n_active,
        ready: n_active,
        images: images(job.map(|job| &job.template)),
        created_at: created_at(&cron_job.metadata),
        release: release(&cron_job.metadata),
        changed_at: changed_at(&cron_job.metadata),
        is_paused: spec.and_then(|spec| spec.suspend).unwrap_or(false),
        ..Workload::default()
    }
}

fn said(type_: &str, reason: Option<&str>, message: Option<&str>, at: Option<&Time>) -> Said {
    let at: Option<OffsetDateTime> = at.and_then(moment);
    let message = short(message.unwrap_or_default());
    Said { reason: named(reason.unwrap_or(type_)), message, at, source: format!("condition {}", named(type_)) }
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
