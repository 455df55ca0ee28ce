//! Who may do what in the namespace: RoleBindings to Berth's own ClusterRoles.

use super::{Object, Site, metadata};
use crate::cluster::object::absent;
use crate::cluster::{DEPLOYER, DEVELOP, OWN, ROLE_ACCOUNTS, VIEW};
use domain::actor::TeamRole;
use domain::class::Access;
use domain::name::GroupName;
use domain::namespace::{Member, Namespace};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeSet;

/// The ClusterRoles Berth binds in a namespace. A RoleBinding for groups or deployments is called like the role it
/// binds, one for a role's account like the account.
pub const BOUND_ROLES: [&str; 4] = [VIEW, DEVELOP, OWN, DEPLOYER];

const RBAC: &str = "rbac.authorization.k8s.io";
/// What a class may give people, with the ClusterRole that is bound for it.
const ROLES: [TeamRole; 3] = [TeamRole::Viewer, TeamRole::Developer, TeamRole::Owner];
const GIVEN: [(Access, &str); 3] = [(Access::View, VIEW), (Access::Develop, DEVELOP), (Access::Own, OWN)];

/// The service account for deployments and its rights, and a default service account whose token is not handed to every pod.
pub fn deployer(namespace: &Namespace) -> Vec<Object> {
    let account = ServiceAccount {
        metadata: metadata(namespace, DEPLOYER),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    };
    let bound = binding(namespace, DEPLOYER, DEPLOYER, vec![account_subject(namespace, DEPLOYER)]);
    vec![Object::new(&account), bound, Object::new(&default_account(namespace))]
}

/// One binding per ClusterRole, with the groups and the people that the class gives it to.
pub fn bindings(namespace: &Namespace, site: &Site) -> Vec<Object> {
    GIVEN
        .into_iter()
        .filter_map(|(access, cluster_role)| {
            let groups = groups_with(namespace, access).map(|group| subject("Group", group_on_cluster(site, group)));
            let members = members_with(namespace, access).map(|member| subject("User", user_on_cluster(site, member)));
            let subjects: Vec<_> = groups.chain(members).collect();
            (!subjects.is_empty()).then(|| binding(namespace, cluster_role, cluster_role, subjects))
        })
        .collect()
}

/// For each team role that has access an account, bound to what the class gives the role, whose tokens people take for a
/// short time. Nothing runs as one.
pub fn role_accounts(namespace: &Namespace) -> Vec<Object> {
    let bound = |(role, name)| Some((name, cluster_role(namespace, role)?));
    let account = |(name, cluster_role)| {
        let account = ServiceAccount {
            metadata: metadata(namespace, name),
            automount_service_account_token: Some(false),
            ..ServiceAccount::default()
        };
        let subjects = vec![account_subject(namespace, name)];
        [Object::new(&account), binding(namespace, name, cluster_role, subjects)]
    };
    ROLES.into_iter().zip(ROLE_ACCOUNTS).filter_map(bound).flat_map(account).collect()
}

/// The account that a token of somebody with this role speaks for; none where the class gives the role no access.
pub fn account_of(namespace: &Namespace, role: TeamRole) -> Option<&'static str> {
    let [viewer, developer, owner] = ROLE_ACCOUNTS;
    cluster_role(namespace, role).map(|_| match role {
        TeamRole::Viewer => viewer,
        TeamRole::Developer => developer,
        TeamRole::Owner => owner,
    })
}

/// The account there that may change most of what the team runs. Where the class lets no role of the team do that, it is the
/// one for deployments.
pub fn worker_of(namespace: &Namespace) -> &'static str {
    let accounts = || ROLES.into_iter().zip(ROLE_ACCOUNTS);
    let with = |access| accounts().find(|(role, _)| namespace.class.spec.roles.of(*role) == access);
    with(Access::Own).or_else(|| with(Access::Develop)).map_or(DEPLOYER, |(_, account)| account)
}

fn cluster_role(namespace: &Namespace, role: TeamRole) -> Option<&'static str> {
    let access = namespace.class.spec.roles.of(role);
    GIVEN.into_iter().find(|(given, _)| *given == access).map(|(_, cluster_role)| cluster_role)
}

/// Bindings of ClusterRoles that nobody has any more, and of accounts whose role has no access.
pub fn leftovers(namespace: &Namespace) -> Vec<Object> {
    let unbound = ROLES.into_iter().zip(ROLE_ACCOUNTS).filter(|(role, _)| cluster_role(namespace, *role).is_none());
    let unbound = unbound.map(|(_, name)| absent::<RoleBinding>(namespace.name.as_str(), name));
    GIVEN
        .into_iter()
        .filter(|(access, _)| {
            groups_with(namespace, *access).next().is_none() && members_with(namespace, *access).next().is_none()
        })
        .map(|(_, cluster_role)| absent::<RoleBinding>(namespace.name.as_str(), cluster_role))
        .chain(unbound)
        .collect()
}

/// What the cluster calls a group of the identity provider.
pub fn group_on_cluster(site: &Site, group: &GroupName) -> String {
    format!("{}{group}", site.groups_prefix)
}

/// What the cluster calls a person of the identity provider.
pub fn user_on_cluster(site: &Site, member: &Member) -> String {
    format!("{}{}", site.users_prefix, member.subject)
}

fn account_subject(namespace: &Namespace, name: &str) -> Subject {
    Subject {
        kind: "ServiceAccount".into(),
        name: name.into(),
        namespace: Some(namespace.name.to_string()),
        api_group: None,
    }
}

fn subject(kind: &str, name: String) -> Subject {
    Subject { kind: kind.into(), name, namespace: None, api_group: Some(RBAC.into()) }
}

/// A group that has several roles in the team may come twice; the class may give all of them the same.
fn groups_with(namespace: &Namespace, access: Access) -> impl Iterator<Item = &GroupName> {
    let roles = &namespace.class.spec.roles;
    let groups: BTreeSet<_> =
        namespace.groups.iter().filter(|(_, role)| roles.of(*role) == access).map(|(group, _)| group).collect();
    groups.into_iter()
}

fn members_with(namespace: &Namespace, access: Access) -> impl Iterator<Item = &Member> {
    let roles = &namespace.class.spec.roles;
    namespace.members.iter().filter(move |member| roles.of(member.role) == access)
}

fn binding(namespace: &Namespace, name: &str, cluster_role: &str, subjects: Vec<Subject>) -> Object {
    Object::new(&RoleBinding {
        metadata: metadata(namespace, name),
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
