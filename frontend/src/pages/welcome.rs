//! Nobody is signed in: what this is, and one button.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::url;
use crate::shell::Section;
use leptos::prelude::*;

/// Signing in leads back to the frame's path.
pub fn page(frame: Frame) -> String {
    document::render(frame, |frame| Page {
        title: "Sign in".into(),
        section: Section::None,
        crumbs: vec![Crumb::here("Sign in")],
        refresh: None,
        body: body(frame),
    })
}

fn body(frame: &Frame) -> AnyView {
    let sign_in = url::with_query("/auth/login", &[("return_to", &frame.path)]);
    view! {
        <article class="message">
            <h1>"Your team's place on the cluster"</h1>
            <p>"Berth is the desk where you ask for a Kubernetes namespace, and see what becomes of it."</p>
            <ol class="way">
                <li>{icon(LuInbox)}"Ask with what you need. You see who decides, and whether there is room, before you do."</li>
                <li>{icon(LuUserCheck)}"The right people decide, with the facts in front of them."</li>
                <li>{icon(LuBox)}"It is made on the cluster step by step, and you watch what runs in it."</li>
            </ol>
            <div class="buttons"><a class="btn primary large" href=sign_in>{icon(LuLogIn)}"Sign in"</a></div>
        </article>
    }
    .into_any()
}
