//! Keeps a page as things are now.

use leptos::prelude::*;

/// Whenever the stream `events` says something, the slots of `page` are brought up to date.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn Live(page: String, events: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::follow(page.clone(), events.clone()));
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::slots;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;
    use web_sys::EventSource;

    /// Changes come in bursts; one look at the page serves them all.
    const PAUSE: Duration = Duration::from_millis(200);

    pub fn follow(page: String, events: String) {
        slots::mark_what_is_typed_into();
        let refresh = Rc::new(RefCell::new(debounce(PAUSE, move |()| {
            let page = page.clone();
            leptos::task::spawn_local(async move { slots::refresh(&page).await });
        })));
        let on_message = {
            let refresh = refresh.clone();
            Closure::<dyn Fn()>::new(move || refresh.borrow_mut()(()))
        };
        let stream = RefCell::new(None::<EventSource>);
        // A browser has few connections for all its tabs: one that nobody looks at gives its own back.
        let follow_while_seen = move || {
            let mut stream = stream.borrow_mut();
            if document().hidden() {
                if let Some(open) = stream.take() {
                    open.close();
                }
            } else if stream.is_none() {
                *stream = EventSource::new(&events).ok();
                if let Some(open) = &*stream {
                    open.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
                }
                refresh.borrow_mut()(());
            }
        };
        follow_while_seen();
        let on_change = Closure::<dyn Fn()>::new(follow_while_seen);
        let _ = document().add_event_listener_with_callback("visibilitychange", on_change.as_ref().unchecked_ref());
        // It lives as long as the page.
        on_change.forget();
    }
}
