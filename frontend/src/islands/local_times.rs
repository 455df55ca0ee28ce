//! Says exact times in the person's own zone: the server does not know it and writes UTC.

use leptos::prelude::*;

#[island]
pub fn LocalTimes() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        if let Some(page) = document().document_element() {
            retitle(&page);
        }
    });
}

#[cfg(feature = "hydrate")]
pub(super) use browser::retitle;

#[cfg(feature = "hydrate")]
mod browser {
    use crate::islands::slots::elements;
    use leptos::wasm_bindgen::JsValue;
    use web_sys::Element;

    /// Every time inside `part`.
    pub fn retitle(part: &Element) {
        for time in elements(part.query_selector_all("time[datetime]").ok()) {
            let machine = time.get_attribute("datetime").unwrap_or_default();
            let date = js_sys::Date::new(&JsValue::from_str(&machine));
            if !date.get_time().is_nan() {
                let local = date.to_locale_string("default", &JsValue::UNDEFINED);
                let _ = time.set_attribute("title", &String::from(local));
            }
        }
    }
}
