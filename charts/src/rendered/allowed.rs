//! Which objects of a chart whoever deploys it may not create.

use super::RenderedFacts;
use super::crds;
use super::kinds::Scope;
use super::object::ObjectRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an account may create in its namespace: resources, as rights name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed(BTreeSet<(String, String)>);

/// An object that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    pub object: ObjectRef,
    /// As rights name it: `networkpolicies`.
    pub resource: String,
    pub why: WhyOutside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyOutside {
    /// It belongs to no namespace.
    ClusterScoped,
    /// It names a namespace that is not the release's.
    OtherNamespace,
    /// The account may not create its kind.
    Kind,
}

impl Allowed {
    /// Pairs of API group (empty for Kubernetes' first one) and resource; `*` stands for all of either.
    pub fn new<'a>(resources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(resources.into_iter().map(|(group, resource)| (group.into(), resource.into())).collect())
    }

    fn has(&self, group: &str, resource: &str) -> bool {
        let names = [(group, resource), (group, "*"), ("*", resource), ("*", "*")];
        names.into_iter().any(|(group, resource)| self.0.contains(&(group.into(), resource.into())))
    }
}

impl RenderedFacts {
    /// Objects that an account may not create which has these rights in the namespace of the release.
    pub fn outside(&self, allowed: &Allowed, namespace: &str) -> Vec<Outside> {
        let judged = self.objects.iter().filter_map(|object| {
            let id = &object.id;
            let resource = crds::resource(id.group(), &id.kind, &self.crds);
            let is_elsewhere = id.namespace.as_deref().is_some_and(|named| named != namespace);
            let why = if object.scope == Scope::Cluster {
                WhyOutside::ClusterScoped
            } else if is_elsewhere {
                WhyOutside::OtherNamespace
            } else if !allowed.has(id.group(), &resource) {
                WhyOutside::Kind
            } else {
                return None;
            };
            Some(Outside { object: id.clone(), resource, why })
        });
        judged.collect()
    }
}
