//! What a namespace is made of, as typed Kubernetes objects. Pure: the same namespace gives the same objects.

mod access;
mod limits;
mod network;
mod quota;
#[cfg(test)]
mod tests;

use super::{ALLOWS, BERTH, CLASS, MANAGED_BY, NAMESPACE_ID, Object, REVISION, TEAM, allowed};
use domain::class::{Guardrails, Loosening};
use domain::namespace::{Namespace, Step};
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

pub(super) use access::{BOUND_ROLES, account_of, group_on_cluster, user_on_cluster, worker_of};
pub(super) use limits::NAME as LIMIT_RANGE_NAME;
pub(super) use network::NAMES as NETWORK_POLICY_NAMES;
pub(super) use quota::NAMES as QUOTA_NAMES;
pub(super) const INFO_NAME: &str = "berth-info";

/// What the objects say of Berth and the cluster besides the namespace itself.
#[derive(Debug, Clone)]
pub struct Site {
    /// What the cluster puts before the names of the identity provider's groups, e.g. `oidc:`.
    pub groups_prefix: String,
    /// What it puts before the names of people.
    pub users_prefix: String,
    /// Where people find Berth.
    pub public_url: String,
}

/// Everything a namespace is made of, step by step in the order it is applied.
pub fn objects(namespace: &Namespace, site: &Site) -> Vec<(Step, Object)> {
    Step::ALL
        .into_iter()
        .flat_map(|step| objects_of(namespace, site, step).into_iter().map(move |object| (step, object)))
        .collect()
}

/// What one step applies; nothing for the steps that only look.
pub(super) fn objects_of(namespace: &Namespace, site: &Site, step: Step) -> Vec<Object> {
    match step {
        Step::Preflight | Step::Verify => Vec::new(),
        Step::Namespace => vec![Object::new(&namespace_object(namespace))],
        Step::Quota => quota::objects(namespace),
        Step::Limits => limits::objects(namespace),
        Step::Network => network::objects(namespace),
        Step::Deployer => access::deployer(namespace),
        Step::Access => [access::bindings(namespace, site), access::role_accounts(namespace)].concat(),
        Step::Info => vec![Object::new(&info(namespace, site))],
    }
}

/// What a step takes away: what an earlier state of the namespace may have left, and the present one has not.
pub(super) fn leftovers_of(namespace: &Namespace, step: Step) -> Vec<Object> {
    match step {
        Step::Network => network::leftovers(namespace),
        Step::Access => access::leftovers(namespace),
        Step::Preflight | Step::Namespace | Step::Quota | Step::Limits | Step::Deployer | Step::Info | Step::Verify => {
            Vec::new()
        }
    }
}

fn namespace_object(namespace: &Namespace) -> corev1::Namespace {
    let spec = &namespace.class.spec;
    let mut labels = ownership(namespace);
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), spec.pod_security.as_str().into());
        // A version of its own, so that an upgrade of the cluster changes nothing unasked.
        labels.insert(format!("pod-security.kubernetes.io/{mode}-version"), spec.pod_security_version.clone());
    }
    let mut annotations = BTreeMap::from([
        ("berth.dev/request".into(), namespace.request.to_string()),
        ("berth.dev/purpose".into(), namespace.purpose.to_string()),
        ("berth.dev/class-version".into(), namespace.class.version.to_string()),
        (ALLOWS.into(), allows(&spec.guardrails)),
    ]);
    if namespace.revision > 0 {
        annotations.insert(REVISION.into(), namespace.revision.to_string());
    }
    let metadata = ObjectMeta {
        name: Some(namespace.name.to_string()),
        labels: Some(labels),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    };
    corev1::Namespace { metadata, ..corev1::Namespace::default() }
}

/// What the class loosens or names, as the admission policies read it ([`allowed`]).
fn allows(guardrails: &Guardrails) -> String {
    let node_ports = (guardrails.node_ports > 0).then(|| allowed::NODE_PORTS.to_owned());
    let loosened =
        Loosening::ALL.into_iter().filter(|what| guardrails.allows(*what)).map(|what| allowed::word(what).into());
    let lists = [
        (allowed::TOLERATION, &guardrails.tolerations),
        (allowed::PRIORITY_CLASS, &guardrails.priority_classes),
        (allowed::SOURCE_RANGE, &guardrails.load_balancer_sources),
        (allowed::HOST, &guardrails.ingress_hosts),
    ];
    let listed = lists.into_iter().flat_map(|(prefix, words)| words.iter().map(move |word| format!("{prefix}:{word}")));
    let devices = guardrails.devices.keys().map(|name| format!("{}:{name}", allowed::DEVICE));
    loosened.chain(node_ports).chain(listed).chain(devices).collect::<Vec<_>>().join(" ")
}

/// For people who meet the namespace with kubectl: whose it is, and where to ask for more.
fn info(namespace: &Namespace, site: &Site) -> corev1::ConfigMap {
    let page =
        format!("{}/namespaces/{}/{}", site.public_url.trim_end_matches('/'), namespace.cluster.name, namespace.name);
    let mut access: Vec<_> =
        namespace.groups.iter().map(|(group, role)| format!("{group} ({})", role.title())).collect();
    access.extend(namespace.members.iter().map(|member| format!("{} ({})", member.subject, member.role.title())));
    let mut data = BTreeMap::from([
        ("team".into(), format!("{} ({})", namespace.team.title, namespace.team.slug)),
        ("access".into(), access.join(", ")),
        ("class".into(), format!("{} version {}", namespace.class.name, namespace.class.version)),
        ("quota".into(), namespace.quota.describe()),
        ("request".into(), namespace.request.to_string()),
        ("purpose".into(), namespace.purpose.to_string()),
        ("desk".into(), page),
        (
            "note".into(),
            "Made by Berth: ask there for changes, do not make them here. For another namespace, open the desk.".into(),
        ),
    ]);
    if let Some(at) = namespace.expires_at {
        data.insert("expires".into(), at.date().to_string());
    }
    corev1::ConfigMap { metadata: metadata(namespace, INFO_NAME), data: Some(data), ..corev1::ConfigMap::default() }
}

/// Name, place and labels of an object in the namespace.
fn metadata(namespace: &Namespace, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: Some(namespace.name.to_string()),
        labels: Some(ownership(namespace)),
        ..ObjectMeta::default()
    }
}

/// Labels by which Berth knows its own, and others can sum up costs.
fn ownership(namespace: &Namespace) -> BTreeMap<String, String> {
    BTreeMap::from([
        (MANAGED_BY.into(), BERTH.into()),
        (NAMESPACE_ID.into(), namespace.id.to_string()),
        (TEAM.into(), namespace.team.slug.to_string()),
        (CLASS.into(), namespace.class.name.to_string()),
        ("berth.dev/environment".into(), namespace.class.spec.environment.as_str().into()),
    ])
}
