//! The verdict beside a form, while it is typed: presses the form's button Check, so to speak. What stands there is never
//! about something else than what is typed: while it is asked for, and when it cannot be, it says so.

use leptos::prelude::*;

/// `form` is the id of the form it watches. Holds what it says of the verdict, which stands in a slot below it.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn LiveVerdict(form: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(&form));
    view! { <div id="asking" class="asking" role="status"></div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::connection::Lost;
    use crate::islands::slots::{self, Asked, Question};
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;
    use web_sys::{Event, FormData, HtmlFormElement, UrlSearchParams};

    /// Long enough not to ask at every key, short enough to feel at once.
    const PAUSE: Duration = Duration::from_millis(250);
    /// Until it is asked again what could not be answered.
    const AGAIN: Duration = Duration::from_secs(5);
    /// Of the part that says how the verdict stands; its state is `data-state`, and style hides what is not so any more.
    const ASKING: &str = "asking";
    /// On a form that is too long for an address, or holds what should not stand in one.
    const POSTED: &str = "data-posted";

    /// On a form of which something is lost when its page is left: whether that is so now.
    const UNSAVED: &str = "data-unsaved";

    /// How the verdict beside the form stands to what is typed.
    #[derive(Clone, Copy)]
    enum Verdict {
        /// It is about what is typed.
        Known,
        Checking,
        Unknown(Lost),
    }

    pub fn watch(form: &str) {
        let form = document().get_element_by_id(form).and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        let asked = form.clone();
        let mut ask = debounce(PAUSE, move |()| {
            let form = asked.clone();
            leptos::task::spawn_local(check(form));
        });
        // What was typed before the program had come, or what the browser put back.
        if has_begun(&form) {
            show(Verdict::Checking);
            ask(());
        }
        let on_input = Closure::<dyn FnMut()>::new(move || {
            show(Verdict::Checking);
            ask(());
        });
        let _ = form.add_event_listener_with_callback("input", on_input.as_ref().unchecked_ref());
        on_input.forget();
        if form.has_attribute(UNSAVED) {
            keep_from_leaving(&form);
        }
    }

    /// The browser asks before a page is left on which something is not saved. Sending the form is no leaving.
    fn keep_from_leaving(form: &HtmlFormElement) {
        let is_sent = Rc::new(Cell::new(false));
        let (sent, typed, asked) = (is_sent.clone(), form.clone(), form.clone());
        let on_submit = Closure::<dyn FnMut()>::new(move || sent.set(true));
        let on_input = Closure::<dyn FnMut()>::new(move || drop(typed.set_attribute(UNSAVED, "true")));
        let on_leave = Closure::<dyn FnMut(Event)>::new(move |leaving: Event| {
            if !is_sent.get() && asked.get_attribute(UNSAVED).as_deref() == Some("true") {
                leaving.prevent_default();
            }
        });
        let _ = form.add_event_listener_with_callback("submit", on_submit.as_ref().unchecked_ref());
        let _ = form.add_event_listener_with_callback("input", on_input.as_ref().unchecked_ref());
        let _ = window().add_event_listener_with_callback("beforeunload", on_leave.as_ref().unchecked_ref());
        on_submit.forget();
        on_input.forget();
        on_leave.forget();
    }

    async fn check(form: HtmlFormElement) {
        let Some(question) = question_of(&form) else { return };
        match slots::refresh(&question).await {
            Asked::Shown => show(Verdict::Known),
            Asked::Overtaken => {}
            Asked::Lost(why) => {
                show(Verdict::Unknown(why));
                // Who is signed out comes back by signing in.
                if why != Lost::Session {
                    set_timeout(move || again(form, question), AGAIN);
                }
            }
        }
    }

    /// Unless something else was typed meanwhile, which is asked by itself.
    fn again(form: HtmlFormElement, question: Question) {
        if question_of(&form) == Some(question) {
            leptos::task::spawn_local(check(form));
        }
    }

    fn show(verdict: Verdict) {
        let Some(place) = document().get_element_by_id(ASKING) else { return };
        let (state, said) = match verdict {
            Verdict::Known => ("known", ""),
            Verdict::Checking => ("checking", "Checking…"),
            Verdict::Unknown(Lost::Network) => {
                ("unknown", "Could not check: you are offline. It is checked again when you are back.")
            }
            Verdict::Unknown(Lost::Berth) => ("unknown", "Could not check: Berth does not answer. Trying again."),
            Verdict::Unknown(Lost::Gone) => {
                ("unknown", "Could not check: this is gone, or you may not see it any more.")
            }
            Verdict::Unknown(Lost::Session) => {
                ("unknown", "Could not check: you have been signed out. What you typed is kept when you send it.")
            }
        };
        let _ = place.set_attribute("data-state", state);
        if place.text_content().as_deref() != Some(said) {
            place.set_text_content(Some(said));
        }
    }

    fn has_begun(form: &HtmlFormElement) -> bool {
        let Ok(typed) = FormData::new_with_form(form) else { return false };
        ["name", "purpose"].iter().any(|field| typed.get(field).as_string().is_some_and(|text| !text.is_empty()))
    }

    /// What the button Check, or Preview, would be answered with the form as it is typed.
    fn question_of(form: &HtmlFormElement) -> Option<Question> {
        let typed = FormData::new_with_form(form).ok()?;
        let query = UrlSearchParams::new_with_str_sequence_sequence(&typed).ok()?;
        let action = form.get_attribute("action")?;
        if form.has_attribute(POSTED) {
            query.set("do", "preview");
            return Some(Question { page: action, body: Some(query.to_string().into()) });
        }
        query.set("check", "1");
        // Without the token of the form: nothing is sent.
        let page = action.split('?').next().unwrap_or_default();
        Some(Question::of(format!("{page}?{}", String::from(query.to_string()))))
    }
}
