//! How a pod is, and why.

use super::{Cause, Container, ContainerState, Deletion, Diagnosis, Ended, Evidence, Finding, Health, Pod, Role, Said};
use super::{VolumeKeys, Warning};
use super::{clock, container, failed, scheduling, start};
use time::{Duration, OffsetDateTime};

/// The job controller counts a pod before it lets it go.
const JOB_TRACKING: &str = "batch.kubernetes.io/job-tracking";

/// Health of a pod, and why, when it is not well.
pub fn diagnose_pod(pod: &Pod, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    if let Some(deletion) = &pod.deletion {
        return terminating(pod, deletion, now);
    }
    match pod.phase.as_str() {
        "Succeeded" => return (Health::Healthy, None),
        "Failed" => return (Health::Failing, Some(failed::diagnose(pod).into())),
        _ => {}
    }
    if let Some(lost) = lost_node(pod) {
        return (Health::Failing, Some(lost.into()));
    }
    if pod.node.is_none() && pod.phase != "Running" {
        return scheduling::diagnose(pod, now);
    }
    let found = worst_container(pod, now).or_else(|| not_started(pod, now)).or_else(|| kept_open(pod, now));
    match (found, pod.phase.as_str()) {
        (Some(found), _) => found,
        (None, "Running" | "Pending") if pod.is_ready => (Health::Healthy, None),
        (None, "Running" | "Pending") => unready(pod, now),
        (None, unheard_of) => (Health::Unknown, Some(unknown_phase(pod, unheard_of).into())),
    }
}

/// Failing before waiting, in the order of the containers.
fn worst_container(pod: &Pod, now: OffsetDateTime) -> Option<(Health, Option<Diagnosis>)> {
    let found = pod.containers.iter().filter_map(|one| container::diagnose(pod, one, now));
    found.reduce(|worst, other| if other.0 < worst.0 { other } else { worst })
}

/// Reasons of events that say why volumes and network are not there.
fn is_about_sandbox(event: &Warning) -> bool {
    matches!(
        event.reason.as_str(),
        "FailedMount" | "FailedAttachVolume" | "FailedMapVolume" | "FailedCreatePodSandBox" | "NetworkNotReady"
    )
}

/// It has a node, and containers wait for something that no state tells of: only events do.
fn not_started(pod: &Pod, now: OffsetDateTime) -> Option<(Health, Option<Diagnosis>)> {
    let waits = |state: &ContainerState| match state {
        ContainerState::Waiting { .. } | ContainerState::Unknown => true,
        ContainerState::Running { .. } | ContainerState::Terminated(_) => false,
    };
    let waiting = pod.containers.iter().find(|one| one.role == Role::Main && waits(&one.state));
    if waiting.is_none() && !pod.containers.is_empty() {
        return None;
    }
    let event = (pod.has_sandbox != Some(true)).then(|| sandbox_event(pod)).flatten();
    if let Some(event) = event {
        return Some(no_sandbox(pod, event, now));
    }
    let waiting = waiting.map_or("its containers wait to be started".to_owned(), |one| match &one.state {
        ContainerState::Waiting { reason, .. } if !reason.is_empty() => {
            format!("container {} waits: {reason}", one.name)
        }
        ContainerState::Waiting { .. }
        | ContainerState::Unknown
        | ContainerState::Running { .. }
        | ContainerState::Terminated(_) => format!("container {} waits to be started", one.name),
    });
    let since = pod.waits_since();
    let status = Evidence::new("pod status", &waiting, since);
    Some(explained(pod, Cause::NotStarted, status, (since, clock::STARTED_WITHIN), now))
}

/// The newest one that names what is wrong; a time-out says only which volumes are waited for.
fn sandbox_event(pod: &Pod) -> Option<&Warning> {
    let is_vague = |event: &&Warning| event.message.starts_with("Unable to attach or mount volumes");
    let about = || pod.own_warnings().filter(|event| is_about_sandbox(event));
    about().find(|event| !is_vague(event)).or_else(|| about().next())
}

