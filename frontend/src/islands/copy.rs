//! A button that copies a text. It is there only where script is, since it can do nothing without.

use crate::icon::*;
use leptos::prelude::*;

#[island]
pub fn CopyButton(text: String) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let is_copied = RwSignal::new(false);
    Effect::new(move |_| is_awake.set(true));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        {
            // A refusal (no permission, no focus) leaves the button as it is: the text can still be selected.
            let copied = window().navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                if wasm_bindgen_futures::JsFuture::from(copied).await.is_ok() {
                    is_copied.set(true);
                }
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = &text;
    };
    view! {
        <button class="btn small" r#type="button" hidden=move || !is_awake.get() on:click=copy>
            {icon(LuCopy)}
            <span aria-live="polite">{move || if is_copied.get() { "Copied" } else { "Copy" }}</span>
        </button>
    }
}
