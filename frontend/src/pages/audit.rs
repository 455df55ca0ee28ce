//! The audit trail.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::AuditView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: AuditView) -> String {
    document::render(frame, |_| Page {
        title: "Audit".into(),
        section: Section::Audit,
        crumbs: vec![Crumb::here("Audit")],
        refresh: None,
        body: view! { <h1>"Audit"</h1> }.into_any(),
    })
}
