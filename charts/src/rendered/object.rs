//! One object, and what it says of itself.

use super::place::Place;
use super::value::{short, text_at, word_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectRef {
    pub api_version: String,
    pub kind: String,
    /// As written; none is the namespace of the release, or none at all.
    pub namespace: Option<String>,
    /// Ends in `*` where Kubernetes makes up the rest.
    pub name: String,
}

impl ObjectRef {
    /// Empty for Kubernetes' first one.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// An object with all its fields.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub id: ObjectRef,
    pub source: Option<String>,
    pub value: Value,
}

impl Object {
    /// None if it has no name.
    pub fn new(api_version: String, kind: String, value: Value, place: &Place) -> Option<Self> {
        let generated = || text_at(&value, &["metadata", "generateName"]).map(|name| format!("{}*", short(name)));
        let id = ObjectRef {
            api_version: short(&api_version),
            kind: short(&kind),
            namespace: word_at(&value, &["metadata", "namespace"]).filter(|namespace| !namespace.is_empty()),
            name: word_at(&value, &["metadata", "name"]).or_else(generated)?,
        };
        Some(Self { id, source: place.source.clone(), value })
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        text_at(&self.value, &["metadata", "annotations", key])
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.id.kind == kind && self.id.group() == group
    }
}
