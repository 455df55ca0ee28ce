//! Your own page: who you are to Berth, tokens, sessions.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::MePage;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: MePage) -> String {
    document::render(frame, |_| Page {
        title: "Your account".into(),
        section: Section::Me,
        crumbs: vec![Crumb::here("Your account")],
        refresh: None,
        body: view! { <h1>"Your account"</h1> }.into_any(),
    })
}
