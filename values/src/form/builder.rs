//! What a form is built of: schema, defaults and values, and what of it was drawn.

use std::collections::HashSet;

use super::help::Help;
use super::source::Source;
use crate::overlay::{Imposed, Overlay};
use crate::path::Path;
use crate::schema::Schema;
use crate::value::{Map, Value};

pub(super) struct Builder<'a> {
    pub schema: Option<&'a Schema>,
    pub overlay: &'a Overlay,
    pub set: &'a Value,
    pub entry: &'a Value,
    pub defaults: &'a Value,
    pub chosen: &'a Value,
    pub merged: &'a Value,
    pub imposed: Vec<&'a Imposed>,
    pub help: &'a Help,
    pub templates: &'a Templates,
    /// Paths that stand elsewhere in the form.
    pub skipped: HashSet<Path>,
    pub n_fields: usize,
}

/// What well-known things look like.
pub(super) struct Templates {
    pub text: Value,
    pub resources: Value,
}

impl Templates {
    pub fn new() -> Self {
        let text = Value::from("");
        let map = |keys: [(&str, &Value); 2]| {
            Value::Map(keys.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect::<Map>())
        };
        let amounts = map([("cpu", &text), ("memory", &text)]);
        Self { resources: map([("requests", &amounts), ("limits", &amounts)]), text }
    }
}

impl<'a> Builder<'a> {
    pub fn root(&self) -> Source<'a> {
        Source {
            view: self.schema.map(Schema::root).into_iter().collect(),
            hint: Some(self.defaults),
            value: Some(self.chosen),
            ..Source::default()
        }
    }

    /// What a place within another is, with what is there.
    pub fn value_at(&self, path: &Path) -> Option<&'a Value> {
        let values = if self.lock(path).is_some() { self.merged } else { self.chosen };
        values.at(path)
    }

    /// What is imposed on a path, or on something around it.
    pub fn lock(&self, path: &Path) -> Option<&'a Imposed> {
        self.imposed.iter().rfind(|imposed| path.starts_with(&imposed.path)).copied()
    }
}
