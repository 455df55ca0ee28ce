//! The verdict beside a form, while it is typed: presses the form's button Check, so to speak.

use leptos::prelude::*;

/// `form` is the id of the form it watches.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn LiveVerdict(form: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(&form));
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::slots;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use std::time::Duration;
    use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

    /// Long enough not to ask at every key, short enough to feel at once.
    const PAUSE: Duration = Duration::from_millis(250);

    pub fn watch(form: &str) {
        let form = document().get_element_by_id(form).and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        let asked = form.clone();
        let mut ask = debounce(PAUSE, move |()| {
            if let Some(page) = page_of(&asked) {
                leptos::task::spawn_local(async move { slots::refresh(&page).await });
            }
        });
        // What was typed before the program had come, or what the browser put back.
        if has_begun(&form) {
            ask(());
        }
        let on_input = Closure::<dyn FnMut()>::new(move || ask(()));
        let _ = form.add_event_listener_with_callback("input", on_input.as_ref().unchecked_ref());
        on_input.forget();
    }

    fn has_begun(form: &HtmlFormElement) -> bool {
        let Ok(typed) = FormData::new_with_form(form) else { return false };
        ["name", "purpose"].iter().any(|field| typed.get(field).as_string().is_some_and(|text| !text.is_empty()))
    }

    /// Where the button Check leads with the form as it is typed.
    fn page_of(form: &HtmlFormElement) -> Option<String> {
        let typed = FormData::new_with_form(form).ok()?;
        let query = UrlSearchParams::new_with_str_sequence_sequence(&typed).ok()?;
        query.set("check", "1");
        let action = form.get_attribute("action")?;
        // Without the token of the form: nothing is sent.
        let page = action.split('?').next().unwrap_or_default();
        Some(format!("{page}?{}", String::from(query.to_string())))
    }
}
