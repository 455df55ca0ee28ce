//! The LimitRange: requests and limits for containers that name none, so that quota does not refuse their pods.

use super::{Object, metadata};
use domain::namespace::Namespace;
use domain::quota::Resource;
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

pub const NAME: &str = "berth-defaults";

pub fn objects(namespace: &Namespace) -> Vec<Object> {
    let defaults = &namespace.class.spec.container;
    let ephemeral = namespace.class.spec.guardrails.ephemeral_storage;
    let bounds = namespace.class.spec.container_bounds;
    let item = corev1::LimitRangeItem {
        type_: "Container".into(),
        default_request: Some(amounts(defaults.request_cpu_m, defaults.request_memory_bytes, ephemeral.request_bytes)),
        default: Some(amounts(defaults.limit_cpu_m, defaults.limit_memory_bytes, ephemeral.limit_bytes)),
        min: bounds.and_then(|bounds| bound(bounds.min_cpu_m, bounds.min_memory_bytes)),
        max: bounds.and_then(|bounds| bound(bounds.max_cpu_m, bounds.max_memory_bytes)),
        ..corev1::LimitRangeItem::default()
    };
    vec![Object::new(&corev1::LimitRange {
        metadata: metadata(namespace, NAME),
        spec: Some(corev1::LimitRangeSpec { limits: vec![item] }),
    })]
}

fn amounts(cpu_m: u64, memory_bytes: u64, ephemeral_bytes: u64) -> BTreeMap<String, Quantity> {
    let ephemeral = Quantity(Resource::Storage.quantity(ephemeral_bytes));
    let amounts = [(Resource::Cpu, cpu_m), (Resource::Memory, memory_bytes)].into_iter().map(named);
    amounts.chain([("ephemeral-storage".into(), ephemeral)]).collect()
}

/// None where nothing is bounded.
fn bound(cpu_m: Option<u64>, memory_bytes: Option<u64>) -> Option<BTreeMap<String, Quantity>> {
    let bounds = [cpu_m.map(|amount| (Resource::Cpu, amount)), memory_bytes.map(|amount| (Resource::Memory, amount))];
    let bounds: BTreeMap<_, _> = bounds.into_iter().flatten().map(named).collect();
    (!bounds.is_empty()).then_some(bounds)
}

fn named((resource, amount): (Resource, u64)) -> (String, Quantity) {
    let name = if resource == Resource::Cpu { "cpu" } else { "memory" };
    (name.into(), Quantity(resource.quantity(amount)))
}
