//! One entry of the catalog, for teams: what it is, what it needs, where it fits, and its versions.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::list::{self, Head};
use crate::parts::{catalog, markdown, note, url, when};
use domain::catalog::Approval;
use domain::page::PageKind;
use domain::view::{EntryView, NamespaceFit, VersionRow};
use leptos::prelude::*;
use time::{Date, OffsetDateTime};

/// `is_first` says whether the versions are the first page of theirs; images in texts are loaded from `image_hosts` only.
pub fn page(frame: Frame, view: EntryView, is_first: bool, image_hosts: &[String]) -> String {
    document::render(frame, |frame| Page {
        title: view.about.title.clone(),
        kind: Some(PageKind::CatalogEntry),
        crumbs: vec![Crumb::to(PageKind::Catalog), Crumb::here(view.about.title.clone())],
        refresh: None,
        body: body(frame, &view, is_first, image_hosts),
    })
}

fn body(frame: &Frame, view: &EntryView, is_first: bool, image_hosts: &[String]) -> AnyView {
    let today = frame.now.date();
    let mut head = Head::new(view.about.title.clone(), view.about.summary.clone());
    head.above = Some(above(view, today));
    head.actions = view.can_curate.then(|| {
        view! { <a class="btn" href=url::curated_entry(&view.name)>{icon(LuPackageCheck)}"Curate"</a> }.into_any()
    });
    view! {
        {head.view()}
        <div class="split fronted">
            <div class="stack">
                {stopped(view)}
                {text("about", "About", &view.about.documentation, image_hosts)}
                {text("readme", "README of the chart", view.readme.as_deref().unwrap_or_default(), image_hosts)}
                {catalog::news(&view.news)}
                {versions(view, is_first, frame.now)}
            </div>
            <aside class="stack" aria-label="Facts">
                {fits(&view.fits)}
                {runs(view, today)}
                {facts(view)}
            </aside>
        </div>
    }
    .into_any()
}

fn above(view: &EntryView, today: Date) -> AnyView {
    let version = view.offered.as_ref().map(|offered| {
        view! { {badge::tag(offered.version.clone())} {catalog::state(offered.state, today)} }
    });
    let approval = (view.about.approval == Approval::Platform)
        .then(|| badge::badge(Tone::Neutral, LuShieldCheck, "Needs approval"));
    let about = &view.about;
    let emblem = catalog::emblem(&view.name, view.icon.as_deref(), &about.title, about.category);
    view! { {emblem} {badge::tag(about.category.title())} {version} {approval} }.into_any()
}

/// Why nobody installs it now.
fn stopped(view: &EntryView) -> Option<AnyView> {
    if let Some(reason) = &view.withdrawn {
        let text = view! { <p class="prose">{reason.clone()}</p> <p class="dim">"What runs of it stays and can be changed."</p> };
        return Some(note::coded("withdrawn", note::note_with(Tone::Warn, "Withdrawn", text.into_any())));
    }
    view.offered.is_none().then(|| {
        let text = "None of its versions is offered now. What runs of it stays and can be changed.";
        note::coded("nothing-offered", note::note(Tone::Neutral, "Nothing of it can be installed", text))
    })
}

fn text(id: &'static str, title: &'static str, text: &str, image_hosts: &[String]) -> Option<AnyView> {
    let content = markdown::markdown(text, image_hosts)?;
    let panel = view! {
        <section class="panel" aria-labelledby=id>
            <header><h2 id=id>{title}</h2></header>
            <div class="body">{content}</div>
        </section>
    };
    Some(panel.into_any())
}

fn fits(fits: &[NamespaceFit]) -> Option<AnyView> {
    if fits.is_empty() {
        return None;
    }
    let rows = fits.iter().map(|of| {
        let place = &of.namespace;
        let href = url::namespace(place.cluster.as_str(), place.name.as_str());
        view! {
            <li>
                <div class="cell-2">
                    <a class="row" href=href>{place.name.to_string()}</a>
                    <span>{format!("{} on {}", place.class, place.cluster)}</span>
                </div>
                {catalog::fit(&of.fit)}
            </li>
        }
    });
    let panel = view! {
        <section class="panel first" aria-labelledby="fits">
            <header><h2 id="fits">"Your namespaces"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    };
    Some(panel.into_any())
}

