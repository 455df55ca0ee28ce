//! A request that is open already, beside the form that asks for another of its kind.

use super::badge::Tone;
use super::{ask, note, url, when};
use domain::view::{OpenRequest, RequestState};
use leptos::prelude::*;
use time::OffsetDateTime;

/// What is asked for already.
pub(crate) fn open_request(open: &OpenRequest, now: OffsetDateTime) -> AnyView {
    let row = &open.row;
    let href = url::request(row.number);
    let (way, says) = match row.state {
        RequestState::Failed => {
            ("failed", "It failed: no other request is possible until it is retried or undone. Its page shows who can.")
        }
        RequestState::Undoing => ("undoing", "It is being undone: no other request is possible until that is done."),
        state if !state.is_pending() => ("wait", "It is granted: no other request is possible until it is applied."),
        _ if open.gives_way => ("replace", "It is yours: a new request replaces it."),
        _ if open.can_revise => {
            ("revise", "No other request is possible until it is closed. You can revise it, or comment on it.")
        }
        _ if open.can_comment => ("comment", "No other request is possible until it is closed. You can comment on it."),
        _ => ("read", "No other request is possible until it is closed."),
    };
    let said = view! {
        <p>
            <a class="link" href=href>{format!("{} by {}", row.number, row.requester.name)}</a>
            {format!(", {}, asks for {}. ", row.state.title().to_lowercase(), ask::whole(row))}
            {when::ago(row.submitted_at, now)}
        </p>
        <p data-open=way>{says}</p>
    };
    note::coded("open-request", note::note_with(Tone::Info, format!("{} is open already", row.title), said.into_any()))
}
