//! The keyboard: moving in tables, going places, and a list of the keys.

use crate::icon::*;
use domain::page::PageKind;
use leptos::prelude::*;

/// Keys that lead to what a page marks with them (`data-key`), and what that is called. They press nothing by themselves.
const MARKED: [(&str, &str); 3] = [("a", "To Approve"), ("r", "To Reject"), ("e", "To the numbers, or Revise")];

/// Pages with the key that leads there after `g`.
fn places() -> impl Iterator<Item = (&'static str, PageKind)> {
    PageKind::ALL.iter().filter_map(|page| Some((page.about().key?, *page)))
}

#[island]
pub fn Shortcuts() -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let show = move || {
        #[cfg(feature = "hydrate")]
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(move |_| {
        is_awake.set(true);
        #[cfg(feature = "hydrate")]
        browser::listen(show);
    });
    let places = places().map(|(key, page)| {
        view! { <div><dt><kbd>"g"</kbd>" "<kbd>{key}</kbd></dt><dd>{page.title()}</dd></div> }
    });
    let marked = MARKED.into_iter().map(|(key, name)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{name}</dd></div> });
    view! {
        <button class="icon-btn keyboard" r#type="button" title="Keyboard" hidden=move || !is_awake.get() on:click=move |_| show()>
            {icon(LuKeyboard)}<span class="unseen">"Keyboard shortcuts"</span>
        </button>
        <dialog class="keys" aria-labelledby="keys-title" node_ref=dialog>
            <form method="dialog">
                <h2 id="keys-title">"Keyboard"</h2>
                <button class="icon-btn" title="Close">{icon(LuX)}<span class="unseen">"Close"</span></button>
            </form>
            <dl>
                <div><dt><kbd>"j"</kbd>" "<kbd>"k"</kbd></dt><dd>"Next and previous row"</dd></div>
                <div><dt><kbd>"↵"</kbd>" "<kbd>"o"</kbd></dt><dd>"Open the row"</dd></div>
                {marked.collect_view()}
                <div><dt><kbd>"⌘"</kbd>" "<kbd>"K"</kbd></dt><dd>"Search; elsewhere Ctrl K"</dd></div>
                {places.collect_view()}
                <div><dt><kbd>"?"</kbd></dt><dd>"This list"</dd></div>
            </dl>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{MARKED, places};
    use crate::islands::dom::elements;
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use std::cell::Cell;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    pub fn listen(show: impl Fn() + 'static) {
        let after_g = Cell::new(false);
        let handle = window_event_listener(ev::keydown, move |event| {
            if is_typing(&event) {
                return;
            }
            let went = after_g.take() && go(&event.key());
            match event.key().as_str() {
                _ if went => {}
                "g" => after_g.set(true),
                "j" => step(1),
                "k" => step(-1),
                "?" => show(),
                "o" => open(),
                key => go_to_marked(key),
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Keys belong to fields, to a dialog that is open, and to the browser when a modifier is held. A dialog that was just
    /// closed may still hold the focus, until the next frame.
    fn is_typing(event: &KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let in_field =
            target.is_some_and(|t| t.closest("input, textarea, select, dialog[open]").ok().flatten().is_some());
        in_field || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented()
    }

    fn go(key: &str) -> bool {
        let Some((_, page)) = places().find(|(second, _)| *second == key) else { return false };
        window().location().set_href(page.path()).is_ok()
    }

    /// Follows the link that has the focus.
    fn open() {
        let row = document().active_element().filter(|focused| focused.matches("a.row").unwrap_or(false));
        if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            row.click();
        }
    }

    /// Puts the focus on what the page marks with the key; pressing it is left to the person.
    fn go_to_marked(key: &str) {
        if !MARKED.iter().any(|(marked, _)| *marked == key) {
            return;
        }
        let found = document().query_selector(&format!("main [data-key=\"{key}\"]")).ok().flatten();
        if let Some(control) = found.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
            let _ = control.focus();
        }
    }

    /// Moves the focus among the links of table rows; Enter then opens one, as it does any link.
    fn step(by: i32) {
        let links: Vec<HtmlElement> = elements(document().query_selector_all("main a.row").ok())
            .filter_map(|link| link.dyn_into().ok())
            .collect();
        let focused = document().active_element();
        let here = links.iter().position(|link| focused.as_ref() == Some(link.as_ref()));
        let next = match (here, by > 0) {
            (None, true) => 0,
            (None, false) => links.len().saturating_sub(1),
            (Some(here), true) => (here + 1).min(links.len() - 1),
            (Some(here), false) => here.saturating_sub(1),
        };
        if let Some(link) = links.get(next) {
            let _ = link.focus();
        }
    }
}
