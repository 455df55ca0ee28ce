//! A request that was sent back, and its revision.

use super::asking::checked_form;
use super::review::{can, capacity, entry, in_review, quota_as, quota_in_review, request_page, stage};
use super::values::{ago, error, quota};
use super::viewers::{developer, owner};
use super::{Gallery, NOW};
use domain::form::AskFields;
use domain::quota::{Quota, Resource};
use domain::request::{Act, Kind};
use domain::view::*;
use frontend::pages;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    let mut add = |name, viewer, path, page| to.add(name, viewer, path, page, pages::request::page);
    add("request-sent-back", developer(), "/requests/241", request_page(sent_back()));
    add("request-sent-back-decider", owner(), "/requests/241", request_page(sent_back_to_a_decider()));
    add("request-revise-decider", owner(), "/requests/241/revise", revising_as_a_decider());
    add("request-sent-back-below", developer(), "/requests/241", sent_back_below_use());
    add("request-revised", owner(), "/requests/241", request_page(revised()));
    add("request-revise", developer(), "/requests/241/revise", revising());
    add("request-revise-refused", developer(), "/requests/241", revising_refused());
    add("request-revise-not", owner(), "/requests/241/revise", revising_not());
}

pub fn sent_back() -> RequestView {
    let mut view = quota_as(RequestState::ChangesRequested);
    view.row.waits_for = "developers and owners of Payments".into();
    view.changes = Some(ChangesView {
        by: "payments owner".into(),
        comment: "Does it need CPU too? Use is below half.\nI would approve the memory at once.".into(),
        suggestion: Some(quota(4, 32, 100, 50).into()),
        capacity: Some(CapacityView { grant: quota(4, 32, 100, 50), ..capacity(vec![]) }),
    });
    view.stages =
        vec![stage("owners of Payments", StageState::Waiting, &[("payments owner", "owner of Payments", false)])];
    view.can_revise = Permission::yes();
    view.can_accept = Permission::yes();
    view.can_withdraw = Permission::yes();
    view.next = vec![
        can(Act::AcceptSuggestion, "developers and owners of Payments", true),
        can(Act::Revise, "developers and owners of Payments", true),
        can(Act::Withdraw, "payments developer, owners of Payments", true),
    ];
    view.expires_at = Some(NOW + Duration::days(13));
    view.timeline.push(entry(
        20,
        "payments owner",
        TimelineKind::ChangesRequested,
        "asked for changes and suggests 4 CPU, 32 GiB memory, 100 GiB storage, 50 pods",
        Some("Does it need CPU too? Use is below half."),
    ));
    view
}

/// As an owner reads it who did not send it back, and could decide it.
pub fn sent_back_to_a_decider() -> RequestView {
    RequestView { stages: in_review().stages, ..sent_back() }
}

pub fn sent_back_below_use() -> RequestPage {
    let errors = vec![error("acknowledge_below_use", "below current usage: Pods 20 of 21 used")];
    RequestPage { errors, ..request_page(sent_back()) }
}

pub fn revised() -> RequestView {
    let decision = |minutes, counts, granted: Quota| DecisionView {
        person: "payments second owner".into(),
        granted: Some(granted.into()),
        comment: None,
        counts,
        at: ago(minutes),
    };
    let revision = |number, minutes, asked: Quota, differences, decisions| RevisionView {
        revision: number,
        author: "payments developer".into(),
        size: None,
        asked: asked.into(),
        purpose: "The nightly reconciliation doubled with the new markets.".into(),
        differences,
        decisions,
        made_at: ago(minutes),
    };
    let cpu = |before, after| vec![Difference { resource: Resource::Cpu, before, after }];
    let first = RevisionView {
        purpose: "More markets.".into(),
        size: Some("L".into()),
        ..revision(1, 90, quota(6, 32, 100, 50), vec![], vec![decision(80, false, quota(6, 32, 100, 50))])
    };
    RequestView {
        revision: 3,
        revisions: vec![
            revision(3, 20, quota(6, 32, 100, 50), cpu(8000, 6000), vec![decision(10, true, quota(6, 32, 100, 50))]),
            revision(2, 35, quota(8, 32, 100, 50), cpu(6000, 8000), vec![]),
            first,
        ],
        ..quota_in_review()
    }
}

pub fn revising() -> RequestPage {
    let request = sent_back();
    let verdict = Verdict {
        kind: Some(Kind::Quota),
        headline: "Decided by owners of Payments. Earlier approvals no longer count.".into(),
        capacity: Some(CapacityView { grant: quota(8, 32, 100, 50), ..capacity(vec![]) }),
        asked: Some(quota(8, 32, 100, 50)),
        base: Some(quota(4, 16, 100, 50)),
        ..checked_form().verdict.expect("is checked")
    };
    let fields = AskFields { size: "L".into(), ..AskFields::of(&request) };
    RequestPage { revision: Some(fields), verdict: Some(verdict), ..request_page(request) }
}

pub fn revising_as_a_decider() -> RequestPage {
    RequestPage { request: sent_back_to_a_decider(), ..revising() }
}

pub fn revising_refused() -> RequestPage {
    let request = RequestView { revision: 2, ..sent_back() };
    let fields = AskFields {
        revision: 1,
        size: "own".into(),
        amounts: AskFields::of(&request).amounts.with(Resource::Cpu, "5").with(Resource::Memory, "lots"),
        purpose: "Kept as it was typed.".into(),
        ..AskFields::of(&request)
    };
    RequestPage {
        revision: Some(fields),
        errors: vec![
            error("memory_bytes", "is not a quantity: write 16Gi or 512Mi"),
            error("acknowledge_below_use", "below current usage"),
        ],
        refusal: Some("you decided on revision 1, but the request is now at revision 2: read it again".into()),
        ..request_page(request)
    }
}

pub fn revising_not() -> RequestPage {
    let request = quota_in_review();
    RequestPage { revision: Some(AskFields::of(&request)), ..request_page(request) }
}
