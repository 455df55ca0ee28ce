//! Classes: every kind of namespace there is, with its versions and who has them.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{self, Head};
use crate::parts::{note, url};
use domain::actor::PlatformRole;
use domain::page::PageKind;
use domain::view::{ClassRow, Page as Rows};
use leptos::prelude::*;

/// `is_first` says whether this is the list's first page.
pub fn page(frame: Frame, view: Rows<ClassRow>, is_first: bool) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Classes, body(frame, &view, is_first)))
}

/// Auditors read, Platform acts.
pub(crate) fn may_set_up(frame: &Frame) -> bool {
    frame.viewer.as_ref().is_some_and(|viewer| viewer.platform.contains(&PlatformRole::Platform))
}

fn body(frame: &Frame, view: &Rows<ClassRow>, is_first: bool) -> AnyView {
    let new = || may_set_up(frame).then(|| list::primary("/admin/classes/new", LuPlus, "New class"));
    let mut head = Head::new("Classes", "Kinds of namespaces. A published version never changes.");
    head.actions = new();
    let table = if view.items.is_empty() {
        let text = "A class defines a kind of namespace: its sizes and guardrails.";
        note::empty(LuRuler, "No class yet", text, new())
    } else {
        table(&view.items)
    };
    view! { {head.view()} {table} {list::paging("/admin/classes", &[], is_first, view.next.as_deref())} }.into_any()
}

fn table(classes: &[ClassRow]) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Class"</th>
                        <th scope="col" class="wide">"Environment"</th>
                        <th scope="col" class="wide">"Namespaces"</th>
                        <th scope="col" class="end">"Latest"</th>
                    </tr>
                </thead>
                <tbody>{classes.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(class: &ClassRow) -> AnyView {
    let latest = match class.latest {
        Some(version) => badge::tag(format!("v{version}")),
        None => view! { <span class="dim">"not published"</span> }.into_any(),
    };
    let draft = class.has_draft.then(|| badge::badge(Tone::Info, LuPencil, "Draft"));
    let retired = class.is_retired.then(|| badge::badge(Tone::Neutral, LuArchive, "Retired"));
    let title = if class.title.is_empty() { "no title yet".to_owned() } else { class.title.clone() };
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::class(&class.name)>{class.name.to_string()}</a>
                    <span>{title}</span>
                </div>
            </td>
            <td class="wide">{class.environment.as_str()}</td>
            <td class="num wide">{uses(class)}</td>
            <td class="end"><div class="state">{latest} {draft} {retired}</div></td>
        </tr>
    }
    .into_any()
}

/// `12 on v3, 4 on v2`.
fn uses(class: &ClassRow) -> AnyView {
    let parts: Vec<_> = class.in_use.iter().map(|of| format!("{} on v{}", of.n_namespaces, of.version)).collect();
    if parts.is_empty() { view! { <span class="dim">"none"</span> }.into_any() } else { parts.join(", ").into_any() }
}
