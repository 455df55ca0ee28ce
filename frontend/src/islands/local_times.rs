//! Keeps times true: how long ago something was moves on while the page is open, and exact times are said in the person's
//! own zone, which the server does not know.

use leptos::prelude::*;

/// `now` is when the page was made, in seconds since 1970: the browser's clock may be another.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
#[island]
pub fn LocalTimes(now: i64) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::begin(now));
}

#[cfg(feature = "hydrate")]
pub(super) use browser::retell;

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::dom::elements;
    use crate::relative;
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsValue;
    use std::cell::Cell;
    use std::time::Duration;
    use web_sys::Element;

    const TICK: Duration = Duration::from_secs(10);

    thread_local! {
        /// Milliseconds that the server's clock is ahead of the browser's.
        static AHEAD: Cell<f64> = const { Cell::new(0.0) };
    }

    pub fn begin(now: i64) {
        #[allow(clippy::cast_precision_loss)] // seconds since 1970
        AHEAD.set(now as f64 * 1000.0 - js_sys::Date::now());
        retell_all();
        let _ = set_interval_with_handle(retell_all, TICK);
        // A tab in the background hardly ticks.
        let handle = window_event_listener(ev::focus, |_| retell_all());
        on_cleanup(move || handle.remove());
    }

    fn retell_all() {
        if let Some(page) = document().document_element() {
            retell(&page);
        }
    }

    /// Every time inside `part`.
    pub fn retell(part: &Element) {
        for time in elements(part.query_selector_all("time[datetime]").ok()) {
            let machine = time.get_attribute("datetime").unwrap_or_default();
            let date = js_sys::Date::new(&JsValue::from_str(&machine));
            if date.get_time().is_nan() {
                continue;
            }
            let local = date.to_locale_string("en-GB", &format());
            let _ = time.set_attribute("title", &String::from(local));
            tick(&time, date.get_time());
        }
    }

    /// As the server writes exact times, `21 Nov 2026, 05:30:12 UTC`, in the zone of the person, which is named.
    fn format() -> JsValue {
        let options = js_sys::Object::new();
        for (part, form) in [
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
            ("timeZoneName", "short"),
        ] {
            let _ = js_sys::Reflect::set(&options, &part.into(), &form.into());
        }
        options.into()
    }

    /// What ticks is not read out each time it does.
    fn tick(time: &Element, at: f64) {
        let Some(ticks) = time.get_attribute("data-ticks") else { return };
        #[allow(clippy::cast_possible_truncation)] // seconds
        let seconds = ((js_sys::Date::now() + AHEAD.get() - at) / 1000.0) as i64;
        let said = if ticks == "age" { relative::age(seconds) } else { relative::ago(seconds) };
        let _ = time.set_attribute("aria-live", "off");
        if let Some(said) = said.filter(|said| time.text_content().as_ref() != Some(said)) {
            time.set_text_content(Some(&said));
        }
    }
}
