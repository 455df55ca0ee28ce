//! Why a pod has failed for good.

use super::{Cause, Container, Ended, Finding, Pod, Role, Said, container};

pub fn diagnose(pod: &Pod) -> Finding {
    let about_pod = |cause| Finding::new(cause).pod(&pod.name);
    match (&pod.reason, &pod.disruption) {
        (Some(reason), disruption) => {
            let cause = by_reason(reason, disruption.as_ref());
            let object = if cause == Cause::Unknown { Some(reason.reason.as_str()) } else { None };
            let finding = about_pod(cause).object(object).since(reason.at).said(reason);
            disruption.iter().fold(finding, Finding::said)
        }
        (None, Some(disruption)) => about_pod(by_disruption(disruption)).since(disruption.at).said(disruption),
        (None, None) => match failed_container(pod) {
            Some((container, ended)) => container::diagnose_end(pod, container, ended),
            None => about_pod(Cause::PodFailed).warned_by(pod.own_warnings().next()),
        },
    }
}

/// One that was killed for its memory says more than one that ended because of it. Sidecars are ended with the others, so they
/// are asked last.
fn failed_container(pod: &Pod) -> Option<(&Container, &Ended)> {
    let ends = || pod.containers.iter().filter_map(|container| Some((container, container.ended()?)));
    let failed = || ends().filter(|(_, ended)| ended.exit_code != 0);
    let killed = ends().find(|(_, ended)| ended.reason == "OOMKilled");
    killed.or_else(|| failed().find(|(container, _)| container.role != Role::Sidecar)).or_else(|| failed().next())
}

fn by_reason(said: &Said, disruption: Option<&Said>) -> Cause {
    match said.reason.as_str() {
        "Evicted" if said.message.contains("low on resource") || said.message.contains("had condition") => {
            Cause::NodePressure
        }
        "Evicted" if is_own_storage(&said.message) => Cause::StorageLimitExceeded,
        "Evicted" => Cause::Evicted,
        "DeadlineExceeded" => Cause::DeadlineExceeded,
        "NodeLost" => Cause::NodeLost,
        "Preempting" => Cause::Preempted,
        "NodeShutdown" | "Shutdown" | "Terminated" => Cause::NodeShutdown,
        "UnexpectedAdmissionError"
        | "NodeAffinity"
        | "NodeName"
        | "NodePorts"
        | "TaintToleration"
        | "TopologyAffinityError" => Cause::NodeRejected,
        reason if reason.starts_with("OutOf") => Cause::NodeRejected,
        _ => match disruption.map(by_disruption) {
            Some(cause) => cause,
            None => Cause::Unknown,
        },
    }
}

fn is_own_storage(message: &str) -> bool {
    ["ephemeral local storage", "local ephemeral storage", "ephemeral-storage", "EmptyDir volume"]
        .iter()
        .any(|words| message.contains(words))
}

fn by_disruption(said: &Said) -> Cause {
    match said.reason.as_str() {
        "PreemptionByScheduler" => Cause::Preempted,
        "TerminationByKubelet" => Cause::NodeShutdown,
        "DeletionByPodGC" => Cause::NodeLost,
        "EvictionByEvictionAPI" | "DeletionByTaintManager" | "DeletionByDeviceTaintManager" => Cause::Evicted,
        _ => Cause::Unknown,
    }
}
