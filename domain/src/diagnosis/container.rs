//! What one container says.

use super::seen::is_since;
use super::{Cause, Container, ContainerState, Diagnosis, Ended, Evidence, Finding, Health, Pod, Role, Said, Warning};
use super::{clock, image, start};
use time::{Duration, OffsetDateTime};

/// From so many restarts on, a container that ended counts as crashing even while it runs.
const MANY_RESTARTS: i32 = 3;
/// `failureThreshold` of a probe that does not say it.
const USUAL_FAILURES: i32 = 3;

/// None: it is well, or only the pod as a whole can tell.
pub fn diagnose(pod: &Pod, container: &Container, now: OffsetDateTime) -> Option<(Health, Option<Diagnosis>)> {
    let failing = |finding: Finding| Some((Health::Failing, Some(finding.into())));
    match &container.state {
        ContainerState::Waiting { reason, message } => waiting(pod, container, reason, message).and_then(failing),
        ContainerState::Terminated(ended) => terminated(pod, container, ended, now),
        ContainerState::Running { started_at } => running(pod, container, *started_at, now),
        ContainerState::Unknown => None,
    }
}

/// How the last run ended, where that is what is wrong with the container.
pub fn diagnose_end(pod: &Pod, container: &Container, ended: &Ended) -> Finding {
    let started = matches!(ended.reason.as_str(), "StartError" | "ContainerCannotRun");
    let probe = probe_that_killed(pod, container, ended);
    let node_memory = node_out_of_memory(pod, container, ended);
    let hook = newest(pod, container, |event| {
        event.reason == "FailedPostStartHook" && is_since(event.last_at, ended.started_at)
    });
    let (cause, object) = match (ended.reason.as_str(), container.role) {
        ("OOMKilled", _) if container.memory_limit.is_none() || node_memory.is_some() => (Cause::NodeOutOfMemory, None),
        ("OOMKilled", _) => (Cause::OutOfMemory, None),
        _ if started => start::classify(&ended.reason, &ended.message),
        // Its state says so only until the kubelet tries again.
        _ if hook.is_some() => (Cause::PostStartHookFailed, None),
        _ if probe.is_some_and(|probe| probe.message.starts_with("Startup")) => (Cause::StartupProbeFailed, None),
        _ if probe.is_some() => (Cause::LivenessProbeFailed, None),
        _ if node_memory.is_some() => (Cause::NodeOutOfMemory, None),
        (_, Role::Init) => (Cause::InitContainerFailed, None),
        (_, Role::Sidecar) => (Cause::SidecarFailed, None),
        (_, Role::Main) if !container.is_restarted_after(ended) => (Cause::ContainerFailed, None),
        (_, Role::Main) if ended.exit_code == 0 => (Cause::CompletedLoop, None),
        (_, Role::Main) => (Cause::CrashLoop, None),
    };
    let first = warnings_of(pod, container).filter(|warning| is_back_off(warning)).last();
    on(pod, container, cause)
        .object(object.as_deref())
        .since(first.and_then(|first| first.first_at).or(ended.finished_at))
        .runs_again(matches!(container.state, ContainerState::Running { .. }))
        .warned_by(hook.or(probe))
        .seen(describe_end(container, ended))
        .said_by(node_memory)
        .seen(Evidence::new(format!("message of container {}", container.name), &ended.message, ended.finished_at))
}

fn waiting(pod: &Pod, container: &Container, reason: &str, message: &str) -> Option<Finding> {
    let said = |text: &str| {
        let text = if text.is_empty() { reason.to_owned() } else { format!("{reason}: {text}") };
        Evidence::new(format!("container {}", container.name), &text, None)
    };
    match reason {
        "" | "ContainerCreating" | "PodInitializing" => None,
        "CrashLoopBackOff" => Some(match container.ended() {
            Some(ended) => diagnose_end(pod, container, ended),
            None => on(pod, container, Cause::CrashLoop).seen(said(message)),
        }),
        "PostStartHookError" => {
            let event = newest(pod, container, |event| event.reason == "FailedPostStartHook");
            let finding = on(pod, container, Cause::PostStartHookFailed).seen(said(message)).warned_by(event);
            Some(finding.since(since(event).or(pod.waits_since())))
        }
        _ if image::is_about_images(reason) => {
            let event = image::telling(warnings_of(pod, container));
            let about = format!("image {}", container.image);
            let finding = on(pod, container, image::classify(reason, message, &container.image, event))
                .object(Some(&container.image));
            // What says only that it is tried again comes last.
            let finding = if message.starts_with("Back-off") { finding.warned_by(event) } else { finding };
            let finding = finding.seen(said(if message.is_empty() { &about } else { message }));
            Some(finding.warned_by(event).since(since(event).or(pod.waits_since())))
        }
        _ if start::is_about_start(reason) => Some(cannot_start(pod, container, reason, message).seen(said(message))),
        unheard_of => Some(on(pod, container, Cause::Unknown).object(Some(unheard_of)).seen(said(message))),
    }
}

