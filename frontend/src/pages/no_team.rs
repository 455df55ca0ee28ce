//! A person without a team: whom to ask for one.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use leptos::prelude::*;

pub fn page(frame: Frame) -> String {
    document::render(frame, |_| Page {
        title: "No team yet".into(),
        section: Section::None,
        crumbs: vec![Crumb::here("No team yet")],
        refresh: None,
        body: view! { <h1>"No team yet"</h1> }.into_any(),
    })
}
