//! What is found for a few letters. The palette shows the same, taken from this page.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::favourites::favourites;
use crate::parts::hits::hits;
use crate::parts::list::Head;
use crate::parts::note;
use crate::parts::slot::slot;
use domain::page::PageKind;
use domain::text;
use domain::view::{Hit, SearchView};
use leptos::prelude::*;

pub fn page(frame: Frame, view: SearchView) -> String {
    document::render(frame, |frame| Page {
        title: if view.text.is_empty() {
            "Search".into()
        } else {
            format!("{} · Search", text::shown(&view.text, text::LONGEST_NAME))
        },
        kind: Some(PageKind::Search),
        crumbs: vec![Crumb::here("Search")],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &SearchView) -> AnyView {
    let head = Head::new("Search", "Namespaces, requests by name or number, teams, and pages.");
    view! {
        <div class="reading">
            {head.view()}
            <form class="filters" method="get" action="/search" role="search" aria-label="Search Berth">
                <label class="search"><span>"Name or number"</span>
                    <input class="input" r#type="search" name="q" value=view.text.clone() autocomplete="off" autofocus=true maxlength="100"/>
                </label>
                <button class="btn">"Search"</button>
            </form>
            {slot("hits", "stack", found(frame, view))}
        </div>
    }
    .into_any()
}

fn found(frame: &Frame, view: &SearchView) -> AnyView {
    if view.text.is_empty() {
        return at_hand(frame, view);
    }
    if view.hits.is_empty() {
        let text = "Search covers names, and numbers and purposes of requests. Try fewer letters.";
        return note::coded("no-match", note::empty(LuSearch, format!("No results for “{}”", view.text), text, None));
    }
    let more = view.has_more.then(|| {
        let says = format!("The first {} of more. Type more letters to find the others.", view.hits.len());
        view! { <p class="small dim">{says}</p> }
    });
    view! { {group("Found", &view.hits)} {more} }.into_any()
}

/// Before anything is typed: favourites, where one has been, and the pages there are.
fn at_hand(frame: &Frame, view: &SearchView) -> AnyView {
    let favourites: Vec<_> = favourites(frame);
    view! {
        {(!favourites.is_empty()).then(|| group("Favourites", &favourites))}
        {(!frame.recent.is_empty()).then(|| group("Recent", &frame.recent))}
        {group("Pages", &view.hits)}
    }
    .into_any()
}

fn group(title: &'static str, rows: &[Hit]) -> AnyView {
    view! { <section class="found"><h2>{title}</h2>{hits(rows)}</section> }.into_any()
}
