//! Who may do what in the namespace: RoleBindings to Berth's own ClusterRoles.

use super::{Object, metadata};
use crate::cluster::object::absent;
use crate::cluster::{DEPLOYER, DEVELOP, OWN, VIEW};
use domain::class::Access;
use domain::name::GroupName;
use domain::namespace::Namespace;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeSet;

/// The ClusterRoles Berth binds in a namespace; each RoleBinding is called like the role it binds.
pub const BOUND_ROLES: [&str; 4] = [VIEW, DEVELOP, OWN, DEPLOYER];

const RBAC: &str = "rbac.authorization.k8s.io";
/// What a class may give people, with the ClusterRole that is bound for it.
const GIVEN: [(Access, &str); 3] = [(Access::View, VIEW), (Access::Develop, DEVELOP), (Access::Own, OWN)];

/// The service account for deployments and its rights, and a default service account whose token is not handed to every pod.
pub fn deployer(namespace: &Namespace) -> Vec<Object> {
    let account = ServiceAccount {
        metadata: metadata(namespace, DEPLOYER),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    };
    let subject = Subject {
        kind: "ServiceAccount".into(),
        name: DEPLOYER.into(),
        namespace: Some(namespace.name.to_string()),
        api_group: None,
    };
    vec![Object::new(&account), binding(namespace, DEPLOYER, vec![subject]), Object::new(&default_account(namespace))]
}

/// One binding per ClusterRole, with the groups that the class gives it to.
pub fn bindings(namespace: &Namespace, groups_prefix: &str) -> Vec<Object> {
    GIVEN
        .into_iter()
        .filter_map(|(access, cluster_role)| {
            let subjects: Vec<_> = groups_with(namespace, access)
                .map(|group| group_subject(group_on_cluster(groups_prefix, group)))
                .collect();
            (!subjects.is_empty()).then(|| binding(namespace, cluster_role, subjects))
        })
        .collect()
}

/// Bindings of ClusterRoles that no group has any more.
pub fn leftovers(namespace: &Namespace) -> Vec<Object> {
    GIVEN
        .into_iter()
        .filter(|(access, _)| groups_with(namespace, *access).next().is_none())
        .map(|(_, cluster_role)| absent::<RoleBinding>(namespace.name.as_str(), cluster_role))
        .collect()
}

/// What the cluster calls a group of the identity provider.
pub fn group_on_cluster(groups_prefix: &str, group: &GroupName) -> String {
    format!("{groups_prefix}{group}")
}

fn group_subject(name: String) -> Subject {
    Subject { kind: "Group".into(), name, namespace: None, api_group: Some(RBAC.into()) }
}

/// A group that has several roles in the team may come twice; the class may give all of them the same.
fn groups_with(namespace: &Namespace, access: Access) -> impl Iterator<Item = &GroupName> {
    let roles = &namespace.class.spec.roles;
    let groups: BTreeSet<_> =
        namespace.groups.iter().filter(|(_, role)| roles.of(*role) == access).map(|(group, _)| group).collect();
    groups.into_iter()
}

fn binding(namespace: &Namespace, cluster_role: &str, subjects: Vec<Subject>) -> Object {
    Object::new(&RoleBinding {
        metadata: metadata(namespace, cluster_role),
        role_ref: RoleRef { api_group: RBAC.into(), kind: "ClusterRole".into(), name: cluster_role.into() },
        subjects: Some(subjects),
    })
}

/// Kubernetes makes this account in every namespace; Berth sets one field of it and leaves the rest, so it has no labels of ours.
fn default_account(namespace: &Namespace) -> ServiceAccount {
    let metadata = ObjectMeta {
        name: Some("default".into()),
        namespace: Some(namespace.name.to_string()),
        ..ObjectMeta::default()
    };
    ServiceAccount { metadata, automount_service_account_token: Some(false), ..ServiceAccount::default() }
}
