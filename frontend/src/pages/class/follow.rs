//! Moving namespaces along to the latest version of their class.

use super::crumbs;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::disagreement::{Of, several};
use crate::parts::form::post_to;
use crate::parts::list::Head;
use crate::parts::{amounts, diff, note, url};
use domain::page::PageKind;
use domain::view::{MoveRow, MoveView, VersionDiff};
use leptos::prelude::*;

pub fn page(frame: Frame, view: MoveView) -> String {
    document::render(frame, |frame| Page {
        title: format!("Move namespaces of {}", view.name),
        kind: Some(PageKind::ClassMove),
        crumbs: crumbs(&view.name, "Move namespaces"),
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &MoveView) -> AnyView {
    let head = Head::new(
        format!("Move namespaces of {}", view.name),
        format!("To version {}, the latest. Quota stays as it was granted.", view.to),
    );
    let content = if view.namespaces.is_empty() {
        let text = "Every namespace of this class has its latest version, or gets it as soon as its cluster takes it.";
        note::empty(LuCircleCheck, "Nothing to move", text, None)
    } else {
        view! { {view.versions.iter().map(|older| difference(older, view.to)).collect_view()} {form(frame, view)} }
            .into_any()
    };
    let refusal = view.refusal.clone().map(|why| note::note(Tone::Bad, "Nothing was moved", why));
    let disagreements = several(
        "Clusters without agreement to the exceptions of this version",
        &view.disagreements,
        Of::Clusters,
        Some("A namespace moved there keeps its former version until then, and shows that it cannot be synced."),
        frame.now,
    );
    view! { {head.view()} <div class="stack">{refusal} {disagreements} {content}</div> }.into_any()
}

fn difference(older: &VersionDiff, to: i32) -> AnyView {
    let id = format!("from-{}", older.from);
    let objects = if older.diff.is_empty() {
        view! { <p class="dim">"The objects stay the same."</p> }.into_any()
    } else {
        diff::text(&older.diff, "Objects, before and after")
    };
    view! {
        <section class="panel" aria-labelledby=id.clone()>
            <header><h2 id=id.clone()>{format!("From version {} to {to}", older.from)}</h2></header>
            {diff::changes(&older.changes)}
            <div class="body"><details class="more"><summary>"Objects on the cluster"</summary>{objects}</details></div>
        </section>
    }
    .into_any()
}

fn form(frame: &Frame, view: &MoveView) -> AnyView {
    let may = may_set_up(frame);
    let table = table(view, may);
    let more = view.has_more.then(|| {
        view! { <p class="help">"There are more than these. Move these first, then the next are listed."</p> }
    });
    if !may {
        return view! { {table} {more} }.into_any();
    }
    view! {
        <form class="form" method="post" action=post_to(format!("{}/move", url::class(&view.name)))>
            <input r#type="hidden" name="to" value=view.to/>
            {table}
            {more}
            <p class="small">"Berth applies the new version to each and removes objects that it no longer has. It may take a minute."</p>
            <div class="buttons"><button class="btn primary">{format!("Move the chosen to version {}", view.to)}</button></div>
        </form>
    }
    .into_any()
}

fn table(view: &MoveView, may: bool) -> AnyView {
    let rows = view.namespaces.iter().map(|namespace| row(view, namespace, may));
    view! {
        <div class="table stacks">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Namespace"</th>
                        <th scope="col">"Team"</th>
                        <th scope="col">"Quota"</th>
                        <th scope="col" class="end">"Has"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// One that would not be written is not chosen before somebody does.
fn row(view: &MoveView, namespace: &MoveRow, may: bool) -> AnyView {
    let in_the_way = view.disagreements.iter().find(|found| found.cluster == namespace.cluster.as_str());
    let is_refused = in_the_way.is_some_and(|found| found.missing.is_some());
    let title = format!("{}/{}", namespace.cluster, namespace.name);
    let choice = if may {
        view! {
            <label class="tick">
                <input r#type="checkbox" name="namespace" value=namespace.id.to_string() checked=!is_refused/>{title}
            </label>
        }
        .into_any()
    } else {
        view! { <b>{title}</b> }.into_any()
    };
    let concerns = namespace.concerns.iter().map(|concern| view! { <span class="why">{concern.clone()}</span> });
    let in_the_way = in_the_way.map(|found| {
        let (state, says) = match found.missing {
            Some(_) => ("missing", "Its cluster has not agreed to this version: it keeps the one it has until then."),
            None => ("unknown", "Agreement of its cluster to this version is unknown."),
        };
        view! { <span class="why" data-agreement=state>{says}</span> }
    });
    view! {
        <tr>
            <td><div class="cell-2">{choice}{in_the_way}{concerns.collect_view()}</div></td>
            <td data-label="Team">{namespace.team.clone()}</td>
            <td class="num" data-label="Quota">{amounts::brief(&namespace.quota)}</td>
            <td class="end" data-label="Has">{badge::tag(format!("v{}", namespace.from))}</td>
        </tr>
    }
    .into_any()
}
