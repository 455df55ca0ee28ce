//! What pods use, as metrics.k8s.io tells it.

use crate::place::{BUSYBOX, Place, a_pod};
use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use tests::{eventually, kubernetes};

/// Of a pod, from its first container: CPU and memory.
async fn used(namespace: &str, pod: &str) -> (String, String) {
    let kind =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("metrics.k8s.io", "v1beta1", "PodMetrics"), "pods");
    let metrics = Api::<DynamicObject>::namespaced_with(kubernetes::admin().await, namespace, &kind);
    eventually(&format!("{pod} is measured"), async || {
        let measured = metrics.get(pod).await.ok()?;
        let usage = &measured.data["containers"][0]["usage"];
        Some((usage["cpu"].as_str()?.to_owned(), usage["memory"].as_str()?.to_owned()))
    })
    .await
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn what_pods_use_is_measured_on_the_real_node_and_made_up_on_simulated_ones() {
    let place = Place::new().await;
    place.kubectl.apply(&a_pod("busy", BUSYBOX, &["sh", "-c", "while true; do :; done"])).await.is_done();
    place.kubectl.apply(&a_pod("made-up", "registry.example.com/app:1.0", &[])).await.is_done();
    place.ready("busy").await;
    place.ready("made-up").await;
    let (cpu, memory) = used(&place.name, "busy").await;
    // A quantity has the largest unit in which it is whole.
    let in_units = |unit, size: u64| cpu.strip_suffix(unit).and_then(|n| n.parse::<u64>().ok()).map(|n| n * size);
    let nanocores = in_units('n', 1).or_else(|| in_units('u', 1000)).or_else(|| in_units('m', 1_000_000));
    assert!(nanocores.is_some_and(|n| n > 10_000_000), "it does nothing but work: {cpu}");
    assert!(memory.len() > 2 && !memory.starts_with('0'), "{memory}");
    let (cpu, _) = used(&place.name, "made-up").await;
    assert_ne!(cpu, "0");
}
