//! One field: its label, its control, and what is said of it.

use super::{control, id_of, rows, unmet};
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use leptos::prelude::*;
use values::form::Origin;
use values::{Field, Kind};

pub(super) fn field(field: &Field) -> AnyView {
    match &field.kind {
        Kind::List(inner) | Kind::Map(inner) => around_rows(field, rows::rows(field, inner)),
        Kind::Switch => around_switch(field),
        Kind::Text { .. }
        | Kind::Number
        | Kind::Integer
        | Kind::Choice(_)
        | Kind::Quantity { .. }
        | Kind::Secret
        | Kind::Scalar { .. }
        | Kind::Yaml { .. } => around(field),
    }
}

/// Ids of the texts that belong to its control.
pub(super) fn described_by(field: &Field) -> Option<String> {
    let help = (!texts(field).is_empty()).then(|| help_id(field));
    let error = (!field.errors.is_empty()).then(|| error_id(field));
    let ids: Vec<_> = error.into_iter().chain(help).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

pub(super) fn error(text: &str, id: Option<String>) -> AnyView {
    view! { <p class="error" id=id>{icon(LuCircleAlert)}<span>{text.to_owned()}</span></p> }.into_any()
}

/// All errors of a field, which its control is described by.
pub(super) fn errors(field: &Field) -> Option<AnyView> {
    if field.errors.is_empty() {
        return None;
    }
    let texts = field.errors.iter().map(|text| error(text, None));
    Some(view! { <div id=error_id(field)>{texts.collect_view()}</div> }.into_any())
}

fn help_id(field: &Field) -> String {
    format!("{}-help", id_of(&field.name))
}

fn error_id(field: &Field) -> String {
    format!("{}-error", id_of(&field.name))
}

fn around(field: &Field) -> AnyView {
    view! {
        <div class="field" data-value=field.path.dotted() data-hidden=hidden(field)>
            <div class="labelled"><label for=id_of(&field.name)>{field.label.clone()}</label>{marks(field)}</div>
            {control::control(field, None)}
            {below(field)}
        </div>
    }
    .into_any()
}

fn around_switch(field: &Field) -> AnyView {
    view! {
        <div class="field" data-value=field.path.dotted() data-hidden=hidden(field)>
            <div class="labelled">
                <label class="check" for=id_of(&field.name)>{control::control(field, None)}{field.label.clone()}</label>
                {marks(field)}
            </div>
            {below(field)}
        </div>
    }
    .into_any()
}

fn around_rows(field: &Field, rows: AnyView) -> AnyView {
    view! {
        <fieldset
            class="field"
            data-value=field.path.dotted()
            data-hidden=hidden(field)
            disabled=!field.is_editable()
            aria-describedby=described_by(field)
        >
            <legend>{field.label.clone()}" "{marks(field)}</legend>
            {rows}
            {below(field)}
        </fieldset>
    }
    .into_any()
}

fn hidden(field: &Field) -> Option<&'static str> {
    (!field.is_visible).then_some("")
}

fn below(field: &Field) -> AnyView {
    let texts = texts(field);
    let help = (!texts.is_empty()).then(|| {
        let lines = texts.into_iter().map(|text| view! { <p class="help">{text}</p> });
        view! { <div id=help_id(field)>{lines.collect_view()}</div> }
    });
    view! { {errors(field)} {help} {unmet(field.is_visible, &field.shown_when)} {reset(field)} }.into_any()
}

/// What stands below the control, a line each.
fn texts(field: &Field) -> Vec<String> {
    let fixed = field.locked.as_ref().map(|why| match why.trim() {
        "" => "Set by the platform team.".to_owned(),
        why => format!("Set by the platform team: {why}"),
    });
    let default = field.default.as_deref().filter(|_| field.differs).map(|default| match default {
        "" => "Default: nothing".to_owned(),
        default => format!("Default: {default}"),
    });
    let example = field.example.as_deref().filter(|_| !field.is_set && field.default.is_none());
    let example = example.map(|example| format!("For example: {example}"));
    let limits = limits(field);
    let reason = match &field.kind {
        Kind::Yaml { reason } => Some(reason.to_string()),
        Kind::Text { .. }
        | Kind::Number
        | Kind::Integer
        | Kind::Switch
        | Kind::Choice(_)
        | Kind::Quantity { .. }
        | Kind::Secret
        | Kind::Scalar { .. }
        | Kind::List(_)
        | Kind::Map(_) => None,
    };
    let guessed = field.is_guessed.then(|| "The type is guessed from the chart's default.".to_owned());
    let notes = field.notes.iter().map(ToString::to_string);
    let first = [fixed, field.help.clone(), limits, default, example, reason, guessed];
    first.into_iter().flatten().chain(notes).collect()
}

/// `At least 1, at most 10.`
fn limits(field: &Field) -> Option<String> {
    let rules = &field.rules;
    let mut said = Vec::new();
    let least = rules.minimum.map(|n| n.to_string()).or_else(|| rules.least.clone());
    let most = rules.maximum.map(|n| n.to_string()).or_else(|| rules.most.clone());
    said.extend(least.map(|n| format!("at least {n}")));
    said.extend(most.map(|n| format!("at most {n}")));
    said.extend(rules.exclusive_minimum.map(|n| format!("more than {n}")));
    said.extend(rules.exclusive_maximum.map(|n| format!("less than {n}")));
    said.extend(rules.min_length.filter(|n| *n > 1).map(|n| format!("at least {n} characters")));
    said.extend(rules.max_length.map(|n| format!("at most {n} characters")));
    (!said.is_empty()).then(|| domain::text::sentence(&said.join(", ")))
}

fn marks(field: &Field) -> AnyView {
    let required = (field.is_required && field.locked.is_none()).then(|| badge::tag("required"));
    let differs = field.differs.then(|| badge::badge(Tone::Info, LuPencil, "Not the default"));
    let locked = field.locked.is_some().then(|| badge::badge(Tone::Neutral, LuLock, "Fixed"));
    let entry = (field.origin == Origin::Entry).then(|| badge::tag("default of this entry"));
    let deprecated = field.is_deprecated.then(|| badge::badge(Tone::Warn, LuTriangleAlert, "Deprecated"));
    let read_only = (field.is_read_only && field.locked.is_none()).then(|| badge::tag("set by the chart"));
    view! { {required}{differs}{locked}{entry}{deprecated}{read_only} }.into_any()
}

/// A box to take the default again.
fn reset(field: &Field) -> Option<AnyView> {
    if !field.differs || !field.is_editable() {
        return None;
    }
    let name = field.reset_name.clone();
    Some(view! { <label class="check"><input type="checkbox" name=name/>"Take the default again"</label> }.into_any())
}
