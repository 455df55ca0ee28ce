//! The form that asks for something else with the same request.

use super::changes;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::LiveVerdict;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::size_picker::acknowledgement;
use crate::parts::slot::{slot, spoken_slot};
use crate::parts::{ask, note, stages, url, verdict};
use domain::form::AskFields;
use domain::page::PageKind;
use domain::view::{RequestPage, RequestView, Verdict};
use leptos::prelude::*;

/// Id of the form: the verdict beside it watches it.
const FORM: &str = "revise";

pub(super) fn page(frame: Frame, view: &RequestPage, fields: &AskFields) -> String {
    document::render(frame, |frame| {
        let row = &view.request.row;
        Page {
            title: format!("Revise {}", row.number),
            kind: Some(PageKind::Revise),
            crumbs: vec![
                Crumb::to(PageKind::Requests),
                Crumb::link(row.number.to_string(), url::request(row.number)),
                Crumb::here("Revise"),
            ],
            refresh: None,
            body: body(frame, view, fields),
        }
    })
}

fn body(frame: &Frame, page: &RequestPage, fields: &AskFields) -> AnyView {
    let request = &page.request;
    let head = Head::new(format!("Revise {}", request.row.number), request.row.title.clone());
    let can_revise = request.can_revise.allowed;
    let form = if can_revise { form(page, fields) } else { refused(request) };
    let beside = page.verdict.as_ref().filter(|_| can_revise).map(|found| {
        view! {
            <LiveVerdict form=FORM.to_owned()/>
            {spoken_slot("verdict", "stack", verdict::verdict(found, frame.now))}
        }
    });
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {refusal_note(page, fields)}
                {can_revise.then(|| changes::above_form(request))}
                {Errors(&page.errors).summary()}
                {form}
            </div>
            <aside class="stack follow" aria-label="Before you revise">
                {can_revise.then(consequences)}
                {beside}
            </aside>
        </div>
    }
    .into_any()
}

/// What is new stands beside what was typed, which is kept.
fn refusal_note(page: &RequestPage, fields: &AskFields) -> Option<AnyView> {
    let request = &page.request;
    let is_stale = request.can_revise.allowed && fields.revision != request.revision;
    if page.refusal.is_none() && !is_stale {
        return None;
    }
    let last = request.timeline.last().filter(|_| is_stale);
    let news = last.map(|entry| view! { <p>"Last: "<b>{entry.actor.clone()}</b>" "{entry.says.clone()}"."</p> });
    let again = is_stale.then(|| {
        view! { <p data-kept="">"Your input is kept. Submitting it now revises the current revision: "<a class="link" href=url::request(request.row.number)>"read it first"</a>"."</p> }
    });
    let (tone, code, headline) = match &page.refusal {
        Some(_) => (Tone::Bad, "refused", "Not done"),
        None => (Tone::Warn, "stale", "It has changed since you opened it"),
    };
    let refusal = page.refusal.as_deref().map(|why| view! { <p>{stages::sentence(why)}</p> });
    Some(note::coded(code, note::note_with(tone, headline, view! { {refusal} {news} {again} }.into_any())))
}

fn refused(request: &RequestView) -> AnyView {
    let why = stages::sentence(&request.can_revise.why_not);
    note::empty(LuLock, "You cannot revise it", why, None)
}

fn consequences() -> AnyView {
    let rows = [
        "It becomes a new revision, and you one of its authors",
        "Approvals stay where nothing grows; more of anything drops them",
        "The approvers are determined again, from current facts",
    ];
    let rows = rows.map(|row| view! { <li>{icon(LuCircle)}{row}</li> });
    view! {
        <section class="panel">
            <header><h2>"About revisions"</h2></header>
            <div class="body"><ol class="course">{rows.collect_view()}</ol></div>
        </section>
    }
    .into_any()
}

fn form(page: &RequestPage, fields: &AskFields) -> AnyView {
    let request = &page.request;
    let row = &request.row;
    let errors = Errors(&page.errors);
    let why = Field::new("purpose", "Reason", errors).help("Approvers read this first.");
    view! {
        <form class="form panel" id=FORM method="post" action=post_to(url::revise(row.number))>
            <input r#type="hidden" name="revision" value=request.revision/>
            {ask::revising(page, fields)}
            {why.area(&fields.purpose)}
            {slot("below-use", "", acknowledge(page, fields))}
            {changes::loses_decision(request, "Submit revision")}
            <div class="buttons">
                <button class="btn primary" aria-describedby=changes::describes(request)>"Submit revision"</button>
                <button class="btn" formmethod="get" formnovalidate=true name="check" value="1">"Check"</button>
                <a class="btn quiet" href=url::request(row.number)>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Less than is used must be meant, and less than there is where use is not known.
fn acknowledge(page: &RequestPage, fields: &AskFields) -> Option<AnyView> {
    let errors = Errors(&page.errors);
    let is_below = page.verdict.as_ref().is_some_and(Verdict::must_be_meant);
    (is_below || errors.of("acknowledge_below_use").is_some())
        .then(|| acknowledgement(fields.acknowledges(), errors, None))
}
