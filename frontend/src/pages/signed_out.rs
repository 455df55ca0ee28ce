//! After signing out.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use domain::page::PageKind;
use leptos::prelude::*;

pub fn page(frame: Frame) -> String {
    document::render(frame, |_| Page::plain(PageKind::SignedOut, body()))
}

fn body() -> AnyView {
    view! {
        <article class="message" data-message="signed-out">
            <h1>"You are signed out"</h1>
            <p>"The session in this browser has ended."</p>
            <div class="buttons"><a class="btn primary" href="/auth/login?return_to=/">{icon(LuLogIn)}"Sign in again"</a></div>
        </article>
    }
    .into_any()
}
