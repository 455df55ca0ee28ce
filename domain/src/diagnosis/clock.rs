//! How long things may wait before they count as failing.

use super::{Diagnosis, Finding, Health};
use time::{Duration, OffsetDateTime};

/// Until a scheduler has looked at a pod.
pub const SCHEDULED_WITHIN: Duration = Duration::minutes(1);
/// Until a pod with scheduling gates is let go: whoever set them may take a while.
pub const UNGATED_WITHIN: Duration = Duration::minutes(10);
/// Until the containers of a pod with a node have started: images are pulled, volumes mounted.
pub const STARTED_WITHIN: Duration = Duration::minutes(5);
/// Until volumes are mounted and the network is there, once an event says that they are not.
pub const MOUNTED_WITHIN: Duration = Duration::minutes(2);
/// Until an init container has done its work.
pub const INITIALIZED_WITHIN: Duration = Duration::minutes(10);
/// Until a container that runs is ready.
pub const READY_WITHIN: Duration = Duration::minutes(5);
/// Until a container that ended runs again: the first back-off is 10 s.
pub const RESTARTED_WITHIN: Duration = Duration::seconds(30);
/// A container that has run for so long has recovered: the kubelet forgets its crashes, too.
pub const RECOVERED_AFTER: Duration = Duration::minutes(10);
/// Between the last failure of a probe and the end of the program it kills, which may take its time to end.
pub const KILLED_WITHIN: Duration = Duration::minutes(5);
/// Between the end of a container and its node's word that it ran out of memory, either way.
pub const MEMORY_SAID_WITHIN: Duration = Duration::minutes(1);
/// Until the other containers of a job's pod end, too, once one has done its work.
pub const JOB_ENDED_WITHIN: Duration = Duration::minutes(5);
/// Until a pod is gone, after its grace period.
pub const DELETED_WITHIN: Duration = Duration::minutes(1);
/// Until the cluster's job controller has counted a pod that ended.
pub const COUNTED_WITHIN: Duration = Duration::minutes(5);
/// Until a workload that was refused tries again: controllers do after 17 minutes at the latest.
pub const TRIED_AGAIN_WITHIN: Duration = Duration::minutes(20);
/// Until a workload has its pods.
pub const PODS_WITHIN: Duration = Duration::minutes(2);

/// Waits until `since` is so long ago. Without a time nobody can tell how long it waits: it is on its way.
pub fn waits(
    finding: Finding,
    since: Option<OffsetDateTime>,
    limit: Duration,
    now: OffsetDateTime,
) -> (Health, Option<Diagnosis>) {
    waits_until(finding, since, since.map(|since| since.saturating_add(limit)), now)
}

pub fn waits_until(
    finding: Finding,
    since: Option<OffsetDateTime>,
    fails_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> (Health, Option<Diagnosis>) {
    match fails_at {
        Some(fails_at) if now >= fails_at => (Health::Failing, Some(finding.since(since).into())),
        Some(_) | None => (Health::Progressing, Some(finding.since(since).fails_at(fails_at).into())),
    }
}
