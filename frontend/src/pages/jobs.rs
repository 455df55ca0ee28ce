//! Background work that needs a look.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::JobRow;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: Vec<JobRow>) -> String {
    document::render(frame, |_| Page {
        title: "Jobs".into(),
        section: Section::Jobs,
        crumbs: vec![Crumb::here("Jobs")],
        refresh: None,
        body: view! { <h1>"Jobs"</h1> }.into_any(),
    })
}
