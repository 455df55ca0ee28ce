//! One request: what changes, who decides, what happened.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::RequestPage;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: RequestPage) -> String {
    document::render(frame, |_| Page {
        title: "Request".into(),
        section: Section::Requests,
        crumbs: vec![Crumb::here("Request")],
        refresh: None,
        body: view! { <h1>"Request"</h1> }.into_any(),
    })
}
