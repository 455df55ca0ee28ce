//! Whether Berth's objects, as they are seen, are what they should be. Cheap: nothing is asked of the cluster.

use super::ManagedNamespace;
use super::kinds::Managed;
use crate::cluster::compare::differences;
use crate::cluster::manifests::{self, Site};
use crate::cluster::{CLASS, NAMESPACE_ID, REVISION, TEAM, revision};
use domain::id::NamespaceId;
use domain::namespace::Namespace;
use domain::text;
use serde_json::Value;

pub fn differs(managed: &Managed, namespace: &Namespace, site: &Site) -> bool {
    let desired = manifests::objects(namespace, site);
    let place = namespace.name.as_str();
    let is_as_desired = desired.iter().filter(|(_, object)| object.is_whole()).all(|(_, object)| {
        let Some(store) = managed.store(object.kind()) else { return true };
        store.get(place, object.name()).is_some_and(|found| differences(object.value(), found, true).is_empty())
    });
    let is_desired = |kind: &str, name: &str| desired.iter().any(|(_, o)| o.kind() == kind && o.name() == name);
    let has_extra = managed.bindings.of(place).any(|(name, _)| !is_desired("RoleBinding", name))
        || managed.policies.of(place).any(|(name, _)| !is_desired("NetworkPolicy", name));
    let is_leaving = managed.namespaces.get(place, place).is_some_and(is_leaving);
    !is_as_desired || has_extra || is_leaving
}

/// What a namespace says of itself; none of one that is going, or that does not say whose it is.
pub fn managed_namespace(namespace: &Value) -> Option<ManagedNamespace> {
    let metadata = &namespace["metadata"];
    let label = |key: &str| metadata["labels"][key].as_str();
    let (name, id) = (metadata["name"].as_str()?, label(NAMESPACE_ID)?.parse().ok()?);
    // One that cannot be read is found out before anything is written there.
    let revision = revision(metadata["annotations"][REVISION].as_str());
    let shown = |text: Option<&str>| text::shown(text.unwrap_or_default(), text::LONGEST_NAME);
    (!is_leaving(namespace)).then(|| ManagedNamespace {
        name: shown(Some(name)),
        id: NamespaceId(id),
        team: shown(label(TEAM)),
        class: shown(label(CLASS)),
        revision: revision.unwrap_or(0),
    })
}

fn is_leaving(namespace: &Value) -> bool {
    namespace.pointer("/metadata/deletionTimestamp").is_some_and(|at| !at.is_null())
}
