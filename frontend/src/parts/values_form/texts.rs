//! What is said of a field beside its control.

use super::id_of;
use crate::icon::*;
use leptos::prelude::*;
use values::{Field, Kind};

/// Ids of the texts that belong to its control.
pub fn described_by(field: &Field) -> Option<String> {
    let help = (!texts(field).is_empty()).then(|| help_id(field));
    let error = (!field.errors.is_empty()).then(|| error_id(field));
    let ids: Vec<_> = error.into_iter().chain(help).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

pub fn error(text: &str, id: Option<String>) -> AnyView {
    view! { <p class="error" id=id>{icon(LuCircleAlert)}<span>{text.to_owned()}</span></p> }.into_any()
}

/// All errors of a field, which its control is described by.
pub fn errors(field: &Field) -> Option<AnyView> {
    if field.errors.is_empty() {
        return None;
    }
    let texts = field.errors.iter().map(|text| error(text, None));
    Some(view! { <div id=error_id(field)>{texts.collect_view()}</div> }.into_any())
}

pub fn help_id(field: &Field) -> String {
    format!("{}-help", id_of(&field.name))
}

/// What stands below the control, a line each.
pub fn texts(field: &Field) -> Vec<String> {
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
pub fn limits(field: &Field) -> Option<String> {
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

fn error_id(field: &Field) -> String {
    format!("{}-error", id_of(&field.name))
}
