//! What publishing a draft would change, and the button that does it.

use super::crumbs;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::Tone;
use crate::parts::disagreement::{Of, several};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{diff, labels, note, url};
use domain::page::PageKind;
use domain::view::ClassPreview;
use leptos::prelude::*;

/// `again`: why nothing was published.
pub fn page(frame: Frame, view: ClassPreview, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: format!("Preview of {}", view.name),
        kind: Some(PageKind::ClassPreview),
        crumbs: crumbs(&view.name, "Preview"),
        refresh: None,
        body: body(frame, &view, &again),
    })
}

fn body(frame: &Frame, view: &ClassPreview, again: &Again) -> AnyView {
    let below = match view.latest {
        Some(version) => format!("The draft, compared with version {version}."),
        None => "The draft of its first version.".to_owned(),
    };
    let mut head = Head::new(format!("Preview of {}", view.name), below);
    head.actions = may_set_up(frame).then(|| {
        view! { <a class="btn" href=format!("{}/draft", url::class(&view.name))>{icon(LuPencil)}"Edit draft"</a> }
            .into_any()
    });
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {problems(view)}
                {several(
                    "Clusters without agreement to its exceptions",
                    &view.disagreements,
                    Of::Clusters,
                    view.problems.is_empty().then_some("It can still be published; requests there fail until then."),
                    frame.now,
                )}
                {differences(view)}
                {objects(view)}
            </div>
            <aside class="stack" aria-label="Publish">{may_set_up(frame).then(|| publish(view, again))}</aside>
        </div>
    }
    .into_any()
}

fn problems(view: &ClassPreview) -> Option<AnyView> {
    if view.problems.is_empty() {
        return None;
    }
    let rows = view
        .problems
        .iter()
        .map(|error| view! { <li>{labels::phrase(&labels::title(&error.field), &error.message)}</li> });
    let note =
        note::note_with(Tone::Warn, "It cannot be published yet", view! { <ul>{rows.collect_view()}</ul> }.into_any());
    Some(note::coded("unpublishable", note))
}

fn differences(view: &ClassPreview) -> AnyView {
    let content = match (view.latest, view.changes.is_empty()) {
        (None, _) => view! { <p class="body dim">"There is no earlier version."</p> }.into_any(),
        (Some(_), true) => view! { <p class="body dim">"None: the draft equals the latest version."</p> }.into_any(),
        (Some(_), false) => diff::changes(&view.changes),
    };
    view! {
        <section class="panel" aria-labelledby="changes">
            <header><h2 id="changes">"Changes to the class"</h2></header>
            {content}
        </section>
    }
    .into_any()
}

fn objects(view: &ClassPreview) -> AnyView {
    let compared = match (view.latest, view.diff.is_empty()) {
        (None, _) => ().into_any(),
        (Some(_), true) => view! { <p class="dim">"The objects stay the same."</p> }.into_any(),
        (Some(_), false) => diff::text(&view.diff, "Objects, before and after"),
    };
    view! {
        <section class="panel" aria-labelledby="objects">
            <header><h2 id="objects">"Objects on the cluster"</h2></header>
            <div class="body">
                <p class="small dim">"Of a namespace of the smallest size, for a team with one group for each role."</p>
                {compared}
                {diff::folded("All objects", &view.yaml)}
            </div>
        </section>
    }
    .into_any()
}

fn publish(view: &ClassPreview, again: &Again) -> AnyView {
    let next = view.latest.map_or(1, |version| version + 1);
    let content = if view.problems.is_empty() {
        let note = Field::new("note", "Release note", Errors(&again.errors)).help("Shown in the list of versions.");
        view! {
            <form class="form body" method="post" action=post_to(format!("{}/publish", url::class(&view.name)))>
                <input r#type="hidden" name="version" value=view.draft.version/>
                {note.area(again.typed("note"))}
                <p class="small">"New requests take it at once. Namespaces keep the version they have until somebody moves them."</p>
                <div class="buttons"><button class="btn primary">{format!("Publish version {next}")}</button></div>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="body dim">"Correct the listed problems first."</p> }.into_any()
    };
    view! { <section class="panel" aria-labelledby="publish"><header><h2 id="publish">"Publish"</h2></header>{content}</section> }
        .into_any()
}
