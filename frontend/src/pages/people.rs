//! Everybody who ever signed in, for Platform.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{Head, paging};
use crate::parts::{note, when};
use domain::page::PageKind;
use domain::view::{PeopleView, PersonRow};
use leptos::prelude::*;
use time::OffsetDateTime;

const PATH: &str = "/admin/people";

pub fn page(frame: Frame, view: PeopleView) -> String {
    document::render(frame, |frame| Page::plain(PageKind::People, body(frame, &view)))
}

fn body(frame: &Frame, view: &PeopleView) -> AnyView {
    let is_first = !frame.path.contains("after=");
    let list = match (view.page.items.is_empty(), view.text.is_empty()) {
        (false, _) => table(&view.page.items, frame.now),
        (true, false) => note::empty(LuUsers, "No match", "No name or e-mail address has this in it.", None),
        (true, true) => note::empty(LuUsers, "No people yet", "Everybody who signs in shows here.", None),
    };
    let is_searched = !view.text.is_empty();
    view! {
        {Head::new("People", "Everybody who has signed in, with their roles and groups.").view()}
        <form class="filters" method="get" action=PATH role="search" aria-label="Search people">
            <label><span>"Name or e-mail"</span><input class="input" name="text" value=view.text.clone() autocomplete="off"/></label>
            <button class="btn">"Search"</button>
            {is_searched.then(|| view! { <a class="btn quiet" href=PATH>{icon(LuX)}"Clear"</a> })}
        </form>
        {list}
        {paging(PATH, &[("text", view.text.as_str())], is_first, view.page.next.as_deref())}
    }
    .into_any()
}

fn table(rows: &[PersonRow], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col" class="wide">"Roles"</th>
                        <th scope="col" class="wide">"Confirmed by provider"</th>
                        <th scope="col" class="end">"Sessions"</th>
                        <th scope="col" class="end">"Tokens"</th>
                    </tr>
                </thead>
                <tbody>{rows.iter().map(|person| row(person, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(person: &PersonRow, now: OffsetDateTime) -> AnyView {
    let incomplete =
        person.groups_incomplete_since.map(|_| badge::badge(Tone::Warn, LuTriangleAlert, "groups incomplete"));
    let roles = if person.roles.is_empty() { "none".to_owned() } else { person.roles.join("; ") };
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <b><a class="row" href=format!("{PATH}/{}", person.id)>{person.name.clone()}</a>" "{incomplete}</b>
                    <span>{person.email.clone()}</span>
                </div>
            </td>
            <td class="wide prose">{roles}</td>
            <td class="wide num">{when::ago(person.vouched_at, now)}</td>
            <td class="end num">{person.n_sessions}</td>
            <td class="end num">{person.n_tokens}</td>
        </tr>
    }
    .into_any()
}
