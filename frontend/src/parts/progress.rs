//! How far a request's provisioning is, and how it ended.

use super::badge::Tone;
use super::form::post_to;
use super::note::{coded, note, note_with};
use super::{ask, stages, steps, url};
use crate::icon::*;
use domain::view::{RequestState, RequestView, StepView};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn progress(request: &RequestView, now: OffsetDateTime) -> AnyView {
    let panel = (!request.steps.is_empty()).then(|| panel(request, now));
    view! { {outcome(request)} {panel} }.into_any()
}

/// Folded away once all of it is done.
fn panel(request: &RequestView, now: OffsetDateTime) -> AnyView {
    let is_open = request.row.state != RequestState::Completed;
    view! {
        <details class="panel" open=is_open>
            <summary><h2>{title(request)}</h2><span class="dim">{steps::progress(&request.steps)}</span>{icon(LuChevronRight)}</summary>
            <div class="body">{steps::steps(&without_repetition(request), request.row.stalled_by.is_none(), now)}</div>
        </details>
    }
    .into_any()
}

fn title(request: &RequestView) -> &'static str {
    match request.row.state {
        RequestState::Undoing | RequestState::Undone => "Undo",
        RequestState::InReview
        | RequestState::ChangesRequested
        | RequestState::Approved
        | RequestState::Waiting
        | RequestState::Applying
        | RequestState::Completed
        | RequestState::Failed
        | RequestState::Rejected
        | RequestState::Withdrawn
        | RequestState::Expired
        | RequestState::Superseded => "Provisioning",
    }
}

/// The reason stands above the steps; the failed step need not say it again.
fn without_repetition(request: &RequestView) -> Vec<StepView> {
    let mut steps = request.steps.clone();
    for step in &mut steps {
        if step.detail == request.row.failure {
            step.detail = None;
        }
    }
    steps
}

fn outcome(request: &RequestView) -> Option<AnyView> {
    let row = &request.row;
    match row.state {
        RequestState::Completed => Some(completed(request)),
        RequestState::Failed => Some(failed(request)),
        RequestState::Waiting => Some(waiting(request)),
        RequestState::Undoing => Some(note(
            Tone::Info,
            if row.stalled_by.is_none() { "Berth is undoing it" } else { "Undo pending" },
            ask::being_undone(row),
        )),
        RequestState::Undone => Some(note(Tone::Neutral, "Undone", ask::undone(row))),
        RequestState::Expired => {
            let text = "Nothing was changed. Submit a new request if you still need it.";
            Some(note_with(
                Tone::Neutral,
                "Expired: no action before the deadline",
                view! { <p>{text}</p> {anew(request)} }.into_any(),
            ))
        }
        RequestState::Superseded => Some(superseded(request)),
        RequestState::Rejected | RequestState::Withdrawn => anew(request),
        RequestState::InReview | RequestState::ChangesRequested | RequestState::Approved | RequestState::Applying => {
            None
        }
    }
}

/// A request that is over is not changed any more: the way on is another one, begun with what was asked.
fn anew(request: &RequestView) -> Option<AnyView> {
    let row = &request.row;
    let href = ask::again(row).filter(|_| request.namespace_ready && request.can_comment.allowed)?;
    Some(view! { <p><a class="btn small" href=href>{icon(LuPlus)}"Request again"</a></p> }.into_any())
}

fn completed(request: &RequestView) -> AnyView {
    let row = &request.row;
    let link = request.namespace_ready.then(|| {
        let href = url::namespace(&row.cluster, &row.name);
        view! { <a class="btn small" href=href>"Open the namespace"{icon(LuArrowRight)}</a> }
    });
    let says = match request.after_deletion {
        Some(after) => ask::after_deletion(row, after),
        None => ask::completed(row),
    };
    coded("completed", note_with(Tone::Ok, says, link.into_any()))
}

fn waiting(request: &RequestView) -> AnyView {
    let cluster = &request.row.cluster;
    let headline = match request.row.place_in_line {
        Some(1) => format!("Approved, and first in line for capacity on {cluster}"),
        Some(place) => format!("Approved, and number {place} in line for capacity on {cluster}"),
        None => format!("Approved, and waiting for capacity on {cluster}"),
    };
    let short = request.quota.iter().flat_map(|quota| &quota.capacity.short);
    let missing: Vec<_> = short.map(ToString::to_string).collect();
    let missing = (!missing.is_empty()).then(|| format!("{cluster} is short of {}. ", missing.join(", ")));
    if request.held_up.is_some() {
        return ().into_any();
    }
    let text = "It is granted automatically, in order of approval, as soon as there is capacity: when nodes are added or quota is released.";
    note_with(Tone::Warn, headline, view! { <p>{missing}{text}</p> }.into_any())
}

fn superseded(request: &RequestView) -> AnyView {
    let by = request.superseded_by.map(|number| {
        view! { <a class="btn small" href=url::request(number)>{format!("Open {number}")}{icon(LuArrowRight)}</a> }
    });
    let text = view! { <p>"The requester submitted a newer request, which replaced this one."</p> {by} };
    coded("superseded", note_with(Tone::Neutral, "Superseded by another request", text.into_any()))
}

fn failed(request: &RequestView) -> AnyView {
    let action = |name: &str| format!("{}/{name}", url::request(request.row.number));
    let retry = request.can_retry.allowed.then(|| {
        view! {
            <form method="post" action=post_to(action("retry"))>
                <button class="btn small">{icon(LuRotateCcw)}"Try again"</button>
            </form>
        }
    });
    let undo = request.can_undo.allowed.then(|| {
        view! {
            <details class="confirm start">
                <summary class="btn small">{icon(LuUndo2)}"Undo"</summary>
                <form method="post" action=post_to(action("undo"))>
                    <p>{ask::undoing(&request.row)}</p>
                    <button class="btn danger">"Undo request"</button>
                </form>
            </details>
        }
    });
    let nobody = (!request.can_retry.allowed && !request.can_undo.allowed).then(|| {
        let says: Vec<_> = request.next.iter().map(|next| format!("{}: {}", next.action.title(), next.who)).collect();
        view! { <p class="dim">{format!("{}.", says.join("; "))}</p> }
    });
    let text = request.row.failure.as_deref().map(stages::sentence);
    note_with(
        Tone::Bad,
        "Provisioning failed",
        view! { <p>{text}</p> <div class="buttons">{retry} {undo}</div> {nobody} }.into_any(),
    )
}
