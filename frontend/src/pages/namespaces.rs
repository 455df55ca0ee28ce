//! Every namespace you may see, with what it uses.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::{NamespaceRow, Page as PageOf};
use leptos::prelude::*;

pub fn page(frame: Frame, _view: PageOf<NamespaceRow>) -> String {
    document::render(frame, |_| Page {
        title: "Namespaces".into(),
        section: Section::Namespaces,
        crumbs: vec![Crumb::here("Namespaces")],
        refresh: None,
        body: view! { <h1>"Namespaces"</h1> }.into_any(),
    })
}
