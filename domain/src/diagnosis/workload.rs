//! How a workload is, and why: by its pods and its own status.

use super::diagnose_pod;
use super::seen::is_since;
use super::{Cause, Diagnosis, Evidence, Finding, Health, Pod, Said, Workload, WorkloadKind, clock, refusal};
use std::cmp::Reverse;
use time::{Duration, OffsetDateTime};

/// What they are taken to have lasted where they end as soon as they begin.
const SHORTEST: Duration = Duration::seconds(20);
/// From so many pods on that ended for what they are, the next one will, too.
const MANY_IN_VAIN: usize = 3;

/// Health of a workload from its pods' troubles and its own status, newest pods first.
///
/// A pod that has failed for good counts only while the workload lacks pods and no newer one has begun: evicted pods and failed
/// tries of a job stay listed long after others have taken their place.
pub fn diagnose_workload(workload: &Workload, pods: &[&Pod], now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let diagnosed: Vec<_> = pods.iter().map(|pod| diagnose_pod(pod, now)).collect();
    let pods: Vec<_> = pods.iter().copied().zip(&diagnosed).collect();
    diagnose_workload_by(workload, &pods, now)
}

/// The same from pods that are diagnosed already.
pub fn diagnose_workload_by(
    workload: &Workload,
    pods: &[(&Pod, &(Health, Option<Diagnosis>))],
    now: OffsetDateTime,
) -> (Health, Option<Diagnosis>) {
    let in_vain = replaced_in_vain(workload, pods, now);
    let pods = telling(workload, pods);
    let mut awaited: Option<&(Health, Option<Diagnosis>)> = None;
    let mut crashed = None;
    let mut n_healthy = 0;
    for (_, found) in &pods {
        match found.0 {
            // Whether it goes on trying, only the workload says.
            Health::Failing => {
                let said = workload.problem.as_ref().map(Said::evidence);
                return (found.0, found.1.clone().map(|diagnosis| diagnosis.and_seen(said)));
            }
            Health::Unknown | Health::Progressing => {
                let is_worse = awaited.is_none_or(|(health, _)| found.0 < *health);
                awaited = if is_worse { Some(found) } else { awaited };
                let has_crashed = found.1.as_ref().is_some_and(|why| why.recovers_at.is_some());
                crashed = crashed.or(has_crashed.then_some(found));
            }
            Health::Healthy | Health::Paused => n_healthy += 1,
        }
    }
    if workload.is_paused {
        return (Health::Paused, None);
    }
    if let Some(problem) = &workload.problem {
        return held_up(workload, problem, now);
    }
    if let Some(found) = in_vain {
        return (Health::Failing, Some(found));
    }
    if workload.ready >= workload.desired {
        // It counts as ready, which proves nothing of what has just crashed.
        return crashed.map_or((Health::Healthy, None), |found| (*found).clone());
    }
    match awaited {
        Some(found) => found.clone(),
        // Its own status is a moment behind its pods; a job works on without being ready before its end.
        None if n_healthy >= workload.desired || n_healthy > 0 && workload.kind == WorkloadKind::Job => {
            (Health::Progressing, None)
        }
        None => too_few_pods(workload, pods.first().and_then(|(newest, _)| newest.created_at), now),
    }
}

/// Why the newest of several pods ended that ended for what they are, where others take their place that are the same: between
/// two of them, all seems well. A job's tries come to an end.
fn replaced_in_vain(
    workload: &Workload,
    pods: &[(&Pod, &(Health, Option<Diagnosis>))],
    now: OffsetDateTime,
) -> Option<Diagnosis> {
    let ends = match workload.kind {
        WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod => Vec::new(),
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::ReplicaSet
        | WorkloadKind::ReplicationController => {
            pods.iter().filter_map(|(pod, found)| own_end(pod, found.1.as_ref()?, now)).collect()
        }
    };
    let lasted = ends.iter().map(|(lasted, _)| *lasted).max()?.max(SHORTEST);
    let n_ends = ends.len();
    let newest_at = pods.iter().filter(|(pod, _)| pod.phase != "Failed").filter_map(|(pod, _)| pod.created_at).max();
    // What lasts for twice as long is something else by now.
    let is_over = newest_at.is_some_and(|at| now - at > lasted * 2);
    let (_, newest) = ends.into_iter().max_by_key(|(_, found)| found.since)?;
    let text = format!("{n_ends} pods ended so within {} minutes", clock::RECOVERED_AFTER.whole_minutes());
    let counted = Evidence::new("pods of the workload", &text, None);
    (n_ends >= MANY_IN_VAIN && !is_over).then(|| newest.clone().and_seen(Some(counted)))
}

