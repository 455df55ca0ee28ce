//! Brings the slots of the page in the browser up to date with the page on the server: with those that the server sends, or,
//! where it sends none, with those of the page asked for again.

use super::connection::{self, Lost};
use super::dom::elements;
use super::local_times;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DomParser, Element, HtmlElement, NodeList, RequestInit, RequestRedirect, Response, ResponseType,
    SupportedType, UrlSearchParams,
};

/// On a slot that holds what a person has typed: it is not replaced under their hands.
const TOUCHED: &str = "data-touched";
/// A form that was sent and is not answered yet, by the mark of `boot.js`.
const SENT: &str = "form[data-sent]";
/// Of a slot with a form: what it is about.
const VERSION: &str = "data-version";
/// Id of the note that says that such a slot is no longer what it was.
const NEWS: &str = "news";

thread_local! {
    /// Answers may come out of order: only that to the latest question counts.
    static QUESTION: Cell<u32> = const { Cell::new(0) };
}

/// Which page is asked for: by its address, or as what a form's button Preview would be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub page: String,
    /// What the form holds, as it is sent.
    pub body: Option<String>,
}

impl Question {
    pub fn of(page: impl Into<String>) -> Self {
        Self { page: page.into(), body: None }
    }
}

/// What came of asking for the page again.
pub enum Asked {
    /// The slots are as the server says now.
    Shown,
    /// A later question is under way, whose answer counts.
    Overtaken,
    Lost(Lost),
}

/// Asks for the page and replaces the slots that differ. Where there is no answer the page stays as it is, and says of when.
pub async fn refresh(asked: &Question) -> Asked {
    let question = QUESTION.get().wrapping_add(1);
    QUESTION.set(question);
    let answer = fetch(asked).await;
    if QUESTION.get() != question {
        return Asked::Overtaken;
    }
    match answer {
        Ok(latest) => {
            bring_up_to_date(&latest);
            connection::answered();
            Asked::Shown
        }
        Err(why) => {
            connection::lost(why);
            Asked::Lost(why)
        }
    }
}

/// Puts slots into place that the server sent. What was asked for before is older.
pub fn show(html: &str) {
    QUESTION.set(QUESTION.get().wrapping_add(1));
    if let Some(latest) = parse(html) {
        bring_up_to_date(&latest);
    }
}

/// What stands in one slot of another page.
pub async fn part(page: &str, slot: &str) -> Option<String> {
    let page = fetch(&Question::of(page)).await.ok()?;
    let found = page.query_selector(&format!("[data-slot=\"{slot}\"]")).ok().flatten()?;
    Some(found.inner_html())
}

/// Slots remember that a person typed into them.
pub fn mark_what_is_typed_into() {
    let handle = window_event_listener(ev::input, |event| {
        let slot = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("[data-slot]").ok()?);
        if let Some(slot) = slot {
            let _ = slot.set_attribute(TOUCHED, "");
        }
    });
    on_cleanup(move || handle.remove());
}

async fn fetch(asked: &Question) -> Result<Document, Lost> {
    let how = RequestInit::new();
    if let Some(body) = &asked.body {
        how.set_method("POST");
        // With its type, the browser says by itself what it is.
        let sent = UrlSearchParams::new_with_str(body).map_err(|_| Lost::Berth)?;
        how.set_body(&sent.into());
    }
    // After signing out elsewhere the answer leads to the identity provider: nobody signs in in the background.
    how.set_redirect(RequestRedirect::Manual);
    let response =
        JsFuture::from(window().fetch_with_str_and_init(&asked.page, &how)).await.map_err(|_| Lost::Berth)?;
    let response: Response = response.dyn_into().map_err(|_| Lost::Berth)?;
    if response.type_() == ResponseType::Opaqueredirect || response.status() == 401 {
        return Err(Lost::Session);
    }
    if response.status() == 404 {
        return Err(Lost::Gone);
    }
    // The page of a form again, with what is wrong in it.
    let is_page_again = asked.body.is_some() && response.status() == 422;
    if !response.ok() && !is_page_again {
        return Err(Lost::Berth);
    }
    read(response).await.ok_or(Lost::Berth)
}

async fn read(response: Response) -> Option<Document> {
    let html: JsValue = JsFuture::from(response.text().ok()?).await.ok()?;
    parse(&html.as_string()?)
}

fn parse(html: &str) -> Option<Document> {
    DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()
}

fn bring_up_to_date(latest: &Document) {
    for old in elements(document().query_selector_all("[data-slot]").ok()) {
        let name = old.get_attribute("data-slot").unwrap_or_default();
        let Some(new) = latest.query_selector(&format!("[data-slot=\"{name}\"]")).ok().flatten() else { continue };
        local_times::retell(&new);
        keep_folds(&old, &new);
        if old.is_equal_node(Some(&new)) || is_being_sent(&old) {
            continue;
        }
        if !old.has_attribute(TOUCHED) {
            replace(&old, &new);
        } else if old.get_attribute(VERSION) != new.get_attribute(VERSION) {
            announce_news();
        }
    }
}

/// A form that was sent stays until it is answered: in its place another would stand, ready to be sent again.
fn is_being_sent(slot: &Element) -> bool {
    slot.query_selector(SENT).is_ok_and(|form| form.is_some()) || slot.closest(SENT).is_ok_and(|form| form.is_some())
}

/// What the person has opened or closed stays so.
fn keep_folds(old: &Element, new: &Element) {
    let folds = |slot: &Element| elements(slot.query_selector_all("details").ok());
    for (old, new) in folds(old).zip(folds(new)) {
        let _ = new.toggle_attribute_with_force("open", old.has_attribute("open"));
    }
}

/// The focus stays on the same link or control; on what has no name of its own, in the same place. Where that is gone nothing
/// has it: whoever presses Enter opens what they chose, and nothing else.
fn replace(old: &Element, new: &Element) {
    let controls = |slot: &Element| elements(slot.query_selector_all("a, button, input, summary, [tabindex]").ok());
    let name = |control: &Element| control.get_attribute("href").or_else(|| control.get_attribute("id"));
    let focused = document().active_element().filter(|focused| old.contains(Some(focused)));
    let named = focused.as_ref().and_then(name);
    let place = focused.and_then(|focused| controls(old).position(|control| control == focused));
    old.set_inner_html(&new.inner_html());
    let control = match (named, place) {
        (Some(named), _) => controls(old).find(|control| name(control).as_ref() == Some(&named)),
        (None, Some(place)) => controls(old).nth(place),
        (None, None) => None,
    };
    if let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
        let _ = control.focus();
    }
}

fn announce_news() {
    if let Some(news) = document().get_element_by_id(NEWS) {
        let _ = news.remove_attribute("hidden");
    }
}
