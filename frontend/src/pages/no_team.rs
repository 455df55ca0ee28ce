//! A person without a team: whom to ask for one.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::shell::Section;
use leptos::prelude::*;

pub fn page(frame: Frame) -> String {
    document::render(frame, |frame| Page {
        title: "No team yet".into(),
        section: Section::Home,
        crumbs: vec![Crumb::here("Home")],
        refresh: None,
        body: body(frame),
    })
}

fn body(frame: &Frame) -> AnyView {
    let viewer = frame.viewer.as_ref();
    let contact = viewer.map(|viewer| viewer.contact.clone()).unwrap_or_default();
    let email = viewer.map(|viewer| viewer.email.clone()).unwrap_or_default();
    view! {
        <article class="message">
            <p class="big dim">{icon(LuUsers)}</p>
            <h1>"You are not in a team yet"</h1>
            <p>"Namespaces belong to teams, and teams come from the groups of your identity provider. Once you are in one, what it has shows here the next time you sign in."</p>
            <p>"Ask "<b>{contact}</b>"."</p>
            <div class="buttons">
                <a class="btn primary" href="/auth/login?return_to=/">{icon(LuRefreshCw)}"Sign in again"</a>
                <a class="btn" href="/me">"See your groups"</a>
            </div>
            <p class="small dim">"You are signed in as "{email}"."</p>
        </article>
    }
    .into_any()
}
