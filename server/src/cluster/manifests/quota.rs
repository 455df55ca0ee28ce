//! ResourceQuotas: the grant, in the resource names Kubernetes enforces it by.
//!
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/>

use super::{Object, metadata};
use domain::class::{Counted, device_amount};
use domain::namespace::Namespace;
use domain::quota::Resource;
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const COMPUTE: &str = "berth-compute";
const STORAGE: &str = "berth-storage";
const OBJECTS: &str = "berth-objects";
pub const NAMES: [&str; 3] = [COMPUTE, STORAGE, OBJECTS];

/// A load balancer takes a node port for each of its ports; this many are enough for one.
const NODE_PORTS_PER_LOAD_BALANCER: u64 = 8;

pub fn objects(namespace: &Namespace) -> Vec<Object> {
    let quota = &namespace.quota;
    let amount = |resource: Resource| resource.quantity(quota.get(resource));
    let ephemeral = Resource::Storage.quantity(namespace.class.spec.guardrails.ephemeral_bytes(quota));
    let compute = [
        ("requests.cpu", amount(Resource::Cpu)),
        ("limits.cpu", amount(Resource::Cpu)),
        ("requests.memory", amount(Resource::Memory)),
        ("limits.memory", amount(Resource::Memory)),
        ("requests.ephemeral-storage", ephemeral.clone()),
        ("limits.ephemeral-storage", ephemeral),
        ("pods", amount(Resource::Pods)),
    ];
    let storage = [("requests.storage", amount(Resource::Storage))];
    vec![
        resource_quota(namespace, COMPUTE, compute),
        resource_quota(namespace, STORAGE, storage),
        resource_quota(namespace, OBJECTS, counts(namespace)),
    ]
}

/// What is granted in pieces, and every kind of object that the team's people may make.
fn counts(namespace: &Namespace) -> Vec<(String, String)> {
    let (quota, guardrails) = (&namespace.quota, &namespace.class.spec.guardrails);
    let node_ports = quota.load_balancers.saturating_mul(NODE_PORTS_PER_LOAD_BALANCER);
    let mut counts = vec![
        ("services.loadbalancers".to_owned(), Resource::LoadBalancers.quantity(quota.load_balancers)),
        ("services.nodeports".to_owned(), node_ports.saturating_add(guardrails.node_ports.into()).to_string()),
        ("requests.nvidia.com/gpu".to_owned(), Resource::Gpus.quantity(quota.gpus)),
    ];
    counts.extend(Counted::ALL.map(|kind| {
        let most = u64::from(guardrails.most(kind));
        let running = if kind == Counted::EndedPods { quota.pods } else { 0 };
        (kind.quota_name().to_owned(), most.saturating_add(running).to_string())
    }));
    let devices = guardrails.devices.iter();
    counts.extend(devices.map(|(name, most)| (format!("requests.{name}"), device_amount(name, *most))));
    counts
}

fn resource_quota<T: Into<String>>(
    namespace: &Namespace,
    name: &str,
    hard: impl IntoIterator<Item = (T, String)>,
) -> Object {
    let hard = hard.into_iter().map(|(resource, amount)| (resource.into(), Quantity(amount))).collect();
    Object::new(&corev1::ResourceQuota {
        metadata: metadata(namespace, name),
        spec: Some(corev1::ResourceQuotaSpec { hard: Some(hard), ..corev1::ResourceQuotaSpec::default() }),
        status: None,
    })
}
