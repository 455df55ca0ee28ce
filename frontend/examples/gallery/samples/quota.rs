//! The quota of a namespace, what is asked of it, and what became of it.

use super::asking::{classes, verdict};
use super::namespace::namespace;
use super::namespace_states::away_namespace;
use super::requests::quota_row;
use super::values::{ago, away, error, live, page_of, quota};
use super::viewers::developer;
use super::{GIB, Gallery, HOSTILE};
use domain::form::{AmountFields, AskFields};
use domain::name::RequestNumber;
use domain::plan::Reason;
use domain::quota::{Quota, Resource};
use domain::refusal::BelowUse;
use domain::request::Kind;
use domain::view::*;
use frontend::pages;

pub fn pages(to: &mut Gallery) {
    for (name, view, form) in [
        ("quota", namespace(), quota_form()),
        ("quota-less", namespace(), quota_below_use()),
        ("quota-use-unknown", away_namespace(), quota_use_unknown()),
        ("quota-refused", namespace(), quota_refused()),
        ("quota-read", away_namespace(), quota_not_mine()),
    ] {
        to.add(name, developer(), "/", view, |frame, view| pages::quota::page(frame, view, form));
    }
    for (name, changes) in [("quota-history", quota_changes()), ("quota-history-none", page_of(vec![], None))] {
        to.add(name, developer(), "/", namespace(), |frame, view| pages::quota::history(frame, view, changes));
    }
}

pub fn quota_form() -> QuotaForm {
    let class = classes().remove(1);
    QuotaForm {
        cluster: "harbour-1".into(),
        name: "payments-dev".into(),
        team: "payments".into(),
        class,
        size: Some("M".into()),
        lines: namespace().lines,
        freshness: live(),
        can_ask: Permission::yes(),
        open: None,
        fields: AskFields::default(),
        errors: vec![],
        verdict: None,
    }
}

pub fn quota_below_use() -> QuotaForm {
    let below = vec![BelowUse { resource: Resource::Memory, used: 156 * GIB / 10, asked: 8 * GIB }];
    let verdict = Verdict {
        reasons: vec![Reason {
            rule: "decrease_automatic".into(),
            applied: true,
            says: "It gives back and takes nothing: that needs nobody's approval.".into(),
        }],
        base: Some(quota(4, 16, 100, 50)),
        asked: Some(quota(2, 8, 50, 30)),
        below_use: below,
        supersedes: Some(RequestNumber(233)),
        ..verdict(Kind::Quota, Outcome::Automatic, "Approved automatically.")
    };
    let row = quota_row(233, RequestState::ChangesRequested);
    let open = OpenRequest { row, is_yours: true, gives_way: true, can_revise: true, can_comment: true };
    let fields = AskFields { size: "S".into(), purpose: "The load tests are over.".into(), ..AskFields::default() };
    QuotaForm { verdict: Some(verdict), open: Some(open), fields, ..quota_form() }
}

pub fn quota_use_unknown() -> QuotaForm {
    let form = quota_below_use();
    let unknown = vec![Resource::Cpu, Resource::Memory];
    let verdict = form.verdict.map(|verdict| Verdict { below_use: vec![], use_unknown: unknown, ..verdict });
    QuotaForm { verdict, ..form }
}

pub fn quota_refused() -> QuotaForm {
    let fields = AskFields {
        size: "own".into(),
        amounts: AmountFields::default()
            .with(Resource::Cpu, "six")
            .with(Resource::Memory, "24 GiB")
            .with(Resource::Storage, "100 GiB")
            .with(Resource::Pods, "10"),
        purpose: "x".into(),
        ..AskFields::default()
    };
    let errors = vec![
        error("cpu_m", "is not a quantity: write 2 or 500m"),
        error("purpose", "is too short"),
        error("acknowledge_below_use", "below current usage: Pods 10 of 42 used"),
        error("quota", "this changes nothing"),
    ];
    QuotaForm { fields, errors, ..quota_form() }
}

pub fn quota_not_mine() -> QuotaForm {
    QuotaForm {
        can_ask: Permission::no("only developers and owners of the team may ask for it"),
        lines: away_namespace().lines,
        freshness: away(),
        ..quota_form()
    }
}

pub fn quota_changes() -> Page<QuotaChangeView> {
    let change =
        |id: i64, days: i64, before: Quota, after: Quota, used: Option<Quota>, by: Option<&str>, reason: &str| {
            QuotaChangeView {
                id,
                request: RequestNumber(100 + id),
                before,
                after,
                reason: reason.into(),
                used,
                capacity: vec![],
                by: by.map(str::to_owned),
                at: ago(days * 24 * 60),
            }
        };
    let used = |cpu_m, memory| Some(Quota { cpu_m, memory_bytes: memory * GIB, ..quota(0, 0, 40, 21) });
    page_of(
        vec![
            change(
                4,
                3,
                quota(6, 32, 100, 50),
                quota(4, 16, 100, 50),
                used(1900, 15),
                None,
                "The load tests are over.",
            ),
            change(
                3,
                21,
                quota(4, 16, 100, 50),
                quota(6, 32, 100, 50),
                used(3100, 15),
                Some("payments owner"),
                "Load tests of the new settlement path before the December freeze.",
            ),
            change(2, 60, quota(2, 8, 50, 30), quota(4, 16, 100, 50), used(1700, 7), Some("payments owner"), HOSTILE),
            change(1, 88, Quota::ZERO, quota(2, 8, 50, 30), None, None, "Development of payment flows."),
        ],
        None,
    )
}
