//! Requests for more time and for an end.

use super::lifetime::deleting;
use super::requests::{delete_row, extend_row};
use super::review::{closed, in_review, request_page};
use super::values::day;
use super::viewers::{developer, owner};
use super::{Gallery, NOW};
use domain::form::AskFields;
use domain::request::Grant;
use domain::view::*;
use frontend::pages;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    let mut add = |name, viewer, path, page| to.add(name, viewer, path, page, pages::request::page);
    add("request-extend", owner(), "/requests/243", request_page(extension()));
    add("request-extend-sent-back", developer(), "/requests/243", request_page(extension_sent_back()));
    add("request-extend-revise", developer(), "/requests/243/revise", extension_revising());
    add("request-extend-rejected", developer(), "/requests/243", request_page(extension_rejected()));
    add("request-delete", owner(), "/requests/242", request_page(deletion()));
    add("request-delete-sent-back", developer(), "/requests/242", request_page(deletion_sent_back()));
    let suspended = AfterDeletion::Suspended { delete_at: NOW + Duration::days(20) };
    add("request-deleted", developer(), "/requests/242", request_page(deleted(suspended)));
    add("request-deleted-restored", developer(), "/requests/242", request_page(deleted(AfterDeletion::Restored)));
}

const SENT_BACK: &str = "it is waiting for changes";

/// Of a kind without a quota.
pub fn of_a_namespace(row: RequestRow, grantable: Grant) -> RequestView {
    RequestView { row, grantable, quota: None, namespace_ready: true, ..in_review() }
}

pub fn extension() -> RequestView {
    of_a_namespace(extend_row(243, RequestState::InReview), Grant::Until { until: day("2027-03-31") })
}

pub fn extension_sent_back() -> RequestView {
    let changes = ChangesView {
        by: "payments owner".into(),
        comment: "Until the end of January first.".into(),
        suggestion: Some(Grant::Until { until: day("2027-01-31") }),
        capacity: None,
    };
    let row = extend_row(243, RequestState::ChangesRequested);
    RequestView {
        changes: Some(changes),
        can_revise: Permission::yes(),
        can_accept: Permission::yes(),
        ..closed(of_a_namespace(row, Grant::Until { until: day("2027-03-31") }), SENT_BACK)
    }
}

pub fn extension_revising() -> RequestPage {
    let request = extension_sent_back();
    RequestPage { revision: Some(AskFields::of(&request)), ..request_page(request) }
}

pub fn extension_rejected() -> RequestView {
    let row = extend_row(243, RequestState::Rejected);
    let view = of_a_namespace(row, Grant::Until { until: day("2027-03-31") });
    RequestView { next: vec![], expires_at: None, ..closed(view, "it is rejected") }
}

pub fn deletion() -> RequestView {
    let view = of_a_namespace(delete_row(242, RequestState::InReview), Grant::Deletion { grace_days: 30 });
    RequestView { contents: deleting().contents, ..view }
}

pub fn deletion_sent_back() -> RequestView {
    let changes = ChangesView {
        by: "payments owner".into(),
        comment: "Say where the data went.".into(),
        suggestion: None,
        capacity: None,
    };
    let row = delete_row(242, RequestState::ChangesRequested);
    RequestView {
        changes: Some(changes),
        can_revise: Permission::yes(),
        ..closed(of_a_namespace(row, Grant::Deletion { grace_days: 30 }), SENT_BACK)
    }
}

pub fn deleted(after: AfterDeletion) -> RequestView {
    let row = RequestRow { waits_for: String::new(), ..delete_row(242, RequestState::Completed) };
    let view = of_a_namespace(row, Grant::Deletion { grace_days: 30 });
    RequestView { next: vec![], expires_at: None, after_deletion: Some(after), ..closed(view, "it is completed") }
}
