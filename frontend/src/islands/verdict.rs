//! The verdict beside the form for a new namespace, while it is typed.

use crate::parts::icon::*;
use crate::parts::verdict;
use domain::view::Verdict;
use leptos::prelude::*;
use time::OffsetDateTime;

/// `form` is the id of the form it watches.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn VerdictPanel(form: String, verdict: Option<Verdict>, now: i64) -> impl IntoView {
    let latest = RwSignal::new(verdict);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(&form, latest));
    let rendered = OffsetDateTime::from_unix_timestamp(now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let shown = move || match latest.get() {
        Some(found) => verdict::verdict(&found, rendered),
        None => unknown(),
    };
    view! { <div class="stack" aria-live="polite">{shown}</div> }.into_any()
}

fn unknown() -> AnyView {
    view! {
        <section class="panel">
            <header><h2>"What happens next"</h2></header>
            <div class="body">
                <p class="hint">
                    {icon(LuInfo)}
                    "Fill in the form and press Check to see who decides and whether the cluster has room. Nothing is asked for yet."
                </p>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::view::Verdict;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::closure::Closure;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{FormData, HtmlFormElement, RequestInit, Response};

    const CHECK: &str = "/api/v1/requests/check?as=form";
    /// Long enough not to ask at every key, short enough to feel at once.
    const PAUSE: Duration = Duration::from_millis(250);

    pub fn watch(form: &str, latest: RwSignal<Option<Verdict>>) {
        let Some(form) = document().get_element_by_id(form).and_then(|f| f.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        // An answer counts only while nothing newer has been asked.
        let turn = Rc::new(Cell::new(0u32));
        let asked = form.clone();
        let ask = debounce(PAUSE, move |()| {
            turn.set(turn.get().wrapping_add(1));
            let (turn, mine, form) = (turn.clone(), turn.get(), asked.clone());
            leptos::task::spawn_local(async move {
                if let Some(verdict) = check(&form).await
                    && turn.get() == mine
                {
                    latest.set(Some(verdict));
                }
            });
        });
        let ask = std::cell::RefCell::new(ask);
        let on_input = Closure::<dyn Fn()>::new(move || (ask.borrow_mut())(()));
        let _ = form.add_event_listener_with_callback("input", on_input.as_ref().unchecked_ref());
        on_input.forget();
    }

    /// None when there is no answer: the page stays as it is, the button Check is still there.
    async fn check(form: &HtmlFormElement) -> Option<Verdict> {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&JsValue::from_str(&as_json(form)?));
        let headers = web_sys::Headers::new().ok()?;
        headers.set("content-type", "application/json").ok()?;
        init.set_headers(&headers);
        let response = JsFuture::from(window().fetch_with_str_and_init(CHECK, &init)).await.ok()?;
        let response: Response = response.dyn_into().ok()?;
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        if response.ok() { serde_json::from_str(&text).ok() } else { None }
    }

    /// Texts as typed, by the names of their fields.
    fn as_json(form: &HtmlFormElement) -> Option<String> {
        let data = FormData::new_with_form(form).ok()?;
        let object = js_sys::Object::from_entries(&data).ok()?;
        js_sys::JSON::stringify(&object).ok()?.as_string()
    }
}
