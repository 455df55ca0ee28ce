//! Every namespace the reader may see, with what it runs and uses.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::{Head, paging, primary};
use crate::parts::{namespaces, note};
use domain::page::PageKind;
use domain::view::{NamespaceRow, Page as PageOf};
use leptos::prelude::*;

pub fn page(frame: Frame, view: PageOf<NamespaceRow>) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Namespaces, body(frame, &view)))
}

fn body(frame: &Frame, view: &PageOf<NamespaceRow>) -> AnyView {
    let can_ask = frame.viewer.as_ref().is_some_and(|viewer| viewer.can_ask);
    let head = Head::new("Namespaces", "All namespaces you can see, with their health.");
    let head = if can_ask && !view.items.is_empty() {
        head.action(primary("/namespaces/new", LuPlus, "New namespace"))
    } else {
        head
    };
    let is_first = !frame.path.contains("after=");
    let list = if view.items.is_empty() {
        let action = can_ask.then(|| primary("/namespaces/new", LuPlus, "Request a namespace"));
        let text = "A namespace is a team's part of a cluster, with its own quota.";
        note::empty(LuBox, "No namespace here yet", text, action)
    } else {
        namespaces::table(&view.items, frame.now)
    };
    view! { {head.view()} {list} {paging("/namespaces", &[], is_first, view.next.as_deref())} }.into_any()
}
