//! An answer that is no page: what happened, and the way on.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use domain::view::ProblemView;
use leptos::prelude::*;

pub fn page(frame: Frame, view: ProblemView) -> String {
    document::render(frame, |frame| Page {
        title: view.title.clone(),
        kind: None,
        crumbs: vec![Crumb::here(view.title.clone())],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &ProblemView) -> AnyView {
    view! {
        <article class="message" data-status=view.status>
            <p class="big dim">{icon(drawing(view.status))}{view.status}</p>
            <h1>{view.title.clone()}</h1>
            <p>{view.detail.clone()}</p>
            <div class="buttons">{ways_on(frame, view)}</div>
            <p class="small dim">"Request ID: "<span class="mono">{view.request_id.clone()}</span></p>
        </article>
    }
    .into_any()
}

fn drawing(status: u16) -> Icon {
    match status {
        403 => LuLock,
        404 => LuCircleHelp,
        503 => LuCloudOff,
        _ => LuTriangleAlert,
    }
}

fn ways_on(frame: &Frame, problem: &ProblemView) -> AnyView {
    let (drawing, again) = match problem.status {
        401 => (LuRefreshCw, "Sign in"),
        // The same would be refused again; the page it came from knows more.
        400 | 403 | 404 | 405 | 409 | 422 => (LuUndo2, "Back to the form"),
        _ => (LuRefreshCw, "Try again"),
    };
    let again = problem.again.clone().map(|to| view! { <a class="btn primary" href=to>{icon(drawing)}{again}</a> });
    let away = match frame.viewer {
        Some(_) => view! {
            <a class="btn" href="/">{icon(LuHouse)}"Home"</a>
            <a class="btn quiet" href="/requests">"Requests"</a>
        }
        .into_any(),
        None => view! { <a class="btn" href="/">"To the start page"</a> }.into_any(),
    };
    view! { {again} {away} }.into_any()
}
