//! What teams set, in its order and groups, and what is fixed or begins otherwise than the chart says.

use super::FormEditor;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::form::{Errors, Field};
use leptos::prelude::*;
use values::overlay::{OverlayField, OverlayGroup, Rest, show_value};
use values::{Overlay, Path, Value};

const PART: &str = "offered";

pub(super) fn offered(editor: &FormEditor, overlay: &Overlay) -> AnyView {
    let is_known = |field: &&OverlayField| {
        field.group.as_ref().is_some_and(|name| overlay.groups.iter().any(|group| group.name == *name))
    };
    let loose: Vec<_> = overlay.fields.iter().filter(|field| !is_known(field)).collect();
    let groups = overlay.groups.iter().map(|own| group(editor, overlay, own));
    let nothing = overlay.fields.is_empty().then(|| {
        let text = match overlay.rest {
            Rest::Shown => "Nothing is picked yet, so teams see all values of the chart.",
            Rest::Hidden => "Nothing is picked yet, so teams see no values of the chart.",
        };
        view! { <p class="body dim">{text}</p> }
    });
    let new = Field::new("new_group", "New group", Errors(&editor.errors));
    let rest = match overlay.rest {
        Rest::Shown => editor.button("btn small", "hide-rest", PART, "Hide the rest".into_any()),
        Rest::Hidden => editor.button("btn small", "show-rest", PART, "Show the rest".into_any()),
    };
    let rest_is = match overlay.rest {
        Rest::Shown => "All other values stand below, under \u{201c}Other values\u{201d}.",
        Rest::Hidden => "All other values have no field; they can be set as YAML.",
    };
    view! {
        <section class="panel" aria-labelledby=PART>
            <header><h2 id=PART tabindex="-1">"What teams set"</h2>{badge::tag(overlay.fields.len().to_string())}</header>
            {nothing}
            {rows(editor, overlay, &loose)}
            {groups.collect_view()}
            <div class="body ends">
                <div class="beside">
                    {new.text(&editor.typed.new_group)}
                    {editor.button("btn", "add-group", PART, view! { {icon(LuPlus)}"Add group" }.into_any())}
                </div>
                <div class="beside"><p class="help grow">{rest_is}</p>{rest}</div>
            </div>
        </section>
    }
    .into_any()
}

fn group(editor: &FormEditor, overlay: &Overlay, group: &OverlayGroup) -> AnyView {
    let fields: Vec<_> =
        overlay.fields.iter().filter(|field| field.group.as_deref() == Some(group.name.as_str())).collect();
    let name = &group.name;
    let label = if group.label.is_empty() { name.clone() } else { group.label.clone() };
    let none = fields.is_empty().then(|| view! { <p class="body dim">"No field is in this group."</p> });
    view! {
        <div class="heading" data-group=name.clone()>
            <h3>{label.clone()}</h3>
            <div class="line">
                {editor.icon_button(LuArrowUp, format!("group-up {name}"), PART, format!("Move group {label} up"))}
                {editor.icon_button(LuArrowDown, format!("group-down {name}"), PART, format!("Move group {label} down"))}
                {editor.icon_button(LuPencil, format!("open group {name}"), "panel", format!("Edit group {label}"))}
                {editor.icon_button(LuX, format!("remove-group {name}"), PART, format!("Remove group {label}"))}
            </div>
        </div>
        {none}
        {rows(editor, overlay, &fields)}
    }
    .into_any()
}

fn rows(editor: &FormEditor, overlay: &Overlay, fields: &[&OverlayField]) -> Option<AnyView> {
    if fields.is_empty() {
        return None;
    }
    let rows = fields.iter().map(|field| row(editor, overlay, field));
    Some(view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any())
}

