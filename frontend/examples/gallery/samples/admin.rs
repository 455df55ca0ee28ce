//! The audit trail and jobs.

use super::values::{ago, page_of};
use super::viewers::{auditor, platform};
use super::{Gallery, HOSTILE, NOW};
use domain::form::AuditFields;
use domain::view::*;
use frontend::pages;
use serde_json::json;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    to.add("audit", auditor(), "/admin/audit", audit(), pages::audit::page);
    to.add("audit-none", auditor(), "/admin/audit", no_audit(), pages::audit::page);
    to.add("jobs", platform(), "/admin/jobs", jobs(), pages::jobs::page);
    to.add("jobs-none", auditor(), "/admin/jobs", vec![], pages::jobs::page);
}

pub fn audit() -> AuditView {
    let items = vec![
        audit_row(312, "Berth", "system", "namespace.provisioned", "harbour-1/payments-dev"),
        audit_row(311, "payments owner", "person", "request.approved", "REQ-224"),
        AuditRow {
            detail: json!({}),
            request_id: None,
            ..audit_row(310, "payments developer", "person", "session.started", "payments developer")
        },
        audit_row(309, "operator", "operator", "cluster.added", "harbour-1"),
    ];
    AuditView {
        fields: AuditFields { actor: "payments".into(), ..AuditFields::default() },
        errors: vec![],
        page: page_of(items, Some("309")),
    }
}

pub fn audit_row(seq: i64, actor: &str, actor_kind: &str, action: &str, subject: &str) -> AuditRow {
    AuditRow {
        seq,
        at: ago(400 - seq),
        actor: actor.into(),
        actor_kind: actor_kind.into(),
        on_behalf_of: (actor_kind == "system").then(|| "payments developer".into()),
        action: action.into(),
        subject: subject.into(),
        request_id: Some("0199e6c2-7d3a-7c11-9f0e-3f1c2b4a5d6e".into()),
        detail: json!({ "before": null, "after": { "cpu_m": 2000, "note": HOSTILE } }),
        hash: "c1a5f0e7b3d94a2c".repeat(4),
    }
}

pub fn no_audit() -> AuditView {
    AuditView { fields: AuditFields::default(), errors: vec![], page: page_of(vec![], None) }
}

pub fn jobs() -> Vec<JobRow> {
    let job = |id, subject: &str, gave_up, attempts, error: &str| JobRow {
        id,
        kind: "sync_namespace".into(),
        subject: subject.into(),
        attempts,
        gave_up,
        last_error: Some(error.into()),
        run_at: NOW + Duration::minutes(4),
    };
    vec![
        job(
            7,
            "harbour-1/payments-broken",
            true,
            10,
            "namespace payments-broken is there already and was not made by Berth",
        ),
        job(9, "quay-7/payments-edge", false, 3, "quay-7 does not answer: connection refused after 5 s"),
    ]
}
