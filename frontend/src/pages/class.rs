//! One class: what its latest version says, its history, and what Platform does with it.

pub mod draft;
pub mod follow;
pub mod new;
pub mod preview;

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::disagreement::{Of, several};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{diff, note, url, when};
use domain::class::SpecLine;
use domain::name::ClassName;
use domain::page::PageKind;
use domain::view::{ClassDetail, ClassVersionView, DraftMark};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `again`: its form that was refused.
pub fn page(frame: Frame, view: ClassDetail, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: format!("Class {}", view.name),
        kind: Some(PageKind::Class),
        crumbs: vec![Crumb::to(PageKind::Classes), Crumb::here(view.name.to_string())],
        refresh: None,
        body: body(frame, &view, &again),
    })
}

/// The path to the pages below a class.
pub(crate) fn crumbs(name: &ClassName, here: &'static str) -> Vec<Crumb> {
    vec![Crumb::to(PageKind::Classes), Crumb::link(name.to_string(), url::class(name)), Crumb::here(here)]
}

fn body(frame: &Frame, view: &ClassDetail, again: &Again) -> AnyView {
    let may = may_set_up(frame);
    let below = match view.versions.first() {
        Some(latest) => format!("Version {} is available.", latest.version),
        None => "Not published yet: nobody can request it.".to_owned(),
    };
    let below = if view.retired.is_some() { "Retired: no new requests.".to_owned() } else { below };
    let mut head = Head::new(view.name.to_string(), below);
    head.actions = may.then(|| {
        let text = if view.draft.is_some() { "Continue draft" } else { "Draft a new version" };
        let href = format!("{}/draft", url::class(&view.name));
        view! { <a class="btn primary" href=href>{icon(LuPencil)}{text}</a> }.into_any()
    });
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {retired(view, frame.now)}
                {view.draft.as_ref().map(|mark| draft_note(&view.name, mark, frame.now))}
                {several(
                    "Clusters without agreement to its exceptions",
                    &view.disagreements,
                    Of::Clusters,
                    view.retired.is_none().then_some("It can still be requested there; nothing of it is created until then."),
                    frame.now,
                )}
                {behind(view)}
                {spec(&view.lines)}
            </div>
            <aside class="stack" aria-label="Versions">
                {versions(&view.versions, frame.now)}
                {(may && !view.versions.is_empty()).then(|| offer(view, again))}
            </aside>
        </div>
    }
    .into_any()
}

fn retired(view: &ClassDetail, now: OffsetDateTime) -> Option<AnyView> {
    let retired = view.retired.as_ref()?;
    let text = view! { <p class="prose">{retired.reason.clone()}</p> <p class="dim">{when::ago(retired.at, now)}</p> };
    Some(note::coded("retired", note::note_with(Tone::Warn, "This class is retired", text.into_any())))
}

fn draft_note(name: &ClassName, mark: &DraftMark, now: OffsetDateTime) -> AnyView {
    let who = mark.editor.clone().unwrap_or_else(|| "the operator".into());
    let content = view! {
        <p>"Saved by "{who}", "{when::ago(mark.edited_at, now)}". It takes effect when it is published."</p>
        <a class="btn small" href=format!("{}/preview", url::class(name))>"Preview changes"</a>
    };
    note::note_with(Tone::Info, "There is a draft of the next version", content.into_any())
}

fn behind(view: &ClassDetail) -> Option<AnyView> {
    let headline = match view.n_behind {
        0 => return None,
        1 => "One namespace has an older version".to_owned(),
        n => format!("{n} namespaces have older versions"),
    };
    let href = format!("{}/move", url::class(&view.name));
    let content = view! {
        <p>"An older version stays until somebody moves the namespace to this one."</p>
        <a class="btn small" href=href>"Preview the move"</a>
    };
    Some(note::coded("older-versions", note::note_with(Tone::Neutral, headline, content.into_any())))
}

/// What a version says, line by line.
pub(crate) fn spec(lines: &[SpecLine]) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let panel = view! {
        <section class="panel" aria-labelledby="says">
            <header><h2 id="says">"Latest version"</h2></header>
            <div class="body">{diff::lines(lines)}</div>
        </section>
    };
    Some(panel.into_any())
}

fn versions(versions: &[ClassVersionView], now: OffsetDateTime) -> AnyView {
    let rows = versions.iter().map(|version| {
        let namespaces = match version.n_namespaces {
            0 => "no namespaces".to_owned(),
            1 => "1 namespace".to_owned(),
            n => format!("{n} namespaces"),
        };
        view! {
            <li>
                <div class="cell-2">
                    <b>{format!("Version {}", version.version)}</b>
                    {version.note.clone().map(|note| view! { <span class="plain prose">{note}</span> })}
                    <span>{when::ago(version.published_at, now)}" · "{namespaces}</span>
                </div>
            </li>
        }
    });
    let list = if versions.is_empty() {
        view! { <p class="body dim">"None yet."</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    };
    view! { <section class="panel" aria-labelledby="versions"><header><h2 id="versions">"Versions"</h2></header>{list}</section> }
        .into_any()
}

/// Off the offer, or on it again.
fn offer(view: &ClassDetail, again: &Again) -> AnyView {
    let base = url::class(&view.name);
    let form = if view.retired.is_some() {
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/restore"))>
                <div class="buttons"><button class="btn">{icon(LuRotateCcw)}"Restore class"</button></div>
            </form>
        }
        .into_any()
    } else {
        let reason = Field::new("reason", "Reason, and what to use instead", Errors(&again.errors))
            .help("Shown to everybody who would have requested it.");
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/retire"))>
                {reason.area(again.typed("reason"))}
                <div class="buttons"><button class="btn danger">{icon(LuArchive)}"Retire"</button></div>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="offer">
            <header><h2 id="offer">"Available"</h2>{badge::tag(if view.retired.is_some() { "no" } else { "yes" })}</header>
            {form}
        </section>
    }
    .into_any()
}