fn cannot_start(pod: &Pod, container: &Container, reason: &str, message: &str) -> Finding {
    let event = newest(pod, container, |event| event.reason == "Failed");
    let words = if message.is_empty() { event.map_or("", |event| event.message.as_str()) } else { message };
    let (cause, object) = start::classify(reason, words);
    on(pod, container, cause).object(object.as_deref()).since(since(event).or(pod.waits_since()))
}

/// A container that ended and will run again loops, although its state does not say so until it waits.
fn terminated(
    pod: &Pod,
    container: &Container,
    ended: &Ended,
    now: OffsetDateTime,
) -> Option<(Health, Option<Diagnosis>)> {
    let is_restarted = container.is_restarted_after(ended);
    let has_crashed = container.restarts > 0 && is_short(ended);
    if !is_restarted && (ended.exit_code == 0 || container.role == Role::Sidecar) {
        return None;
    }
    if container.role == Role::Init && ended.exit_code == 0 {
        return None;
    }
    let finding = diagnose_end(pod, container, ended);
    let backs_off = || newest(pod, container, is_back_off).is_some();
    if !is_restarted || has_crashed || backs_off() {
        return Some((Health::Failing, Some(finding.into())));
    }
    Some(clock::waits(finding, ended.finished_at, clock::RESTARTED_WITHIN, now))
}

fn running(
    pod: &Pod,
    container: &Container,
    started_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Option<(Health, Option<Diagnosis>)> {
    if let Some(crashed) = between_crashes(pod, container, started_at, now) {
        return Some(crashed);
    }
    if container.is_ready {
        return None;
    }
    if container.role == Role::Init {
        let finding = on(pod, container, Cause::InitContainerRunning).seen(runs(container, started_at));
        return Some(clock::waits(finding, started_at.or(pod.waits_since()), clock::INITIALIZED_WITHIN, now));
    }
    let event = newest(pod, container, |event| {
        let is_past = event.message.starts_with("Startup") && container.is_started;
        event.reason == "Unhealthy"
            && !event.message.starts_with("Liveness")
            && !is_past
            && is_since(event.last_at, started_at)
    });
    let cause = match event {
        Some(event) if event.message.starts_with("Startup") => Cause::StartupProbeFailed,
        Some(_) => Cause::ReadinessProbeFailed,
        None => Cause::NotReady,
    };
    let finding = on(pod, container, cause).warned_by(event).seen(runs(container, started_at));
    let since = unready_at(pod).max(started_at).or(pod.created_at);
    let passed_at = event.filter(|_| cause == Cause::ReadinessProbeFailed).and_then(|event| event.first_at);
    let expected_at = started_at.map(|at| at.saturating_add(ready_within(container, at, passed_at)));
    let fails_at = since.map(|since| since.saturating_add(clock::READY_WITHIN)).max(expected_at);
    Some(clock::waits_until(finding, since, fails_at, now))
}

/// From the container's start until it should be ready. The readiness probe begins when the startup probe has passed: nobody
/// says when that was, unless the other has failed since.
fn ready_within(container: &Container, started_at: OffsetDateTime, passed_at: Option<OffsetDateTime>) -> Duration {
    let budget = container.startup.map_or(Duration::ZERO, |probe| probe.budget());
    if !container.is_started {
        return budget.max(clock::READY_WITHIN);
    }
    let passed_at = passed_at.filter(|at| *at >= started_at);
    let passed_after = passed_at.map_or(budget, |at| budget.min(at - started_at));
    let delay = container.readiness.map_or(Duration::ZERO, |probe| probe.delay);
    clock::READY_WITHIN.saturating_add(passed_after.max(delay))
}

/// Between two crashes a container runs for a moment; that is no recovery. Without a probe it is called ready as soon as it
/// runs, so that this proves nothing; one that a probe calls ready has recovered once it has run for longer than the last time.
fn between_crashes(
    pod: &Pod,
    container: &Container,
    started_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Option<(Health, Option<Diagnosis>)> {
    let (ended, started_at) = (container.last.as_ref()?, started_at?);
    let is_probed = container.is_ready && (container.readiness.is_some() || container.startup.is_some());
    let last_run = duration(ended).filter(|_| is_probed).unwrap_or(clock::RECOVERED_AFTER);
    let recovers_at = started_at.saturating_add(last_run.min(clock::RECOVERED_AFTER));
    let is_killed = ended.reason == "OOMKilled";
    let is_crash = container.is_restarted_after(ended) && is_short(ended);
    let health = if is_crash && (is_killed || container.restarts >= MANY_RESTARTS) || is_killed && !container.is_ready {
        Health::Failing
    } else if is_crash && container.is_ready {
        Health::Progressing
    } else if is_never_started(pod, container, ended) {
        return Some((Health::Failing, Some(diagnose_end(pod, container, ended).into())));
    } else {
        return None;
    };
    let finding = diagnose_end(pod, container, ended).recovers_at(recovers_at);
    (now < recovers_at).then(|| (health, Some(finding.into())))
}

/// It was not ready during the whole of its last run, which had as much time as its startup probe gives.
fn is_never_started(pod: &Pod, container: &Container, ended: &Ended) -> bool {
    let Some(probe) = container.startup.filter(|_| !container.is_started) else { return false };
    let is_unready_since = unready_at(pod).is_some_and(|at| Some(at) <= ended.started_at);
    is_unready_since && duration(ended).is_some_and(|ran| ran.saturating_add(probe.period) >= probe.budget())
}

fn duration(ended: &Ended) -> Option<Duration> {
    Some((ended.finished_at? - ended.started_at?).max(Duration::ZERO))
}

/// What its node says of its own memory about the time when the container ended. One that is killed by the kernel for the
/// node's sake is not always told to be `OOMKilled`.
fn node_out_of_memory<'a>(pod: &'a Pod, container: &Container, ended: &Ended) -> Option<&'a Said> {
    let ended_at = ended.finished_at.filter(|_| ended.exit_code == 137)?;
    // Under pressure one can still reach a limit of its own.
    let is_its_own = container.memory_limit.is_some() && ended.reason == "OOMKilled";
    pod.node_memory.iter().find(|said| match said.at {
        Some(at) if said.source.starts_with("condition") => at <= ended_at && !is_its_own,
        Some(at) => (at - ended_at).abs() <= clock::MEMORY_SAID_WITHIN,
        None => false,
    })
}

