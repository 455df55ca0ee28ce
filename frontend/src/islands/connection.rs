//! Says when what is on the page may no longer be so: without a network, without Berth, or signed out elsewhere.

use leptos::prelude::*;

/// Stands at the top of the page, and is empty as long as all is well.
#[island]
pub fn Connection() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| browser::begin());
    view! { <div id="connection" class="connection" role="status"></div> }
}

#[cfg(feature = "hydrate")]
pub(super) use browser::{Lost, answered, is_signed_out, lost, stream_is_open};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev;
    use leptos::prelude::*;
    use std::cell::{Cell, RefCell};

    /// Id of the part that says it.
    const PLACE: &str = "connection";
    /// On that part: why, as a code.
    const LOST: &str = "data-lost";
    /// On the document while a stream is open that tells of every change.
    const LIVE: &str = "data-live";

    /// Why the page cannot be brought up to date.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum Lost {
        Network,
        /// It does not answer, or with an error.
        Berth,
        Session,
        /// What the page is about is no more, or not for this reader.
        Gone,
    }

    impl Lost {
        fn as_str(self) -> &'static str {
            match self {
                Self::Network => "network",
                Self::Berth => "berth",
                Self::Session => "session",
                Self::Gone => "gone",
            }
        }
    }

    thread_local! {
        /// When the server last said how things are, in milliseconds of the browser's clock.
        static AS_OF: Cell<f64> = const { Cell::new(0.0) };
        static STATE: RefCell<Option<Lost>> = const { RefCell::new(None) };
    }

    pub fn begin() {
        AS_OF.set(js_sys::Date::now());
        if !window().navigator().on_line() {
            lost(Lost::Network);
        }
        let handles = [
            window_event_listener(ev::offline, |_| lost(Lost::Network)),
            // What came of it is said by whoever asks next; a page that asks for nothing is as of when it was loaded.
            window_event_listener(ev::online, |_| change(None)),
        ];
        on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    }

    /// The server said how things are now.
    pub fn answered() {
        AS_OF.set(js_sys::Date::now());
        change(None);
    }

    pub fn stream_is_open(is_open: bool) {
        if let Some(page) = document().document_element() {
            let _ = page.toggle_attribute_with_force(LIVE, is_open);
        }
    }

    pub fn lost(why: Lost) {
        let why = if window().navigator().on_line() { why } else { Lost::Network };
        stream_is_open(false);
        change(Some(why));
    }

    pub fn is_signed_out() -> bool {
        STATE.with_borrow(|state| *state == Some(Lost::Session))
    }

    fn change(to: Option<Lost>) {
        if STATE.replace(to) == to {
            return;
        }
        let Some(place) = document().get_element_by_id(PLACE) else { return };
        let _ = match to {
            Some(why) => place.set_attribute(LOST, why.as_str()),
            None => place.remove_attribute(LOST),
        };
        let as_of = clock(AS_OF.get());
        let said = match to {
            None => String::new(),
            Some(Lost::Network) => format!("Offline: data as of {as_of}."),
            Some(Lost::Berth) => {
                format!("Berth does not answer: data as of {as_of}. The page updates automatically.")
            }
            Some(Lost::Session) => format!("You have been signed out: data as of {as_of}."),
            Some(Lost::Gone) => {
                format!("What this page is about is gone, or you may not see it any more: data as of {as_of}.")
            }
        };
        place.set_text_content(Some(&said));
        if to == Some(Lost::Session) {
            let _ = place.insert_adjacent_html("beforeend", " <a class=\"link\" href=\"\">Sign in again</a>");
        }
    }

    /// `10:32`, in the person's zone.
    fn clock(at: f64) -> String {
        let date = js_sys::Date::new(&at.into());
        format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
    }
}
