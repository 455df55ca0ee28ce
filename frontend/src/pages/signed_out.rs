//! After signing out.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use leptos::prelude::*;

pub fn page(frame: Frame) -> String {
    document::render(frame, |_| Page {
        title: "Signed out".into(),
        section: Section::None,
        crumbs: vec![Crumb::here("Signed out")],
        refresh: None,
        body: view! { <h1>"Signed out"</h1> }.into_any(),
    })
}
