//! The API, from its OpenAPI document.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use leptos::prelude::*;
use serde_json::Value;

pub fn page(frame: Frame, _openapi: &Value) -> String {
    document::render(frame, |_| Page {
        title: "API".into(),
        section: Section::Api,
        crumbs: vec![Crumb::here("API")],
        refresh: None,
        body: view! { <h1>"API"</h1> }.into_any(),
    })
}
