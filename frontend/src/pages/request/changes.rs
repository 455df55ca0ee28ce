//! Changes that somebody who may decide asked for: what they said, what they would approve, and the answers to it.

use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, post_to};
use crate::parts::size_picker::acknowledgement;
use crate::parts::{ask, note, stages, url};
use domain::view::RequestView;
use leptos::prelude::*;

/// None unless it waits for an answer.
pub(super) fn panel(request: &RequestView, errors: Errors<'_>) -> Option<AnyView> {
    said(request, answers(request, errors))
}

/// Above the form that revises it, which says what becomes of an approval: the suggestion can be taken as it is.
pub(super) fn above_form(request: &RequestView) -> Option<AnyView> {
    said(request, accept(request, Errors(&[]), None, None))
}

fn said(request: &RequestView, answers: impl IntoView + 'static) -> Option<AnyView> {
    let changes = request.changes.as_ref()?;
    let suggestion = changes.suggestion.as_ref().map(|suggestion| ask::suggested(request, suggestion));
    let panel = view! {
        <section class="panel warn" aria-labelledby="asked-back">
            <header>
                <h2 id="asked-back">{format!("{} asks for changes", changes.by)}</h2>
            </header>
            <div class="body">
                <blockquote class="said">{changes.comment.clone()}</blockquote>
                {suggestion}
            </div>
            {answers}
        </section>
    };
    Some(panel.into_any())
}

fn answers(request: &RequestView, errors: Errors<'_>) -> AnyView {
    if !request.can_revise.allowed {
        let why = stages::sentence(&request.can_revise.why_not);
        return view! { <div class="decision"><p class="hint">{icon(LuLock)}{why}</p></div> }.into_any();
    }
    let revise = || {
        view! { <a class="btn" href=url::revise(request.row.number)>{icon(LuPencil)}"Submit revision"</a> }.into_any()
    };
    let loses = loses_decision(request, "Accept the suggestion");
    accept(request, errors, loses, Some(revise()))
        .unwrap_or_else(|| view! { <div class="decision"><div class="buttons">{revise()}</div></div> }.into_any())
}

/// None where nothing is suggested that this reader could take.
fn accept(
    request: &RequestView,
    errors: Errors<'_>,
    loses: Option<AnyView>,
    beside: Option<AnyView>,
) -> Option<AnyView> {
    request.changes.as_ref()?.suggestion.as_ref().filter(|_| request.can_accept.allowed)?;
    let below = errors.of("acknowledge_below_use").map(|_| acknowledgement(false, errors, None));
    let to = post_to(format!("{}/accept-suggestion", url::request(request.row.number)));
    let form = view! {
        <form class="decision" method="post" action=to>
            <input r#type="hidden" name="revision" value=request.revision/>
            {below}
            {loses}
            <div class="buttons">
                <button class="btn primary" aria-describedby=describes(request)>{icon(LuCheck)}"Accept the suggestion"</button>
                {beside}
            </div>
        </form>
    };
    Some(form.into_any())
}

/// Id of the note before the button that it is about.
const LOSES_DECISION: &str = "loses-decision";

/// Who could decide it, and will not when they write what it asks for.
pub(super) fn loses_decision(request: &RequestView, button: &str) -> Option<AnyView> {
    request.reader_could_decide().then(|| {
        let says = format!("\"{button}\" makes you one of its authors, and authors never decide: somebody else must.");
        view! { <div id=LOSES_DECISION>{note::note(Tone::Warn, "You cannot decide it then", says)}</div> }.into_any()
    })
}

pub(super) fn describes(request: &RequestView) -> Option<&'static str> {
    request.reader_could_decide().then_some(LOSES_DECISION)
}
