//! Nobody is signed in: what this is, and one button.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::parts::icon::*;
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
            <p>"Ask for a namespace, see who decides and what the cluster has room for, and watch what runs in it."</p>
            <div class="buttons"><a class="btn primary large" href=sign_in>{icon(LuLogIn)}"Sign in"</a></div>
        </article>
    }
    .into_any()
}
