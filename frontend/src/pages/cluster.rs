//! One cluster.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::ClusterView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: ClusterView) -> String {
    document::render(frame, |_| Page {
        title: "Cluster".into(),
        section: Section::Clusters,
        crumbs: vec![Crumb::here("Cluster")],
        refresh: None,
        body: view! { <h1>"Cluster"</h1> }.into_any(),
    })
}