/// What is missing does not come by itself. Other reasons pass as a rule: a volume that another node still has, a network
/// that is only being set up.
fn no_sandbox(pod: &Pod, event: &Warning, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let since = event.first_at.or(event.last_at);
    let on = |cause, object: Option<&str>| Finding::new(cause).pod(&pod.name).object(object).since(since).warned(event);
    let finding = match event.reason.as_str() {
        "FailedCreatePodSandBox" | "NetworkNotReady" => on(Cause::SandboxFailed, None),
        _ => match start::missing(&event.message) {
            Some((cause, object)) => {
                let object = object.as_deref().or_else(|| object_without_key(pod, &event.message));
                return (Health::Failing, Some(on(cause, object).into()));
            }
            None => {
                let volume = event.message.split_once("volume \"").and_then(|(_, rest)| rest.split_once('"'));
                on(Cause::VolumeMountFailed, volume.map(|(name, _)| name))
            }
        },
    };
    clock::waits(finding, since, clock::MOUNTED_WITHIN, now)
}

/// Of the kubelet's words that a volume asks for a key, the ConfigMap or Secret that lacks it:
/// `failed for volume "settings" : configmap references non-existent config key: port`.
fn object_without_key<'a>(pod: &'a Pod, message: &str) -> Option<&'a str> {
    let (volume, _) = message.split_once("volume \"")?.1.split_once('"')?;
    let (kind, key) = message.split_once("references non-existent ")?.1.split_once(" key: ")?;
    let key = key.split([',', ']']).next().unwrap_or_default().trim();
    let lacks = |of: &&VolumeKeys| {
        of.volume == volume && of.is_secret == (kind == "secret") && of.keys.iter().any(|known| known == key)
    };
    pod.volume_keys.iter().find(lacks).map(|of| of.object.as_str())
}

/// What no rule knows is on its way until it has waited for too long; then the newest event says why, since the cluster's own
/// words are better than none.
fn explained(
    pod: &Pod,
    cause: Cause,
    status: Evidence,
    (since, limit): (Option<OffsetDateTime>, Duration),
    now: OffsetDateTime,
) -> (Health, Option<Diagnosis>) {
    let is_known = |event: &Warning| matches!(event.reason.as_str(), "FailedScheduling" | "Unhealthy" | "BackOff");
    let event = pod.own_warnings().find(|event| !is_known(event) && !is_about_sandbox(event));
    let is_over = since.is_some_and(|since| now >= since.saturating_add(limit));
    let finding = match event.filter(|_| is_over) {
        Some(event) => Finding::new(Cause::Unknown).object(Some(&event.reason)),
        None => Finding::new(cause),
    };
    let finding = finding.pod(&pod.name).warned_by(event).seen(status);
    clock::waits(finding, since, limit, now)
}

/// A job's pod ends when all its containers have ended.
fn kept_open(pod: &Pod, now: OffsetDateTime) -> Option<(Health, Option<Diagnosis>)> {
    let of = |is_it: fn(&ContainerState) -> bool| {
        pod.containers.iter().filter(move |one| one.role == Role::Main && is_it(&one.state))
    };
    let ended = |state: &ContainerState| matches!(state, ContainerState::Terminated(Ended { exit_code: 0, .. }));
    // Other pods are not meant to end.
    pod.job.as_ref()?;
    let done = of(ended).next()?;
    let open = of(|state| matches!(state, ContainerState::Running { .. })).next()?;
    let finished_at = done.ended().and_then(|ended| ended.finished_at);
    let text = format!("container {} has done its work, container {} runs on", done.name, open.name);
    let finding = Finding::new(Cause::JobKeptOpen).pod(&pod.name).container(&open.name);
    let finding = finding.seen(Evidence::new("pod status", &text, finished_at));
    Some(clock::waits(finding, finished_at.or(pod.created_at), clock::JOB_ENDED_WITHIN, now))
}

