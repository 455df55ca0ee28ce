//! Whether Berth's objects, as they are seen, are what they should be. Cheap: nothing is asked of the cluster.

use super::board::Marked;
use crate::cluster::compare::differences;
use crate::cluster::manifests::{self, Site};
use domain::namespace::Namespace;

pub fn differs(marked: &Marked, namespace: &Namespace, site: &Site) -> bool {
    let wished = manifests::objects(namespace, site);
    let place = namespace.name.as_str();
    let is_as_wished = wished.iter().filter(|(_, object)| object.is_whole()).all(|(_, object)| {
        let Some(shelf) = marked.shelf(object.kind()) else { return true };
        shelf.get(place, object.name()).is_some_and(|found| differences(object.value(), found, true).is_empty())
    });
    let is_wished = |kind: &str, name: &str| wished.iter().any(|(_, o)| o.kind() == kind && o.name() == name);
    let has_extra = marked.bindings.of(place).any(|(name, _)| !is_wished("RoleBinding", name))
        || marked.policies.of(place).any(|(name, _)| !is_wished("NetworkPolicy", name));
    let is_leaving = marked
        .namespaces
        .get(place, place)
        .is_some_and(|found| found.pointer("/metadata/deletionTimestamp").is_some_and(|at| !at.is_null()));
    !is_as_wished || has_extra || is_leaving
}
