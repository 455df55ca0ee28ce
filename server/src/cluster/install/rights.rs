//! The rights Berth needs and gives, as data: ClusterRoles are made of them, and [`check`](super::super::check) asks for each.

use super::policy_names::NAMES as POLICY_NAMES;
use crate::cluster::manifests::{BOUND_ROLES, INFO_NAME, LIMIT_RANGE_NAME, NETWORK_POLICY_NAMES, QUOTA_NAMES};
use crate::cluster::review::AccessCheck;
use crate::cluster::{DEPLOYER, DEVELOP, OWN, ROLE_ACCOUNTS, VIEW, watch};
use k8s_openapi::api::rbac::v1::PolicyRule;
use std::borrow::Cow;

/// Verbs on resources of one API group.
#[derive(Clone)]
pub struct Right {
    pub group: &'static str,
    pub resources: Cow<'static, [&'static str]>,
    pub verbs: &'static [&'static str],
    /// Only objects of these names; empty means all.
    pub names: &'static [&'static str],
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
/// Server-side apply: a patch that creates what is not there.
const APPLY: &[&str] = &["get", "create", "patch"];
const APPLY_AND_DELETE: &[&str] = &["get", "create", "patch", "delete"];
const PRUNE: &[&str] = &["get", "list", "delete"];

/// A right that Berth is not given: an administrator of the cluster may, so that classes can loosen a guardrail there.
/// No kind of object has this name; the border asks for the right itself.
pub const LOOSEN: &str = "loosen";
pub const LOOSEN_GROUP: &str = "berth.dev";
pub const GUARDRAILS: &str = "guardrails";

