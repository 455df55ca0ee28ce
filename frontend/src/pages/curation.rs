//! What is curated: every entry of the catalog, with what waits for a decision.

mod available;
mod difference;
pub mod edit;
pub mod entry;
pub mod form;
pub mod ingest;
pub mod review;

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{self, Head, TabLink};
use crate::parts::{catalog, note, url};
use domain::page::PageKind;
use domain::view::{CuratedRow, Page as Rows};
use leptos::prelude::*;

/// `is_first` says whether this is the list's first page.
/// `waiting_only`: those with versions that wait for a decision.
pub fn page(frame: Frame, view: Rows<CuratedRow>, waiting_only: bool, is_first: bool) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Curation, body(frame, &view, waiting_only, is_first)))
}

fn body(frame: &Frame, view: &Rows<CuratedRow>, waiting_only: bool, is_first: bool) -> AnyView {
    let new = || may_set_up(frame).then(|| list::primary(PageKind::NewEntry.path(), LuPlus, "New entry"));
    let mut head = Head::new("Curation", "Entries of the catalog. Teams see those with an approved version.");
    head.actions = Some(
        view! { <a class="btn" href=PageKind::Sources.path()>{icon(LuContainer)}"Sources"</a> {new()} }.into_any(),
    );
    let tab = |text: &'static str, waiting: &'static str, is_here: bool| TabLink {
        href: url::with_query(PageKind::Curation.path(), &[("waiting", waiting)]),
        text,
        count: None,
        is_here,
    };
    let tabs = list::tabs("Entries", vec![tab("All", "", !waiting_only), tab("With candidates", "on", waiting_only)]);
    let table = if view.items.is_empty() && waiting_only {
        note::empty(LuPackageCheck, "No version waits", "What is taken in next, or judged anew, stands here.", None)
    } else if view.items.is_empty() {
        let text = "An entry is a chart with what you say of it: who may install it, and what is at stake.";
        note::empty(LuPackageCheck, "No entry yet", text, new())
    } else {
        table(&view.items)
    };
    let query = [("waiting", if waiting_only { "on" } else { "" })];
    let query: &[_] = if waiting_only { &query } else { &[] };
    view! { {head.view()} {tabs} {table} {list::paging(PageKind::Curation.path(), query, is_first, view.next.as_deref())} }
        .into_any()
}

fn table(entries: &[CuratedRow]) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Entry"</th>
                        <th scope="col" class="wide">"Category"</th>
                        <th scope="col" class="wide end">"Versions"</th>
                        <th scope="col" class="end">"Offered"</th>
                    </tr>
                </thead>
                <tbody>{entries.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(entry: &CuratedRow) -> AnyView {
    let offered = match &entry.offered {
        Some(version) => badge::tag(version.clone()),
        None => view! { <span class="dim">"nothing"</span> }.into_any(),
    };
    let offered = entry.withdrawn.is_none().then_some(offered);
    let candidates = (entry.n_candidates > 0).then(|| {
        let text = if entry.n_candidates == 1 {
            "1 candidate".to_owned()
        } else {
            format!("{} candidates", entry.n_candidates)
        };
        badge::badge(Tone::Info, LuClock, text)
    });
    let withdrawn = entry.withdrawn.is_some().then(|| badge::badge(Tone::Warn, LuArchive, "Withdrawn"));
    view! {
        <tr>
            <td>
                <div class="pictured">
                    {catalog::emblem(&entry.name, entry.icon.as_deref(), &entry.title, entry.category)}
                    <div class="cell-2">
                        <a class="row" href=url::curated_entry(&entry.name)>{entry.title.clone()}</a>
                        <span>{entry.name.to_string()}</span>
                    </div>
                </div>
            </td>
            <td class="wide">{entry.category.title()}</td>
            <td class="num wide end">{list::grouped(entry.n_versions)}</td>
            <td class="end"><div class="state">{candidates}{withdrawn}{offered}</div></td>
        </tr>
    }
    .into_any()
}
