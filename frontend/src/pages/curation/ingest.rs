//! One time that a chart was taken in, or was tried to be: its steps, and what came of it.

use super::entry::ingest_state;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::list::Head;
use crate::parts::{note, slot, stages, url, when};
use domain::page::PageKind;
use domain::view::{IngestState, IngestStep, IngestView};
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: IngestView) -> String {
    let refresh = (view.state == IngestState::Running).then_some(3);
    document::render(frame, |frame| Page {
        title: view.what.clone(),
        kind: Some(PageKind::Ingest),
        crumbs: vec![
            Crumb::to(PageKind::Curation),
            Crumb::link(view.entry.to_string(), url::curated_entry(&view.entry)),
            Crumb::here(view.what.clone()),
        ],
        refresh,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &IngestView) -> AnyView {
    let nobody = if view.is_by_itself { "Berth, by itself" } else { "the operator" };
    let by = view.begun_by.clone().unwrap_or_else(|| nobody.into());
    let mut head = Head::new(view.what.clone(), "");
    head.below = view! { "Begun by "{by}", "{when::ago(view.begun_at, frame.now)} }.into_any();
    head.above = Some(slot::slot("state", "", ingest_state(view.state)));
    view! {
        {slot::live(frame.path.clone())}
        {head.view()}
        <div class="reading stack">
            {slot::slot("outcome", "", outcome(view))}
            {slot::slot("steps", "", steps(&view.steps, frame.now))}
        </div>
    }
    .into_any()
}

fn outcome(view: &IngestView) -> Option<AnyView> {
    let error = view.error.as_deref().map(stages::sentence).unwrap_or_default();
    let version = view.version.as_ref().map(|version| {
        let href = url::review_version(&view.entry, version);
        view! { <a class="btn primary" href=href>{icon(LuPackageCheck)}{format!("Look at {version}")}</a> }
    });
    let (tone, headline, text) = match view.state {
        IngestState::Running => return None,
        IngestState::TakenIn => (Tone::Ok, "Taken in as a candidate", "Teams see it once it is approved.".to_owned()),
        IngestState::Unchanged => {
            (Tone::Neutral, "It was there already", "The same version with the same bytes.".to_owned())
        }
        IngestState::Refused => (Tone::Bad, "It cannot be taken in", error),
        IngestState::Failed => (Tone::Bad, "It could not be taken in", error),
    };
    let content = view! { <p class="prose">{text}</p> {version} };
    Some(note::coded("ingest", note::note_with(tone, headline, content.into_any())))
}

fn steps(steps: &[IngestStep], now: OffsetDateTime) -> AnyView {
    let rows = steps.iter().map(|step| {
        let (class, drawing, word) =
            if step.is_done { ("done", LuCircleCheck, "done") } else { ("failed", LuCircleX, "failed") };
        view! {
            <li class=class>
                {icon(drawing)}
                <span>
                    <span class="title">{step.name.clone()}</span>
                    <span class="unseen">", "{word}</span>
                    <span class="detail">{step.detail.clone()}</span>
                </span>
                {when::ago(step.ended_at, now)}
            </li>
        }
    });
    view! { <ol class="steps">{rows.collect_view()}</ol> }.into_any()
}
