//! Pods, their containers, and the events about them.

use super::{Owner, controller, created_at, instant, moment, named, object_name, short, uid};
use domain::diagnosis::{Claim, Container, ContainerState, Deletion, Ended, Pod, Probe, RestartsAfter, Role, Said};
use domain::diagnosis::{VolumeKeys, Warning};
use domain::text;
use k8s_openapi::api::core::v1 as corev1;
use kube::ResourceExt;
use time::{Duration, OffsetDateTime};

/// Gates, finalizers and claims kept of one pod.
const NAMES_KEPT: usize = 10;
/// Keys kept of one ConfigMap or Secret in a volume.
const KEYS_KEPT: usize = 20;
/// Characters kept of what a program left when it ended; what it said last tells most.
const LONGEST_LAST_WORDS: usize = 500;
const DEFAULT_SCHEDULER: &str = "default-scheduler";

#[derive(Debug, Clone, PartialEq)]
pub struct SeenPod {
    /// Its workload, warnings, claims and node are found when it is read.
    pub pod: Pod,
    pub owner: Option<Owner>,
}

pub fn pod(pod: &corev1::Pod) -> SeenPod {
    let status = pod.status.clone().unwrap_or_default();
    let spec = pod.spec.as_ref();
    let owner = controller(&pod.metadata);
    let gates = spec.and_then(|spec| spec.scheduling_gates.as_deref()).unwrap_or_default();
    let projected = Pod {
        name: object_name(&pod.name_any()),
        uid: uid(&pod.metadata),
        phase: status.phase.as_deref().map_or_else(|| "Unknown".into(), named),
        node: spec.and_then(|spec| spec.node_name.as_deref()).map(object_name),
        workload: None,
        job: owner.as_ref().filter(|owner| owner.kind == "Job").map(|owner| owner.name.clone()),
        containers: containers(pod, &status),
        is_ready: condition(&status, "Ready").is_some_and(|condition| condition.status == "True"),
        unready: unless_true(&status, "Ready"),
        deletion: pod
            .metadata
            .deletion_timestamp
            .as_ref()
            .map(|at| Deletion { at: moment(at), finalizers: names(pod.finalizers().iter().map(String::as_str)) }),
        unscheduled: unless_true(&status, "PodScheduled"),
        scheduling_gates: names(gates.iter().map(|gate| gate.name.as_str())),
        scheduler: spec
            .and_then(|spec| spec.scheduler_name.as_deref())
            .filter(|name| *name != DEFAULT_SCHEDULER)
            .map(object_name),
        has_sandbox: condition(&status, "PodReadyToStartContainers").map(|condition| condition.status == "True"),
        reason: status.reason.as_deref().map(|reason| Said {
            reason: named(reason),
            message: short(status.message.as_deref().unwrap_or_default()),
            at: ended_at(pod, &status),
            source: "pod status".into(),
        }),
        disruption: condition(&status, "DisruptionTarget").filter(|condition| condition.status == "True").map(said),
        created_at: created_at(&pod.metadata),
        advanced_at: advanced_at(&status),
        volume_keys: volume_keys(pod),
        claims: claims(pod),
        warnings: Vec::new(),
        unready_node: None,
        node_memory: Vec::new(),
    };
    SeenPod { pod: projected, owner }
}

/// `type=Warning` only is watched.
pub fn warning(event: &corev1::Event) -> Warning {
    let series = event.series.as_ref();
    let object = &event.involved_object;
    let last_at = event.last_timestamp.as_ref().and_then(moment);
    let in_series = series.and_then(|series| series.last_observed_time.as_ref()).and_then(|time| instant(time.0));
    let begun_at = event.event_time.as_ref().and_then(|time| instant(time.0));
    let first_at = event.first_timestamp.as_ref().and_then(moment).or(begun_at);
    let component = event.source.as_ref().and_then(|source| source.component.as_deref());
    let source = component.or(event.reporting_component.as_deref()).unwrap_or_default();
    Warning {
        reason: named(event.reason.as_deref().unwrap_or("Warning")),
        message: short(event.message.as_deref().unwrap_or_default()),
        object_kind: named(object.kind.as_deref().unwrap_or_default()),
        object_name: named(object.name.as_deref().unwrap_or_default()),
        object_uid: object.uid.as_deref().filter(|uid| !uid.is_empty()).map(named),
        container: object.field_path.as_deref().and_then(container_of),
        source: named(source),
        count: series.and_then(|series| series.count).or(event.count).unwrap_or(1),
        first_at: first_at.or_else(|| created_at(&event.metadata)),
        last_at: last_at.max(in_series).max(begun_at).or_else(|| created_at(&event.metadata)),
    }
}

/// `spec.containers{app}`
fn container_of(field: &str) -> Option<String> {
    let (_, rest) = field.split_once('{')?;
    Some(object_name(rest.strip_suffix('}')?))
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.take(NAMES_KEPT).map(object_name).collect()
}

