//! What is seen running, how healthy it is, and why not.
//!
//! The types are the small structs that cluster objects become at the border; the rules read them
//! and say cause, evidence and next step.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

mod short;

pub use short::short_of_quota;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    /// A pod that no workload owns.
    Pod,
}

/// A workload as the cluster reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    pub kind: WorkloadKind,
    pub name: String,
    pub desired: i32,
    pub ready: i32,
    pub images: Vec<String>,
    pub created_at: Option<OffsetDateTime>,
    /// A condition or status that says it cannot go on, in the cluster's words.
    pub problem: Option<String>,
    /// Suspended, or scaled to zero.
    pub is_paused: bool,
}

/// A pod as the cluster reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    pub name: String,
    pub phase: String,
    pub node: Option<String>,
    /// Kind and name of the workload it belongs to, seen through ReplicaSets and Jobs of CronJobs.
    pub workload: Option<(WorkloadKind, String)>,
    pub containers: Vec<Container>,
    pub is_ready: bool,
    pub is_terminating: bool,
    /// Why the scheduler found no node, in its words.
    pub unschedulable: Option<String>,
    /// `status.reason` with its message, e.g. `Evicted: The node was low on resource: memory.`
    pub reason: Option<String>,
    pub created_at: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    pub is_ready: bool,
    pub restarts: i32,
    /// `waiting.reason`, e.g. `CrashLoopBackOff`, with its message.
    pub waiting: Option<(String, String)>,
    /// Last termination: reason and exit code.
    pub terminated: Option<(String, i32)>,
}

/// Events of the same reason about the same object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub reason: String,
    pub message: String,
    pub object_kind: String,
    pub object_name: String,
    pub count: i32,
    pub last_at: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Failing,
    /// On its way; may still become well.
    Progressing,
    Healthy,
    Paused,
}

/// Why something is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosis {
    /// Short, for the row: `Crashes after start`.
    pub cause: String,
    /// What was seen, with the field or event it was seen in.
    pub evidence: String,
    pub next_step: String,
}

/// From so many restarts on, a container that ended with an error counts as crashing even while it runs.
const MANY_RESTARTS: i32 = 3;

/// Health of a pod, and why, when it is not well.
pub fn diagnose_pod(pod: &Pod) -> (Health, Option<Diagnosis>) {
    if pod.is_terminating {
        return (Health::Progressing, None);
    }
    if let Some(message) = &pod.unschedulable {
        return (Health::Failing, Some(unschedulable(message)));
    }
    match pod.phase.as_str() {
        "Succeeded" => return (Health::Healthy, None),
        "Failed" => return (Health::Failing, Some(failed_pod(pod))),
        _ => {}
    }
    if let Some(found) = pod.containers.iter().find_map(|container| diagnose_container(pod, container)) {
        return (Health::Failing, Some(found));
    }
    match pod.phase.as_str() {
        "Running" if pod.is_ready => (Health::Healthy, None),
        "Running" => (Health::Progressing, Some(not_ready(pod))),
        _ => (Health::Progressing, None),
    }
}

/// Health of a workload from its own status and its pods' troubles.
///
/// A pod that has failed for good counts only while the workload lacks pods: evicted pods and failed tries of a job stay
/// listed long after others have taken their place.
pub fn diagnose_workload(workload: &Workload, pods: &[&Pod]) -> (Health, Option<Diagnosis>) {
    let is_served = workload.ready >= workload.desired;
    let mut awaited = None;
    for pod in pods.iter().filter(|pod| !(is_served && pod.phase == "Failed")) {
        match diagnose_pod(pod) {
            (Health::Failing, found) => return (Health::Failing, found),
            (Health::Progressing, found) => awaited = awaited.or(found),
            (Health::Healthy | Health::Paused, _) => {}
        }
    }
    if workload.is_paused {
        return (Health::Paused, None);
    }
    if let Some(problem) = &workload.problem {
        return (Health::Failing, Some(stuck(workload, problem)));
    }
    if is_served { (Health::Healthy, None) } else { (Health::Progressing, awaited) }
}

fn diagnose_container(pod: &Pod, container: &Container) -> Option<Diagnosis> {
    if was_killed_for_memory(container) && !container.is_ready {
        return Some(killed_for_memory(container));
    }
    let name = &container.name;
    let Some((reason, message)) = &container.waiting else {
        return keeps_crashing(container).then(|| crash_loop(pod, container));
    };
    match reason.as_str() {
        "CrashLoopBackOff" => Some(crash_loop(pod, container)),
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" => {
            Some(Diagnosis {
                cause: "Image cannot be pulled".into(),
                evidence: said(&format!("container {name}: {reason} for {}", container.image), message),
                next_step: "Check the image's name and tag, and whether the cluster may pull it.".into(),
            })
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => Some(Diagnosis {
            cause: "Container cannot be created".into(),
            evidence: said(&format!("container {name}: {reason}"), message),
            next_step: "Check the ConfigMaps, Secrets and command it names.".into(),
        }),
        _ => None,
    }
}

/// Between two crashes a container runs for a moment; that is no recovery.
fn keeps_crashing(container: &Container) -> bool {
    !container.is_ready
        && container.restarts >= MANY_RESTARTS
        && container.terminated.as_ref().is_some_and(|(_, code)| *code != 0)
}

