//! The form for a new namespace.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::NewNamespaceForm;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: NewNamespaceForm) -> String {
    document::render(frame, |_| Page {
        title: "New namespace".into(),
        section: Section::Namespaces,
        crumbs: vec![Crumb::here("New namespace")],
        refresh: None,
        body: view! { <h1>"New namespace"</h1> }.into_any(),
    })
}
