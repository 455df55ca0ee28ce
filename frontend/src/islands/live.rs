//! Follows a stream of the API: each event is the whole view as JSON, the latest one counts.

use leptos::prelude::*;
use time::OffsetDateTime;

/// The latest view from the stream; none until one has come. An outer island provides it to the inner ones.
pub(crate) struct Live<T: 'static>(RwSignal<Option<T>>);

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

impl<T: Clone + Send + Sync + 'static> Live<T> {
    /// Opens the stream, in the browser, and provides it to the islands inside.
    #[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
    pub fn provide(url: String, is_worth_following: bool) -> Self
    where
        T: serde::de::DeserializeOwned,
    {
        let live = Self(RwSignal::new(None));
        provide_context(live);
        #[cfg(feature = "hydrate")]
        if is_worth_following {
            Effect::new(move |_| browser::follow(&url, live));
        }
        live
    }

    /// What the outer island provides; inert where there is none.
    pub fn from_outside() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(None)))
    }

    /// Part of the latest view and the time it is looked at, or what the page came with.
    pub fn part<P>(self, first: &P, now: i64, pick: impl Fn(&T) -> P) -> (P, OffsetDateTime)
    where
        P: Clone,
    {
        match self.0.with(|latest| latest.as_ref().map(pick)) {
            Some(part) => (part, clock(now)),
            None => (first.clone(), at(now)),
        }
    }
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(feature = "hydrate")]
fn clock(_: i64) -> OffsetDateTime {
    crate::parts::when::now()
}

#[cfg(not(feature = "hydrate"))]
fn clock(rendered: i64) -> OffsetDateTime {
    at(rendered)
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Live;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use serde::de::DeserializeOwned;
    use web_sys::{EventSource, MessageEvent};

    /// The browser reconnects by itself; what the page shows stays as it is meanwhile.
    pub fn follow<T: DeserializeOwned + Send + Sync + 'static>(url: &str, live: Live<T>) {
        let Ok(stream) = EventSource::new(url) else { return };
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(view) => live.0.set(Some(view)),
                Err(error) => leptos::logging::warn!("an event that is no view: {error}"),
            }
        });
        stream.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // The stream lives as long as the page.
        on_message.forget();
    }
}
