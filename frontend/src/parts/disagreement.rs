//! Where a cluster's administrator has not agreed to what a class loosens: no namespace of it is made there until then.

use super::badge::Tone;
use super::note::note_with;
use super::when;
use domain::view::Disagreement;
use leptos::prelude::*;
use time::OffsetDateTime;

/// Beside an ask, or a request, for that class there.
pub(crate) fn disagreement(found: Option<&Disagreement>, now: OffsetDateTime) -> Option<AnyView> {
    let found = found?;
    let (state, headline) = match found.missing {
        Some(_) => ("missing", format!("Cannot be made on {} yet", found.cluster)),
        None => ("unknown", format!("Whether it can be made on {} is not known", found.cluster)),
    };
    let content = view! { <p>{says(found)}{checked(found, now)}</p> };
    let note = note_with(Tone::Warn, headline, content.into_any());
    Some(view! { <div data-agreement=state>{note}</div> }.into_any())
}

/// One row for each cluster.
pub(crate) fn rows(found: &[Disagreement], now: OffsetDateTime) -> AnyView {
    let row = |found: &Disagreement| {
        view! { <li><b>{found.cluster.clone()}</b>": "{says(found)}{checked(found, now)}</li> }
    };
    view! { <ul>{found.iter().map(row).collect_view()}</ul> }.into_any()
}

fn says(found: &Disagreement) -> String {
    match &found.missing {
        Some(missing) => {
            format!("Not until an administrator of the cluster agrees to what its class loosens: {}.", missing.join(", "))
        }
        None => "Its class loosens what an administrator of the cluster has to agree to; no check has told whether they have."
            .to_owned(),
    }
}

fn checked(found: &Disagreement, now: OffsetDateTime) -> Option<AnyView> {
    let at = found.checked_at?;
    Some(view! { " "<span class="dim">"Checked "{when::ago(at, now)}"."</span> }.into_any())
}