fn row(editor: &FormEditor, overlay: &Overlay, field: &OverlayField) -> AnyView {
    let path = &field.path;
    let dotted = path.dotted();
    let label = field.label.clone().unwrap_or_else(|| dotted.clone());
    let required = field.required.then(|| badge::tag("required"));
    let conditional = (!field.shown_when.is_empty()).then(|| badge::tag("conditional"));
    view! {
        <li data-field=dotted.clone()>
            <div class="cell-2"><b>{label}</b><span class="mono">{dotted.clone()}</span></div>
            <div class="who">{required}{conditional}{marks(overlay, path)}</div>
            <div class="line">
                {editor.icon_button(LuArrowUp, format!("up {path}"), PART, format!("Move {dotted} up"))}
                {editor.icon_button(LuArrowDown, format!("down {path}"), PART, format!("Move {dotted} down"))}
                {editor.icon_button(LuPencil, format!("open value {path}"), "panel", format!("Edit {dotted}"))}
                {editor.icon_button(LuX, format!("off {path}"), PART, format!("Take {dotted} off the form"))}
            </div>
        </li>
    }
    .into_any()
}

/// What is said of a value elsewhere in the overlay.
pub(super) fn marks(overlay: &Overlay, path: &Path) -> AnyView {
    let imposed = overlay.imposed.iter().any(|imposed| path.starts_with(&imposed.path));
    let imposed = imposed.then(|| badge::badge(Tone::Neutral, LuLock, "Imposed"));
    let default = overlay.defaults.iter().any(|default| default.path.starts_with(path));
    let default = default.then(|| badge::tag("default"));
    let secret = overlay.secrets.contains(path).then(|| badge::badge(Tone::Neutral, LuKeyRound, "Secret"));
    view! { {imposed}{default}{secret} }.into_any()
}

/// Imposed values and defaults, each with where it holds.
pub(super) fn fixed(editor: &FormEditor, overlay: &Overlay) -> Option<AnyView> {
    if overlay.imposed.is_empty() && overlay.defaults.is_empty() {
        return None;
    }
    let imposed = overlay.imposed.iter().enumerate().map(|(index, imposed)| Fixed {
        path: &imposed.path,
        value: &imposed.value,
        places: (&imposed.classes, &imposed.environments),
        note: Some(imposed.note.as_str()).filter(|note| !note.is_empty()),
        remove: format!("remove-imposed {index}"),
        is_imposed: true,
    });
    let defaults = overlay.defaults.iter().enumerate().map(|(index, default)| Fixed {
        path: &default.path,
        value: &default.value,
        places: (&default.classes, &default.environments),
        note: None,
        remove: format!("remove-default {index}"),
        is_imposed: false,
    });
    let rows = imposed.chain(defaults).map(|fixed| fixed.row(editor, overlay));
    let panel = view! {
        <section class="panel" aria-labelledby="fixed">
            <header><h2 id="fixed" tabindex="-1">"Imposed values and defaults"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    };
    Some(panel.into_any())
}

/// A value with where it holds.
struct Fixed<'a> {
    path: &'a Path,
    value: &'a Value,
    places: (&'a [String], &'a [String]),
    note: Option<&'a str>,
    remove: String,
    is_imposed: bool,
}

impl Fixed<'_> {
    fn row(self, editor: &FormEditor, overlay: &Overlay) -> AnyView {
        let dotted = self.path.dotted();
        let is_secret = is_secret(editor, overlay, self.path);
        let value = if is_secret { "not shown".to_owned() } else { show_value(self.value, true) };
        let (classes, environments) = self.places;
        let places: Vec<_> = classes.iter().chain(environments).cloned().collect();
        let places = if places.is_empty() { "everywhere".to_owned() } else { places.join(", ") };
        let kind = match self.is_imposed {
            true => badge::badge(Tone::Neutral, LuLock, "Imposed"),
            false => badge::tag("default"),
        };
        let told = match self.note {
            Some(note) => format!("{places}: {note}"),
            None => places,
        };
        view! {
            <li data-fixed=dotted.clone()>
                <div class="cell-2"><b class="mono">{format!("{dotted}: {value}")}</b><span>{told}</span></div>
                <div class="who">{kind}</div>
                <div class="line">
                    {editor.icon_button(LuPencil, format!("open value {}", self.path), "panel", format!("Edit {dotted}"))}
                    {editor.icon_button(LuX, self.remove, "fixed", format!("Remove {dotted}: {value}"))}
                </div>
            </li>
        }
        .into_any()
    }
}

/// Whether a value is a secret, by the entry or by the chart.
pub(super) fn is_secret(editor: &FormEditor, overlay: &Overlay, path: &Path) -> bool {
    overlay.secrets.contains(path) || editor.values.iter().any(|value| value.path == *path && value.is_secret)
}
