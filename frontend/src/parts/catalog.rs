//! Pieces of the catalog that teams and those who curate both see.

use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::{markdown, url, when};
use domain::catalog::{Category, EntryFit, Needs, NotOffered, VersionState};
use domain::name::EntryName;
use domain::view::{Unjudged, VersionNews};
use domain::{Quota, Resource};
use leptos::prelude::*;
use time::Date;

/// How far a version is. `today` tells whether a sunset is over.
pub(crate) fn state(state: VersionState, today: Date) -> AnyView {
    let badge = match state {
        VersionState::Candidate => badge::badge(Tone::Info, LuClock, "Candidate"),
        VersionState::Approved => badge::badge(Tone::Ok, LuCircleCheck, "Approved"),
        VersionState::Deprecated { sunset_on } if sunset_on <= today => {
            badge::badge(Tone::Bad, LuHourglass, format!("Ended {}", format_day(sunset_on)))
        }
        VersionState::Deprecated { sunset_on } => {
            badge::badge(Tone::Warn, LuHourglass, format!("Ends {}", format_day(sunset_on)))
        }
        VersionState::Blocked => badge::badge(Tone::Bad, LuBan, "Blocked"),
    };
    view! { <span data-state=state.as_str()>{badge}</span> }.into_any()
}

/// `1 Mar 2027`.
fn format_day(day: Date) -> String {
    when::format_date(day.midnight().assume_utc())
}

/// `0.5 CPU · 1 GiB · 10 GiB storage`; what is not known is said. None where it runs nothing.
pub(crate) fn needs(needs: &Needs) -> Option<String> {
    let Needs { cpu_m, memory_bytes, storage_bytes, n_unknown: _ } = *needs;
    let amounts = [(Resource::Cpu, cpu_m), (Resource::Memory, memory_bytes), (Resource::Storage, storage_bytes)];
    let mut parts: Vec<_> =
        amounts.into_iter().filter(|(_, n)| *n > 0).map(|(resource, n)| amount(resource, n)).collect();
    if needs.n_unknown > 0 {
        let containers = if needs.n_unknown == 1 { "container" } else { "containers" };
        parts.push(format!("{} {containers} without requests", needs.n_unknown));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// `0.5 CPU`, `10 GiB storage`.
fn amount(resource: Resource, amount: u64) -> String {
    let mut quota = Quota::ZERO;
    quota.set(resource, amount);
    quota.describe()
}

/// Why a version is not offered now, whatever its state.
pub(crate) fn unjudged(unjudged: Option<Unjudged>) -> Option<AnyView> {
    Some(match unjudged? {
        Unjudged::Waits => badge::badge(Tone::Info, LuLoader, "Being judged anew"),
        Unjudged::Failed => badge::badge(Tone::Warn, LuTriangleAlert, "Not offered: it cannot be rendered"),
    })
}

/// Whether it fits a namespace, in one badge.
pub(crate) fn fit(fit: &EntryFit) -> AnyView {
    let (code, badge) = match fit {
        EntryFit::Fits => ("fits", badge::badge(Tone::Ok, LuCircleCheck, "Fits")),
        EntryFit::NotOffered { because } => {
            let text = match because {
                NotOffered::Team => "Not for this team",
                NotOffered::Class => "Not for this class",
                NotOffered::Environment => "Not for this environment",
            };
            ("not_offered", badge::badge(Tone::Neutral, LuLock, text))
        }
        EntryFit::NotCreatable => {
            ("not_creatable", badge::badge(Tone::Warn, LuTriangleAlert, "Makes what teams may not make"))
        }
        EntryFit::PodSecurity { needs, .. } => (
            "pod_security",
            badge::badge(Tone::Warn, LuTriangleAlert, format!("Needs pod security {}", needs.as_str())),
        ),
        EntryFit::Short { short } => {
            let short: Vec<_> = short.iter().map(|s| amount(s.resource, s.missing)).collect();
            ("short", badge::badge(Tone::Warn, LuTriangleAlert, format!("Short by {}", short.join(", "))))
        }
        EntryFit::Unknown => ("unknown", badge::badge(Tone::Neutral, LuCircleHelp, "Unknown whether it fits")),
    };
    view! { <span data-fit=code>{badge}</span> }.into_any()
}

/// An entry's picture, or else the first letters of its title. Its name stands beside it.
pub(crate) fn emblem(name: &EntryName, icon: Option<&str>, title: &str, category: Category) -> AnyView {
    if let Some(digest) = icon {
        let src = url::icon(name, digest);
        return view! { <img class="emblem" src=src alt="" width="40" height="40" loading="lazy" decoding="async"/> }
            .into_any();
    }
    let letters: String = title.chars().filter(|c| c.is_alphanumeric()).take(2).collect();
    view! { <span class="emblem" data-category=category.as_str() aria-hidden="true">{letters}</span> }.into_any()
}

/// What is new, version by version; nothing where nothing is said.
pub(crate) fn news(news: &[VersionNews]) -> Option<AnyView> {
    if news.is_empty() {
        return None;
    }
    let versions = news.iter().map(|of| {
        let changes = of.changes.iter().map(|change| {
            let kind = change.kind.clone().map(|kind| view! { {badge::tag(kind)} " " });
            let text = markdown::markdown(&change.description, &[]);
            view! { <li>{kind}{text}</li> }
        });
        let changes = (!of.changes.is_empty()).then(|| view! { <ul>{changes.collect_view()}</ul> });
        view! {
            <li data-news=of.version.clone()>
                <h3 class="num">{of.version.clone()}</h3>
                <div class="markdown">{changes}{of.text.as_deref().and_then(|text| markdown::markdown(text, &[]))}</div>
            </li>
        }
    });
    let panel = view! {
        <section class="panel" aria-labelledby="news">
            <header><h2 id="news">"What is new"</h2></header>
            <ul class="body news">{versions.collect_view()}</ul>
        </section>
    };
    Some(panel.into_any())
}
