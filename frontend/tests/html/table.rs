//! The gallery beside the table of pages.

use super::{breaking, none, samples};
use domain::page::PageKind;
use frontend::Theme;
use std::collections::BTreeSet;

/// What the page says it is.
fn kind_of(html: &str) -> Option<PageKind> {
    let path = attribute_of(html, " data-page=\"").next()?;
    Some(PageKind::ALL.iter().copied().find(|page| page.path() == path).expect("is one of the table"))
}

fn attribute_of<'a>(html: &'a str, begins: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(begins).skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn every_page_of_the_table_is_in_the_gallery() {
    let shown: BTreeSet<_> = samples::pages(Theme::System).iter().filter_map(|(_, html)| kind_of(html)).collect();
    let missing: Vec<_> = PageKind::ALL.iter().filter(|page| !shown.contains(page)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(breaking(|html| kind_of(html).is_none()).iter().all(|name| name.starts_with("problem")));
}

#[test]
fn what_follows_changes_is_a_live_page_of_the_table() {
    let is_live = |html: &str| html.contains("data-component=\"Live_");
    let kinds = |wanted: bool| -> BTreeSet<_> {
        let pages = samples::pages(Theme::System).into_iter().filter(|(_, html)| is_live(html) == wanted);
        pages.filter_map(|(_, html)| kind_of(&html)).collect()
    };
    let live: BTreeSet<_> = PageKind::ALL.iter().copied().filter(|page| page.about().is_live).collect();
    assert_eq!(kinds(true), live);
}

/// No link leads nowhere: what begins with a slash is a page of the table, or one of these doors.
#[test]
fn every_link_leads_to_a_page_or_a_door() {
    let is_known = |address: &str| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let is_door = path.starts_with("/auth/") || path.starts_with("/assets/") || path.starts_with("/api/v1/");
        is_door || PageKind::at(path).is_some()
    };
    let lost = |html: &str| {
        let links = attribute_of(html, " href=\"").filter(|address| address.starts_with('/'));
        links.into_iter().find(|address| !is_known(address)).map(str::to_owned)
    };
    assert_eq!(breaking(|html| lost(html).is_some()), none());
}
