//! A person without a team: whom to ask for one.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use domain::page::PageKind;
use leptos::prelude::*;

/// `are_groups_known` is false when the provider has never said all groups of this person.
pub fn page(frame: Frame, are_groups_known: bool) -> String {
    document::render(frame, |frame| Page {
        title: "No team yet".into(),
        kind: Some(PageKind::Home),
        crumbs: vec![Crumb::here("Home")],
        refresh: None,
        body: body(frame, are_groups_known),
    })
}

fn body(frame: &Frame, are_groups_known: bool) -> AnyView {
    let viewer = frame.viewer.as_ref();
    let contact = viewer.map(|viewer| viewer.contact.clone()).unwrap_or_default();
    let email = viewer.map(|viewer| viewer.email.clone()).unwrap_or_default();
    view! {
        <article class="message" data-message="no-team">
            <p class="big dim">{icon(LuUsers)}</p>
            <h1>{if are_groups_known { "You are not in a team yet" } else { "Your groups are not known" }}</h1>
            {(!are_groups_known).then(|| view! {
                <p>"Your identity provider did not say which groups you are in, or not all of them, so Berth gives you no role rather than guess one."</p>
            })}
            <p>"Namespaces belong to teams, and teams come from the groups of your identity provider. Once you are in one, its namespaces show here after your next sign-in."</p>
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
