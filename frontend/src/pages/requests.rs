//! Queues of requests.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::RequestsView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: RequestsView) -> String {
    document::render(frame, |_| Page {
        title: "Requests".into(),
        section: Section::Requests,
        crumbs: vec![Crumb::here("Requests")],
        refresh: None,
        body: view! { <h1>"Requests"</h1> }.into_any(),
    })
}
