//! Search from anywhere: the page `/search` in a dialog, by ⌘K or Ctrl+K. Without script it is a link to that page.

use crate::icon::*;
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
const FOUND: &str = "palette-found";

#[island]
pub fn Palette() -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let input = NodeRef::<leptos::html::Input>::new();
    #[cfg(feature = "hydrate")]
    let palette = browser::Palette { dialog, input };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| palette.listen());
    let open = move |_event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        {
            _event.prevent_default();
            palette.open();
        }
    };
    let typed = move |_event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        palette.look();
    };
    let pressed = move |_event: leptos::ev::KeyboardEvent| {
        #[cfg(feature = "hydrate")]
        palette.press(&_event);
    };
    view! {
        <a class="find" href="/search" on:click=open>
            {icon(LuSearch)}<span class="text">"Search"</span><kbd class="keyboard">"⌘K"</kbd>
        </a>
        <dialog class="palette" aria-label="Search" node_ref=dialog>
            <form method="get" action="/search" role="search">
                {icon(LuSearch)}
                <input
                    r#type="text"
                    name="q"
                    role="combobox"
                    aria-label="Search namespaces, requests, teams and pages"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls="palette-found"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="100"
                    placeholder="Namespaces, requests, teams, pages"
                    node_ref=input
                    on:input=typed
                    on:keydown=pressed
                />
                <button class="icon-btn" r#type="submit" formmethod="dialog" formnovalidate=true title="Close">
                    {icon(LuX)}<span class="unseen">"Close"</span>
                </button>
            </form>
            <div id="palette-found" role="listbox" aria-label="Found"></div>
            <p class="small dim keyboard"><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" choose, "<kbd>"↵"</kbd>" opens, "<kbd>"Esc"</kbd>" closes"</p>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::FOUND;
    use crate::islands::dom::elements;
    use crate::islands::slots;
    use leptos::ev;
    use leptos::html;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use std::cell::Cell;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    thread_local! {
        /// Answers may come out of order: only that to the latest question counts.
        static QUESTION: Cell<u32> = const { Cell::new(0) };
    }

    #[derive(Clone, Copy)]
    pub struct Palette {
        pub dialog: NodeRef<html::Dialog>,
        pub input: NodeRef<html::Input>,
    }

    impl Palette {
        pub fn listen(self) {
            let handle = window_event_listener(ev::keydown, move |event| {
                let is_k = event.key().eq_ignore_ascii_case("k") && (event.meta_key() || event.ctrl_key());
                if is_k && !event.alt_key() && !event.shift_key() {
                    event.prevent_default();
                    self.open();
                }
            });
            on_cleanup(move || handle.remove());
        }

        pub fn open(self) {
            let (Some(dialog), Some(input)) = (self.dialog.get_untracked(), self.input.get_untracked()) else { return };
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
            input.select();
            self.look();
        }

        /// Asks for what is found for the text as it is now.
        pub fn look(self) {
            let Some(input) = self.input.get_untracked() else { return };
            let page = format!("/search?q={}", js_sys::encode_uri_component(&input.value()));
            let question = QUESTION.get().wrapping_add(1);
            QUESTION.set(question);
            leptos::task::spawn_local(async move {
                let Some(found) = slots::part(&page, "hits").await else { return };
                if QUESTION.get() == question {
                    self.show(&found);
                }
            });
        }

        pub fn press(self, event: &KeyboardEvent) {
            match event.key().as_str() {
                "ArrowDown" => self.step(1),
                "ArrowUp" => self.step(-1),
                "Enter" => match chosen() {
                    Some(option) => option.click(),
                    // The form leads to the page.
                    None => return,
                },
                _ => return,
            }
            event.prevent_default();
        }

        fn show(self, found: &str) {
            let Some(list) = document().get_element_by_id(FOUND) else { return };
            list.set_inner_html(found);
            for part in elements(list.query_selector_all("section, ul, li").ok()) {
                let _ = part.set_attribute("role", "presentation");
            }
            for (place, option) in options().into_iter().enumerate() {
                let _ = option.set_attribute("role", "option");
                let _ = option.set_attribute("tabindex", "-1");
                option.set_id(&format!("{FOUND}-{place}"));
            }
            self.choose(0);
        }

        fn step(self, by: isize) {
            let options = options();
            let here = options.iter().position(is_chosen).unwrap_or(0);
            if !options.is_empty() {
                self.choose(here.saturating_add_signed(by).min(options.len() - 1));
            }
        }

        fn choose(self, place: usize) {
            let Some(input) = self.input.get_untracked() else { return };
            let _ = input.remove_attribute("aria-activedescendant");
            for (other, option) in options().into_iter().enumerate() {
                let _ = option.set_attribute("aria-selected", if other == place { "true" } else { "false" });
                if other == place {
                    let _ = input.set_attribute("aria-activedescendant", &option.id());
                    if let Some(row) = option.closest("li").ok().flatten() {
                        row.scroll_into_view_with_bool(false);
                    }
                }
            }
        }
    }

    fn options() -> Vec<Element> {
        elements(document().query_selector_all(&format!("#{FOUND} a.row")).ok()).collect()
    }

    fn is_chosen(option: &Element) -> bool {
        option.get_attribute("aria-selected").as_deref() == Some("true")
    }

    fn chosen() -> Option<HtmlElement> {
        options().into_iter().find(is_chosen)?.dyn_into().ok()
    }
}
