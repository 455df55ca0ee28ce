//! What a request asks for and what comes of it, by kind: in words, on its page, and in the forms there. Each kind has its own way.

mod delete;
mod extend;
mod quota;

use super::amounts::{brief, change};
use super::{url, when};
use crate::icon::*;
use crate::parts::form::Errors;
use domain::form::AskFields;
use domain::request::{Grant, Kind};
use domain::view::{
    AfterDeletion, ExtendContent, QuotaContent, RequestContent, RequestPage, RequestRow, RequestState, RequestView,
    Verdict,
};
use leptos::prelude::*;

/// The id of the approving form; its fields stand in the table, its buttons below.
pub(crate) const APPROVAL: &str = "approval";

/// What would change; with fields, where the reader decides it.
pub(crate) fn changes(page: &RequestPage, decides: bool) -> Option<AnyView> {
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
pub(crate) fn hint(row: &RequestRow) -> Option<&'static str> {
    match &row.content {
        RequestContent::NewNamespace(_) | RequestContent::Quota(_) => {
            Some("you can grant less than requested, never more")
        }
        RequestContent::Extend(_) => Some("you can grant an earlier day than requested, never a later one"),
        RequestContent::Delete(_) => None,
    }
}

/// What goes with the decision and is not shown.
pub(crate) fn hidden(row: &RequestRow) -> Option<AnyView> {
    row.content.quota().map(quota::hidden)
}

/// What else may be said with a comment.
pub(crate) fn suggestion_hint(row: &RequestRow) -> &'static str {
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
pub(crate) fn suggested(request: &RequestView, suggestion: &Grant) -> Option<AnyView> {
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
pub(crate) fn revising(page: &RequestPage, fields: &AskFields) -> Option<AnyView> {
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
pub(crate) fn own_errors(page: &RequestPage) -> Errors<'_> {
    Errors(if page.fields.is_some() { &page.errors } else { &[] })
}

/// In a few words: `L · 8 CPU · 32 GiB` of what is new, `+2 CPU, −20 pods` of a quota, `until 2026-12-31`.
pub(crate) fn brief_of(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(QuotaContent { size: Some(size), asked, .. }) => {
            format!("{size} · {}", brief(asked))
        }
        RequestContent::NewNamespace(QuotaContent { size: None, asked, .. }) => brief(asked),
        RequestContent::Quota(content) => change(&content.base, &content.asked),
        RequestContent::Extend(content) => format!("until {}", content.asked),
        RequestContent::Delete(content) => format!("after {} days", content.grace_days),
    }
}

/// The whole of it.
pub(crate) fn whole(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => content.asked.describe(),
        RequestContent::Extend(content) => Grant::Until { until: content.asked }.describe(),
        RequestContent::Delete(content) => Grant::Deletion { grace_days: content.grace_days }.describe(),
    }
}

/// What was granted, where that is something else than what was asked.
pub(crate) fn granted_instead(row: &RequestRow) -> Option<String> {
    match &row.content {
        RequestContent::NewNamespace(QuotaContent { asked, granted, .. })
        | RequestContent::Quota(QuotaContent { asked, granted, .. }) => {
            granted.filter(|granted| granted != asked).map(|granted| brief(&granted))
        }
        RequestContent::Extend(ExtendContent { asked, granted, .. }) => {
            granted.filter(|granted| granted != asked).map(|granted| format!("until {granted}"))
        }
        RequestContent::Delete(_) => None,
    }
}

/// What its words are called.
pub(crate) fn purpose_title(kind: Kind) -> &'static str {
    match kind {
        Kind::NewNamespace => "Purpose",
        Kind::Quota | Kind::Extend | Kind::Delete => "Reason",
    }
}

/// What it came to.
pub(crate) fn completed(row: &RequestRow) -> String {
    let name = &row.name;
    match &row.content {
        RequestContent::NewNamespace(_) => format!("{name} is ready"),
        RequestContent::Quota(QuotaContent { granted: Some(granted), .. }) => {
            format!("{name} has {}", granted.describe())
        }
        RequestContent::Quota(QuotaContent { granted: None, .. }) => format!("The quota of {name} is changed"),
        RequestContent::Extend(ExtendContent { granted, asked, .. }) => {
            format!("{name} expires on {}", granted.unwrap_or(*asked))
        }
        RequestContent::Delete(content) => {
            format!("{name} was suspended, to be deleted {} days later", content.grace_days)
        }
    }
}

/// What became of a namespace since its deletion was granted.
pub(crate) fn after_deletion(row: &RequestRow, after: AfterDeletion) -> String {
    let name = &row.name;
    match after {
        AfterDeletion::Suspended { delete_at } => {
            format!("{name} is suspended, and will be deleted on {}", when::format_date(delete_at))
        }
        AfterDeletion::Restored => format!("{name} was suspended, and has been restored"),
        AfterDeletion::Removing => format!("{name} is being deleted"),
        AfterDeletion::Deleted => format!("{name} is deleted"),
    }
}

/// While it is being undone.
pub(crate) fn being_undone(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => {
            "Its objects on the cluster are removed; then the name is free again.".to_owned()
        }
        RequestContent::Quota(content) => {
            format!("The quota of {} goes back to {}.", row.name, content.base.describe())
        }
        // They are done with their approval.
        RequestContent::Extend(_) | RequestContent::Delete(_) => String::new(),
    }
}

/// Once it is undone.
pub(crate) fn undone(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => {
            format!("Nothing of {} is left on {}. You can submit a new request at any time.", row.name, row.cluster)
        }
        RequestContent::Quota(content) => format!("The quota of {} is {} again.", row.name, content.base.describe()),
        RequestContent::Extend(_) | RequestContent::Delete(_) => String::new(),
    }
}

/// What undoing does, said before it is done.
pub(crate) fn undoing(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => format!(
            "Berth removes the objects of {} on {}, and the name is free again. It refuses while pods or volumes are in it. The request is then closed.",
            row.name, row.cluster
        ),
        RequestContent::Quota(_) | RequestContent::Extend(_) | RequestContent::Delete(_) => {
            format!("{} The request is then closed.", being_undone(row))
        }
    }
}

/// Where the same can be asked for again; none of what begins elsewhere.
pub(crate) fn again(row: &RequestRow) -> Option<String> {
    match &row.content {
        RequestContent::NewNamespace(_) => None,
        RequestContent::Quota(content) => {
            Some(url::quota_asking(&row.cluster, &row.name, &content.asked, &row.purpose))
        }
        RequestContent::Extend(content) => {
            Some(url::extend_asking(&row.cluster, &row.name, content.asked, &row.purpose))
        }
        RequestContent::Delete(_) => Some(url::delete_asking(&row.cluster, &row.name, &row.purpose)),
    }
}

/// What is done once it is approved.
pub(crate) fn steps(verdict: &Verdict) -> Vec<&'static str> {
    match verdict.kind {
        Some(Kind::NewNamespace) | None => vec![
            "Capacity is held on the cluster",
            "Berth creates the namespace and verifies it",
            "Your team gets access",
        ],
        Some(Kind::Quota) => {
            let grows = verdict.base.zip(verdict.asked).is_some_and(|(base, asked)| !asked.fits(&base));
            let capacity = grows.then_some("Capacity is held on the cluster");
            capacity.into_iter().chain(["Berth changes the quota on the cluster and verifies it"]).collect()
        }
        Some(Kind::Extend) => vec!["The namespace expires on the new day from then on"],
        Some(Kind::Delete) => vec![
            "Berth suspends the namespace: what runs in it is stopped",
            "Until it is deleted it can be restored with one click",
        ],
    }
}