/// All containers are well, and yet it is not ready.
fn unready(pod: &Pod, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let unready = pod.unready.clone().unwrap_or_default();
    let since = pod.waits_since();
    if unready.reason == "ReadinessGatesNotReady" || unready.message.contains("readiness gate") {
        let gate = unready.message.split('"').nth(1);
        let finding = Finding::new(Cause::ReadinessGateNotMet).pod(&pod.name).object(gate).said(&unready);
        return clock::waits(finding, since, clock::READY_WITHIN, now);
    }
    let status = Evidence::new(&unready.source, &unready.message, unready.at);
    explained(pod, Cause::NotReady, status, (since, clock::READY_WITHIN), now)
}

/// A lost node leaves its pods as they were; only their condition Ready is taken from them.
fn lost_node(pod: &Pod) -> Option<Finding> {
    let node = pod.node.as_deref()?;
    let on = |cause| Finding::new(cause).pod(&pod.name).object(Some(node));
    if let Some(unready) = pod.unready_node.as_ref().filter(|_| !pod.is_ready) {
        return Some(on(unready_cause(unready)).since(unready.at).said(unready));
    }
    let runs = !pod.containers.is_empty() && pod.containers.iter().all(|one| one.is_ready || one.role == Role::Init);
    let is_suspect = pod.phase == "Unknown" || !pod.is_ready && runs;
    let event = pod.own_warnings().find(|event| event.reason == "NodeNotReady").filter(|_| is_suspect)?;
    Some(on(Cause::NodeLost).since(event.first_at.or(event.last_at)).warned(event))
}

/// A node that says itself that it is not ready is not lost.
fn unready_cause(unready: &Said) -> Cause {
    if unready.reason == "NodeStatusUnknown" { Cause::NodeLost } else { Cause::NodeNotReady }
}

fn terminating(pod: &Pod, deletion: &Deletion, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let on = |cause| Finding::new(cause).pod(&pod.name).since(deletion.at);
    let deleted = Evidence::new("metadata.deletionTimestamp", "should be gone since then", deletion.at);
    let foreign = deletion.finalizers.iter().find(|name| *name != JOB_TRACKING);
    let is_counted = foreign.is_none() && !deletion.finalizers.is_empty() && has_ended(pod);
    let limit = if is_counted { clock::COUNTED_WITHIN } else { clock::DELETED_WITHIN };
    let fails_at = deletion.at.map(|at| at.saturating_add(limit));
    if fails_at.is_none_or(|at| now < at) {
        return (Health::Progressing, Some(on(Cause::Terminating).fails_at(fails_at).into()));
    }
    let finding = if let Some(unready) = &pod.unready_node {
        on(unready_cause(unready)).object(pod.node.as_deref()).said(unready).seen(deleted)
    } else if is_counted {
        let tracked = Evidence::new("metadata.finalizers", JOB_TRACKING, None);
        on(Cause::JobTrackingRemaining).seen(tracked).seen(deleted)
    } else if let Some(finalizer) = foreign {
        let all = Evidence::new("metadata.finalizers", &deletion.finalizers.join(", "), None);
        on(Cause::FinalizerRemaining).object(Some(finalizer)).seen(all).seen(deleted)
    } else {
        on(Cause::StuckTerminating).seen(deleted).warned_by(pod.own_warnings().next())
    };
    (Health::Failing, Some(finding.into()))
}

fn has_ended(pod: &Pod) -> bool {
    let runs = |one: &Container| matches!(one.state, ContainerState::Running { .. });
    matches!(pod.phase.as_str(), "Succeeded" | "Failed") || !pod.containers.iter().any(runs)
}

fn unknown_phase(pod: &Pod, phase: &str) -> Finding {
    let finding = Finding::new(Cause::Unknown).pod(&pod.name).object(Some(&format!("phase {phase}")));
    finding.seen(Evidence::new("pod status", &format!("phase {phase}"), None)).warned_by(pod.own_warnings().next())
}
