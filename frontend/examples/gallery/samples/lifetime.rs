//! The forms that ask for more time, and for an end.

use super::asking::verdict;
use super::namespace::namespace;
use super::namespace_states::away_namespace;
use super::quota::quota_below_use;
use super::requests::delete_row;
use super::values::{ago, away, day, error, live};
use super::viewers::developer;
use super::{GIB, Gallery};
use domain::diagnosis::WorkloadKind;
use domain::form::AskFields;
use domain::request::Kind;
use domain::view::*;
use frontend::pages;

pub fn pages(to: &mut Gallery) {
    for (name, view, form) in [
        ("extend", namespace(), extending()),
        ("extend-not", namespace(), extending_not()),
        ("delete", namespace(), deleting()),
        ("delete-refused", away_namespace(), deleting_refused()),
    ] {
        to.add(name, developer(), "/", view, |frame, view| pages::lifetime::page(frame, view, form));
    }
}

pub fn lifetime_form(kind: Kind) -> LifetimeForm {
    LifetimeForm {
        kind,
        earliest: Some(day("2026-11-22")),
        automatic_until: Some(day("2026-12-05")),
        grace_days: 7,
        contents: None,
        can_ask: Permission::yes(),
        open: None,
        fields: AskFields { until: "2026-12-05".into(), ..AskFields::default() },
        errors: vec![],
        verdict: Some(Verdict {
            reasons: quota_below_use().verdict.map(|verdict| verdict.reasons).unwrap_or_default(),
            missing: vec!["purpose".into()],
            ..verdict(kind, Outcome::Automatic, "Approved automatically.")
        }),
    }
}

pub fn extending() -> LifetimeForm {
    lifetime_form(Kind::Extend)
}

pub fn extending_not() -> LifetimeForm {
    let why = Permission::no("payments-dev does not expire");
    LifetimeForm { can_ask: why, verdict: None, ..lifetime_form(Kind::Extend) }
}

pub fn deleting() -> LifetimeForm {
    let workload = |kind, name: &str, ready| ContainedWorkload { kind, name: name.into(), desired: 3, ready };
    let contents = ContentsView {
        freshness: live(),
        workloads: Some(vec![
            workload(WorkloadKind::Deployment, "reconcile-api", 3),
            workload(WorkloadKind::StatefulSet, "ledger", 2),
        ]),
        is_cut: false,
        n_pods: Some(6),
        n_running: Some(5),
        services: Some(vec![ContainedService { name: "reconcile-api".into(), addresses: vec!["192.0.2.7".into()] }]),
        volumes: Some(vec![ContainedVolume { name: "data-ledger-0".into(), bytes: Some(50 * GIB) }]),
        changed_at: Some(ago(300)),
    };
    LifetimeForm { contents: Some(contents), ..lifetime_form(Kind::Delete) }
}

/// As it was refused, of a cluster that does not answer, beside one that somebody else asked for.
pub fn deleting_refused() -> LifetimeForm {
    let row = delete_row(242, RequestState::InReview);
    let contents = ContentsView {
        freshness: away(),
        workloads: None,
        is_cut: false,
        n_pods: None,
        n_running: None,
        services: None,
        volumes: None,
        changed_at: None,
    };
    LifetimeForm {
        contents: Some(contents),
        open: Some(OpenRequest { row, is_yours: false, gives_way: false, can_revise: true, can_comment: true }),
        errors: vec![error("confirm", "must be payments-dev")],
        fields: AskFields { confirm: "payments".into(), purpose: "Moved.".into(), ..AskFields::default() },
        verdict: None,
        ..lifetime_form(Kind::Delete)
    }
}
