//! Where charts come from: registries and repositories that the platform team connects.

pub mod edit;
pub mod source;

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{self, Head};
use crate::parts::{note, url, when};
use domain::page::PageKind;
use domain::view::{Page as Rows, SourceRow};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `is_first` says whether this is the list's first page.
pub fn page(frame: Frame, view: Rows<SourceRow>, is_first: bool) -> String {
    document::render(frame, |frame| Page {
        title: "Sources".into(),
        kind: Some(PageKind::Sources),
        crumbs: vec![Crumb::to(PageKind::Curation), Crumb::here("Sources")],
        refresh: None,
        body: body(frame, &view, is_first),
    })
}

fn body(frame: &Frame, view: &Rows<SourceRow>, is_first: bool) -> AnyView {
    let new = || may_set_up(frame).then(|| list::primary(PageKind::NewSource.path(), LuPlus, "New source"));
    let mut head = Head::new("Sources", "Registries and repositories that charts are taken in from.");
    head.actions = new();
    let table = if view.items.is_empty() {
        let text = "Connect a registry or a repository, and entries of the catalog follow the versions that it has. Without one, archives are uploaded.";
        note::empty(LuContainer, "No source yet", text, new())
    } else {
        table(&view.items, frame.now)
    };
    view! { {head.view()} {table} {list::paging(PageKind::Sources.path(), &[], is_first, view.next.as_deref())} }
        .into_any()
}

fn table(sources: &[SourceRow], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Source"</th>
                        <th scope="col" class="wide">"Kind"</th>
                        <th scope="col" class="wide">"Signatures"</th>
                        <th scope="col" class="wide end">"Entries"</th>
                        <th scope="col">"Last look"</th>
                    </tr>
                </thead>
                <tbody>{sources.iter().map(|source| row(source, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(source: &SourceRow, now: OffsetDateTime) -> AnyView {
    let at = source.checked_at.map(|at| view! { <span class="dim">{when::ago(at, now)}</span> });
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::source(&source.name)>{source.name.to_string()}</a>
                    <span>{source.address.clone()}</span>
                </div>
            </td>
            <td class="wide">{source.kind.title()}</td>
            <td class="wide">{if source.needs_proof { "demanded" } else { "not demanded" }}</td>
            <td class="num wide end">{list::grouped(source.n_entries)}</td>
            <td><div class="state">{state(source.is_ok)}{at}</div></td>
        </tr>
    }
    .into_any()
}

/// What the last look found.
fn state(is_ok: Option<bool>) -> AnyView {
    let (code, badge) = match is_ok {
        Some(true) => ("ok", badge::badge(Tone::Ok, LuCircleCheck, "All as it should be")),
        Some(false) => ("bad", badge::badge(Tone::Bad, LuCircleX, "Something is wrong")),
        None => ("unknown", badge::badge(Tone::Neutral, LuCircleHelp, "Not looked at")),
    };
    view! { <span data-state=code>{badge}</span> }.into_any()
}
