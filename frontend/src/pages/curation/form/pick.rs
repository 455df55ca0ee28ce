//! All values of the chart, to pick from.

use super::FormEditor;
use super::offered::marks;
use crate::icon::*;
use crate::parts::badge;
use crate::parts::form::{Errors, Field};
use crate::parts::list;
use leptos::prelude::*;
use values::{ChartValue, Overlay};

/// Values that are shown at once; the search finds the others.
const SHOWN: usize = 60;
/// Characters of a default that are shown.
const LONGEST: usize = 120;
const PART: &str = "values";

pub(super) fn pick(editor: &FormEditor, overlay: &Overlay) -> AnyView {
    let wanted = editor.query.trim().to_lowercase();
    let is_wanted = |value: &&ChartValue| {
        let text = value.help.as_deref().unwrap_or_default().to_lowercase();
        value.path.dotted().to_lowercase().contains(&wanted) || text.contains(&wanted)
    };
    let found: Vec<_> = editor.values.iter().filter(is_wanted).collect();
    let rows = found.iter().take(SHOWN).map(|value| row(editor, overlay, value));
    let more = found.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| {
        let text = format!("And {} more: search for what you need.", list::grouped(i64::try_from(more).unwrap_or(0)));
        view! { <p class="body dim">{text}</p> }
    });
    let none = found.is_empty().then(|| {
        let text = if editor.version.is_none() {
            "They are shown once a version of the chart is taken in."
        } else if editor.values.is_empty() {
            "The chart has no values, or none that can be read."
        } else {
            "No value of the chart is called so."
        };
        view! { <p class="body dim">{text}</p> }
    });
    let search = Field::new("q", "Search the chart's values", Errors(&[]));
    view! {
        <section class="panel" aria-labelledby=PART>
            <header>
                <h2 id=PART tabindex="-1">"Values of the chart"</h2>
                {badge::tag(list::grouped(i64::try_from(editor.values.len()).unwrap_or(0)))}
            </header>
            <div class="body">
                <div class="beside">
                    {search.text(&editor.query)}
                    {editor.button("btn", "preview", PART, view! { {icon(LuSearch)}"Search" }.into_any())}
                </div>
            </div>
            {none}
            <ul class="rows picks">{rows.collect_view()}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn row(editor: &FormEditor, overlay: &Overlay, value: &ChartValue) -> AnyView {
    let path = &value.path;
    let dotted = path.dotted();
    let is_offered = overlay.fields.iter().any(|field| field.path == *path);
    let guessed = if value.is_guessed { ", guessed" } else { "" };
    let is_secret = overlay.secrets.iter().any(|secret| secret.covers(path));
    let default = value.default.as_ref().filter(|_| !is_secret);
    let default: Option<String> = default.map(|text| text.chars().take(LONGEST).collect());
    let told = match default.as_deref() {
        None => format!("{}{guessed}", value.kind),
        Some("") => format!("{}{guessed}, empty", value.kind),
        Some(default) => format!("{}{guessed}, default {default}", value.kind),
    };
    let action = if is_offered {
        editor.button("btn small quiet", format!("off {path}"), PART, said("Take off", &dotted))
    } else {
        editor.button("btn small", format!("offer {path}"), PART, said("Offer", &dotted))
    };
    view! {
        <li data-pick=dotted.clone()>
            <div class="cell-2"><b class="mono">{dotted.clone()}</b><span>{told}</span></div>
            <div class="who">{marks(overlay, path)}</div>
            <div class="line">
                {editor.icon_button(LuPencil, format!("open value {path}"), "panel", format!("Edit {dotted}"))}
                {action}
            </div>
        </li>
    }
    .into_any()
}

/// A word on a button, and of what for those who hear it.
fn said(word: &'static str, of: &str) -> AnyView {
    view! { {word}<span class="unseen">{format!(" {of}")}</span> }.into_any()
}
