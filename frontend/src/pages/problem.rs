//! An answer that is no page: what happened, and the way on.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::ProblemView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: ProblemView) -> String {
    document::render(frame, |_| Page {
        title: "Problem".into(),
        section: Section::None,
        crumbs: vec![Crumb::here("Problem")],
        refresh: None,
        body: view! { <h1>"Problem"</h1> }.into_any(),
    })
}
