//! A request in review, as those read it who decide and those who do not.

use super::asking::classes;
use super::requests::{asking, quota_row, row};
use super::values::{ago, cost, error, live, person, quota};
use super::viewers::{developer, long_named, owner};
use super::{GIB, Gallery, HOSTILE, NOW};
use domain::class::Environment;
use domain::form::{AmountFields, DecisionFields};
use domain::plan::Reason;
use domain::quota::{Quota, Resource, Shortfall};
use domain::refusal::BelowUse;
use domain::request::Act;
use domain::view::*;
use frontend::pages;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    let mut add = |name, viewer, path, page| to.add(name, viewer, path, page, pages::request::page);
    add("request", owner(), "/requests/231", request_page(in_review()));
    add("request-own", developer(), "/requests/231", request_page(own_request()));
    add("request-errors", owner(), "/requests/231", refused_decision());
    add("request-quota", owner(), "/requests/241", request_page(quota_in_review()));
    add("request-use-unknown", owner(), "/requests/241", use_unknown());
    add("request-cluster-paused", owner(), "/requests/231", request_page(cluster_paused()));
    add("request-cluster-replaced", owner(), "/requests/231", request_page(cluster_replaced()));
    add("request-cluster-removed", owner(), "/requests/231", request_page(cluster_removed()));
    add("request-commented", owner(), "/requests/241", refused_comment());
    add("long-request", long_named(), "/requests/1", request_page(long_request()));
}

pub fn in_review() -> RequestView {
    RequestView {
        row: row(231, "New namespace payments-perf", RequestState::InReview),
        revision: 1,
        version: 1,
        digest: "9f2c4e1b7a6d5c3f8e0b1a2d4c6f8e9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e".into(),
        grantable: quota(4, 16, 100, 50).into(),
        environment: Environment::Development,
        quota: Some(QuotaReview {
            monthly_cost: Some(cost(9_600)),
            sizes: vec![],
            ceiling: quota(16, 64, 500, 200),
            devices: [("amd.com/gpu".to_owned(), 2)].into(),
            capacity: capacity(vec![]),
            used: None,
            below_use: vec![],
            use_unknown: vec![],
            team_limit: None,
        }),
        stages: vec![
            stage(
                "owners of Payments",
                StageState::Current,
                &[("payments owner", "owner of Payments", true), ("payments second owner", "owner of Payments", false)],
            ),
            stage("Platform", StageState::Waiting, &[("platform", "platform role", false)]),
        ],
        reasons: reasons(),
        timeline: vec![entry(
            35,
            "payments developer",
            TimelineKind::Asked,
            "asked for 4 CPU, 16 GiB memory, 100 GiB storage, 50 pods",
            None,
        )],
        steps: vec![],
        changes: None,
        revisions: vec![],
        expires_at: Some(NOW + Duration::days(29)),
        superseded_by: None,
        supersedes: None,
        next: vec![
            can(Act::Approve, "owners of Payments", true),
            can(Act::RequestChanges, "owners of Payments", true),
            can(Act::Reject, "owners of Payments", true),
            can(Act::Revise, "developers and owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", true),
        ],
        held_up: None,
        can_approve: Permission::yes(),
        can_reject: Permission::yes(),
        can_request_changes: Permission::yes(),
        can_revise: Permission::no("only developers and owners of the team may ask for it"),
        can_accept: Permission::no("nothing is suggested"),
        can_withdraw: Permission::no("only the requester and the team's owners may withdraw it"),
        can_retry: Permission::no("it has not failed"),
        can_undo: Permission::no("it has not failed"),
        can_comment: Permission::yes(),
        namespace_ready: false,
        cluster_removed: false,
        takes_over: false,
        is_worked_on: true,
        gone: None,
        disagreement: None,
        after_deletion: None,
        contents: None,
    }
}

/// The same with other facts for its decision.
pub fn reviewing(mut view: RequestView, change: impl FnOnce(&mut QuotaReview)) -> RequestView {
    change(view.quota.as_mut().expect("it asks for a quota"));
    view
}

/// Nobody decides it any more, or not now.
pub fn closed(view: RequestView, why: &str) -> RequestView {
    let not = || Permission::no(why);
    RequestView { can_approve: not(), can_reject: not(), can_request_changes: not(), ..view }
}

pub fn request_page(request: RequestView) -> RequestPage {
    RequestPage::of(request)
}

pub fn stage(deciders: &str, state: StageState, people: &[(&str, &str, bool)]) -> StageView {
    let people = people.iter().map(|(name, via, is_you)| DeciderView {
        name: (*name).into(),
        via: (*via).into(),
        is_you: *is_you,
    });
    StageView { deciders: deciders.into(), quorum: 1, state, usually_s: Some(3 * 3600), people: people.collect() }
}

pub fn reasons() -> Vec<Reason> {
    let reason = |rule: &str, applied, says: &str| Reason { rule: rule.into(), applied, says: says.into() };
    vec![
        reason("sandbox_automatic", false, "Only sandboxes are automatic."),
        reason("team_owner", true, "An owner of the team decides."),
        reason("production_platform", false, "Platform is asked for production only."),
    ]
}

pub fn capacity(short: Vec<Shortfall>) -> CapacityView {
    let line = |resource, granted, asked, ceiling| CapacityLine { resource, granted, asked, ceiling };
    CapacityView {
        cluster: "harbour-1".into(),
        freshness: live(),
        grant: quota(4, 16, 100, 50),
        lines: vec![
            line(Resource::Cpu, 212_000, if short.is_empty() { 4_000 } else { 140_000 }, 320_000),
            line(Resource::Memory, 908 * GIB, 96 * GIB, 1228 * GIB),
            line(Resource::Pods, 190, 50, 330),
        ],
        short,
    }
}

