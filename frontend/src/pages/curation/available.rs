//! What the source of an entry has, each version a click away from being taken in.

use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::{list, note, slot, stages, url, when};
use domain::name::EntryName;
use domain::view::{Available, AvailableState, AvailableVersion};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `may`: who looks may take something in.
pub(super) fn panel(entry: &EntryName, of: &Available, may: bool, again: &Again, now: OffsetDateTime) -> AnyView {
    let base = format!("{}/available", url::curated_entry(entry));
    let ask = may.then(|| {
        view! {
            <form method="post" action=post_to(base.clone())>
                <button class="btn quiet">{icon(LuRefreshCw)}"Ask it now"</button>
            </form>
        }
    });
    let rows = of.versions.items.iter().map(|version| row(&base, version, may, now));
    let list = (!of.versions.items.is_empty()).then(|| view! { <ul class="rows">{rows.collect_view()}</ul> });
    view! {
        <section class="panel" aria-labelledby="available">
            <header>
                <h2 id="available">
                    "At "
                    <a class="link" href=url::source(&of.origin.source)>{of.origin.source.to_string()}</a>
                </h2>
                {ask}
            </header>
            {slot::slot("available", "", view! { <div class="body stack">{state(of, now)}</div> {list} })}
            {may.then(|| other(&base, again))}
        </section>
    }
    .into_any()
}

fn state(of: &Available, now: OffsetDateTime) -> AnyView {
    let chart = of.origin.chart.clone();
    let shown = of.versions.items.len();
    let as_of = of.listed_at.map(|at| {
        let all = list::grouped(of.n_versions);
        let words = if i64::try_from(shown).is_ok_and(|shown| shown < of.n_versions) {
            format!("The newest {shown} of {all} versions of {chart}, as of ")
        } else {
            format!("All versions of {chart}, as of ")
        };
        view! { <p class="dim" data-slot="listed">{words}{when::ago(at, now)}"."</p> }
    });
    let running = of.is_listing.then(|| {
        view! { <p data-state="listing">{badge::badge(Tone::Info, LuLoader, "It is being asked")}</p> }
    });
    let error = of.error.as_ref().filter(|_| !of.is_listing).map(|why| {
        let headline = if of.listed_at.is_some() { "There is no newer list" } else { "It could not be listed" };
        note::coded("not_listed", note::note(Tone::Warn, headline, stages::sentence(why)))
    });
    let never = (of.listed_at.is_none() && of.error.is_none() && !of.is_listing)
        .then(|| view! { <p class="dim">"It was not asked yet."</p> });
    view! { {running} {error} {as_of} {never} }.into_any()
}

fn row(base: &str, version: &AvailableVersion, may: bool, now: OffsetDateTime) -> AnyView {
    let app = version.app_version.as_ref().filter(|app| **app != version.version).map(|app| format!(" · {app}"));
    let at = version.created_at.map(|at| view! { <span>"made "{when::ago(at, now)}</span> });
    let deprecated = version.is_deprecated.then(|| badge::badge(Tone::Warn, LuArchive, "Deprecated there"));
    let (code, state) = match version.state {
        AvailableState::New => ("new", None),
        AvailableState::TakenIn => ("taken_in", Some(badge::badge(Tone::Neutral, LuCheck, "Taken in"))),
        AvailableState::OtherBytes => {
            ("other_bytes", Some(badge::badge(Tone::Bad, LuTriangleAlert, "Other bytes at the source")))
        }
    };
    let take = (may && version.state == AvailableState::New).then(|| {
        let label = format!("Take in {}", version.version);
        view! {
            <form method="post" action=post_to(format!("{base}/take-in"))>
                <input type="hidden" name="version" value=version.version.clone()/>
                <button class="btn" aria-label=label>"Take in"</button>
            </form>
        }
    });
    view! {
        <li data-version=version.version.clone() data-state=code>
            <div class="cell-2"><span class="plain num">{version.version.clone()}{app}</span>{at}</div>
            <div class="state">{deprecated}{state}{take}</div>
        </li>
    }
    .into_any()
}

/// One that the list does not show.
fn other(base: &str, again: &Again) -> AnyView {
    view! {
        <form class="form body" method="post" action=post_to(format!("{base}/take-in"))>
            {Field::new("version", "Another version", Errors(&again.errors)).help("As the source has it: 1.2.3").text(again.typed("version"))}
            <div class="buttons"><button class="btn">"Take in"</button></div>
        </form>
    }
    .into_any()
}