/// A probe's failure not long before the run ended: the kubelet tells of the kill itself in no event that is kept. A program
/// that is killed ends by the signal, or politely; one that ends otherwise was killed only where the probe had failed as
/// often as it may.
fn probe_that_killed<'a>(pod: &'a Pod, container: &Container, ended: &Ended) -> Option<&'a Warning> {
    let is_by_signal = matches!(ended.exit_code, 0 | 137 | 143);
    newest(pod, container, |event| {
        let kills = event.message.starts_with("Liveness") || event.message.starts_with("Startup");
        let latest = event.last_at.map(|at| at.saturating_add(clock::KILLED_WITHIN));
        event.reason == "Unhealthy"
            && kills
            && is_since(event.last_at, ended.started_at)
            && is_since(latest, ended.finished_at)
            && (is_by_signal || event.count >= USUAL_FAILURES)
    })
}

/// That it is started again later, not that an image is pulled again.
fn is_back_off(event: &Warning) -> bool {
    event.reason == "BackOff" && !event.message.contains("pulling image")
}

/// One that ran for long had recovered: how often it was restarted before says nothing of it.
fn is_short(ended: &Ended) -> bool {
    duration(ended).is_none_or(|ran| ran < clock::RECOVERED_AFTER)
}

fn warnings_of<'a>(pod: &'a Pod, container: &Container) -> impl Iterator<Item = &'a Warning> {
    pod.own_warnings().filter(|warning| warning.container.as_ref().is_none_or(|name| *name == container.name))
}

fn newest<'a>(pod: &'a Pod, container: &Container, is_it: impl Fn(&Warning) -> bool) -> Option<&'a Warning> {
    warnings_of(pod, container).find(|warning| is_it(warning))
}

fn since(event: Option<&Warning>) -> Option<OffsetDateTime> {
    event.and_then(|event| event.first_at.or(event.last_at))
}

fn unready_at(pod: &Pod) -> Option<OffsetDateTime> {
    pod.unready.as_ref().and_then(|unready| unready.at)
}

fn on(pod: &Pod, container: &Container, cause: Cause) -> Finding {
    Finding::new(cause).pod(&pod.name).container(&container.name)
}

fn runs(container: &Container, started_at: Option<OffsetDateTime>) -> Evidence {
    let text = if container.role == Role::Init { "runs" } else { "runs, but is not ready" };
    Evidence::new(format!("container {}", container.name), text, started_at)
}

fn describe_end(container: &Container, ended: &Ended) -> Evidence {
    let limit = match &container.memory_limit {
        Some(limit) if ended.reason == "OOMKilled" => format!(", memory limit {limit}"),
        Some(_) | None => String::new(),
    };
    let restarts = match container.restarts {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        n => format!(", restarted {n} times"),
    };
    let text = format!("ended with exit code {} ({}){limit}{restarts}", ended.exit_code, ended.reason);
    Evidence::new(format!("container {}", container.name), &text, ended.finished_at)
}
