//! What stands where a number would, when nobody knows it: zero is another thing.

use leptos::prelude::*;

pub(crate) fn unknown() -> AnyView {
    view! { <span class="dim" title="Not known"><span aria-hidden="true">"–"</span><span class="unseen">"not known"</span></span> }
        .into_any()
}
