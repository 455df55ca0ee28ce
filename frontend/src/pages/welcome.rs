//! Nobody is signed in: what this is, and one button.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::url;
use domain::page::PageKind;
use leptos::prelude::*;

/// Signing in leads back to the frame's path.
pub fn page(frame: Frame) -> String {
    document::render(frame, |frame| Page {
        title: "Sign in".into(),
        kind: Some(PageKind::Home),
        crumbs: vec![Crumb::here("Sign in")],
        refresh: None,
        body: body(frame),
    })
}

fn body(frame: &Frame) -> AnyView {
    let sign_in = url::with_query("/auth/login", &[("return_to", &frame.path)]);
    view! {
        <article class="message">
            <h1>"Namespaces for your team"</h1>
            <p>"Request Kubernetes namespaces and quota, and follow each request until it is in force."</p>
            <ol class="way">
                <li>{icon(LuInbox)}"Request what you need. You see who decides, and whether there is capacity, before you submit."</li>
                <li>{icon(LuUserCheck)}"Approvers decide with the relevant facts on one page."</li>
                <li>{icon(LuBox)}"Berth creates it on the cluster step by step, and shows what runs in it."</li>
            </ol>
            <div class="buttons"><a class="btn primary large" href=sign_in>{icon(LuLogIn)}"Sign in"</a></div>
        </article>
    }
    .into_any()
}
