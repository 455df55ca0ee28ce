//! The form that asks for something else with the same request.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::wish::{Column, Wish, acknowledgement, wish};
use crate::parts::{fresh, note, room, stages, url};
use crate::shell::Section;
use domain::Quota;
use domain::view::{QuotaFields, RequestPage, RequestView};
use leptos::prelude::*;

pub(super) fn page(frame: Frame, view: &RequestPage, fields: &QuotaFields) -> String {
    document::render(frame, |frame| {
        let row = &view.request.row;
        Page {
            title: format!("Revise {}", row.number),
            section: Section::Requests,
            crumbs: vec![
                Crumb::link("Requests", "/requests"),
                Crumb::link(row.number.to_string(), url::request(row.number)),
                Crumb::here("Revise"),
            ],
            refresh: None,
            body: body(frame, view, fields),
        }
    })
}

fn body(frame: &Frame, page: &RequestPage, fields: &QuotaFields) -> AnyView {
    let request = &page.request;
    let head = Head::new(format!("Revise {}", request.row.number), request.row.title.clone());
    let form = if request.can_revise.allowed { form(page, fields) } else { refused(request) };
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {page.refusal.clone().map(|refusal| refusal_note(request, fields, refusal))}
                {Errors(&page.errors).summary()}
                {form}
            </div>
            <aside class="stack" aria-label="Before you revise">
                {consequences()}
                <section class="panel">
                    <header><h2>"Room on "{request.room.cluster.clone()}</h2>{fresh::fresh(&request.room.freshness, frame.now)}</header>
                    <div class="body">{room::room(&request.room)}</div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

/// What is new stands beside what was typed, which is kept.
fn refusal_note(request: &RequestView, fields: &QuotaFields, refusal: String) -> AnyView {
    let is_stale = fields.revision != request.revision;
    let last = request.timeline.last().filter(|_| is_stale);
    let news = last.map(|entry| view! { <p>"Last: "<b>{entry.actor.clone()}</b>" "{entry.says.clone()}"."</p> });
    let again = is_stale.then(|| {
        view! { <p>"What you typed is still here. Sending it now revises what stands there today: "<a class="link" href=url::request(request.row.number)>"read it first"</a>"."</p> }
    });
    note::note_with(Tone::Bad, "This was not done", view! { <p>{refusal}</p> {news} {again} }.into_any())
}

fn refused(request: &RequestView) -> AnyView {
    let why = stages::sentence(&request.can_revise.why_not);
    note::empty(LuLock, "You cannot revise it", why, None)
}

fn consequences() -> AnyView {
    let rows = [
        "It becomes a new revision, and yours: you cannot decide it then",
        "Approvals stay where nothing grows; more of anything drops them",
        "Who decides is found anew, with the facts of now",
    ];
    let rows = rows.map(|row| view! { <li>{icon(LuCircle)}{row}</li> });
    view! {
        <section class="panel">
            <header><h2>"What happens next"</h2></header>
            <div class="body"><ol class="course">{rows.collect_view()}</ol></div>
        </section>
    }
    .into_any()
}

fn form(page: &RequestPage, fields: &QuotaFields) -> AnyView {
    let request = &page.request;
    let row = &request.row;
    let errors = Errors(&page.errors);
    let suggestion = request.changes.as_ref().and_then(|changes| changes.suggestion.as_ref());
    let before = (row.base != Quota::ZERO).then(|| Column::of("Now", &row.base));
    let suggested = suggestion.map(|suggestion| Column::of("Suggested", suggestion));
    let wishes = Wish {
        before: before.into_iter().chain([Column::of("Asked", &row.asked)]).chain(suggested).collect(),
        sizes: &request.sizes,
        ceiling: None,
        from: row.asked,
        begin: row.asked,
        size: row.size.as_deref(),
        fields,
        errors,
    };
    let below = errors.of("acknowledge_below_use").map(|_| acknowledgement(fields.acknowledges(), errors, None));
    let why = Field::new("purpose", "Why?", errors).help("Who decides reads this first.");
    view! {
        <form class="form panel" id="revise" method="post" action=post_to(url::revise(row.number))>
            <input r#type="hidden" name="revision" value=request.revision/>
            {wish(wishes)}
            {why.area(&fields.purpose)}
            {below}
            <div class="buttons">
                <button class="btn primary">"Revise it"</button>
                <a class="btn quiet" href=url::request(row.number)>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}
