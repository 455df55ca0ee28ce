//! Sample views in many states, rendered: busy, empty, long, failing, stale, refused. Each state is a variation of the one
//! before it; an area has its views and its pages in a file of its own.

pub mod admin;
pub mod asking;
pub mod catalog;
pub mod classes;
pub mod clusters;
pub mod decided;
pub mod entry_forms;
pub mod home;
pub mod lifetime;
pub mod lifetime_requests;
pub mod me;
pub mod namespace;
pub mod namespace_states;
pub mod namespaces;
pub mod others;
pub mod people;
pub mod quota;
pub mod requests;
pub mod review;
pub mod revising;
pub mod sources;
pub mod teams;
pub mod values;
pub mod viewers;

use domain::FormKey;
use domain::view::Viewer;
use frontend::{Assets, Frame, Theme};
use others::recent;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::Cell;
use std::sync::Arc;
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2026-11-21 09:41:07 UTC);
/// A text that would run as script if it were not escaped.
pub const HOSTILE: &str = "<script>alert('x')</script> & \"quotes\"";
const GIB: u64 = 1 << 30;

/// Every page by name; Home is the first.
pub fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let mut gallery = Gallery { theme, pages: Vec::new() };
    for pages in [
        home::pages,
        namespaces::pages,
        asking::pages,
        namespace::pages,
        namespace_states::pages,
        quota::pages,
        lifetime::pages,
        requests::pages,
        review::pages,
        revising::pages,
        lifetime_requests::pages,
        decided::pages,
        clusters::pages,
        people::pages,
        teams::pages,
        classes::pages,
        catalog::pages,
        sources::pages,
        admin::pages,
        me::pages,
        others::pages,
    ] {
        pages(&mut gallery);
    }
    gallery.pages
}

/// Pages as they are added.
pub struct Gallery {
    theme: Theme,
    pages: Vec<(&'static str, String)>,
}

impl Gallery {
    /// One that somebody sees at this path.
    fn add<V: Serialize + DeserializeOwned>(
        &mut self,
        name: &'static str,
        viewer: Viewer,
        path: &str,
        view: V,
        page: impl FnOnce(Frame, V) -> String,
    ) {
        self.add_for(Some(viewer), name, path, view, page);
    }

    /// One of what is made for the page alone: it goes through no JSON.
    fn add_made<V>(
        &mut self,
        name: &'static str,
        viewer: Viewer,
        path: &str,
        view: V,
        page: impl FnOnce(Frame, V) -> String,
    ) {
        self.pages.push((name, page(frame(Some(viewer), self.theme, path), view)));
    }

    /// The same, or one of somebody who has not signed in.
    fn add_for<V: Serialize + DeserializeOwned>(
        &mut self,
        viewer: Option<Viewer>,
        name: &'static str,
        path: &str,
        view: V,
        page: impl FnOnce(Frame, V) -> String,
    ) {
        self.pages.push((name, page(frame(viewer, self.theme, path), shown(view))));
    }
}

pub fn frame(viewer: Option<Viewer>, theme: Theme, path: &str) -> Frame {
    let url = |name: &str| format!("/assets/{name}");
    let assets = Assets {
        css: url("berth.css"),
        boot_js: url("boot.js"),
        app_js: url("app.js"),
        app_wasm: url("app_bg.wasm"),
        favicon: url("favicon.svg"),
        text_font: url("fonts/inter-latin-wght-normal.woff2"),
        mono_font: url("fonts/jetbrains-mono-latin-wght-normal.woff2"),
    };
    let recent = if path == "/" { recent() } else { vec![] };
    let done = (path == "/requests/229").then(|| "You have approved REQ-229.".to_owned());
    let viewer = viewer.map(shown);
    let form_key = viewer.as_ref().map(|_| FormKey::of_session(&[7; 32]));
    let assets = Arc::new(assets);
    Frame { viewer, form_key, theme, path: path.to_owned(), done, recent, now: NOW, assets, brings_back: false }
}

/// Every page by name, with `text` wherever a text of its view may be any.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn pages_with(theme: Theme, text: &'static str) -> Vec<(&'static str, String)> {
    TEXT.set(Some(text));
    let pages = pages(theme);
    TEXT.set(None);
    pages
}

thread_local! {
    static TEXT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// The view as it is, or with other texts.
pub fn shown<V: Serialize + DeserializeOwned>(view: V) -> V {
    let Some(text) = TEXT.get() else { return view };
    let mut view = serde_json::to_value(view).expect("views serialize");
    let mut places = Vec::new();
    list_texts(&view, String::new(), &mut places);
    for place in places {
        let free = "<any text at all>".to_owned();
        let was = view.pointer_mut(&place).map(|at| std::mem::replace(at, free.into()));
        let fits = V::deserialize(&view).is_ok();
        let now = if fits { Some(text.into()) } else { was };
        view.pointer_mut(&place).zip(now).into_iter().for_each(|(at, now)| *at = now);
    }
    serde_json::from_value(view).expect("is still one")
}

/// JSON pointers to all texts.
fn list_texts(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::String(_) => places.push(at),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| list_texts(item, format!("{at}/{n}"), places));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            list_texts(field, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), places);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
