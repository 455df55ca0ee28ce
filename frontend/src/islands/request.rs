//! A request's page while it changes: state, steps, stages and timeline follow the request's stream.

use super::live::Live;
use crate::parts::badge::{self, Tone};
use crate::parts::icon::*;
use crate::parts::{note, stages, steps, timeline};
use domain::view::{RequestState, RequestView, StageView, StepView, TimelineEntry};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Around the whole page; the islands inside follow its stream.
#[island]
pub fn LiveRequest(number: i64, is_open: bool, children: Children) -> impl IntoView {
    Live::<RequestView>::provide(format!("/api/v1/requests/{number}/events"), is_open);
    children()
}

#[island]
pub fn RequestBadge(state: RequestState) -> impl IntoView {
    let live = Live::<RequestView>::from_outside();
    move || badge::request_state(live.part(&state, 0, |view| view.row.state).0)
}

/// Says that what the reader decides on is no longer what is there.
#[island]
pub fn RequestNews(state: RequestState, revision: i32) -> impl IntoView {
    let live = Live::<RequestView>::from_outside();
    let seen = (state, revision);
    let news = move || {
        let (now, _) = live.part(&seen, 0, |view| (view.row.state, view.revision));
        (now != seen).then(|| {
            let again = view! { <p><a class="link" href="">"Read it again"</a>" before you decide."</p> };
            note::note_with(Tone::Info, "This request has changed since you opened it", again.into_any())
        })
    };
    view! { <div aria-live="polite">{news}</div> }.into_any()
}

/// What the panel of provisioning shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub state: RequestState,
    pub steps: Vec<StepView>,
    pub failure: Option<String>,
    pub can_retry: bool,
    pub number: i64,
    /// The namespace's page, once there is one.
    pub namespace: Option<String>,
    pub name: String,
}

impl From<&RequestView> for Progress {
    fn from(view: &RequestView) -> Self {
        Self {
            state: view.row.state,
            steps: without_repetition(&view.steps, view.failure.as_deref()),
            failure: view.failure.clone(),
            can_retry: view.can_retry.allowed,
            number: view.row.number.0,
            namespace: view.namespace_ready.then(|| format!("/namespaces/{}/{}", view.row.cluster, view.row.name)),
            name: view.row.name.clone(),
        }
    }
}

/// The reason stands above the steps; the failed step need not say it again.
fn without_repetition(steps: &[StepView], failure: Option<&str>) -> Vec<StepView> {
    let repeats = |step: &StepView| failure.is_some() && step.detail.as_deref() == failure;
    steps.iter().map(|step| StepView { detail: step.detail.clone().filter(|_| !repeats(step)), ..step.clone() }).collect()
}

#[island]
pub fn RequestProgress(progress: Progress, now: i64) -> impl IntoView {
    let live = Live::<RequestView>::from_outside();
    move || {
        let (progress, now) = live.part(&progress, now, |view| Progress::from(view));
        view! {
            <div class="stack" aria-live="polite">
                {outcome(&progress)}
                {(!progress.steps.is_empty()).then(|| view! {
                    <section class="panel">
                        <header><h2>"Provisioning"</h2><span class="dim">{steps::progress(&progress.steps)}</span></header>
                        <div class="body">{steps::steps(&progress.steps, now)}</div>
                    </section>
                })}
            </div>
        }
        .into_any()
    }
}

fn outcome(progress: &Progress) -> AnyView {
    match progress.state {
        RequestState::Completed => completed(progress),
        RequestState::Failed => failed(progress),
        RequestState::InReview
        | RequestState::Approved
        | RequestState::Applying
        | RequestState::Rejected
        | RequestState::Withdrawn => ().into_any(),
    }
}

fn completed(progress: &Progress) -> AnyView {
    let link = progress.namespace.clone().map(|href| {
        view! { <a class="btn small" href=href>"Open the namespace"{icon(LuArrowRight)}</a> }
    });
    note::note_with(Tone::Ok, format!("{} is ready", progress.name), link.into_any())
}

fn failed(progress: &Progress) -> AnyView {
    let retry = progress.can_retry.then(|| {
        view! {
            <form method="post" action=format!("/requests/{}/retry", progress.number)>
                <button class="btn small">{icon(LuRotateCcw)}"Try again"</button>
            </form>
        }
    });
    let text = progress.failure.clone().unwrap_or_default();
    note::note_with(Tone::Bad, "Provisioning gave up", view! { <p>{text}</p> {retry} }.into_any())
}

#[island]
pub fn RequestStages(stages: Vec<StageView>) -> impl IntoView {
    let live = Live::<RequestView>::from_outside();
    move || stages::stages(&live.part(&stages, 0, |view| view.stages.clone()).0)
}

#[island]
pub fn RequestTimeline(entries: Vec<TimelineEntry>, now: i64) -> impl IntoView {
    let live = Live::<RequestView>::from_outside();
    move || {
        let (entries, now) = live.part(&entries, now, |view| view.timeline.clone());
        timeline::timeline(&entries, now)
    }
}