/// A claim that the pod brings itself has the pod's name in its own.
fn claims(pod: &corev1::Pod) -> Vec<Claim> {
    let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.as_deref()).unwrap_or_default();
    let name = |volume: &corev1::Volume| match &volume.persistent_volume_claim {
        Some(claim) => Some(object_name(&claim.claim_name)),
        None => volume.ephemeral.as_ref().map(|_| object_name(&format!("{}-{}", pod.name_any(), volume.name))),
    };
    volumes.iter().filter_map(name).take(NAMES_KEPT).map(|name| Claim { name, ..Claim::default() }).collect()
}

/// Without those that are optional, which it starts without.
fn volume_keys(pod: &corev1::Pod) -> Vec<VolumeKeys> {
    let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.as_deref()).unwrap_or_default();
    volumes.iter().flat_map(keys_of_volume).take(NAMES_KEPT).collect()
}

fn keys_of_volume(volume: &corev1::Volume) -> Vec<VolumeKeys> {
    let of = |object: &str, is_secret, items: &Option<Vec<corev1::KeyToPath>>, optional: Option<bool>| {
        let items = items.iter().flatten().filter(|_| optional != Some(true)).take(KEYS_KEPT);
        let keys = items.map(|item| object_name(&item.key)).collect();
        VolumeKeys { volume: object_name(&volume.name), object: object_name(object), is_secret, keys }
    };
    let config_map = volume.config_map.as_ref().map(|one| of(&one.name, false, &one.items, one.optional));
    let name = |secret: &corev1::SecretVolumeSource| secret.secret_name.clone().unwrap_or_default();
    let secret = volume.secret.as_ref().map(|one| of(&name(one), true, &one.items, one.optional));
    let sources = volume.projected.as_ref().and_then(|projected| projected.sources.as_deref()).unwrap_or_default();
    let projected = sources.iter().flat_map(|source| {
        let config_map = source.config_map.as_ref().map(|one| of(&one.name, false, &one.items, one.optional));
        let secret = source.secret.as_ref().map(|one| of(&one.name, true, &one.items, one.optional));
        config_map.into_iter().chain(secret)
    });
    let all = config_map.into_iter().chain(secret).chain(projected);
    all.filter(|one| !one.keys.is_empty()).collect()
}

/// Init containers first, without those that have done their work.
fn containers(pod: &corev1::Pod, status: &corev1::PodStatus) -> Vec<Container> {
    let policy = pod.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
    let spec = pod.spec.as_ref();
    let init_specs = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
    let own_specs = spec.map_or(&[][..], |spec| spec.containers.as_slice());
    let find = |specs: &[corev1::Container], name: &str| specs.iter().find(|spec| spec.name == name).cloned();
    let limits = spec.and_then(|spec| spec.resources.as_ref()?.limits.as_ref());
    let limit_of_all = limits.and_then(|limits| limits.get("memory")).map(|limit| named(&limit.0));
    let limited = |seen: Container| Container { memory_limit: seen.memory_limit.or(limit_of_all.clone()), ..seen };
    let init = status.init_container_statuses.iter().flatten().map(|status| {
        let spec = find(init_specs, &status.name);
        let is_sidecar = spec.as_ref().is_some_and(|spec| spec.restart_policy.as_deref() == Some("Always"));
        limited(container(status, spec, if is_sidecar { Role::Sidecar } else { Role::Init }, policy))
    });
    let own = status.container_statuses.iter().flatten();
    let own = own.map(|status| limited(container(status, find(own_specs, &status.name), Role::Main, policy)));
    init.filter(|container| container.role == Role::Sidecar || !container.is_ready).chain(own).collect()
}

/// The image is as the pod names it; the status may have another name for it.
fn container(
    status: &corev1::ContainerStatus,
    spec: Option<corev1::Container>,
    role: Role,
    policy: Option<&str>,
) -> Container {
    let own_policy = spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
    let limits = spec.as_ref().and_then(|spec| spec.resources.as_ref()?.limits.as_ref());
    let state = status.state.as_ref();
    Container {
        name: object_name(&status.name),
        image: named(spec.as_ref().and_then(|spec| spec.image.as_deref()).unwrap_or(&status.image)),
        role,
        is_ready: status.ready,
        is_started: status.started.unwrap_or(false),
        restarts: status.restart_count,
        state: state.map_or(ContainerState::Unknown, container_state),
        last: status.last_state.as_ref().and_then(|state| state.terminated.as_ref()).map(ended),
        restarts_after: restarts_after(own_policy.or(policy), role),
        memory_limit: limits.and_then(|limits| limits.get("memory")).map(|limit| named(&limit.0)),
        startup: spec.as_ref().and_then(|spec| spec.startup_probe.as_ref()).map(probe),
        readiness: spec.as_ref().and_then(|spec| spec.readiness_probe.as_ref()).map(probe),
    }
}