/// What the observer reads beside what is watched. No Secrets, no ConfigMaps.
const OBSERVER_READS: &[Right] = &[
    all("rbac.authorization.k8s.io", &["clusterroles"], READ),
    named(
        "admissionregistration.k8s.io",
        &["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
        &["get"],
        &POLICY_NAMES,
    ),
];

/// What the observer may do: read what the pages show.
pub fn observer_rights() -> Vec<Right> {
    let watched = watch::KINDS.iter().map(|kind| all(kind.group, std::slice::from_ref(&kind.resource), READ));
    watched.chain(OBSERVER_READS.iter().cloned()).fold(Vec::new(), with)
}

/// One right for all that is read of a group.
fn with(mut rights: Vec<Right>, right: Right) -> Vec<Right> {
    let is_alike =
        |other: &&mut Right| other.group == right.group && other.verbs == right.verbs && other.names == right.names;
    match rights.iter_mut().find(is_alike) {
        Some(alike) => {
            let known = alike.resources.to_mut();
            known.extend(
                right.resources.iter().copied().filter(|resource| !known.contains(resource)).collect::<Vec<_>>(),
            );
        }
        None => rights.push(right),
    }
    rights
}

/// What the provisioner may do: apply exactly the objects a namespace is made of, most of them by name.
pub const PROVISIONER_RIGHTS: &[Right] = &[
    all("", &["namespaces"], APPLY_AND_DELETE),
    // A namespace is only taken back while nothing is in it.
    all("", &["pods", "persistentvolumeclaims"], &["list"]),
    named("", &["resourcequotas"], APPLY, &QUOTA_NAMES),
    named("", &["limitranges"], APPLY, &[LIMIT_RANGE_NAME]),
    named("", &["serviceaccounts"], APPLY, &[DEPLOYER, "default"]),
    named("", &["serviceaccounts"], APPLY, &ROLE_ACCOUNTS),
    named("", &["serviceaccounts/token"], &["create"], &ROLE_ACCOUNTS),
    // Where a class lets no role of the team change what runs, a namespace is suspended with this account's rights.
    named("", &["serviceaccounts/token"], &["create"], &[DEPLOYER]),
    named("", &["configmaps"], APPLY, &[INFO_NAME]),
    named("networking.k8s.io", &["networkpolicies"], APPLY, &NETWORK_POLICY_NAMES),
    named("rbac.authorization.k8s.io", &["rolebindings"], APPLY, &BOUND_ROLES),
    named("rbac.authorization.k8s.io", &["rolebindings"], APPLY, &ROLE_ACCOUNTS),
    // What carries Berth's label and should not be there may be called anything; the border keeps this to Berth's own.
    all("networking.k8s.io", &["networkpolicies"], PRUNE),
    all("rbac.authorization.k8s.io", &["rolebindings"], PRUNE),
    named("rbac.authorization.k8s.io", &["clusterroles"], &["bind"], &BOUND_ROLES),
    all("authorization.k8s.io", &["subjectaccessreviews"], &["create"]),
];

/// Reads everything that runs and why, but no Secrets.
const VIEW_RIGHTS: &[Right] = &[
    all(
        "",
        &[
            "pods",
            "pods/log",
            "pods/status",
            "services",
            "endpoints",
            "events",
            "configmaps",
            "serviceaccounts",
            "persistentvolumeclaims",
            "replicationcontrollers",
            "resourcequotas",
            "limitranges",
            "namespaces",
        ],
        READ,
    ),
    all("apps", &["deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"], READ),
    all("batch", &["jobs", "cronjobs"], READ),
    all("autoscaling", &["horizontalpodautoscalers"], READ),
    all("policy", &["poddisruptionbudgets"], READ),
    all("networking.k8s.io", &["ingresses", "networkpolicies"], READ),
    all("discovery.k8s.io", &["endpointslices"], READ),
    all("metrics.k8s.io", &["pods"], READ),
    all("rbac.authorization.k8s.io", &["roles", "rolebindings"], READ),
];

/// Changes what runs. Quota, limits, network policies and roles stay Berth's.
const WORKLOAD_RIGHTS: &[Right] = &[
    all("", &["pods", "services", "configmaps", "secrets", "persistentvolumeclaims"], WRITE),
    all(
        "apps",
        &["deployments", "deployments/scale", "statefulsets", "statefulsets/scale", "daemonsets", "replicasets"],
        WRITE,
    ),
    all("batch", &["jobs", "cronjobs"], WRITE),
    all("autoscaling", &["horizontalpodautoscalers"], WRITE),
    all("policy", &["poddisruptionbudgets"], WRITE),
    all("networking.k8s.io", &["ingresses"], WRITE),
];

/// What a person needs at hand when a workload misbehaves.
const DEBUG_RIGHTS: &[Right] = &[
    all("", &["pods/exec", "pods/attach", "pods/portforward"], &["get", "create"]),
    all("", &["pods/ephemeralcontainers"], &["get", "update", "patch"]),
    all("", &["pods/eviction"], &["create"]),
];

/// Service accounts and their tokens: who deploys in the team's name.
const ACCOUNT_RIGHTS: &[Right] =
    &[all("", &["serviceaccounts"], WRITE), all("", &["serviceaccounts/token"], &["create"])];

/// What charts bring besides: accounts of their own, with roles that may no more than the deployer, which the API server keeps to,
/// and what these need to agree on a leader. The policy `berth-bindings` keeps roles to service accounts that are not Berth's.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping>
const DEPLOYER_WRITE_RIGHTS: &[Right] = &[
    all("", &["serviceaccounts"], WRITE),
    all("rbac.authorization.k8s.io", &["roles", "rolebindings"], WRITE),
    all("coordination.k8s.io", &["leases"], WRITE),
    all("", &["events"], &["create", "patch"]),
];

/// What deployments need to see besides what they change.
const DEPLOYER_READ_RIGHTS: &[Right] = &[
    all("", &["events", "pods/log", "pods/status", "endpoints"], READ),
    all("apps", &["controllerrevisions"], READ),
    all("discovery.k8s.io", &["endpointslices"], READ),
];

/// Berth's ClusterRoles for people and deployments. The built-in `admin` and `edit` are not among them: `admin` may edit
/// RoleBindings, and both grow with whatever is aggregated to them.
pub fn team_roles() -> [(&'static str, Vec<PolicyRule>); 4] {
    [
        (VIEW, rules([VIEW_RIGHTS])),
        (DEVELOP, rules([VIEW_RIGHTS, WORKLOAD_RIGHTS, DEBUG_RIGHTS])),
        (OWN, rules([VIEW_RIGHTS, WORKLOAD_RIGHTS, DEBUG_RIGHTS, ACCOUNT_RIGHTS])),
        (DEPLOYER, rules(DEPLOYER_RIGHTS)),
    ]
}

const DEPLOYER_RIGHTS: [&[Right]; 3] = [WORKLOAD_RIGHTS, DEPLOYER_WRITE_RIGHTS, DEPLOYER_READ_RIGHTS];

/// What deployments may create in a namespace, as API group and resource.
pub fn creatable_by_deployers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rights = DEPLOYER_RIGHTS.into_iter().flatten().filter(|right| right.verbs.contains(&"create"));
    rights.flat_map(|right| {
        let resources = match &right.resources {
            Cow::Borrowed(resources) => *resources,
            Cow::Owned(_) => &[],
        };
        resources.iter().map(|resource| (right.group, *resource))
    })
}

/// Whether deployments may do this to a resource, in their namespace: no role that they make may more.
pub fn may_deployers(verb: &str, group: &str, resource: &str) -> bool {
    DEPLOYER_RIGHTS
        .into_iter()
        .flatten()
        .any(|right| right.group == group && right.verbs.contains(&verb) && right.resources.contains(&resource))
}

pub fn rules<const N: usize>(sets: [&[Right]; N]) -> Vec<PolicyRule> {
    sets.into_iter().flatten().map(Right::rule).collect()
}

impl Right {
    /// Each single thing the right allows, to be asked for.
    pub fn access_checks(&self) -> Vec<AccessCheck<'static>> {
        let names: Vec<_> =
            if self.names.is_empty() { vec![None] } else { self.names.iter().map(|n| Some(*n)).collect() };
        let of_resource = |resource: &'static str| {
            let names = names.clone();
            self.verbs.iter().flat_map(move |verb| {
                names.clone().into_iter().map(move |name| AccessCheck {
                    verb,
                    group: self.group,
                    resource,
                    namespace: None,
                    name,
                })
            })
        };
        self.resources.iter().flat_map(|resource| of_resource(resource)).collect()
    }

    fn rule(&self) -> PolicyRule {
        PolicyRule {
            api_groups: Some(vec![self.group.into()]),
            resources: Some(owned(&self.resources)),
            verbs: owned(self.verbs),
            resource_names: (!self.names.is_empty()).then(|| owned(self.names)),
            non_resource_urls: None,
        }
    }
}

const fn all(group: &'static str, resources: &'static [&'static str], verbs: &'static [&'static str]) -> Right {
    Right { group, resources: Cow::Borrowed(resources), verbs, names: &[] }
}

const fn named(
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    names: &'static [&'static str],
) -> Right {
    Right { group, resources: Cow::Borrowed(resources), verbs, names }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(test)]
mod tests;
