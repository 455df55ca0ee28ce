//! Where a cluster's administrator has not agreed to what a class loosens: no namespace of it is made there until then. All
//! that is missing is named, who can agree, and for Platform what is applied.

use super::badge::Tone;
use super::copy::copy;
use super::note::note_with;
use super::{url, when};
use domain::view::Disagreement;
use leptos::prelude::*;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Beside an ask, or a request, for that class there.
pub(crate) fn disagreement(found: Option<&Disagreement>, now: OffsetDateTime) -> Option<AnyView> {
    let found = found?;
    let headline = match found.missing {
        Some(_) => format!("Cannot be created on {} yet", found.cluster),
        None => format!("Unknown whether it can be created on {}", found.cluster),
    };
    let content = view! { <p>{says(found)}{checked(found, now)}</p> {way_out(std::slice::from_ref(found))} };
    let note = note_with(Tone::Warn, headline, content.into_any());
    Some(view! { <div data-agreement=state(found)>{note}</div> }.into_any())
}

/// What one of several is named after.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Clusters,
    Classes,
}

/// One row for each cluster of a class, or for each class on a cluster; `more` is said between them and what is applied.
pub(crate) fn several(
    headline: &'static str,
    found: &[Disagreement],
    of: Of,
    more: Option<&'static str>,
    now: OffsetDateTime,
) -> Option<AnyView> {
    if found.is_empty() {
        return None;
    }
    let row = |found: &Disagreement| {
        let name = match of {
            Of::Clusters => found.cluster.clone(),
            Of::Classes => found.class.clone(),
        };
        view! { <li data-agreement=state(found)><b>{name}</b>": "{says(found)}{checked(found, now)}</li> }
    };
    let content = view! {
        <ul>{found.iter().map(row).collect_view()}</ul>
        {more.map(|more| view! { <p data-more="">{more}</p> })}
        {way_out(found)}
    };
    let note = note_with(Tone::Warn, headline, content.into_any());
    Some(view! { <div data-slot="disagreements">{note}</div> }.into_any())
}

fn state(found: &Disagreement) -> &'static str {
    if found.missing.is_some() { "missing" } else { "unknown" }
}

fn says(found: &Disagreement) -> AnyView {
    let Some(missing) = &found.missing else {
        let says = "Its class loosens what an administrator of the cluster has to agree to; no check has told whether they have.";
        return says.into_any();
    };
    let word = |(place, word): (usize, &String)| {
        let before = if place == 0 { "" } else { ", " };
        view! { {before}<code class="mono" data-missing=word.clone()>{word.clone()}</code> }
    };
    let words = missing.iter().enumerate().map(word);
    view! { "Not until an administrator of the cluster agrees to all that class "{found.class.clone()}" loosens: "{words.collect_view()}"." }
        .into_any()
}

fn checked(found: &Disagreement, now: OffsetDateTime) -> Option<AnyView> {
    let at = found.checked_at?;
    Some(view! { " "<span class="dim">"Asked "{when::ago(at, now)}"."</span> }.into_any())
}

/// Who can end it, and how: whoever sees how Berth is set up has what is applied, once for each class.
fn way_out(found: &[Disagreement]) -> AnyView {
    let mut clusters: Vec<_> = found.iter().map(|found| found.cluster.as_str()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let manifests: BTreeMap<_, _> =
        found.iter().filter_map(|found| Some((found.class.as_str(), found.agreement.as_deref()?))).collect();
    if manifests.is_empty() {
        let says = format!(
            "An administrator of {} can agree, with kubectl. Ask Platform for the manifest.",
            clusters.join(" or ")
        );
        return view! { <p data-agree="others">{says}</p> }.into_any();
    }
    let links = clusters.iter().enumerate().map(|(place, name)| {
        let before = if place == 0 { "" } else { ", " };
        view! { {before}<a class="link" href=url::cluster(name)>{(*name).to_owned()}</a> }
    });
    let manifests = manifests.into_iter().map(|(class, manifest)| apply(class, manifest));
    view! {
        <p data-agree="apply">
            "To agree, an administrator of the cluster applies this there, with "<code class="mono">"kubectl apply -f"</code>": on "
            {links.collect_view()}". Berth checks the agreement again at the next try, and with Check now on the cluster's page."
        </p>
        {manifests.collect_view()}
    }
    .into_any()
}

fn apply(class: &str, manifest: &str) -> AnyView {
    let title = format!("Manifest that agrees to class {class}");
    view! {
        <details class="more">
            <summary>{title.clone()}</summary>
            <pre class="code mono" data-manifest="" tabindex="0" role="region" aria-label=title>{manifest.to_owned()}</pre>
            {copy(manifest.to_owned())}
        </details>
    }
    .into_any()
}