/// With what Kubernetes takes where a probe does not say it.
fn probe(probe: &corev1::Probe) -> Probe {
    let seconds = |n: Option<i32>, usual: i32| Duration::seconds(n.unwrap_or(usual).max(0).into());
    Probe {
        delay: seconds(probe.initial_delay_seconds, 0),
        period: seconds(probe.period_seconds, 10),
        failures: probe.failure_threshold.unwrap_or(3).max(1),
    }
}

/// Init containers of a pod that is always restarted are so only after a failure.
fn restarts_after(policy: Option<&str>, role: Role) -> RestartsAfter {
    match (policy, role) {
        (_, Role::Sidecar) => RestartsAfter::Any,
        (Some("Never"), Role::Init | Role::Main) => RestartsAfter::None,
        (Some("OnFailure"), Role::Main) | (_, Role::Init) => RestartsAfter::Failure,
        (_, Role::Main) => RestartsAfter::Any,
    }
}

fn container_state(state: &corev1::ContainerState) -> ContainerState {
    if let Some(waiting) = &state.waiting {
        let reason = named(waiting.reason.as_deref().unwrap_or_default());
        return ContainerState::Waiting { reason, message: short(waiting.message.as_deref().unwrap_or_default()) };
    }
    if let Some(terminated) = &state.terminated {
        return ContainerState::Terminated(ended(terminated));
    }
    let started_at = |running: &corev1::ContainerStateRunning| running.started_at.as_ref().and_then(moment);
    state
        .running
        .as_ref()
        .map_or(ContainerState::Unknown, |running| ContainerState::Running { started_at: started_at(running) })
}

/// What never ran has the beginning of time as its start.
fn ended(terminated: &corev1::ContainerStateTerminated) -> Ended {
    let is_real = |at: &OffsetDateTime| at.unix_timestamp() > 0;
    Ended {
        reason: named(terminated.reason.as_deref().unwrap_or("Error")),
        exit_code: terminated.exit_code,
        message: last_words(terminated.message.as_deref().unwrap_or_default()),
        started_at: terminated.started_at.as_ref().and_then(moment).filter(is_real),
        finished_at: terminated.finished_at.as_ref().and_then(moment).filter(is_real),
    }
}

fn last_words(message: &str) -> String {
    let message = message.trim();
    let n_left_out = message.chars().count().saturating_sub(LONGEST_LAST_WORDS);
    let kept: String = message.chars().skip(n_left_out).collect();
    let kept = text::shown(&kept, LONGEST_LAST_WORDS);
    if n_left_out > 0 { format!("…{kept}") } else { kept }
}

/// Of a pod that has failed: when its last container ended, or its condition Ready became false, the later of the two; of one that a
/// node rejected before any container, when it was made. A pod that was never ready has that condition since it was made.
fn ended_at(pod: &corev1::Pod, status: &corev1::PodStatus) -> Option<OffsetDateTime> {
    let containers = || status.container_statuses.iter().flatten();
    let ended = containers().filter_map(finished_at).max();
    let made = created_at(&pod.metadata).filter(|_| containers().next().is_none());
    condition(status, "Ready").and_then(turned_at).max(ended).or(made)
}

/// The newest of the steps that it has behind it.
fn advanced_at(status: &corev1::PodStatus) -> Option<OffsetDateTime> {
    let steps = ["PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady"];
    let done = steps.iter().filter_map(|step| condition(status, step)).filter(|condition| condition.status == "True");
    let init = status.init_container_statuses.iter().flatten().filter(|status| status.ready).filter_map(finished_at);
    done.filter_map(turned_at).chain(init).max()
}

fn finished_at(status: &corev1::ContainerStatus) -> Option<OffsetDateTime> {
    status.state.as_ref()?.terminated.as_ref()?.finished_at.as_ref().and_then(moment)
}

fn turned_at(condition: &corev1::PodCondition) -> Option<OffsetDateTime> {
    condition.last_transition_time.as_ref().and_then(moment)
}

fn condition<'a>(status: &'a corev1::PodStatus, type_: &str) -> Option<&'a corev1::PodCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == type_)
}

fn unless_true(status: &corev1::PodStatus, type_: &str) -> Option<Said> {
    condition(status, type_).filter(|condition| condition.status != "True").map(said)
}

fn said(condition: &corev1::PodCondition) -> Said {
    Said {
        reason: named(condition.reason.as_deref().unwrap_or_default()),
        message: short(condition.message.as_deref().unwrap_or_default()),
        at: condition.last_transition_time.as_ref().and_then(moment),
        source: format!("condition {}", named(&condition.type_)),
    }
}
