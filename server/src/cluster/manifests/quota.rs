//! ResourceQuotas: the grant, in the resource names Kubernetes enforces it by.
//!
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/>

use super::{Object, metadata};
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
    let node_ports = quota.load_balancers.saturating_mul(NODE_PORTS_PER_LOAD_BALANCER).to_string();
    let compute = [
        ("requests.cpu", amount(Resource::Cpu)),
        ("limits.cpu", amount(Resource::Cpu)),
        ("requests.memory", amount(Resource::Memory)),
        ("limits.memory", amount(Resource::Memory)),
        ("pods", amount(Resource::Pods)),
    ];
    let storage = [("requests.storage", amount(Resource::Storage))];
    let objects = [
        ("services.loadbalancers", amount(Resource::LoadBalancers)),
        ("services.nodeports", node_ports),
        ("requests.nvidia.com/gpu", amount(Resource::Gpus)),
    ];
    vec![
        resource_quota(namespace, COMPUTE, compute),
        resource_quota(namespace, STORAGE, storage),
        resource_quota(namespace, OBJECTS, objects),
    ]
}

fn resource_quota<const N: usize>(namespace: &Namespace, name: &str, hard: [(&str, String); N]) -> Object {
    let hard = hard.into_iter().map(|(resource, amount)| (resource.to_owned(), Quantity(amount))).collect();
    Object::new(&corev1::ResourceQuota {
        metadata: metadata(namespace, name),
        spec: Some(corev1::ResourceQuotaSpec { hard: Some(hard), ..corev1::ResourceQuotaSpec::default() }),
        status: None,
    })
}
