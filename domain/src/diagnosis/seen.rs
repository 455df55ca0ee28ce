//! What is kept of workloads, pods and events: the facts that the rules read.

use super::Evidence;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

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
    /// None: the cluster does not say.
    pub uid: Option<String>,
    pub desired: i32,
    pub ready: i32,
    pub images: Vec<String>,
    pub created_at: Option<OffsetDateTime>,
    /// When what is wanted of it was last changed, as far as the cluster says: scaled, updated, suspended.
    pub changed_at: Option<OffsetDateTime>,
    /// A condition or event that says it cannot go on.
    pub problem: Option<Said>,
    /// Suspended, or scaled to zero.
    pub is_paused: bool,
    /// The run that says how a CronJob is, by the name of its Job: the newest that failed or is under way.
    pub run: Option<String>,
    /// It was refused for lack of quota, and by now there is room.
    pub has_room_again: bool,
    /// When it was last refused, or the quota that refused it last changed: its problem may say only when that began. Of a CronJob, when
    /// a run of it was last due and began, or ended well.
    pub tried_at: Option<OffsetDateTime>,
    /// What Helm made it for, where Helm made it.
    pub release: Option<HelmRelease>,
}

/// As Helm writes it on what it makes, and as charts label it; whoever may change the object may write something else there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HelmRelease {
    pub name: String,
    /// Name and version with a dash between, `postgresql-17.6.0`: the label `helm.sh/chart`.
    pub chart: String,
}

impl HelmRelease {
    /// Its version, where it is of the chart of this name. Labels have no `+`: charts write `_` for it.
    pub fn version_of(&self, chart: &str) -> Option<String> {
        let version = self.chart.strip_prefix(chart)?.strip_prefix('-')?;
        version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()).then(|| version.replace('_', "+"))
    }
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
    /// None: the cluster does not say.
    pub uid: Option<String>,
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
    /// When it last got on: had a node, its network, another init container done, its containers ready.
    pub advanced_at: Option<OffsetDateTime>,
    /// Keys of ConfigMaps and Secrets that its volumes ask for.
    pub volume_keys: Vec<VolumeKeys>,
    /// Claims that its volumes name. What is known of them is filled in when it is read.
    pub claims: Vec<Claim>,
    /// Events of type Warning about it, newest first. Filled in when it is read.
    pub warnings: Vec<Warning>,
    /// Condition Ready of its node, where that is not true. Filled in when it is read.
    pub unready_node: Option<Said>,
    /// What says that its node ran out of memory: an event or a condition of the node. Filled in when it is read.
    pub node_memory: Vec<Said>,
}

/// The keys of one ConfigMap or Secret that a volume cannot do without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeKeys {
    pub volume: String,
    pub object: String,
    pub is_secret: bool,
    pub keys: Vec<String>,
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
    /// Its own or its pod's, as it is written: `512Mi`.
    pub memory_limit: Option<String>,
    pub startup: Option<Probe>,
    pub readiness: Option<Probe>,
}

/// How long a probe may take to say what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probe {
    /// Before the first try.
    pub delay: Duration,
    /// Between tries.
    pub period: Duration,
    /// Tries that may fail.
    pub failures: i32,
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
    /// None: the event does not say it.
    pub object_uid: Option<String>,
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
        let is_own = |warning: &&Warning| warning.is_about(self.uid.as_deref(), self.created_at);
        self.warnings.iter().filter(is_own)
    }

    /// Since when it waits for what comes next; what it waited for before counts no more.
    pub fn waits_since(&self) -> Option<OffsetDateTime> {
        let unready_at = self.unready.as_ref().and_then(|unready| unready.at);
        self.created_at.max(self.advanced_at).max(unready_at)
    }
}

impl Workload {
    /// Since when it is wanted as it is now.
    pub fn wanted_since(&self) -> Option<OffsetDateTime> {
        self.created_at.max(self.changed_at)
    }
}

impl Probe {
    /// From the container's start until it has failed as often as it may.
    pub fn budget(&self) -> Duration {
        self.delay.saturating_add(self.period.saturating_mul(self.failures))
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
    /// Whether it is about the object of this uid, not about another one of the same name. Where one of the two is not known,
    /// it has to be from after the object was made.
    pub fn is_about(&self, uid: Option<&str>, created_at: Option<OffsetDateTime>) -> bool {
        match (self.object_uid.as_deref(), uid) {
            (Some(about), Some(uid)) => about == uid,
            (None, _) | (_, None) => is_since(self.last_at, created_at),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_of_a_chart_by_its_whole_name() {
        let release = |chart: &str| HelmRelease { name: "db".into(), chart: chart.into() };
        assert_eq!(release("postgresql-17.6.0").version_of("postgresql").as_deref(), Some("17.6.0"));
        assert_eq!(release("web-v1.0.0-rc.1_b2").version_of("web").as_deref(), Some("v1.0.0-rc.1+b2"));
        for other in ["postgresql-ha-1.0.0", "postgresql", "postgresqlx-1.0.0", "pg-17.6.0"] {
            assert_eq!(release(other).version_of("postgresql"), None, "{other}");
        }
    }
}
