//! One namespace: what runs in it, what it uses, who may do what.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::NamespaceView;
use leptos::prelude::*;

/// Each is a page of its own under the namespace's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Workloads,
    Events,
    Quota,
    Access,
    Activity,
}

impl Tab {
    pub const ALL: [Tab; 6] =
        [Self::Overview, Self::Workloads, Self::Events, Self::Quota, Self::Access, Self::Activity];

    /// Last part of its URL; empty for the overview.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Workloads => "workloads",
            Self::Events => "events",
            Self::Quota => "quota",
            Self::Access => "access",
            Self::Activity => "activity",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }
}

pub fn page(frame: Frame, view: NamespaceView, _tab: Tab) -> String {
    document::render(frame, |_| Page {
        title: view.row.name.clone(),
        section: Section::Namespaces,
        crumbs: vec![Crumb::here(view.row.name.clone())],
        refresh: None,
        body: view! { <h1>{view.row.name.clone()}</h1> }.into_any(),
    })
}
