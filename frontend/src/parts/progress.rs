//! How far a request's provisioning is, and how it ended.

use super::badge::Tone;
use super::note::note_with;
use super::{steps, url};
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
            <summary><h2>"Provisioning"</h2><span class="dim">{steps::progress(&request.steps)}</span>{icon(LuChevronRight)}</summary>
            <div class="body">{steps::steps(&without_repetition(request), now)}</div>
        </details>
    }
    .into_any()
}

/// The reason stands above the steps; the failed step need not say it again.
fn without_repetition(request: &RequestView) -> Vec<StepView> {
    let mut steps = request.steps.clone();
    for step in &mut steps {
        if step.detail == request.failure {
            step.detail = None;
        }
    }
    steps
}

fn outcome(request: &RequestView) -> Option<AnyView> {
    match request.row.state {
        RequestState::Completed => Some(completed(request)),
        RequestState::Failed => Some(failed(request)),
        RequestState::InReview
        | RequestState::Approved
        | RequestState::Applying
        | RequestState::ChangesRequested
        | RequestState::Waiting
        | RequestState::Undoing
        | RequestState::Undone
        | RequestState::Rejected
        | RequestState::Withdrawn
        | RequestState::Expired
        | RequestState::Superseded => None,
    }
}

fn completed(request: &RequestView) -> AnyView {
    let row = &request.row;
    let link = request.namespace_ready.then(|| {
        let href = url::namespace(&row.cluster, &row.name);
        view! { <a class="btn small" href=href>"Open the namespace"{icon(LuArrowRight)}</a> }
    });
    note_with(Tone::Ok, format!("{} is ready", row.name), link.into_any())
}

fn failed(request: &RequestView) -> AnyView {
    let retry = request.can_retry.allowed.then(|| {
        view! {
            <form method="post" action=format!("{}/retry", url::request(request.row.number))>
                <button class="btn small">{icon(LuRotateCcw)}"Try again"</button>
            </form>
        }
    });
    let text = request.failure.clone();
    note_with(Tone::Bad, "Provisioning gave up", view! { <p>{text}</p> {retry} }.into_any())
}
