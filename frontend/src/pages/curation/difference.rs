//! What differs between a version and the one that it is compared with, and what it is rendered with.

use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::{diff, note, url};
use domain::view::{DiffChange, DiffGroup, DiffPart, VersionReview};
use leptos::prelude::*;

pub(super) fn all(view: &VersionReview) -> AnyView {
    view! { {late(view)} {withheld(view)} {given(view)} {differences(view)} }.into_any()
}

/// Comparing both takes longer than a page may.
fn late(view: &VersionReview) -> Option<AnyView> {
    view.is_difference_late.then(|| {
        let again = url::review_version(&view.entry, &view.version);
        let text = view! {
            <p>"Berth has stopped comparing both versions. Others may be comparing, too."</p>
            <a class="btn" href=again>{icon(LuRotateCcw)}"Compare again"</a>
        };
        note::coded("late", note::note_with(Tone::Warn, "What differs is not known", text.into_any()))
    })
}

/// What the entry gives, with which it is rendered; and where that does not fit.
fn given(view: &VersionReview) -> Option<AnyView> {
    if view.given.is_empty() && view.mistakes.is_empty() {
        return None;
    }
    let parts = view.given.iter().map(|given| {
        let whose = given.for_whom.clone().map(|names| view! { <h3>{format!("For {names}")}</h3> });
        view! { {whose} <pre class="code" tabindex="0">{given.values.clone()}</pre> }
    });
    let mistakes = view.mistakes.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    let mistakes = (!view.mistakes.is_empty()).then(|| {
        let list = view! { <ul>{mistakes}</ul> };
        note::coded("mistakes", note::note_with(Tone::Warn, "The form does not fit this version", list.into_any()))
    });
    let panel = view! {
        {mistakes}
        <section class="panel" aria-labelledby="given">
            <header><h2 id="given">"Values that the entry gives"</h2></header>
            <div class="body stack">{parts.collect_view()}</div>
        </section>
    };
    Some(panel.into_any())
}

fn withheld(view: &VersionReview) -> Option<AnyView> {
    let text = "The entry gives secret values. What is rendered with them is shown to those who may set up.";
    view.is_withheld
        .then(|| note::coded("withheld", note::note(Tone::Neutral, "Rendered objects are not shown to you", text)))
}

fn differences(view: &VersionReview) -> Option<AnyView> {
    let difference = view.difference.as_ref()?;
    if difference.parts.is_empty() && difference.n_only_labels == 0 {
        return Some(note::note(
            Tone::Neutral,
            "Nothing else differs",
            "Values, schema, templates and rendered objects are the same.",
        ));
    }
    let labels = (difference.n_only_labels > 0).then(|| {
        let text = match difference.n_only_labels {
            1 => "In one more object nothing differs but the chart's own labels.".to_owned(),
            n => format!("In {n} more objects nothing differs but the chart's own labels."),
        };
        view! { <p class="dim">{text}</p> }
    });
    let cut = (difference.n_cut > 0).then(|| {
        view! { <p class="dim">{format!("{} more differences are not shown.", difference.n_cut)}</p> }
    });
    let groups = [
        (DiffGroup::Objects, "Rendered objects"),
        (DiffGroup::Values, "Values"),
        (DiffGroup::Schema, "Schema of the values"),
        (DiffGroup::Templates, "Templates"),
    ];
    let panels = groups.into_iter().filter_map(|(group, title)| {
        let parts: Vec<_> = difference.parts.iter().filter(|part| part.group == group).collect();
        (!parts.is_empty()).then(|| {
            let parts = parts.into_iter().map(part);
            view! {
                <section class="panel" aria-label=title>
                    <header><h2>{title}</h2></header>
                    <div class="body stack">{parts.collect_view()}</div>
                </section>
            }
        })
    });
    Some(view! { {panels.collect_view()} {labels} {cut} }.into_any())
}

fn part(part: &DiffPart) -> AnyView {
    let word = match part.change {
        DiffChange::Added => "new",
        DiffChange::Removed => "gone",
        DiffChange::Changed => "changed",
    };
    view! {
        <details class="more" open=part.change == DiffChange::Changed data-part=part.name.clone()>
            <summary>{part.name.clone()}" "{badge::tag(word)}</summary>
            {diff::text(&part.lines, "What differs")}
            {(part.n_more > 0).then(|| view! { <p class="dim">{format!("{} more lines are not shown.", part.n_more)}</p> })}
        </details>
    }
    .into_any()
}
