//! Says exact times in the person's own zone: the server does not know it and writes UTC.

use leptos::prelude::*;

#[island]
pub fn LocalTimes() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| browser::retitle());
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use web_sys::Element;

    pub fn retitle() {
        let Ok(times) = document().query_selector_all("time[datetime]") else { return };
        for place in 0..times.length() {
            if let Some(time) = times.item(place).and_then(|node| node.dyn_into::<Element>().ok()) {
                say_local(&time);
            }
        }
    }

    fn say_local(time: &Element) {
        let Some(machine) = time.get_attribute("datetime") else { return };
        let date = js_sys::Date::new(&JsValue::from_str(&machine));
        if date.get_time().is_nan() {
            return;
        }
        let local = date.to_locale_string("default", &JsValue::UNDEFINED);
        let _ = time.set_attribute("title", &String::from(local));
    }
}
