//! What is seen of a cluster: what runs, why it fails, and how old that knowledge is.

use super::ground::{Ground, cluster_name};
use domain::cluster::Freshness;
use domain::diagnosis::{Health, Pod, WorkloadKind, diagnose_workload};
use domain::id::ClusterId;
use server::cluster::watch::{CapacitySeen, ClusterCaches, Observed};
use tests::kubernetes::a_deployment;
use tests::{Wire, eventually};
use time::OffsetDateTime;
use uuid::Uuid;

#[tokio::test]
async fn what_runs_is_seen_with_its_quota_and_the_way_it_fails() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let (caches, cluster) = (ClusterCaches::new(), ClusterId(Uuid::now_v7()));
    caches.set(cluster, cluster_name(), &ground.installed.observer, None).expect("is watched");
    ground.deploy(&namespace, &a_deployment("web", 2, "500m", "")).await.expect("is deployed");
    ground.deploy(&namespace, &a_deployment("broken", 1, "100m", "crash-loop")).await.expect("is deployed");

    let seen = eventually("web is healthy, broken crashes", async || {
        let seen = caches.namespace(cluster, &namespace.name)?;
        (health(&seen, "web") == Some(Health::Healthy) && cause(&seen, "broken")? == "Crashes after start")
            .then_some(seen)
    })
    .await;
    assert!(
        seen.pods.iter().all(|pod| pod.workload.as_ref().is_some_and(|(kind, _)| *kind == WorkloadKind::Deployment))
    );
    let quota = eventually("use is counted", async || {
        caches.namespace(cluster, &namespace.name)?.quota.filter(|quota| quota.used.is_some_and(|used| used.pods == 3))
    })
    .await;
    assert_eq!((quota.enforced, quota.used.map(|used| used.cpu_m)), (Some(namespace.quota), Some(1100)));
    eventually("a warning is seen", async || {
        caches.namespace(cluster, &namespace.name)?.warnings.into_iter().find(|warning| warning.reason == "BackOff")
    })
    .await;
    let CapacitySeen::Known(allocatable) = caches.allocatable(cluster) else { panic!("nodes are seen") };
    assert!(allocatable.n_nodes >= 1 && allocatable.quota.cpu_m >= 1000);
    assert!(matches!(caches.freshness(cluster, OffsetDateTime::now_utc()), Freshness::Live { .. }));
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_deployment_that_quota_refuses_says_so() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let (caches, cluster) = (ClusterCaches::new(), ClusterId(Uuid::now_v7()));
    caches.set(cluster, cluster_name(), &ground.installed.observer, None).expect("is watched");
    // What is there already is no change; there may be more of it than a listener keeps.
    eventually("the namespace is seen", async || caches.namespace(cluster, &namespace.name)).await;
    let mut changes = caches.changes();
    ground.deploy(&namespace, &a_deployment("hungry", 2, "3", "")).await.expect("is deployed");
    // For a moment its pods are only not there yet.
    eventually("the cause is seen", async || {
        let seen = caches.namespace(cluster, &namespace.name)?;
        (cause(&seen, "hungry")? == "Quota exceeded").then_some(())
    })
    .await;
    let told = std::iter::from_fn(|| changes.try_recv().ok())
        .any(|change| change.namespace.as_deref() == Some(namespace.name.as_str()));
    assert!(told, "listeners are told of changes in the namespace");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_cluster_that_goes_away_keeps_its_rows_but_not_their_freshness() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let mut observer = ground.installed.observer.clone();
    let server: http::Uri = observer.server.parse().expect("is an address");
    let authority = server.authority().expect("has a host").as_str().parse().expect("is a socket address");
    let mut wire = Wire::to_address(authority).await;
    observer.server = format!("https://{}", wire.address());

    let (caches, cluster) = (ClusterCaches::new(), ClusterId(Uuid::now_v7()));
    let freshness = || caches.freshness(cluster, OffsetDateTime::now_utc());
    caches.set(cluster, cluster_name(), &observer, None).expect("is watched");
    assert_eq!(freshness(), Freshness::NotLoaded);
    eventually("live", async || matches!(freshness(), Freshness::Live { .. }).then_some(())).await;

    wire.cut().await;
    eventually("stale", async || matches!(freshness(), Freshness::Stale { .. }).then_some(())).await;
    let reason = eventually("unreachable", async || match freshness() {
        Freshness::Unreachable { reason, .. } => Some(reason),
        Freshness::NotLoaded | Freshness::Live { .. } | Freshness::Stale { .. } => None,
    })
    .await;
    assert!(reason.contains("refused"), "{reason}");
    let quota = caches.namespace(cluster, &namespace.name).and_then(|seen| seen.quota);
    assert_eq!(quota.and_then(|quota| quota.enforced), Some(namespace.quota));

    wire.restore().await;
    eventually("live again", async || matches!(freshness(), Freshness::Live { .. }).then_some(())).await;
    ground.clear(namespace.name.as_str()).await;
}

fn health(seen: &Observed, name: &str) -> Option<Health> {
    diagnosed(seen, name).map(|(health, _)| health)
}

fn cause(seen: &Observed, name: &str) -> Option<String> {
    diagnosed(seen, name)?.1
}

fn diagnosed(seen: &Observed, name: &str) -> Option<(Health, Option<String>)> {
    let workload = seen.workloads.iter().find(|workload| workload.name == name)?;
    let belongs = |pod: &&Pod| pod.workload == Some((workload.kind, workload.name.clone()));
    let pods: Vec<_> = seen.pods.iter().filter(belongs).collect();
    let (health, diagnosis) = diagnose_workload(workload, &pods, OffsetDateTime::now_utc());
    Some((health, diagnosis.map(|diagnosis| diagnosis.cause)))
}
