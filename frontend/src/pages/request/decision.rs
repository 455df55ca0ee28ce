//! What changes and, for who may decide, the decision itself.

use crate::icon::*;
use crate::parts::form::{Field, post_to};
use crate::parts::{ask, stages, url, verdict};
use domain::view::{RequestPage, RequestState, RequestView};
use leptos::prelude::*;

pub(super) fn panel(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let decides = request.can_approve.allowed;
    let hint = ask::hint(&request.row).filter(|_| decides).map(|hint| view! { <span class="dim">{hint}</span> });
    view! {
        <section class="panel" aria-labelledby="changes">
            <header><h2 id="changes">"Changes"</h2>{hint}</header>
            <div class="body wide-body">{ask::changes(page, decides)} {verdict::takes_over(request.takes_over)}</div>
            {actions(page)}
        </section>
    }
    .into_any()
}

/// The decision, or why the reader cannot make it; nothing once it is made.
fn actions(page: &RequestPage) -> Option<AnyView> {
    let request = &page.request;
    if request.can_approve.allowed || request.can_reject.allowed {
        return Some(decide(page));
    }
    (request.row.state == RequestState::InReview).then(|| refused(request))
}

/// One form with three words: the comment goes with each, and all but approving need one.
fn decide(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let path = url::request(request.row.number);
    let typed = page.fields.as_ref().map(|f| f.comment.clone()).unwrap_or_default();
    let can_approve = request.can_approve.allowed;
    let approve = can_approve.then(|| {
        view! { <button class="btn primary" data-key="a">{icon(LuCheck)}"Approve"</button> }
    });
    let why_not = (!can_approve).then(|| {
        view! { <p class="hint">{icon(LuLock)}{stages::sentence(&request.can_approve.why_not)}</p> }
    });
    let send_back = request.can_request_changes.allowed.then(|| {
        view! { <button class="btn" formaction=post_to(format!("{path}/request-changes"))>{icon(LuUndo2)}"Ask for changes"</button> }
    });
    let reject = request.can_reject.allowed.then(|| {
        view! { <button class="btn danger" data-key="r" formaction=post_to(format!("{path}/reject"))>{icon(LuX)}"Reject"</button> }
    });
    let numbers = if can_approve { ask::suggestion_hint(&request.row) } else { "" };
    let comment = Field::new("comment", "Comment", ask::own_errors(page))
        .help(format!("The requester reads it. Required to ask for changes or to reject.{numbers}"));
    view! {
        <form class="decision" id=ask::APPROVAL method="post" action=post_to(format!("{path}/approve"))>
            <input r#type="hidden" name="revision" value=request.revision/>
            <input r#type="hidden" name="version" value=request.version/>
            {ask::hidden(&request.row)}
            {why_not}
            {comment.area(&typed)}
            <div class="buttons">
                {approve}
                {send_back}
                {reject}
            </div>
        </form>
    }
    .into_any()
}

fn refused(request: &RequestView) -> AnyView {
    view! {
        <div class="decision">
            <div class="refused">
                <button class="btn primary" disabled=true aria-describedby="why-not">{icon(LuCheck)}"Approve"</button>
                <p id="why-not">{icon(LuLock)}{stages::sentence(&request.can_approve.why_not)}</p>
            </div>
        </div>
    }
    .into_any()
}