/// What runs of it already, and where that is not known.
fn runs(view: &EntryView, today: Date) -> Option<AnyView> {
    if view.runs.is_empty() && view.n_unseen == 0 {
        return None;
    }
    let rows = view.runs.iter().map(|run| {
        let place = &run.namespace;
        let href = url::namespace(place.cluster.as_str(), place.name.as_str());
        let state = match run.state {
            Some(state) => catalog::state(state, today),
            None => badge::badge(Tone::Neutral, LuInfo, "Not from here"),
        };
        view! {
            <li data-run=run.release.clone()>
                <div class="cell-2">
                    <a class="row" href=href>{place.name.to_string()}</a>
                    <span>{format!("{} {} on {}", run.release, run.version, place.cluster)}</span>
                </div>
                {state}
            </li>
        }
    });
    let unseen = (view.n_unseen > 0).then(|| {
        let text = match view.n_unseen {
            1 => "Of one namespace it is not known what runs there.".to_owned(),
            n => format!("Of {n} namespaces it is not known what runs there."),
        };
        view! { <p class="body dim" data-note="unseen">{text}</p> }
    });
    let panel = view! {
        <section class="panel" aria-labelledby="runs">
            <header><h2 id="runs">"Your teams run"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
            {unseen}
        </section>
    };
    Some(panel.into_any())
}

fn facts(view: &EntryView) -> AnyView {
    let offered = view.offered.as_ref().map(|offered| {
        view! {
            <dt>"Needs at least"</dt><dd>{catalog::needs(&offered.needs).unwrap_or_else(|| "nothing".into())}</dd>
            <dt>"Pod security"</dt><dd>{offered.pod_security.as_str()}</dd>
        }
    });
    let metadata = view.metadata.as_ref().map(|metadata| {
        let app = metadata.app_version.clone().map(|app| view! { <dt>"Version inside"</dt><dd class="num">{app}</dd> });
        let licenses = metadata.licenses.clone().map(|licenses| view! { <dt>"Licence"</dt><dd>{licenses}</dd> });
        view! { {app}{licenses} }
    });
    let images = view.images.iter().map(|image| view! { <li><code>{image.clone()}</code></li> });
    let images = (!view.images.is_empty())
        .then(|| view! { <dt>"Images"</dt><dd><ul class="plain">{images.collect_view()}</ul></dd> });
    view! {
        <section class="panel" aria-labelledby="facts">
            <header><h2 id="facts">"Facts"</h2></header>
            <dl class="kv body">
                <dt>"Owner"</dt><dd>{view.about.owner.clone()}</dd>
                <dt>"Risk"</dt><dd>{view.about.risk.title()}</dd>
                {offered}{metadata}{images}
            </dl>
        </section>
    }
    .into_any()
}

fn versions(view: &EntryView, is_first: bool, now: OffsetDateTime) -> Option<AnyView> {
    if view.versions.items.is_empty() {
        return None;
    }
    let rows = view.versions.items.iter().map(|row| version(row, now));
    let panel = view! {
        <section class="panel" aria-labelledby="versions">
            <header><h2 id="versions">"Versions"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
        {list::paging(&url::catalog_entry(&view.name), &[], is_first, view.versions.next.as_deref())}
    };
    Some(panel.into_any())
}

fn version(row: &VersionRow, now: OffsetDateTime) -> AnyView {
    let app = row.app_version.as_ref().filter(|app| **app != row.version).map(|app| format!(" · {app}"));
    view! {
        <li>
            <div class="cell-2">
                <b class="num">{row.version.clone()}{app}</b>
                {row.reason.clone().map(|reason| view! { <span class="plain prose">{reason}</span> })}
                <span>"taken in "{when::ago(row.taken_in_at, now)}</span>
            </div>
            <div class="state">{catalog::unjudged(row.unjudged)}{catalog::state(row.state, now.date())}</div>
        </li>
    }
    .into_any()
}
