//! One entry for those who curate: what is said of it, its versions, and what was taken in.

use super::available;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::{self, Head};
use crate::parts::{catalog, note, slot, url, when};
use domain::catalog::{Approval, AutomaticRule, Channel, VersionState};
use domain::page::PageKind;
use domain::view::{CuratedEntry, IngestState, IngestView, VersionRow};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use values::Overlay;

/// `again`: its form that was refused. `is_first` says whether the versions are the first page of theirs.
pub fn page(frame: Frame, view: CuratedEntry, is_first: bool, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: view.spec.title.clone(),
        kind: Some(PageKind::CuratedEntry),
        crumbs: vec![Crumb::to(PageKind::Curation), Crumb::here(view.name.to_string())],
        refresh: None,
        body: body(frame, &view, is_first, &again),
    })
}

fn body(frame: &Frame, view: &CuratedEntry, is_first: bool, again: &Again) -> AnyView {
    let may = may_set_up(frame);
    let mut head = Head::new(view.spec.title.clone(), view.spec.summary.clone());
    head.above = Some(badge::tag(view.name.to_string()));
    head.actions = Some(
        view! {
            <a class="btn" href=url::catalog_entry(&view.name)>{icon(LuLayoutGrid)}"As teams see it"</a>
            {may.then(|| view! { <a class="btn" href=url::entry_form(&view.name)>{icon(LuListFilter)}"Form"</a> })}
            {may.then(|| view! { <a class="btn primary" href=url::edit_entry(&view.name)>{icon(LuPencil)}"Edit"</a> })}
        }
        .into_any(),
    );
    view! {
        {slot::live(frame.path.clone())}
        {head.view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {withdrawn(view)}
                {slot::slot("versions", "stack", versions(view, is_first, frame.now))}
                {view.available.as_ref().map(|of| available::panel(&view.name, of, may, again, frame.now))}
                {may.then(|| upload(view, again))}
            </div>
            <aside class="stack" aria-label="About it">
                {says(view, frame.now)}
                {slot::slot("ingests", "", ingests(&view.ingests, frame.now))}
                {may.then(|| offer(view, again))}
            </aside>
        </div>
    }
    .into_any()
}

fn withdrawn(view: &CuratedEntry) -> Option<AnyView> {
    let reason = view.withdrawn.clone()?;
    let text = view! { <p class="prose">{reason}</p> };
    Some(note::coded("withdrawn", note::note_with(Tone::Warn, "This entry is withdrawn", text.into_any())))
}

fn versions(view: &CuratedEntry, is_first: bool, now: OffsetDateTime) -> AnyView {
    let list = if view.versions.items.is_empty() {
        let how = match view.available {
            Some(_) => "None yet. Take the first one in from its source, below.",
            None => "None yet. Upload an archive of the chart to take the first one in.",
        };
        view! { <p class="body dim">{how}</p> }.into_any()
    } else {
        let rows = view.versions.items.iter().map(|row| version(view, row, now));
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="panel" aria-labelledby="versions">
            <header><h2 id="versions">"Versions"</h2></header>
            {list}
        </section>
        {list::paging(&url::curated_entry(&view.name), &[], is_first, view.versions.next.as_deref())}
    }
    .into_any()
}

fn version(view: &CuratedEntry, row: &VersionRow, now: OffsetDateTime) -> AnyView {
    let app = row.app_version.as_ref().filter(|app| **app != row.version).map(|app| format!(" · {app}"));
    let is_open = row.state == VersionState::Candidate;
    let approvals = (is_open && row.approvals_needed > 1).then(|| {
        view! { <span class="dim">{format!("{} of {} approvals", row.approvals, row.approvals_needed)}</span> }
    });
    let is_held_back = view.spec.channel == Channel::Stable && row.is_prerelease;
    let held_back = is_held_back.then(|| badge::tag("pre-release: not offered on Stable"));
    view! {
        <li data-version=row.version.clone()>
            <div class="cell-2">
                <a class="row num" href=url::review_version(&view.name, &row.version)>{row.version.clone()}{app}</a>
                {row.reason.clone().map(|reason| view! { <span class="plain prose">{reason}</span> })}
                <span>"taken in "{when::ago(row.taken_in_at, now)}</span>
            </div>
            <div class="state">{catalog::unjudged(row.unjudged)}{held_back}{approvals}{catalog::state(row.state, now.date())}</div>
        </li>
    }
    .into_any()
}

fn upload(view: &CuratedEntry, again: &Again) -> AnyView {
    let archive = Field::new("archive", "Archive of the chart", Errors(&again.errors))
        .help("As helm package makes it: a .tgz of at most 20 MiB. It is read, rendered and judged; nothing is offered by that.");
    view! {
        <section class="panel" aria-labelledby="upload">
            <header><h2 id="upload">"Upload a version"</h2></header>
            <form
                class="form body"
                method="post"
                action=post_to(format!("{}/versions", url::curated_entry(&view.name)))
                enctype="multipart/form-data"
            >
                {archive.file()}
                <div class="buttons"><button class="btn">{icon(LuUpload)}"Upload"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn says(view: &CuratedEntry, now: OffsetDateTime) -> AnyView {
    let spec = &view.spec;
    let who = view.editor.clone().unwrap_or_else(|| "the operator".into());
    let environments: Vec<_> = spec.environments.iter().map(|environment| environment.as_str()).collect();
    let approval = match spec.approval {
        Approval::None => "nobody",
        Approval::Platform => "Platform",
    };
    let rule = match spec.automatic {
        AutomaticRule::Never => "wait for people",
        AutomaticRule::Patches => "patches are approved by rule",
    };
    view! {
        <section class="panel" aria-labelledby="says">
            <header><h2 id="says">"What is said of it"</h2></header>
            <dl class="kv body">
                <dt>"Category"</dt><dd>{spec.category.title()}</dd>
                <dt>"Owner"</dt><dd>{spec.owner.clone()}</dd>
                <dt>"Teams"</dt><dd>{or_all(&spec.teams)}</dd>
                <dt>"Classes"</dt><dd>{or_all(&spec.classes)}</dd>
                <dt>"Environments"</dt><dd>{if environments.is_empty() { "all".to_owned() } else { environments.join(", ") }}</dd>
                <dt>"Versions"</dt><dd>{origin(view)}</dd>
                <dt>"Risk"</dt><dd>{spec.risk.title()}</dd>
                <dt>"Who approves an install"</dt><dd>{approval}</dd>
                <dt>"New versions"</dt><dd>{rule}</dd>
                <dt>"Form"</dt><dd>{form_in_words(view)}</dd>
                <dt>"Edited"</dt><dd>{who}", "{when::ago(view.edited_at, now)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

fn origin(view: &CuratedEntry) -> AnyView {
    match &view.spec.origin {
        None => "uploaded".into_any(),
        Some(origin) => {
            let chart = origin.chart.clone();
            view! { {chart}" from "<a class="link" href=url::source(&origin.source)>{origin.source.to_string()}</a> }
                .into_any()
        }
    }
}

/// `11 fields, 1 imposed value`.
fn form_in_words(view: &CuratedEntry) -> String {
    let Ok(overlay) = serde_json::from_value::<Overlay>(Value::Object(view.spec.form.clone())) else {
        return "cannot be read".into();
    };
    let counted = |n: usize, one: &str, more: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {more}")),
    };
    let parts = [
        counted(overlay.fields.len(), "field", "fields"),
        counted(overlay.defaults.len(), "default", "defaults"),
        counted(overlay.imposed.len(), "imposed value", "imposed values"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "all values of the chart".into() } else { parts.join(", ") }
}

fn or_all<T: ToString>(names: &BTreeSet<T>) -> String {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    if names.is_empty() { "all".into() } else { names.join(", ") }
}

fn ingests(ingests: &[IngestView], now: OffsetDateTime) -> Option<AnyView> {
    if ingests.is_empty() {
        return None;
    }
    let rows = ingests.iter().map(|ingest| {
        view! {
            <li>
                <div class="cell-2">
                    <a class="row" href=url::ingest(&ingest.entry, ingest.id)>{ingest.what.clone()}</a>
                    <span>{when::ago(ingest.begun_at, now)}</span>
                </div>
                {ingest_state(ingest.state)}
            </li>
        }
    });
    let panel = view! {
        <section class="panel" aria-labelledby="ingests">
            <header><h2 id="ingests">"Taken in"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    };
    Some(panel.into_any())
}

pub(crate) fn ingest_state(state: IngestState) -> AnyView {
    let badge = match state {
        IngestState::Running => badge::badge(Tone::Info, LuLoader, "Running"),
        IngestState::TakenIn => badge::badge(Tone::Ok, LuCircleCheck, "Taken in"),
        IngestState::Unchanged => badge::badge(Tone::Neutral, LuMinus, "Was there already"),
        IngestState::Refused => badge::badge(Tone::Bad, LuBan, "Refused"),
        IngestState::Failed => badge::badge(Tone::Bad, LuCircleX, "Failed"),
    };
    view! { <span data-state=state.as_str()>{badge}</span> }.into_any()
}

/// Off the offer, or on it again.
fn offer(view: &CuratedEntry, again: &Again) -> AnyView {
    let base = url::curated_entry(&view.name);
    let form = if view.withdrawn.is_some() {
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/restore"))>
                <div class="buttons"><button class="btn">{icon(LuRotateCcw)}"Offer again"</button></div>
            </form>
        }
        .into_any()
    } else {
        let reason = Field::new("reason", "Reason, and what to use instead", Errors(&again.errors))
            .help("Shown to everybody who looks at it.");
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/withdraw"))>
                {reason.area(again.typed("reason"))}
                <div class="buttons"><button class="btn danger">{icon(LuArchive)}"Withdraw"</button></div>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="offer">
            <header><h2 id="offer">{if view.withdrawn.is_some() { "Off the offer" } else { "Take off the offer" }}</h2></header>
            {form}
            {remove(view)}
        </section>
    }
    .into_any()
}

/// One that was made by mistake: nothing of it was offered yet, as far as the page shows.
fn remove(view: &CuratedEntry) -> Option<AnyView> {
    let is_decided = |row: &VersionRow| matches!(row.state, VersionState::Approved | VersionState::Deprecated { .. });
    if view.versions.items.iter().any(is_decided) {
        return None;
    }
    let action = post_to(format!("{}/remove", url::curated_entry(&view.name)));
    let form = view! {
        <details class="more body">
            <summary>{icon(LuX)}"Delete"</summary>
            <form class="form" method="post" action=action>
                <p class="help">"For one that was made by mistake: what was taken in for it goes, too. One of which somebody approved a version stays."</p>
                <div class="buttons"><button class="btn danger">"Delete this entry"</button></div>
            </form>
        </details>
    };
    Some(form.into_any())
}
