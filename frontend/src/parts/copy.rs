//! The button that copies, where script is.

use crate::islands::CopyButton;
use leptos::prelude::*;

pub(crate) fn copy(text: String) -> AnyView {
    view! { <CopyButton text/> }.into_any()
}