fn was_killed_for_memory(container: &Container) -> bool {
    container.terminated.as_ref().is_some_and(|(reason, _)| reason == "OOMKilled")
}

fn killed_for_memory(container: &Container) -> Diagnosis {
    Diagnosis {
        cause: "Out of memory".into(),
        evidence: format!(
            "container {} reached its memory limit (OOMKilled), restarted {}",
            container.name,
            times(container.restarts)
        ),
        next_step: "Raise the container's memory limit, or make it use less.".into(),
    }
}

fn crash_loop(pod: &Pod, container: &Container) -> Diagnosis {
    let exit = match &container.terminated {
        Some((reason, code)) => format!(" last exit {code} ({reason}),"),
        None => String::new(),
    };
    Diagnosis {
        cause: "Crashes after start".into(),
        evidence: format!("container {}:{exit} restarted {}", container.name, times(container.restarts)),
        next_step: format!("Read the log of the last run: kubectl logs {} -c {} --previous", pod.name, container.name),
    }
}

/// The scheduler waits for claims before it looks at any node: then less CPU helps nobody.
fn unschedulable(message: &str) -> Diagnosis {
    let is_about_claim = message.contains("persistentvolumeclaim \"");
    let (cause, next_step) = if is_about_claim && message.contains("not found") {
        ("Volume claim is missing", "Create the PersistentVolumeClaim it names, or correct the name in the pod.")
    } else if is_about_claim && message.contains("is being deleted") {
        ("Volume claim is being deleted", "Create the PersistentVolumeClaim again once it is gone.")
    } else if message.contains("unbound immediate PersistentVolumeClaims") {
        (
            "Volume claim is not bound",
            "See what the claim waits for: kubectl describe pvc. Most often its storage class is not there, or has no volume.",
        )
    } else {
        ("Unschedulable: no node fits", "Lower its requests, or relax its node selector, affinity or tolerations.")
    };
    Diagnosis { cause: cause.into(), evidence: format!("scheduler: {message}"), next_step: next_step.into() }
}

fn not_ready(pod: &Pod) -> Diagnosis {
    let waiting: Vec<_> = pod.containers.iter().filter(|c| !c.is_ready).map(|c| c.name.as_str()).collect();
    let evidence = match waiting.is_empty() {
        true => "its condition Ready is false".to_owned(),
        false => format!("runs, but is not ready: {}", waiting.join(", ")),
    };
    Diagnosis {
        cause: "Not ready yet".into(),
        evidence,
        next_step: "Give it time to start; if it stays so, check its readiness probe.".into(),
    }
}

fn failed_pod(pod: &Pod) -> Diagnosis {
    if let Some(container) = pod.containers.iter().find(|c| was_killed_for_memory(c)) {
        return killed_for_memory(container);
    }
    if let Some(reason) = &pod.reason {
        let cause = if reason.starts_with("Evicted") { "Evicted from its node" } else { "Ended by the cluster" };
        return Diagnosis {
            cause: cause.into(),
            evidence: reason.clone(),
            next_step: "Read the reason; a workload replaces the pod automatically.".into(),
        };
    }
    let failed = |c: &Container| {
        c.terminated.as_ref().filter(|(_, code)| *code != 0).map(|(r, code)| format!("{}: exit {code} ({r})", c.name))
    };
    Diagnosis {
        cause: "Ended with an error".into(),
        evidence: pod.containers.iter().find_map(failed).unwrap_or_else(|| "phase Failed".into()),
        next_step: format!("Read its log: kubectl logs {}", pod.name),
    }
}

/// Quota failures hide in a ReplicaSet's condition: say them plainly.
fn stuck(workload: &Workload, problem: &str) -> Diagnosis {
    let name = &workload.name;
    let kind = format!("{:?}", workload.kind).to_lowercase();
    let (cause, next_step) = if problem.contains("exceeded quota") {
        ("Quota exceeded", "Ask for more quota, or let something else use less.".to_owned())
    } else if problem.contains("failed quota") && problem.contains("must specify") {
        ("Requests or limits are missing", "Set the requests and limits the message names.".to_owned())
    } else if problem.contains("violates PodSecurity") {
        ("Violates pod security", "Set the securityContext the message names.".to_owned())
    } else if problem.contains("ProgressDeadlineExceeded") {
        ("Rollout timed out", format!("Look at its newest pods: kubectl describe {kind} {name}"))
    } else {
        match workload.kind {
            WorkloadKind::Job => ("Job failed", format!("Read its log: kubectl logs job/{name}")),
            WorkloadKind::CronJob => ("Last run failed", "Read the log of the job that is named.".to_owned()),
            WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet | WorkloadKind::Pod => {
                ("Not progressing", format!("kubectl describe {kind} {name}"))
            }
        }
    };
    Diagnosis { cause: cause.into(), evidence: problem.to_owned(), next_step }
}

fn said(what: &str, message: &str) -> String {
    if message.is_empty() { what.to_owned() } else { format!("{what}: {message}") }
}

fn times(n: i32) -> String {
    if n == 1 { "once".into() } else { format!("{n} times") }
}

#[cfg(test)]
mod tests;
