//! Classes and their sizes.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::ClassView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: Vec<ClassView>) -> String {
    document::render(frame, |_| Page {
        title: "Classes".into(),
        section: Section::Classes,
        crumbs: vec![Crumb::here("Classes")],
        refresh: None,
        body: view! { <h1>"Classes"</h1> }.into_any(),
    })
}
