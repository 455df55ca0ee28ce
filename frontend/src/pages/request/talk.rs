//! What happened and what was said, in order, and the box to say something.

use crate::parts::form::{Errors, Field, post_to};
use crate::parts::slot::{form_slot, slot};
use crate::parts::{timeline, url};
use domain::view::{RequestPage, RequestView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// Name of the comment box.
pub(super) const FIELD: &str = "text";

pub(super) fn panel(page: &RequestPage, errors: Errors<'_>, now: OffsetDateTime) -> AnyView {
    let request = &page.request;
    let say = request.can_comment.allowed.then(|| {
        // What is said holds whatever the request has become meanwhile: no version, no news.
        form_slot("comment", String::new(), page.comment.is_some(), form(request, page.comment.as_deref(), errors))
    });
    view! {
        <section class="panel later">
            <header><h2>"Activity"</h2></header>
            {slot("timeline", "body", timeline::timeline(&request.timeline, now))}
            {say}
        </section>
    }
    .into_any()
}

fn form(request: &RequestView, typed: Option<&str>, errors: Errors<'_>) -> AnyView {
    let field = Field::new(FIELD, "Comment", errors).help("Everybody who may see this request reads it.");
    view! {
        <form class="decision" method="post" action=post_to(format!("{}/comments", url::request(request.row.number)))>
            {field.area(typed.unwrap_or_default())}
            <div class="buttons"><button class="btn">"Comment"</button></div>
        </form>
    }
    .into_any()
}
