//! One source of charts: what is said of it, and what the last look at it saw.

use super::state;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge;
use crate::parts::form::{Again, post_to};
use crate::parts::list::Head;
use crate::parts::{url, when};
use domain::page::PageKind;
use domain::view::{SourceCheck, SourceStep, SourceView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `again`: what it was asked to do and does not.
pub fn page(frame: Frame, view: SourceView, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: view.name.to_string(),
        kind: Some(PageKind::Source),
        crumbs: vec![Crumb::to(PageKind::Curation), Crumb::to(PageKind::Sources), Crumb::here(view.name.to_string())],
        refresh: None,
        body: body(frame, &view, &again),
    })
}

fn body(frame: &Frame, view: &SourceView, again: &Again) -> AnyView {
    let may = may_set_up(frame);
    let mut head = Head::new(view.name.to_string(), view.spec.address.clone());
    head.above = Some(badge::tag(view.spec.kind.title()));
    head.actions = may.then(|| {
        view! {
            <form method="post" action=post_to(format!("{}/check", url::source(&view.name)))>
                <button class="btn">{icon(LuRefreshCw)}"Look at it now"</button>
            </form>
            <a class="btn primary" href=url::edit_source(&view.name)>{icon(LuPencil)}"Edit"</a>
        }
        .into_any()
    });
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {check(view.check.as_ref(), frame.now)}
                {charts(view, may)}
            </div>
            <aside class="stack" aria-label="About it">
                {says(view, frame.now)}
                {entries(view)}
                {may.then(|| removal(view))}
            </aside>
        </div>
    }
    .into_any()
}

fn check(check: Option<&SourceCheck>, now: OffsetDateTime) -> AnyView {
    let steps = match check {
        None => view! { <p class="body dim">"Nobody has looked at it since it was changed."</p> }.into_any(),
        Some(check) => view! { <ol class="rows">{check.steps.iter().map(step).collect_view()}</ol> }.into_any(),
    };
    let at = check.map(|check| view! { <span class="dim">{when::ago(check.at, now)}</span> });
    view! {
        <section class="panel" aria-labelledby="check">
            <header><h2 id="check">"Last look"</h2><div class="state">{at}{state(check.map(SourceCheck::is_ok))}</div></header>
            {steps}
        </section>
    }
    .into_any()
}

fn step(step: &SourceStep) -> AnyView {
    let drawing = if step.is_ok { LuCircleCheck } else { LuCircleX };
    let tone = if step.is_ok { "tone ok" } else { "tone bad" };
    view! {
        <li data-state=if step.is_ok { "ok" } else { "bad" }>
            <div class="cell-2">
                <span class="plain">{step.title.clone()}</span>
                <span class="plain prose">{step.detail.clone()}</span>
            </div>
            <span class=tone>{icon(drawing)}</span>
        </li>
    }
    .into_any()
}

/// What it has, each a way to an entry.
fn charts(view: &SourceView, may: bool) -> Option<AnyView> {
    let charts = &view.check.as_ref()?.charts;
    if charts.is_empty() {
        return None;
    }
    let rows = charts.iter().map(|chart| {
        let new = may.then(|| {
            let query = [("source", view.name.as_str()), ("chart", chart.as_str())];
            let label = format!("New entry from {chart}");
            view! { <a class="btn quiet" href=url::with_query(PageKind::NewEntry.path(), &query) aria-label=label>"New entry"</a> }
        });
        view! { <li><div class="cell-2"><span class="plain">{chart.clone()}</span></div><div class="state">{new}</div></li> }
    });
    let panel = view! {
        <section class="panel" aria-labelledby="charts">
            <header><h2 id="charts">"Charts"</h2><span class="dim">{charts.len().to_string()}</span></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    };
    Some(panel.into_any())
}

fn says(view: &SourceView, now: OffsetDateTime) -> AnyView {
    let spec = &view.spec;
    let who = view.editor.clone().unwrap_or_else(|| "the operator".into());
    let hosts = || spec.credential_hosts.iter().cloned().collect::<Vec<_>>().join(", ");
    view! {
        <section class="panel" aria-labelledby="says">
            <header><h2 id="says">"What is said of it"</h2></header>
            <dl class="kv body">
                <dt>"Signs in"</dt><dd>{view.auth.title()}</dd>
                {(!spec.credential_hosts.is_empty()).then(|| view! { <dt>"Credentials also to"</dt><dd>{hosts()}</dd> })}
                <dt>"Certificates"</dt><dd>{if spec.ca.is_empty() { "public authorities" } else { "its own, too" }}</dd>
                <dt>"Signatures"</dt><dd>{proof(view)}</dd>
                <dt>"Edited"</dt><dd>{who}", "{when::ago(view.edited_at, now)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// Which kinds of signatures it demands.
fn proof(view: &SourceView) -> String {
    let demands = view.spec.proof.get("require").and_then(|require| require.as_array());
    let kinds =
        demands.into_iter().flatten().filter_map(|demand| demand.get("kind")?.as_str()).map(|kind| match kind {
            "provenance" => "provenance (.prov)",
            "cosign_key" => "cosign, by a key",
            "cosign_keyless" => "cosign, keyless",
            other => other,
        });
    let kinds: Vec<_> = kinds.collect();
    if kinds.is_empty() { "not demanded".into() } else { format!("demanded: {}", kinds.join(" or ")) }
}

fn entries(view: &SourceView) -> AnyView {
    let list = if view.entries.is_empty() {
        view! { <p class="body dim">"No entry comes from it."</p> }.into_any()
    } else {
        let rows = view.entries.iter().map(|entry| {
            view! { <li><a class="row" href=url::curated_entry(entry)>{entry.to_string()}</a></li> }
        });
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="panel" aria-labelledby="entries">
            <header><h2 id="entries">"Entries"</h2></header>
            {list}
        </section>
    }
    .into_any()
}

fn removal(view: &SourceView) -> AnyView {
    let words = if view.entries.is_empty() {
        "What was taken in from it stays. Its credentials are deleted."
    } else {
        "It can be removed once no entry comes from it."
    };
    view! {
        <section class="panel" aria-labelledby="removal">
            <header><h2 id="removal">"Remove"</h2></header>
            <form class="form body" method="post" action=post_to(format!("{}/remove", url::source(&view.name)))>
                <p class="dim">{words}</p>
                <div class="buttons"><button class="btn danger" disabled=!view.entries.is_empty()>"Remove source"</button></div>
            </form>
        </section>
    }
    .into_any()
}
