//! What the platform team says about the form of an entry: which values a team may set, in which order, with which limits, and
//! what is imposed. It is kept with the entry and exported as a file.

mod draft;
mod panel;
mod questions;
mod typed;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub use draft::{Direction, Draft, DraftError, MAX_DRAFT_BYTES};
pub use panel::{Panel, PanelTyped};
pub use questions::{Question, QuestionNote, Questions};
pub use typed::{FieldTyped, Wrong, read_value, show_value};

use crate::fault::{Fault, FieldError};
use crate::merge::nest;
use crate::path::{Part, Path};
use crate::rules::{Amount, Rules};
use crate::value::Value;

/// For whom a form is: what an entry's defaults and imposed values may depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    pub class: String,
    pub environment: String,
}

/// The curated form of an entry. The default changes nothing: the whole chart is shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Overlay {
    /// Headings, in their order. Fields that name none stand before them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<OverlayGroup>,
    /// Values that are shown, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<OverlayField>,
    /// What becomes of values that are not named.
    pub rest: Rest,
    /// Defaults instead of the chart's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defaults: Vec<DefaultValue>,
    /// Values that nobody may change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imposed: Vec<Imposed>,
    /// Texts that are never shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Path>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    #[default]
    Shown,
    /// They have no fields, and can still be set in the YAML.
    Hidden,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct OverlayGroup {
    /// What fields name it by.
    pub name: String,
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct OverlayField {
    pub path: Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Limits besides the chart's.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// The only values to choose from, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<OverlayChoice>,
    /// All of them must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shown_when: Vec<Condition>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OverlayChoice {
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Whether a value is one of several. What is not there is `null`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Condition {
    pub path: Path,
    pub one_of: Vec<Value>,
}

impl Condition {
    pub fn is_met(&self, values: &Value) -> bool {
        self.one_of.contains(values.at(&self.path).unwrap_or(&Value::Null))
    }
}

/// A default for some classes and environments; for all if none is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DefaultValue {
    pub path: Path,
    pub value: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// A value that nobody may change, for some classes and environments; for all if none is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Imposed {
    pub path: Path,
    pub value: Value,
    /// Why, for those who see the field.
    #[serde(default)]
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

fn applies(classes: &[String], environments: &[String], context: &Context) -> bool {
    (classes.is_empty() || classes.contains(&context.class))
        && (environments.is_empty() || environments.contains(&context.environment))
}

impl Overlay {
    /// The entry's defaults for a class and environment; later ones are put over earlier ones.
    pub fn default_values(&self, context: &Context) -> Value {
        let own = self.defaults.iter().filter(|default| applies(&default.classes, &default.environments, context));
        nest(own.map(|default| (&default.path, &default.value)))
    }

    /// One for whom nothing is named, and all combinations of the classes and environments that defaults and imposed values name.
    pub fn contexts(&self) -> Vec<Context> {
        let defaults = self.defaults.iter().map(|default| (&default.classes, &default.environments));
        let scopes: Vec<_> =
            defaults.chain(self.imposed.iter().map(|imposed| (&imposed.classes, &imposed.environments))).collect();
        let any = || std::iter::once(String::new());
        let classes: BTreeSet<_> =
            any().chain(scopes.iter().flat_map(|(classes, _)| classes.iter().cloned())).collect();
        let environments: BTreeSet<_> =
            any().chain(scopes.iter().flat_map(|(_, named)| named.iter().cloned())).collect();
        let both = classes.iter().flat_map(|class| environments.iter().map(move |environment| (class, environment)));
        both.map(|(class, environment)| Context { class: class.clone(), environment: environment.clone() }).collect()
    }

    /// What is imposed for a class and environment.
    pub fn imposed_for(&self, context: &Context) -> Vec<&Imposed> {
        self.imposed.iter().filter(|imposed| applies(&imposed.classes, &imposed.environments, context)).collect()
    }

    pub fn imposed_values(&self, context: &Context) -> Value {
        nest(self.imposed_for(context).into_iter().map(|imposed| (&imposed.path, &imposed.value)))
    }

    pub(crate) fn field(&self, path: &Path) -> Option<&OverlayField> {
        self.fields.iter().find(|field| field.path == *path)
    }

    /// What values break of the entry's own limits, also if they were set in the YAML. `set` is what the team set, `merged` all
    /// values with what is imposed.
    pub fn violations(&self, set: &Value, merged: &Value, context: &Context) -> Vec<FieldError> {
        let error = |path: &Path, fault| FieldError { path: path.clone(), name: Part::Value.name(path), fault };
        let mut found = Vec::new();
        for imposed in self.imposed_for(context) {
            if set.at(&imposed.path).is_some_and(|value| *value != imposed.value) {
                found.push(error(&imposed.path, Fault::Imposed));
            }
        }
        for field in &self.fields {
            if !field.shown_when.iter().all(|condition| condition.is_met(merged)) {
                continue;
            }
            let fault = match merged.at(&field.path).filter(|value| !value.is_null() && **value != Value::from("")) {
                None => field.required.then_some(Fault::Missing),
                Some(value) => field.fault(value),
            };
            found.extend(fault.map(|fault| error(&field.path, fault)));
        }
        found
    }
}

impl OverlayField {
    /// What a value breaks of the limits and choices.
    pub(crate) fn fault(&self, value: &Value) -> Option<Fault> {
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.value == *value) {
            return Some(Fault::NotOption);
        }
        let amount = Amount::of(&self.path, self.rules.format.as_deref());
        match (amount, value) {
            (Some(amount), Value::String(text)) => self.rules.check_quantity(amount, text),
            (Some(amount), Value::Number(number)) => self.rules.check_quantity(amount, &number.to_string()),
            (Some(_) | None, _) => self.rules.check(value),
        }
    }
}
