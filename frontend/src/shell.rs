//! The frame around every page: rail, top bar, landmarks.

use crate::document::Crumb;
use crate::frame::Frame;
use leptos::prelude::*;

/// Which entry of the rail is lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Namespaces,
    Requests,
    Clusters,
    Teams,
    Classes,
    Audit,
    Jobs,
    Api,
    Me,
    None,
}

pub(crate) fn body(_frame: &Frame, _section: Section, _crumbs: Vec<Crumb>, main: AnyView) -> AnyView {
    view! { <body><main id="main">{main}</main></body> }.into_any()
}
