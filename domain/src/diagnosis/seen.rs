//! What is kept of workloads, pods and events: the facts that the rules read.

use super::Evidence;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    /// One that no Deployment owns.
    ReplicaSet,
    ReplicationController,
    Job,
    CronJob,
    /// A pod that no workload owns.
    #[default]
    Pod,
}

/// A workload as the cluster reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    pub kind: WorkloadKind,
    pub name: String,
    pub desired: i32,
    pub ready: i32,
    pub images: Vec<String>,
    pub created_at: Option<OffsetDateTime>,
    /// A condition or event that says it cannot go on.
    pub problem: Option<Said>,
    /// Suspended, or scaled to zero.
    pub is_paused: bool,
    /// The run that says how a CronJob is, by the name of its Job: the newest that failed or is under way.
    pub run: Option<String>,
    /// It was refused for lack of quota, and by now there is room.
    pub has_room_again: bool,
}

/// What the cluster says of something, in its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// `Evicted`, `BackoffLimitExceeded`.
    pub reason: String,
    pub message: String,
    pub at: Option<OffsetDateTime>,
    /// `condition ReplicaFailure`, `event FailedCreate from job-controller`.
    pub source: String,
}

/// A pod as the cluster reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    pub name: String,
    pub phase: String,
    pub node: Option<String>,
    /// Kind and name of the workload it belongs to, seen through ReplicaSets and Jobs of CronJobs.
    pub workload: Option<(WorkloadKind, String)>,
    /// The Job that made it.
    pub job: Option<String>,
    /// Init containers first.
    pub containers: Vec<Container>,
    pub is_ready: bool,
    /// Its condition Ready, where that is not true.
    pub unready: Option<Said>,
    /// It is being deleted.
    pub deletion: Option<Deletion>,
    /// Its condition PodScheduled, where that is not true.
    pub unscheduled: Option<Said>,
    pub scheduling_gates: Vec<String>,
    /// Who is to find a node for it, where that is not Kubernetes' own scheduler.
    pub scheduler: Option<String>,
    /// Its volumes and network are there. None: the cluster does not say.
    pub has_sandbox: Option<bool>,
    /// `status.reason` with its message, e.g. `Evicted` and `The node was low on resource: memory.`
    pub reason: Option<Said>,
    /// Its condition DisruptionTarget, where that is true: somebody ends it for good.
    pub disruption: Option<Said>,
    pub created_at: Option<OffsetDateTime>,
    /// Claims that its volumes name. What is known of them is filled in when it is read.
    pub claims: Vec<Claim>,
    /// Events of type Warning about it, newest first. Filled in when it is read.
    pub warnings: Vec<Warning>,
    /// Condition Ready of its node, where that is not true. Filled in when it is read.
    pub unready_node: Option<Said>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// When it should be gone: `metadata.deletionTimestamp`, which has the grace period in it.
    pub at: Option<OffsetDateTime>,
    pub finalizers: Vec<String>,
}

/// A PersistentVolumeClaim of a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    pub name: String,
    /// None: it has not been seen.
    pub phase: Option<String>,
    pub storage_class: Option<String>,
    /// The newest event of type Warning about it.
    pub warning: Option<Warning>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    pub role: Role,
    pub is_ready: bool,
    /// Its startup probe has passed.
    pub is_started: bool,
    pub restarts: i32,
    pub state: ContainerState,
    /// How its last run ended, where `state` is not that already.
    pub last: Option<Ended>,
    pub restarts_after: RestartsAfter,
    /// As it is written: `512Mi`.
    pub memory_limit: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Runs to its end before the others begin.
    Init,
    /// An init container that stays: `restartPolicy: Always`.
    Sidecar,
    #[default]
    Main,
}

/// After which ends the kubelet starts a container anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RestartsAfter {
    #[default]
    Any,
    Failure,
    None,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ContainerState {
    /// Reason, e.g. `ImagePullBackOff`, with its message.
    Waiting {
        reason: String,
        message: String,
    },
    Running {
        started_at: Option<OffsetDateTime>,
    },
    Terminated(Ended),
    /// Nothing has been said of it yet.
    #[default]
    Unknown,
}

/// The end of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// `Error`, `Completed`, `OOMKilled`, `StartError`.
    pub reason: String,
    pub exit_code: i32,
    /// What the program left at its `terminationMessagePath`, or the runtime says of its start.
    pub message: String,
    /// None where it never ran.
    pub started_at: Option<OffsetDateTime>,
    pub finished_at: Option<OffsetDateTime>,
}

/// An event of type Warning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warning {
    pub reason: String,
    pub message: String,
    pub object_kind: String,
    pub object_name: String,
    /// The container that it is about.
    pub container: Option<String>,
    /// The component that says it: `kubelet`.
    pub source: String,
    pub count: i32,
    pub first_at: Option<OffsetDateTime>,
    pub last_at: Option<OffsetDateTime>,
}

impl Pod {
    /// Warnings that say something of this pod, not of one of the same name before it; newest first.
    pub fn own_warnings(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter().filter(|warning| is_since(warning.last_at, self.created_at))
    }
}

impl Container {
    /// How its newest run ended.
    pub fn ended(&self) -> Option<&Ended> {
        match &self.state {
            ContainerState::Terminated(ended) => Some(ended),
            ContainerState::Waiting { .. } | ContainerState::Running { .. } | ContainerState::Unknown => {
                self.last.as_ref()
            }
        }
    }

    pub fn is_restarted_after(&self, ended: &Ended) -> bool {
        match self.restarts_after {
            RestartsAfter::Any => true,
            RestartsAfter::Failure => ended.exit_code != 0,
            RestartsAfter::None => false,
        }
    }
}

impl Said {
    pub(super) fn evidence(&self) -> Evidence {
        let text = match (self.reason.as_str(), self.message.as_str()) {
            (reason, "") => reason.to_owned(),
            ("", message) => message.to_owned(),
            (reason, message) => format!("{reason}: {message}"),
        };
        Evidence::new(self.source.clone(), &text, self.at)
    }
}

impl Warning {
    /// `event FailedMount from kubelet`
    pub fn describe_source(&self) -> String {
        match self.source.is_empty() {
            true => format!("event {}", self.reason),
            false => format!("event {} from {}", self.reason, self.source),
        }
    }

    pub fn said(&self) -> Said {
        Said {
            reason: self.reason.clone(),
            message: self.message.clone(),
            at: self.last_at,
            source: self.describe_source(),
        }
    }
}

/// Whether what happened at `at` tells of what began at `begin`. What has no time proves nothing about what has one.
pub(super) fn is_since(at: Option<OffsetDateTime>, begin: Option<OffsetDateTime>) -> bool {
    match (at, begin) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(at), Some(begin)) => at >= begin,
    }
}
