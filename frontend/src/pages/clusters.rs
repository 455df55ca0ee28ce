//! Clusters and their room.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::ClusterView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: Vec<ClusterView>) -> String {
    document::render(frame, |_| Page {
        title: "Clusters".into(),
        section: Section::Clusters,
        crumbs: vec![Crumb::here("Clusters")],
        refresh: None,
        body: view! { <h1>"Clusters"</h1> }.into_any(),
    })
}