/// How long a pod lasted that ended not long ago for what it is, and why it did.
fn own_end<'a>(pod: &Pod, found: &'a Diagnosis, now: OffsetDateTime) -> Option<(Duration, &'a Diagnosis)> {
    let is_own = matches!(found.code, Cause::StorageLimitExceeded | Cause::NodeRejected);
    let ended_at = found.since.filter(|at| is_own && now < at.saturating_add(clock::RECOVERED_AFTER))?;
    Some((ended_at - pod.created_at?, found))
}

/// The pods that say how it is now, newest first.
fn telling<'a, T: Copy>(workload: &Workload, pods: &[(&'a Pod, T)]) -> Vec<(&'a Pod, T)> {
    let is_served = workload.ready >= workload.desired && workload.kind != WorkloadKind::CronJob;
    let is_of_run = |(pod, _): &&(&Pod, T)| workload.kind != WorkloadKind::CronJob || pod.job == workload.run;
    let mut telling: Vec<_> = pods.iter().filter(is_of_run).copied().collect();
    telling.sort_by(|(a, _), (b, _)| (Reverse(a.created_at), &a.name).cmp(&(Reverse(b.created_at), &b.name)));
    let begun = telling.iter().filter(|(pod, _)| pod.phase != "Failed").map(|(pod, _)| pod.created_at).max().flatten();
    let is_over = is_served || workload.is_paused;
    let is_past = |pod: &Pod| pod.phase == "Failed" && (is_over || !is_since(pod.created_at, begun));
    // What goes is not waited for where others serve; stuck, it takes quota all the same.
    telling.retain(|(pod, _)| !is_past(pod));
    telling
}

/// By its own status or the events about it.
fn held_up(workload: &Workload, problem: &Said, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let Some((cause, object)) = refusal::classify(&problem.message) else {
        return (Health::Failing, Some(stuck(workload, problem).into()));
    };
    let on = |cause| on(workload, cause).object(object.as_deref()).since(problem.at).said(problem);
    if matches!(cause, Cause::QuotaExceeded | Cause::OtherQuotaExceeded) && workload.has_room_again {
        return clock::waits(on(Cause::QuotaFreed), problem.at.max(workload.tried_at), clock::TRIED_AGAIN_WITHIN, now);
    }
    (Health::Failing, Some(on(cause).into()))
}

fn stuck(workload: &Workload, problem: &Said) -> Finding {
    let finding = match (workload.kind, problem.reason.as_str()) {
        (_, "ProgressDeadlineExceeded") => on(workload, Cause::RolloutTimedOut),
        (WorkloadKind::CronJob, "FailedCreate") if problem.message.starts_with("Error creating job:") => {
            on(workload, Cause::RunRefused)
        }
        (_, "FailedCreate" | "ReplicaSetCreateError") => on(workload, Cause::PodsRefused),
        (WorkloadKind::CronJob, reason) if is_about_schedule(reason) => on(workload, Cause::ScheduleInvalid),
        (WorkloadKind::CronJob, reason) if is_about_missed_runs(reason) => on(workload, Cause::RunMissed),
        (WorkloadKind::CronJob, _) => on(workload, Cause::CronJobRunFailed).object(workload.run.as_deref()),
        (WorkloadKind::Job, "DeadlineExceeded") => on(workload, Cause::DeadlineExceeded),
        (WorkloadKind::Job, _) => on(workload, Cause::JobFailed),
        (
            WorkloadKind::Deployment
            | WorkloadKind::StatefulSet
            | WorkloadKind::DaemonSet
            | WorkloadKind::ReplicaSet
            | WorkloadKind::ReplicationController
            | WorkloadKind::Pod,
            reason,
        ) => on(workload, Cause::Unknown).object(Some(reason)),
    };
    finding.since(problem.at).said(problem)
}

/// Whether an event about a CronJob itself, of this reason, says that it does not run as it should.
pub fn holds_cron_job_up(reason: &str) -> bool {
    reason == "FailedCreate" || is_about_schedule(reason) || is_about_missed_runs(reason)
}

/// Versions of Kubernetes spell them differently.
fn is_about_schedule(reason: &str) -> bool {
    matches!(reason, "UnparseableSchedule" | "UnParseableCronJobSchedule" | "InvalidSchedule" | "UnknownTimeZone")
}

fn is_about_missed_runs(reason: &str) -> bool {
    matches!(reason, "MissSchedule" | "TooManyMissedTimes" | "FailedNeedsStart")
}

fn too_few_pods(
    workload: &Workload,
    newest_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> (Health, Option<Diagnosis>) {
    let text =
        format!("{} of {} pods ready, and no event says why there are no more", workload.ready, workload.desired);
    let finding = on(workload, Cause::NoPods).seen(Evidence::new("status", &text, None));
    clock::waits(finding, newest_at.max(workload.wanted_since()), clock::PODS_WITHIN, now)
}

fn on(workload: &Workload, cause: Cause) -> Finding {
    let kind = format!("{:?}", workload.kind).to_lowercase();
    Finding::new(cause).workload(format!("{kind}/{}", workload.name))
}