pub fn entry(minutes: i64, actor: &str, kind: TimelineKind, says: &str, comment: Option<&str>) -> TimelineEntry {
    TimelineEntry {
        at: ago(minutes),
        actor: actor.into(),
        kind,
        says: says.into(),
        comment: comment.map(str::to_owned),
    }
}

pub fn can(action: Act, who: &str, is_yours: bool) -> NextView {
    NextView { action, who: who.into(), is_yours }
}

pub fn cluster_removed() -> RequestView {
    let why = "cluster harbour-1 is removed from Berth";
    RequestView {
        cluster_removed: true,
        takes_over: false,
        is_worked_on: false,
        held_up: Some(why.into()),
        next: vec![
            can(Act::Reject, "owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", false),
        ],
        can_approve: Permission::no(why),
        can_request_changes: Permission::no(why),
        can_revise: Permission::no(why),
        ..reviewing(in_review(), |review| (review.capacity.lines, review.capacity.short) = (vec![], vec![]))
    }
}

pub fn cluster_paused() -> RequestView {
    let mut next = in_review().next;
    next.push(can(Act::ResumeCluster, "Platform", false));
    let why = "cluster harbour-1 is paused: its nodes are replaced until noon.";
    RequestView { held_up: Some(why.into()), next, ..in_review() }
}

pub fn cluster_replaced() -> RequestView {
    let why = "cluster harbour-1 is stopped: another cluster answers in its place.";
    RequestView {
        held_up: Some(why.into()),
        next: vec![
            can(Act::RequestChanges, "owners of Payments", true),
            can(Act::Reject, "owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", false),
            can(Act::AcceptCluster, "Platform", false),
        ],
        can_approve: Permission::no(why),
        can_revise: Permission::no(why),
        ..reviewing(in_review(), |review| (review.capacity.lines, review.capacity.short) = (vec![], vec![]))
    }
}

pub fn use_unknown() -> RequestPage {
    let request = reviewing(quota_in_review(), |review| {
        (review.used, review.below_use) = (None, vec![]);
        review.use_unknown = vec![Resource::Memory, Resource::Pods];
    });
    let errors = vec![error("acknowledge_below_use", "less Memory, Pods than there is")];
    let fields = DecisionFields { revision: 1, ..DecisionFields::default() };
    RequestPage { errors, fields: Some(fields), ..request_page(request) }
}

pub fn own_request() -> RequestView {
    let no = || Permission::no("nobody decides their own request");
    RequestView {
        can_approve: no(),
        can_reject: no(),
        can_withdraw: Permission::yes(),
        ..reviewing(in_review(), |review| {
            review.capacity = capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }]);
        })
    }
}

pub fn quota_in_review() -> RequestView {
    RequestView {
        row: quota_row(241, RequestState::InReview),
        grantable: quota(6, 32, 100, 50).into(),
        namespace_ready: true,
        cluster_removed: false,
        takes_over: false,
        is_worked_on: true,
        ..reviewing(in_review(), |review| {
            review.sizes = classes().remove(1).sizes;
            review.used = Some(Quota { cpu_m: 1900, memory_bytes: 149 * GIB / 10, ..quota(0, 0, 61, 21) });
            review.below_use = vec![BelowUse { resource: Resource::Pods, used: 21, asked: 20 }];
        })
    }
}

pub fn quota_as(state: RequestState) -> RequestView {
    let row = RequestRow {
        waits_for: String::new(),
        ..asking(quota_row(241, state), |content| {
            content.granted = (state == RequestState::Completed).then(|| quota(6, 24, 100, 50));
        })
    };
    let view = reviewing(quota_in_review(), |review| (review.below_use, review.used) = (vec![], None));
    RequestView { row, next: vec![], expires_at: None, ..closed(view, "it is decided") }
}

pub fn refused_comment() -> RequestPage {
    RequestPage {
        comment: Some("  ".into()),
        errors: vec![error("comment", "is missing")],
        ..request_page(quota_in_review())
    }
}

pub fn refused_decision() -> RequestPage {
    RequestPage {
        request: in_review(),
        fields: Some(DecisionFields {
            revision: 1,
            amounts: AmountFields::default()
                .with(Resource::Cpu, "8")
                .with(Resource::Memory, "lots")
                .with(Resource::Storage, "50 GiB")
                .with(Resource::Pods, "50"),
            comment: "A little less storage.".into(),
            ..DecisionFields::default()
        }),
        errors: vec![
            error("memory_bytes", "is not a quantity: write 16Gi or 512Mi"),
            error("grant", "a grant may be less than was asked, never more: 4 CPU too much"),
            error("comment", "is missing"),
        ],
        revision: None,
        verdict: None,
        comment: None,
        refusal: Some("You decided on revision 1, but the request is now at revision 2: read it again.".into()),
    }
}

pub fn long_request() -> RequestView {
    let mut view = own_request();
    view.row.title = "New namespace international-settlements-team-reconciliation-load-test-november".into();
    view.row.name = "international-settlements-team-reconciliation-load-test-november".into();
    view.row.cluster = "harbour-northern-hemisphere-production-1".into();
    view.row.purpose = format!("{HOSTILE} {}", "Averylongwordwithoutanyspacesatall".repeat(6));
    view.row.requester = person(HOSTILE);
    view.row = asking(view.row, |content| {
        content.asked = Quota { gpus: 16, load_balancers: 12, ..quota(9999, 90000, 1_000_000, 99_999) };
    });
    view
}
