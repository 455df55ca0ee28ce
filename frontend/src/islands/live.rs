//! Keeps a page as things are now.

use leptos::prelude::*;

/// The slots that change on the page at this path are sent over a stream and put into place. `version` is what the page says
/// now: what it has already is not sent again.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn Live(page: String, version: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::follow(page.clone(), version.clone()));
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::{connection, slots};
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::closure::Closure;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::time::Duration;
    use web_sys::{EventSource, MessageEvent};

    /// Asking for the whole page again, where there is no stream: once for all that go wrong at the same time.
    const PAUSE: Duration = Duration::from_millis(200);
    /// Where streams of pages come from.
    const STREAMS: &str = "/live";
    /// How often the stream is looked after.
    const LOOK: Duration = Duration::from_secs(5);
    /// A stream ends by itself within a minute, and the browser opens the next one seconds later: longer than this without
    /// a word, it is gone, whatever the browser believes.
    const SILENT_MS: f64 = 75_000.0;
    /// Longer than this without an open stream, the page may be behind.
    const CLOSED_MS: f64 = 8_000.0;

    /// The stream of a page, and when it was last known to be there.
    struct Stream {
        page: String,
        /// Of what is shown; empty when nobody knows.
        version: RefCell<String>,
        source: RefCell<Option<EventSource>>,
        heard_at: Cell<f64>,
        open_at: Cell<f64>,
        is_open: Cell<bool>,
        on_open: Closure<dyn Fn()>,
        on_message: Closure<dyn Fn(MessageEvent)>,
        on_error: Closure<dyn Fn()>,
    }

    pub fn follow(page: String, version: String) {
        slots::mark_what_is_typed_into();
        let ask = {
            let page = page.clone();
            debounce(PAUSE, move |()| {
                let page = page.clone();
                leptos::task::spawn_local(async move { drop(slots::refresh(&slots::Question::of(page)).await) });
            })
        };
        let ask = Rc::new(RefCell::new(ask));
        let refresh = move || ask.borrow_mut()(());
        let stream = Rc::new_cyclic(|weak: &std::rc::Weak<Stream>| {
            let with = |act: fn(&Stream)| {
                let weak = weak.clone();
                move || {
                    if let Some(stream) = weak.upgrade() {
                        act(&stream);
                    }
                }
            };
            let (shown, ended, refused) = (weak.clone(), weak.clone(), refresh.clone());
            Stream {
                page,
                version: RefCell::new(version),
                source: RefCell::default(),
                heard_at: Cell::new(js_sys::Date::now()),
                open_at: Cell::new(js_sys::Date::now()),
                is_open: Cell::new(false),
                on_message: Closure::new(move |event| {
                    if let Some(stream) = shown.upgrade() {
                        stream.show(&event);
                    }
                }),
                on_open: Closure::new(with(Stream::opened)),
                on_error: Closure::new(move || {
                    if let Some(stream) = ended.upgrade() {
                        stream.closed(&refused);
                    }
                }),
            }
        });
        // Whether what was open has outlived the network nobody knows.
        let anew = {
            let (stream, refresh) = (stream.clone(), refresh.clone());
            move || stream.again(&refresh)
        };
        let look = move || stream.look(&refresh);
        look();
        let again = look.clone();
        let _ = set_interval_with_handle(again, LOOK);
        // It lives as long as the page.
        let handle = window_event_listener(ev::online, move |_| anew());
        on_cleanup(move || handle.remove());
        let on_change = Closure::<dyn Fn()>::new(look);
        let _ = document().add_event_listener_with_callback("visibilitychange", on_change.as_ref().unchecked_ref());
        on_change.forget();
    }

    impl Stream {
        fn opened(&self) {
            self.is_open.set(true);
            self.heard_at.set(js_sys::Date::now());
            connection::answered();
            connection::stream_is_open(true);
        }

        /// What changed, as the server says it, and the version that the page is of then.
        fn show(&self, event: &MessageEvent) {
            self.opened();
            let html = event.data().as_string().and_then(|data| js_sys::JSON::parse(&data).ok()?.as_string());
            if let Some(html) = html {
                slots::show(&html);
                self.version.replace(event.last_event_id());
            }
        }

        /// The browser opens the next one by itself, unless it was refused: then the page says why.
        fn closed(&self, refresh: &impl Fn()) {
            if self.is_open.replace(false) {
                self.open_at.set(js_sys::Date::now());
            }
            let is_refused = self.source.borrow().as_ref().is_some_and(|s| s.ready_state() == EventSource::CLOSED);
            if is_refused {
                self.version.replace(String::new());
                refresh();
            }
        }

        /// A browser has few connections for all its tabs: one that nobody looks at gives its own back.
        fn look(&self, refresh: &impl Fn()) {
            if document().hidden() {
                self.close();
                return;
            }
            let now = js_sys::Date::now();
            let is_silent = self.is_open.get() && now - self.heard_at.get() > SILENT_MS;
            let is_gone = !self.is_open.get() && now - self.open_at.get() > CLOSED_MS;
            let is_begun = self.source.borrow().is_some();
            if is_begun && !is_silent && !is_gone {
                return;
            }
            if is_begun {
                connection::stream_is_open(false);
                self.again(refresh);
            } else {
                self.begin();
            }
        }

        /// Something is wrong. What comes of asking says why: nothing answers, or nobody is signed in any more. What the page
        /// shows then is of no version that the stream knows.
        fn again(&self, refresh: &impl Fn()) {
            if document().hidden() {
                return;
            }
            self.version.replace(String::new());
            self.begin();
            refresh();
        }

        fn begin(&self) {
            self.close();
            self.open_at.set(js_sys::Date::now());
            let page = js_sys::encode_uri_component(&self.page);
            let url = format!("{STREAMS}?version={}&page={page}", self.version.borrow());
            let Ok(source) = EventSource::new(&url) else { return };
            source.set_onopen(Some(self.on_open.as_ref().unchecked_ref()));
            source.set_onmessage(Some(self.on_message.as_ref().unchecked_ref()));
            source.set_onerror(Some(self.on_error.as_ref().unchecked_ref()));
            *self.source.borrow_mut() = Some(source);
        }

        fn close(&self) {
            self.is_open.set(false);
            if let Some(open) = self.source.borrow_mut().take() {
                open.close();
            }
        }
    }
}
