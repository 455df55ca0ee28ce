//! The kinds that a chart brings, and what is known of any kind with them.

use super::kinds::{self, Scope};
use super::object::Object;
use super::value::{items_at, text_at, word_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who brings a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindOrigin {
    Kubernetes,
    /// A CRD of the chart.
    Chart,
    /// Somebody else: without it, the chart cannot be installed.
    Elsewhere,
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

/// Where objects of a kind live, and who brings it.
pub fn look_up(group: &str, kind: &str, crds: &[CrdFacts]) -> (Scope, KindOrigin) {
    if let Some(known) = kinds::find(group, kind) {
        return (known.scope, KindOrigin::Kubernetes);
    }
    match crds.iter().find(|crd| crd.group == group && crd.kind == kind) {
        Some(crd) => (crd.scope, KindOrigin::Chart),
        None => (Scope::Unknown, KindOrigin::Elsewhere),
    }
}

/// What rights call a kind. Of one that nobody knows, as Kubernetes guesses it.
pub fn resource(group: &str, kind: &str, crds: &[CrdFacts]) -> String {
    if let Some(known) = kinds::find(group, kind) {
        return known.resource.into();
    }
    let crd = crds.iter().find(|crd| crd.group == group && crd.kind == kind && !crd.resource.is_empty());
    crd.map_or_else(|| guess(&kind.to_lowercase()), |crd| crd.resource.clone())
}

fn guess(singular: &str) -> String {
    match singular.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if singular.ends_with('s') => format!("{singular}es"),
        None => format!("{singular}s"),
    }
}
