//! Why something is not well: cause, what was seen with its source and time, and the next step.

use super::when;
use domain::diagnosis::{Diagnosis, Evidence};
use leptos::prelude::*;
use time::OffsetDateTime;

/// The cause alone.
pub(crate) fn brief(diagnosis: &Diagnosis) -> AnyView {
    view! { <span class=class(diagnosis)><b>{diagnosis.cause.clone()}</b></span> }.into_any()
}

/// In a cell of a table.
pub(crate) fn in_cell(diagnosis: &Diagnosis, now: OffsetDateTime) -> AnyView {
    view! {
        <span class=class(diagnosis) data-cause=diagnosis.code.as_str()>
            <b>{diagnosis.cause.clone()}</b>
            {clock(diagnosis, now)}
            {evidence(diagnosis, now)}
            <span class="next">{diagnosis.next_step.clone()}</span>
        </span>
    }
    .into_any()
}

/// Below a headline that has the cause already.
pub(crate) fn in_note(diagnosis: &Diagnosis, now: OffsetDateTime) -> AnyView {
    view! {
        <p class="why" data-cause=diagnosis.code.as_str()>{clock(diagnosis, now)}{evidence(diagnosis, now)}</p>
        <p class="next">{diagnosis.next_step.clone()}</p>
    }
    .into_any()
}

/// What waits is not failing yet.
fn class(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.fails_at.is_some() { "why waiting" } else { "why" }
}

/// Where, since when, and how long it may still take.
fn clock(diagnosis: &Diagnosis, now: OffsetDateTime) -> AnyView {
    let place = match (&diagnosis.pod, &diagnosis.container) {
        (Some(pod), Some(container)) => Some(format!("container {container} of pod {pod}")),
        (Some(pod), None) => Some(format!("pod {pod}")),
        (None, Some(container)) => Some(format!("container {container}")),
        (None, None) => None,
    };
    let place = place.map(|place| view! { <span>{place}</span> }.into_any());
    let since = diagnosis.since.map(|at| view! { <span>"began "{when::ago(at, now)}</span> }.into_any());
    let until = diagnosis.fails_at.map(|at| view! { <span>"counts as failing "{when::ago(at, now)}</span> }.into_any());
    let recovers = diagnosis.recovers_at;
    let recovers = recovers.map(|at| view! { <span>"counts as recovered "{when::ago(at, now)}</span> }.into_any());
    let parts: Vec<_> = [place, since, until, recovers].into_iter().flatten().collect();
    let apart = |(n, part)| view! { {(n > 0).then_some(" · ")} {part} };
    view! { <span class="seen dim">{parts.into_iter().enumerate().map(apart).collect_view()}</span> }.into_any()
}

fn evidence(diagnosis: &Diagnosis, now: OffsetDateTime) -> AnyView {
    let one = |seen: &Evidence| {
        view! {
            <span class="seen">
                <span class="dim">{seen.source.clone()}{seen.at.map(|at| view! { ", "{when::ago(at, now)} })}": "</span>
                {seen.text.clone()}
            </span>
        }
    };
    diagnosis.evidence.iter().map(one).collect_view().into_any()
}
