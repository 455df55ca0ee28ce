//! Every object of a chart, by what it is and where it lives.

use super::crds::{self, CrdFacts, KindOrigin};
use super::hooks;
use super::kinds::Scope;
use super::object::{Object, ObjectRef};
use serde::{Deserialize, Serialize};

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

pub fn facts(objects: &[Object]) -> Vec<ObjectFacts> {
    let crds = crds::crds(objects);
    objects.iter().map(|object| fact(object, &crds)).collect()
}

fn fact(object: &Object, crds: &[CrdFacts]) -> ObjectFacts {
    let (scope, origin) = crds::look_up(object.id.group(), &object.id.kind, crds);
    ObjectFacts { id: object.id.clone(), scope, origin, source: object.source.clone(), is_hook: hooks::is_hook(object) }
}
