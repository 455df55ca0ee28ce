//! What helm runs before, after and beside a release, by its annotations.

use super::object::{Object, ObjectRef};
use super::value::short;
use serde::{Deserialize, Serialize};

const HOOK: &str = "helm.sh/hook";
const WEIGHT: &str = "helm.sh/hook-weight";
const DELETE_POLICY: &str = "helm.sh/hook-delete-policy";
/// Run on demand, by `helm test`.
const TESTS: [&str; 2] = ["test", "test-success"];

/// An object that is not part of the release, but applied at a moment of its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookFacts {
    pub object: ObjectRef,
    /// `pre-install`, `post-upgrade`, …
    pub events: Vec<String>,
    /// Lower ones come first.
    pub weight: i64,
    /// `before-hook-creation` where nothing is said, as helm has it.
    pub delete_policies: Vec<String>,
    pub is_test: bool,
}

pub fn is_hook(object: &Object) -> bool {
    object.annotation(HOOK).is_some()
}

pub fn facts(objects: &[Object]) -> Vec<HookFacts> {
    objects.iter().filter_map(fact).collect()
}

fn fact(object: &Object) -> Option<HookFacts> {
    let events = list(object.annotation(HOOK)?);
    let delete_policies = object.annotation(DELETE_POLICY).map(list).unwrap_or_default();
    Some(HookFacts {
        object: object.id.clone(),
        is_test: events.iter().any(|event| TESTS.contains(&event.as_str())),
        events,
        weight: object.annotation(WEIGHT).and_then(|weight| weight.trim().parse().ok()).unwrap_or_default(),
        delete_policies: if delete_policies.is_empty() { vec!["before-hook-creation".into()] } else { delete_policies },
    })
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(short).collect()
}
