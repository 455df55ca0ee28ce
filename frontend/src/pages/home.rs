//! What needs you, and what is yours.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::HomeView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: HomeView) -> String {
    document::render(frame, |_| Page {
        title: "Home".into(),
        section: Section::Home,
        crumbs: vec![Crumb::here("Home")],
        refresh: None,
        body: view! { <h1>"Home"</h1> }.into_any(),
    })
}
