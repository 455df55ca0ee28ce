//! What a request asks for, on its page: each kind shows it in its own way.

mod delete;
mod extend;
mod quota;

use crate::icon::*;
use crate::parts::form::Errors;
use domain::form::AskFields;
use domain::request::Grant;
use domain::view::{RequestContent, RequestPage, RequestRow, RequestState, RequestView};
use leptos::prelude::*;

/// The id of the approving form; its fields stand in the table, its buttons below.
pub(super) const APPROVAL: &str = "approval";

/// What would change; with fields, where the reader decides it.
pub(super) fn changes(page: &RequestPage, decides: bool) -> Option<AnyView> {
    let row = &page.request.row;
    match &row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => {
            quota::changes(page, content, decides)
        }
        RequestContent::Extend(content) => Some(extend::changes(page, content, decides)),
        RequestContent::Delete(content) => Some(delete::changes(&page.request, content)),
    }
}

/// What may be granted less of.
pub(super) fn hint(row: &RequestRow) -> Option<&'static str> {
    match &row.content {
        RequestContent::NewNamespace(_) | RequestContent::Quota(_) => {
            Some("you can grant less than requested, never more")
        }
        RequestContent::Extend(_) => Some("you can grant an earlier day than requested, never a later one"),
        RequestContent::Delete(_) => None,
    }
}

/// What goes with the decision and is not shown.
pub(super) fn hidden(row: &RequestRow) -> Option<AnyView> {
    row.content.quota().map(quota::hidden)
}

/// What else may be said with a comment.
pub(super) fn suggestion_hint(row: &RequestRow) -> &'static str {
    match &row.content {
        RequestContent::NewNamespace(_) | RequestContent::Quota(_) => {
            " When you ask for changes, other numbers above are your suggestion, and may be more."
        }
        RequestContent::Extend(_) => {
            " When you ask for changes, another day above is your suggestion, and may be later."
        }
        RequestContent::Delete(_) => "",
    }
}

/// What somebody would approve instead.
pub(super) fn suggested(request: &RequestView, suggestion: &Grant) -> Option<AnyView> {
    match (&request.row.content, suggestion) {
        (RequestContent::NewNamespace(content) | RequestContent::Quota(content), Grant::Quota(wanted)) => {
            Some(quota::suggested(content, wanted))
        }
        (RequestContent::Extend(content), Grant::Until { until }) => Some(extend::suggested(content, *until)),
        (
            RequestContent::NewNamespace(_)
            | RequestContent::Quota(_)
            | RequestContent::Extend(_)
            | RequestContent::Delete(_),
            Grant::Quota(_) | Grant::Until { .. } | Grant::Deletion { .. },
        ) => None,
    }
}

/// What of it can be revised beside its reason.
pub(super) fn revising(page: &RequestPage, fields: &AskFields) -> Option<AnyView> {
    match &page.request.row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => {
            quota::revising(page, content, fields)
        }
        RequestContent::Extend(_) => Some(extend::revising(page, fields)),
        RequestContent::Delete(_) => {
            let says = "Of a deletion only the reason can be revised.";
            Some(view! { <p class="hint">{icon(LuInfo)}{says}</p> }.into_any())
        }
    }
}

/// What there was when it was asked for: once it is granted, there may be the new.
fn base_title(state: RequestState) -> &'static str {
    if state.is_pending() { "Now" } else { "Before" }
}

/// Over what is granted, or is to be; none before it is decided, for who does not.
fn granted_title(row: &RequestRow, is_granted: bool, decides: bool) -> Option<&'static str> {
    match (decides, is_granted) {
        (true, _) => Some("You grant"),
        (false, true) if row.state == RequestState::Waiting => Some("To be granted"),
        (false, true) => Some("Granted"),
        (false, false) => None,
    }
}

/// What was wrong with the decision; the page has other forms too.
pub(super) fn own_errors(page: &RequestPage) -> Errors<'_> {
    Errors(if page.fields.is_some() { &page.errors } else { &[] })
}
