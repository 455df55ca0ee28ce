//! The steps of provisioning, as they go.

use super::when;
use crate::icon::*;
use domain::namespace::StepState;
use domain::view::StepView;
use leptos::prelude::*;
use time::OffsetDateTime;

/// `goes_on` says whether anybody works on them.
pub(crate) fn steps(steps: &[StepView], goes_on: bool, now: OffsetDateTime) -> AnyView {
    view! { <ol class="steps">{steps.iter().map(|s| step(s, goes_on, now)).collect_view()}</ol> }.into_any()
}

fn step(step: &StepView, goes_on: bool, now: OffsetDateTime) -> AnyView {
    let (class, drawing, word) = match step.state {
        StepState::Waiting => ("waiting", LuCircle, "waiting"),
        StepState::Running if !goes_on => ("waiting", LuHourglass, "stalled"),
        StepState::Running => ("running", LuLoader, "running"),
        StepState::Done => ("done", LuCircleCheck, "done"),
        StepState::Failed => ("failed", LuCircleX, "failed"),
    };
    let detail = step.detail.clone().map(|detail| view! { <span class="detail">{detail}</span> });
    let ended = step.ended_at.map(|at| when::ago(at, now));
    view! {
        <li class=class>
            {icon(drawing)}
            <span><span class="title">{step.title.clone()}</span><span class="unseen">", "{word}</span>{detail}</span>
            {ended}
        </li>
    }
    .into_any()
}

/// `6 of 9`.
pub(crate) fn progress(steps: &[StepView]) -> String {
    let done = steps.iter().filter(|step| step.state == StepState::Done).count();
    format!("{done} of {}", steps.len())
}
