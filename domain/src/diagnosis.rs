//! What is seen running, how healthy it is, and why not.
//!
//! The types are the small structs that cluster objects become at the border; the rules read them
//! and say cause, evidence and next step.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

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

/// Health of a pod, and why, when it is not well.
pub fn diagnose_pod(pod: &Pod) -> (Health, Option<Diagnosis>) {
    if pod.is_terminating {
        return (Health::Progressing, None);
    }
    if let Some(message) = &pod.unschedulable {
        return (Health::Failing, Some(unschedulable(message)));
    }
    if let Some(found) = pod.containers.iter().find_map(diagnose_container) {
        return (Health::Failing, Some(found));
    }
    match pod.phase.as_str() {
        "Succeeded" => (Health::Healthy, None),
        "Failed" => (Health::Failing, Some(failed_pod(pod))),
        "Running" if pod.is_ready => (Health::Healthy, None),
        _ => (Health::Progressing, None),
    }
}

/// Health of a workload from its own status and its pods' troubles.
pub fn diagnose_workload(workload: &Workload, pods: &[&Pod]) -> (Health, Option<Diagnosis>) {
    let trouble = pods.iter().find_map(|pod| match diagnose_pod(pod) {
        (Health::Failing, found) => found,
        (Health::Progressing | Health::Healthy | Health::Paused, _) => None,
    });
    if let Some(found) = trouble {
        return (Health::Failing, Some(found));
    }
    if let Some(problem) = &workload.problem {
        return (Health::Failing, Some(stuck(workload, problem)));
    }
    if workload.is_paused {
        return (Health::Paused, None);
    }
    if workload.ready >= workload.desired { (Health::Healthy, None) } else { (Health::Progressing, None) }
}

fn diagnose_container(container: &Container) -> Option<Diagnosis> {
    let name = &container.name;
    if let Some(("OOMKilled", code)) = container.terminated.as_ref().map(|(r, c)| (r.as_str(), *c))
        && !container.is_ready
    {
        return Some(Diagnosis {
            cause: "Killed for memory".into(),
            evidence: format!(
                "container {name} reached its memory limit (OOMKilled, exit {code}), restarted {} times",
                container.restarts
            ),
            next_step: "Raise the container's memory limit, or make it use less.".into(),
        });
    }
    let (reason, message) = container.waiting.as_ref()?;
    match reason.as_str() {
        "CrashLoopBackOff" => Some(crash_loop(container)),
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" => Some(Diagnosis {
            cause: "Image cannot be pulled".into(),
            evidence: format!("container {name}: {reason} for {}: {message}", container.image),
            next_step: "Check the image's name and tag, and whether the cluster may pull it.".into(),
        }),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => Some(Diagnosis {
            cause: "Container cannot be created".into(),
            evidence: format!("container {name}: {reason}: {message}"),
            next_step: "Check the ConfigMaps, Secrets and command it names.".into(),
        }),
        _ => None,
    }
}

fn crash_loop(container: &Container) -> Diagnosis {
    let exit = match &container.terminated {
        Some((reason, code)) => format!(" last exit {code} ({reason}),"),
        None => String::new(),
    };
    Diagnosis {
        cause: "Crashes after start".into(),
        evidence: format!(
            "container {}:{exit} restarted {} times (CrashLoopBackOff)",
            container.name, container.restarts
        ),
        next_step: format!("Read the log of the last run: kubectl logs --previous -c {}", container.name),
    }
}

fn unschedulable(message: &str) -> Diagnosis {
    Diagnosis {
        cause: "No node takes it".into(),
        evidence: format!("scheduler: {message}"),
        next_step: "Ask for less, or drop constraints on where it may run.".into(),
    }
}

fn failed_pod(pod: &Pod) -> Diagnosis {
    let exit = pod
        .containers
        .iter()
        .find_map(|c| c.terminated.as_ref().map(|(r, code)| format!("{}: exit {code} ({r})", c.name)));
    Diagnosis {
        cause: "Ended with an error".into(),
        evidence: exit.unwrap_or_else(|| "phase Failed".into()),
        next_step: "Read its log.".into(),
    }
}

/// Quota failures hide in a ReplicaSet's condition: say them plainly.
fn stuck(workload: &Workload, problem: &str) -> Diagnosis {
    if problem.contains("exceeded quota") {
        return Diagnosis {
            cause: "Quota is used up".into(),
            evidence: problem.to_owned(),
            next_step: "Ask for more quota, or let something else use less.".into(),
        };
    }
    if problem.contains("violates PodSecurity") {
        return Diagnosis {
            cause: "Refused by pod security".into(),
            evidence: problem.to_owned(),
            next_step: "Set the securityContext the message names.".into(),
        };
    }
    Diagnosis {
        cause: "Does not get on".into(),
        evidence: problem.to_owned(),
        next_step: format!("kubectl describe {} {}", format!("{:?}", workload.kind).to_lowercase(), workload.name),
    }
}

#[cfg(test)]
mod tests;
