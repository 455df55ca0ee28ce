//! ResourceQuotas: the grant, in the resource names Kubernetes enforces it by.
//!
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/>

use super::{Object, metadata};
use domain::class::{Counted, device_amount};
use domain::namespace::Namespace;
use domain::quota::{QuotaObject, Resource};
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const COMPUTE: &str = "berth-compute";
const STORAGE: &str = "berth-storage";
const OBJECTS: &str = "berth-objects";
pub const NAMES: [&str; 3] = [COMPUTE, STORAGE, OBJECTS];

/// A load balancer takes a node port for each of its ports; this many are enough for one.
const NODE_PORTS_PER_LOAD_BALANCER: u64 = 8;

pub fn objects(namespace: &Namespace) -> Vec<Object> {
    let ephemeral = namespace.class.spec.guardrails.ephemeral_bytes(&namespace.quota);
    let ephemeral = Resource::Storage.quantity(ephemeral);
    let on_nodes = ["requests.ephemeral-storage", "limits.ephemeral-storage"];
    let compute = on_nodes.map(|name| (name.to_owned(), ephemeral.clone()));
    vec![
        resource_quota(namespace, QuotaObject::Compute, compute),
        resource_quota(namespace, QuotaObject::Storage, []),
        resource_quota(namespace, QuotaObject::Objects, counts(namespace)),
    ]
}

fn name(object: QuotaObject) -> &'static str {
    match object {
        QuotaObject::Compute => COMPUTE,
        QuotaObject::Storage => STORAGE,
        QuotaObject::Objects => OBJECTS,
    }
}

/// Every kind of object that the team's people may make, and devices that the quota does not count.
fn counts(namespace: &Namespace) -> Vec<(String, String)> {
    let (quota, guardrails) = (&namespace.quota, &namespace.class.spec.guardrails);
    let node_ports = quota.load_balancers.saturating_mul(NODE_PORTS_PER_LOAD_BALANCER);
    let node_ports = node_ports.saturating_add(guardrails.node_ports.into());
    let mut counts = vec![("services.nodeports".to_owned(), node_ports.to_string())];
    counts.extend(Counted::ALL.map(|kind| {
        let most = u64::from(guardrails.most(kind));
        let running = if kind == Counted::EndedPods { quota.pods } else { 0 };
        (kind.quota_name().to_owned(), most.saturating_add(running).to_string())
    }));
    let devices = guardrails.devices.iter();
    counts.extend(devices.map(|(name, most)| (format!("requests.{name}"), device_amount(name, *most))));
    counts
}

/// The resources of the quota that it bounds, and `more`.
fn resource_quota(
    namespace: &Namespace,
    object: QuotaObject,
    more: impl IntoIterator<Item = (String, String)>,
) -> Object {
    let bounded = Resource::ALL.into_iter().filter(|resource| resource.quota_object() == object);
    let granted = bounded.flat_map(|resource| {
        let amount = resource.quantity(namespace.quota.get(resource));
        resource.quota_names().iter().map(move |name| ((*name).to_owned(), amount.clone()))
    });
    let hard = granted.chain(more).map(|(name, amount)| (name, Quantity(amount))).collect();
    Object::new(&corev1::ResourceQuota {
        metadata: metadata(namespace, name(object)),
        spec: Some(corev1::ResourceQuotaSpec { hard: Some(hard), ..corev1::ResourceQuotaSpec::default() }),
        status: None,
    })
}
