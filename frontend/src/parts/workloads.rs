//! Workloads and pods, failing ones first, each with why.

use super::note::empty;
use super::{badge, unknown, when, why};
use crate::icon::{LuBox, LuCircleDashed};
use domain::cluster::Freshness;
use domain::diagnosis::WorkloadKind;
use domain::drift::Condition;
use domain::quantity::describe_bytes;
use domain::view::{ClaimView, NamespaceView, PodView, WorkloadView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// In brief, a failing one says only its cause.
pub(crate) fn workloads(view: &NamespaceView, is_brief: bool, now: OffsetDateTime) -> AnyView {
    if !view.workloads.is_empty() {
        return table(&view.workloads, is_brief, now);
    }
    if view.row.n_workloads.is_none() {
        return unknown(view);
    }
    match (view.row.freshness.clone(), view.row.condition) {
        (Freshness::Live { .. }, None) => {
            let text = "Deploy with kubectl, Helm or your pipeline: whatever runs here shows within seconds.";
            empty(LuBox, "Nothing runs here yet", text, None)
        }
        (Freshness::Live { .. }, Some(condition)) => {
            let text = format!("Look at Sync first: {}.", condition.says());
            empty(LuBox, "Nothing runs here", text, None)
        }
        (Freshness::NotLoaded | Freshness::Stale { .. } | Freshness::Unreachable { .. }, _) => {
            empty(LuBox, "Nothing ran here when it was last seen", "It may have changed since.", None)
        }
    }
}

/// In place of what nobody knows: none of it would be another thing.
pub(crate) fn unknown(view: &NamespaceView) -> AnyView {
    let (headline, text) = why_unknown(view.row.condition, &view.row.freshness);
    empty(LuCircleDashed, headline, text, None)
}

/// Only where it is gone is the condition the reason: what cannot be put right is read all the same.
fn why_unknown(condition: Option<Condition>, freshness: &Freshness) -> (&'static str, String) {
    match (condition, freshness) {
        (Some(condition), _) if condition.is_gone() => {
            ("Not known", format!("Nothing can be seen of it: {}.", condition.says()))
        }
        (_, Freshness::NotLoaded | Freshness::Unreachable { .. }) => {
            ("Not read yet", "Workloads show here as soon as they have been read.".into())
        }
        (_, Freshness::Live { .. } | Freshness::Stale { .. }) => {
            ("Not known", "Not everything that may be here could be read.".into())
        }
    }
}

fn table(workloads: &[WorkloadView], is_brief: bool, now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Ready"</th>
                        <th scope="col" class="wide">"Image"</th>
                        <th scope="col" class="end wide">"Age"</th>
                    </tr>
                </thead>
                <tbody>{workloads.iter().map(|w| workload(w, is_brief, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn workload(workload: &WorkloadView, is_brief: bool, now: OffsetDateTime) -> AnyView {
    let reason = |diagnosis| if is_brief { why::brief(diagnosis) } else { why::in_cell(diagnosis, now) };
    let images = workload.images.iter().map(|full| {
        view! { <span class="mono ellipsis" title=full.clone()>{short_image(full).to_owned()}</span> }
    });
    view! {
        <tr>
            <td>
                <div class="signed">
                    {badge::health_icon(workload.health)}
                    <div class="cell-2">
                        <b>{workload.name.clone()}</b>
                        <span>{kind(workload.kind)}</span>
                        {workload.diagnosis.as_ref().map(reason)}
                    </div>
                </div>
            </td>
            <td class="num">{ready(workload)}</td>
            <td class="wide"><div class="images">{images.collect_view()}</div></td>
            <td class="end num wide">{workload.created_at.map(|at| when::age(at, now))}</td>
        </tr>
    }
    .into_any()
}

pub(crate) fn pods(pods: &[PodView], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Pod"</th>
                        <th scope="col">"Phase"</th>
                        <th scope="col" class="end">"Restarts"</th>
                        <th scope="col" class="wide">"Node"</th>
                        <th scope="col" class="end wide">"Age"</th>
                    </tr>
                </thead>
                <tbody>{pods.iter().map(|p| pod(p, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn pod(pod: &PodView, now: OffsetDateTime) -> AnyView {
    view! {
        <tr>
            <td>
                <div class="signed">
                    {badge::health_icon(pod.health)}
                    <div class="cell-2"><b class="mono">{pod.name.clone()}</b>{pod.diagnosis.as_ref().map(|found| why::in_cell(found, now))}</div>
                </div>
            </td>
            <td class="whole">{pod.phase.clone()}</td>
            <td class="end num">{pod.restarts}</td>
            <td class="wide whole">{pod.node.clone().unwrap_or_else(|| "none yet".into())}</td>
            <td class="end num wide">{pod.created_at.map(|at| when::age(at, now))}</td>
        </tr>
    }
    .into_any()
}

pub(crate) fn claims(claims: &[ClaimView], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Claim"</th>
                        <th scope="col">"Phase"</th>
                        <th scope="col" class="end">"Size"</th>
                        <th scope="col" class="wide">"Storage class"</th>
                        <th scope="col" class="end wide">"Age"</th>
                    </tr>
                </thead>
                <tbody>{claims.iter().map(|c| claim(c, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn claim(claim: &ClaimView, now: OffsetDateTime) -> AnyView {
    let size = match claim.storage_bytes {
        Some(bytes) => describe_bytes(bytes).into_any(),
        None => unknown::unknown(),
    };
    view! {
        <tr data-claim=claim.phase.clone()>
            <td><b class="mono">{claim.name.clone()}</b></td>
            <td class="whole">{claim.phase.clone()}</td>
            <td class="end num">{size}</td>
            <td class="wide whole">{claim.storage_class.clone().unwrap_or_else(|| "default".into())}</td>
            <td class="end num wide">{claim.created_at.map(|at| when::age(at, now))}</td>
        </tr>
    }
    .into_any()
}

pub(crate) fn kind(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Deployment => "Deployment",
        WorkloadKind::StatefulSet => "StatefulSet",
        WorkloadKind::DaemonSet => "DaemonSet",
        WorkloadKind::ReplicaSet => "ReplicaSet",
        WorkloadKind::ReplicationController => "ReplicationController",
        WorkloadKind::Job => "Job",
        WorkloadKind::CronJob => "CronJob",
        WorkloadKind::Pod => "Pod",
    }
}

/// A CronJob has nothing to be ready between its runs.
fn ready(workload: &WorkloadView) -> String {
    match workload.kind {
        WorkloadKind::CronJob => "scheduled".to_owned(),
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::ReplicaSet
        | WorkloadKind::ReplicationController
        | WorkloadKind::Job
        | WorkloadKind::Pod => format!("{} / {}", workload.ready, workload.desired),
    }
}

/// `registry.example/team/ledger:1.8.2@sha256:…` → `ledger:1.8.2`.
fn short_image(full: &str) -> &str {
    let last = full.rsplit('/').next().unwrap_or(full);
    last.split_once('@').map_or(last, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_why_nothing_is_known_only_where_the_namespace_is_gone() {
        let live = Freshness::Live { as_of: OffsetDateTime::UNIX_EPOCH };
        for freshness in [Freshness::NotLoaded, live.clone()] {
            let untroubled = why_unknown(None, &freshness);
            for condition in [Condition::Leaving, Condition::Foreign, Condition::Refused, Condition::Ahead] {
                assert_eq!(why_unknown(Some(condition), &freshness), untroubled, "{condition:?}");
            }
            for gone in [Condition::Missing, Condition::Replaced] {
                assert!(why_unknown(Some(gone), &freshness).1.contains(gone.says()), "{gone:?}");
            }
        }
        assert_ne!(why_unknown(None, &Freshness::NotLoaded).0, why_unknown(None, &live).0);
    }

    #[test]
    fn an_image_is_shown_by_its_last_part() {
        assert_eq!(short_image("registry.example:5000/team/ledger:1.8.2"), "ledger:1.8.2");
        assert_eq!(short_image("ledger:1.8.2@sha256:abc"), "ledger:1.8.2");
        assert_eq!(short_image("ledger"), "ledger");
    }
}
