//! Keeps a page as things are now.

use leptos::prelude::*;

/// Whenever the stream `events` says something, the slots of `page` are brought up to date.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn Live(page: String, events: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::follow(page.clone(), &events));
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::slots;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use std::time::Duration;
    use web_sys::EventSource;

    /// Changes come in bursts; one look at the page serves them all.
    const PAUSE: Duration = Duration::from_millis(200);

    pub fn follow(page: String, events: &str) {
        let Ok(stream) = EventSource::new(events) else { return };
        slots::mark_what_is_typed_into();
        let mut refresh = debounce(PAUSE, move |()| {
            let page = page.clone();
            leptos::task::spawn_local(async move { slots::refresh(&page).await });
        });
        let on_message = Closure::<dyn FnMut()>::new(move || refresh(()));
        stream.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // The stream lives as long as the page; the browser reconnects it.
        on_message.forget();
    }
}
