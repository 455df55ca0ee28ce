//! One object, and what it says of itself.

use super::document::Place;
use super::kinds::{self, KindOrigin, Scope};
use super::value::{items_at, short, text_at, word_at};
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

/// What is told of every object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectFacts {
    #[serde(flatten)]
    pub id: ObjectRef,
    pub scope: Scope,
    pub origin: KindOrigin,
    /// The template that it came from.
    pub source: Option<String>,
    pub is_hook: bool,
}

/// A kind that the chart brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrdFacts {
    /// Of the CRD: `policies.kyverno.io`.
    pub name: String,
    pub group: String,
    pub kind: String,
    /// As in rights: `policies`.
    pub resource: String,
    pub scope: Scope,
    /// Those that are served.
    pub versions: Vec<String>,
}

pub fn facts(objects: &[Object]) -> Vec<ObjectFacts> {
    let crds = crds(objects);
    objects.iter().map(|object| fact(object, &crds)).collect()
}

fn fact(object: &Object, crds: &[CrdFacts]) -> ObjectFacts {
    let (scope, origin) = kinds::look_up(object.id.group(), &object.id.kind, crds);
    ObjectFacts {
        id: object.id.clone(),
        scope,
        origin,
        source: object.source.clone(),
        is_hook: super::hooks::is_hook(object),
    }
}

pub fn crds(objects: &[Object]) -> Vec<CrdFacts> {
    objects.iter().filter(|object| object.is("apiextensions.k8s.io", "CustomResourceDefinition")).map(crd).collect()
}

fn crd(object: &Object) -> CrdFacts {
    let value = &object.value;
    let served = items_at(value, &["spec", "versions"])
        .iter()
        .filter(|version| version.get("served") != Some(&Value::Bool(false)));
    CrdFacts {
        name: object.id.name.clone(),
        group: word_at(value, &["spec", "group"]).unwrap_or_default(),
        kind: word_at(value, &["spec", "names", "kind"]).unwrap_or_default(),
        resource: word_at(value, &["spec", "names", "plural"]).unwrap_or_default(),
        scope: match text_at(value, &["spec", "scope"]) {
            Some("Cluster") => Scope::Cluster,
            Some("Namespaced") => Scope::Namespaced,
            Some(_) | None => Scope::Unknown,
        },
        versions: served.filter_map(|version| word_at(version, &["name"])).collect(),
    }
}
