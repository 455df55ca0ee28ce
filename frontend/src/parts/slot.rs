//! Parts of a page that are kept as they are now: see [`crate::islands`].

use crate::islands::Live;
use crate::slots::VERSION_PLACE;
use leptos::prelude::*;

/// Keeps the slots of the page at this path as they are now.
pub(crate) fn live(page: String) -> AnyView {
    view! { <Live page=page version=VERSION_PLACE.to_owned()/> }.into_any()
}

/// A part that changes by itself. Islands inside it would not wake again, so it holds none.
pub(crate) fn slot(name: &'static str, class: &'static str, content: impl IntoView) -> AnyView {
    view! { <div class=class data-slot=name>{content.into_view()}</div> }.into_any()
}

/// The same for a form. What has been typed into it stays; when `version` is another one, the person is told.
pub(crate) fn form_slot(name: &'static str, version: String, is_typed_into: bool, content: impl IntoView) -> AnyView {
    let touched = is_typed_into.then_some("");
    view! { <div data-slot=name data-version=version data-touched=touched>{content.into_view()}</div> }.into_any()
}

/// The same for what should be read out when it changes.
pub(crate) fn spoken_slot(name: &'static str, class: &'static str, content: impl IntoView) -> AnyView {
    view! { <div class=class data-slot=name aria-live="polite">{content.into_view()}</div> }.into_any()
}
