//! The gallery: what a team can install, with whether it fits the namespace that is chosen.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{self, Head, TabLink};
use crate::parts::{catalog, note, url};
use domain::catalog::Category;
use domain::page::PageKind;
use domain::view::{EntryCard, Gallery, NamespacePlace};
use leptos::prelude::*;
use time::Date;

/// `is_first` says whether this is the list's first page.
pub fn page(frame: Frame, view: Gallery, is_first: bool) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Catalog, body(frame, &view, is_first)))
}

fn body(frame: &Frame, view: &Gallery, is_first: bool) -> AnyView {
    let mut head = Head::new(
        "Catalog",
        "Charts that your platform team reviewed, and whether they fit. Installing them from here is not part of Berth yet.",
    );
    head.actions = view
        .can_curate
        .then(|| view! { <a class="btn" href=PageKind::Curation.path()>{icon(LuPackageCheck)}"Curate"</a> }.into_any());
    let chosen = view.chosen.as_ref().map(NamespacePlace::address).unwrap_or_default();
    let category = view.category.map_or("", Category::as_str);
    let query = [("q", view.query.as_str()), ("category", category), ("namespace", chosen.as_str())];
    let today = frame.now.date();
    let entries = if view.entries.items.is_empty() {
        nothing(view, is_first)
    } else {
        let cards = view.entries.items.iter().map(|card| entry(card, &chosen, today));
        view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
    };
    view! {
        {head.view()}
        {categories(view, &chosen)}
        {search(view, &chosen)}
        {entries}
        {list::paging(PageKind::Catalog.path(), &query, is_first, view.entries.next.as_deref())}
    }
    .into_any()
}

/// Nothing at all, or nothing of what was looked for: the way out is another one.
fn nothing(view: &Gallery, is_first: bool) -> AnyView {
    let is_narrowed = !view.query.is_empty() || view.category.is_some() || !is_first;
    if is_narrowed {
        let all = view! { <a class="btn" href=PageKind::Catalog.path()>"Show all"</a> }.into_any();
        return note::coded(
            "no-match",
            note::empty(LuSearch, "No entry matches", "Try other words or another category.", Some(all)),
        );
    }
    let (text, action) = if view.can_curate {
        (
            "Begin with an entry, take in a version of its chart, and approve it.",
            Some(list::primary(PageKind::Curation.path(), LuPackageCheck, "Curate")),
        )
    } else {
        ("Your platform team has not approved any chart for your teams yet.", None)
    };
    note::coded("no-entries", note::empty(LuLayoutGrid, "Nothing to install yet", text, action))
}

fn categories(view: &Gallery, chosen: &str) -> AnyView {
    let link = |category: Option<Category>| TabLink {
        href: url::with_query(
            PageKind::Catalog.path(),
            &[("q", &view.query), ("category", category.map_or("", Category::as_str)), ("namespace", chosen)],
        ),
        text: category.map_or("All", Category::title),
        count: None,
        is_here: view.category == category,
    };
    let links = [None].into_iter().chain(Category::ALL.map(Some)).map(link).collect();
    list::tabs("Categories", links)
}

fn search(view: &Gallery, chosen: &str) -> AnyView {
    let options = view.namespaces.iter().map(|place| {
        let (value, text) = (place.address(), format!("{} · {} on {}", place.name, place.class, place.cluster));
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{text}</option> }
    });
    let namespaces = (!view.namespaces.is_empty()).then(|| {
        view! {
            <label>
                <span>"For namespace"</span>
                <select class="input" name="namespace"><option value="">"any"</option>{options.collect_view()}</select>
            </label>
        }
    });
    let category =
        view.category.map(|category| view! { <input type="hidden" name="category" value=category.as_str()/> });
    view! {
        <form class="filters" method="get" action=PageKind::Catalog.path() role="search">
            <label class="search">
                <span>"Search"</span>
                <input class="input" type="search" name="q" value=view.query.clone() maxlength="100" placeholder="Charts, images, words in the docs"/>
            </label>
            {namespaces}
            {category}
            <button class="btn">"Show"</button>
        </form>
    }
    .into_any()
}

fn entry(card: &EntryCard, chosen: &str, today: Date) -> AnyView {
    let href = url::with_query(&url::catalog_entry(&card.name), &[("namespace", chosen)]);
    let version = card.offered.as_ref().map(|offered| {
        let app = offered.app_version.as_ref().filter(|app| **app != offered.version);
        let app = app.map(|app| format!(" · {app}"));
        view! { <span class="dim num">{offered.version.clone()}{app}</span> {catalog::state(offered.state, today)} }
    });
    let withdrawn = card.withdrawn.is_some().then(|| badge::badge(Tone::Bad, LuArchive, "Withdrawn"));
    let approval = card.needs_approval.then(|| badge::badge(Tone::Neutral, LuShieldCheck, "Needs approval"));
    let needs = card.offered.as_ref().and_then(|offered| catalog::needs(&offered.needs));
    let needs = needs.map(|needs| view! { <span class="dim">{format!("needs {needs}")}</span> });
    view! {
        <li class="card" data-entry=card.name.to_string()>
            {catalog::emblem(&card.name, card.icon.as_deref(), &card.title, card.category)}
            <div class="stack">
                <h2><a class="row" href=href>{card.title.clone()}</a></h2>
                <div class="meta">{version}</div>
                <p>{card.summary.clone()}</p>
                <div class="meta">{needs}{withdrawn}{approval}{card.fit.as_ref().map(catalog::fit)}</div>
            </div>
        </li>
    }
    .into_any()
}
