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
    let item = corev1::LimitRangeItem {
        type_: "Container".into(),
        default_request: Some(amounts(defaults.request_cpu_m, defaults.request_memory_bytes)),
        default: Some(amounts(defaults.limit_cpu_m, defaults.limit_memory_bytes)),
        ..corev1::LimitRangeItem::default()
    };
    vec![Object::new(&corev1::LimitRange {
        metadata: metadata(namespace, NAME),
        spec: Some(corev1::LimitRangeSpec { limits: vec![item] }),
    })]
}

fn amounts(cpu_m: u64, memory_bytes: u64) -> BTreeMap<String, Quantity> {
    BTreeMap::from([
        ("cpu".into(), Quantity(Resource::Cpu.quantity(cpu_m))),
        ("memory".into(), Quantity(Resource::Memory.quantity(memory_bytes))),
    ])
}
