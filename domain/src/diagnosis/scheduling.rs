//! Why a pod has no node.

mod refusals;

use super::{Cause, Claim, Diagnosis, Evidence, Finding, Health, Pod, Said, clock};
use time::OffsetDateTime;

pub fn diagnose(pod: &Pod, now: OffsetDateTime) -> (Health, Option<Diagnosis>) {
    let on = |cause| Finding::new(cause).pod(&pod.name);
    if let Some(gate) = pod.scheduling_gates.first() {
        let gates = Evidence::new("spec.schedulingGates", &pod.scheduling_gates.join(", "), pod.created_at);
        let finding = on(Cause::SchedulingGated).object(Some(gate)).seen(gates);
        return clock::waits(finding, pod.created_at, clock::UNGATED_WITHIN, now);
    }
    match &pod.unscheduled {
        Some(said) if said.reason == "Unschedulable" => (Health::Failing, Some(unschedulable(pod, said).into())),
        // Its gates are gone, and no scheduler has looked since: nobody says since when.
        Some(said) if said.reason == "SchedulingGated" => {
            clock::waits(on(Cause::NotScheduled).said(said), None, clock::SCHEDULED_WITHIN, now)
        }
        Some(said) => {
            let finding = on(Cause::Unknown).object(Some(&said.reason)).said(said);
            clock::waits(finding, said.at.or(pod.created_at), clock::SCHEDULED_WITHIN, now)
        }
        None => {
            let name = pod.scheduler.as_deref();
            let text = match name {
                Some(name) => format!("no node, and nothing from scheduler {name}"),
                None => "no node, and nothing from the scheduler".to_owned(),
            };
            let cause = if name.is_some() { Cause::SchedulerMissing } else { Cause::NotScheduled };
            let finding = on(cause).object(name).seen(Evidence::new("pod status", &text, None));
            let finding = finding.warned_by(pod.own_warnings().next());
            clock::waits(finding, pod.created_at, clock::SCHEDULED_WITHIN, now)
        }
    }
}

fn unschedulable(pod: &Pod, said: &Said) -> Finding {
    let (cause, object) = refusals::classify(&said.message);
    let on = |cause| Finding::new(cause).pod(&pod.name).since(said.at);
    match cause {
        Cause::VolumeMissing => {
            // Which one it is must be known: the next step is to delete it.
            let lost = || pod.claims.iter().find(|claim| claim.phase.as_deref() == Some("Lost"));
            let only = || pod.claims.first().filter(|_| pod.claims.len() == 1);
            let name = object.as_deref().or_else(|| Some(lost().or_else(only)?.name.as_str()));
            on(cause).object(name).said(said)
        }
        Cause::VolumeClaimUnbound => {
            let unbound = pod.claims.iter().find(|claim| claim.phase.as_deref() != Some("Bound"));
            unbound.map_or_else(|| on(cause), |claim| unbound_claim(on, claim)).said(said)
        }
        cause => on(cause).object(object.as_deref()).said(said),
    }
}

fn unbound_claim(on: impl Fn(Cause) -> Finding, claim: &Claim) -> Finding {
    let is_missing = |message: &str| message.contains("storageclass") && message.contains("not found");
    let warning = claim.warning.as_ref();
    let class = claim.storage_class.as_deref();
    let of_class = class.map_or("no storage class".to_owned(), |class| format!("storage class {class}"));
    let state = format!("claim {} is {}, {of_class}", claim.name, claim.phase.as_deref().unwrap_or("not seen"));
    let finding = match warning.is_some_and(|warning| is_missing(&warning.message)) {
        true => on(Cause::StorageClassMissing).object(class),
        false => on(Cause::VolumeClaimUnbound).object(Some(&claim.name)),
    };
    finding.warned_by(warning).seen(Evidence::new(format!("claim {}", claim.name), &state, None))
}
