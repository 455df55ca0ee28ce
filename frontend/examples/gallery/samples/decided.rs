//! What became of a request: waiting, under way, done, failed, over.

use super::asking::not_agreed;
use super::requests::{asking, row};
use super::review::{can, capacity, entry, in_review, quota_as, request_page, reviewing, stage};
use super::values::quota;
use super::viewers::{developer, owner, platform};
use super::{Gallery, NOW};
use domain::name::RequestNumber;
use domain::namespace::{Step, StepState};
use domain::quota::{Resource, Shortfall};
use domain::request::Act;
use domain::view::*;
use frontend::pages;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    let mut add = |name, viewer, path, view| to.add(name, viewer, path, request_page(view), pages::request::page);
    add("request-waiting", developer(), "/requests/241", waiting());
    add("request-quota-failed", owner(), "/requests/241", quota_failed());
    add("request-undoing", owner(), "/requests/241", quota_as(RequestState::Undoing));
    add("request-undone", owner(), "/requests/229", decided(RequestState::Undone));
    add("request-expired", developer(), "/requests/241", quota_as(RequestState::Expired));
    add("request-superseded", developer(), "/requests/241", superseded());
    add("request-quota-done", developer(), "/requests/241", quota_as(RequestState::Completed));
    add("request-nobody-at-work", developer(), "/requests/229", nobody_at_work());
    add("request-applying", developer(), "/requests/229", applying());
    add("request-applying-not-agreed", developer(), "/requests/229", disagreed(applying(), false));
    add("request-failed-not-agreed", platform(), "/requests/229", disagreed(failed(), true));
    add("request-failed-not-agreed-team", developer(), "/requests/229", disagreed(failed(), false));
    add("request-failed", developer(), "/requests/229", failed());
    add("request-completed", developer(), "/requests/224", completed());
    add("request-rejected", developer(), "/requests/219", rejected());
}

pub fn decided(state: RequestState) -> RequestView {
    let over = || Permission::no("it is decided");
    let mut view =
        RequestView { next: vec![], can_approve: over(), can_reject: over(), can_withdraw: over(), ..in_review() };
    view.row = RequestRow {
        state,
        waits_for: String::new(),
        ..asking(row(229, "New namespace payments-next", state), |content| {
            content.granted = Some(quota(2, 8, 100, 50));
        })
    };
    view.stages = vec![stage("owners of Payments", StageState::Approved, &[])];
    view.timeline.push(entry(
        4,
        "payments owner",
        TimelineKind::Approved,
        "approved 2 CPU, 8 GiB memory, 100 GiB storage, 50 pods",
        Some("Half of it for now: use is below a third.\nAsk again when the tests need it."),
    ));
    view.timeline.push(entry(4, "Berth", TimelineKind::Provisioning, "began provisioning", None));
    view
}

pub fn steps(done: usize, last: StepState, detail: Option<&str>) -> Vec<StepView> {
    let step = |(place, step): (usize, Step)| {
        let state = if place < done {
            StepState::Done
        } else if place == done {
            last
        } else {
            StepState::Waiting
        };
        let detail = match (place < done, place == done) {
            (true, _) => Some("2 objects made, 1 as it was".to_owned()),
            (_, true) => detail.map(str::to_owned),
            _ => None,
        };
        StepView {
            step,
            title: step.title().into(),
            state,
            detail,
            ended_at: (place < done).then(|| NOW - Duration::seconds(12)),
        }
    };
    Step::ALL.into_iter().enumerate().map(step).collect()
}

pub fn waiting() -> RequestView {
    let mut view = RequestView {
        expires_at: Some(NOW + Duration::days(28)),
        can_withdraw: Permission::yes(),
        ..reviewing(quota_as(RequestState::Waiting), |review| {
            review.capacity = capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }]);
        })
    };
    view.row.waits_for = "capacity on the cluster".into();
    view.row.place_in_line = Some(2);
    view.stages = vec![stage("owners of Payments", StageState::Approved, &[])];
    view
}

pub fn quota_failed() -> RequestView {
    let mut view = RequestView {
        next: vec![can(Act::Retry, "Platform", true), can(Act::Undo, "Platform", true)],
        can_retry: Permission::yes(),
        can_undo: Permission::yes(),
        ..quota_as(RequestState::Failed)
    };
    view.row.waits_for = "Platform".into();
    view.row.failure = Some("harbour-1 refused ResourceQuota berth-compute: forbidden by policy.".into());
    view
}

pub fn superseded() -> RequestView {
    RequestView {
        superseded_by: Some(RequestNumber(242)),
        supersedes: Some(RequestNumber(233)),
        ..quota_as(RequestState::Superseded)
    }
}

pub fn nobody_at_work() -> RequestView {
    let applying = applying();
    RequestView {
        is_worked_on: false,
        next: vec![can(Act::Retry, "Platform", false)],
        row: applying.row.clone().stalled(Some(StallReason::NoOrder)),
        ..applying
    }
}

pub fn applying() -> RequestView {
    RequestView { steps: steps(5, StepState::Running, None), ..decided(RequestState::Applying) }
}

pub fn failed() -> RequestView {
    let reason = "harbour-1 already has a namespace payments-next that Berth did not make. Rename it or remove it there, then try again.";
    let mut view = RequestView {
        steps: steps(1, StepState::Failed, Some(reason)),
        can_retry: Permission::yes(),
        ..decided(RequestState::Failed)
    };
    view.row.failure = Some(reason.into());
    view
}

pub fn disagreed(request: RequestView, is_platform: bool) -> RequestView {
    let agreement = is_platform.then(|| "---\nkind: ClusterRole\n".to_owned());
    let agree = can(Act::Agree, "an administrator of the cluster, with kubectl", false);
    let next = [vec![agree], request.next].concat();
    RequestView { next, disagreement: Some(Disagreement { agreement, ..not_agreed() }), ..request }
}

pub fn completed() -> RequestView {
    RequestView { steps: steps(9, StepState::Done, None), namespace_ready: true, ..decided(RequestState::Completed) }
}

pub fn rejected() -> RequestView {
    let mut view = decided(RequestState::Rejected);
    view.row = asking(view.row, |content| content.granted = None);
    view.stages =
        vec![stage("owners of Payments", StageState::Rejected, &[]), stage("Platform", StageState::Skipped, &[])];
    view.timeline.truncate(1);
    view.timeline.push(entry(
        4,
        "payments owner",
        TimelineKind::Rejected,
        "rejected it",
        Some("The shared load-test cluster has room for this until Friday."),
    ));
    view
}
