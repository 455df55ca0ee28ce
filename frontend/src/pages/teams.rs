//! Teams.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::shell::Section;
use domain::view::TeamView;
use leptos::prelude::*;

pub fn page(frame: Frame, _view: Vec<TeamView>) -> String {
    document::render(frame, |_| Page {
        title: "Teams".into(),
        section: Section::Teams,
        crumbs: vec![Crumb::here("Teams")],
        refresh: None,
        body: view! { <h1>"Teams"</h1> }.into_any(),
    })
}
