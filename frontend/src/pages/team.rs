//! One team.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::TeamView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: TeamView) -> String {
    document::render(frame, |_| Page {
        title: "Team".into(),
        section: Section::Teams,
        crumbs: vec![Crumb::here("Team")],
        refresh: None,
        body: view! { <h1>"Team"</h1> }.into_any(),
    })
}
