//! Nobody is signed in: what this is, and one button.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use leptos::prelude::*;

pub fn page(frame: Frame) -> String {
    document::render(frame, |_| Page {
        title: "Sign in".into(),
        section: Section::None,
        crumbs: vec![Crumb::here("Sign in")],
        refresh: None,
        body: view! { <h1>"Sign in"</h1> }.into_any(),
    })
}
