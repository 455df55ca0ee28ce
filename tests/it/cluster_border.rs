//! The border to a real cluster: what Berth makes there, what it cannot do, what it sees, and what it says when the
//! cluster is away.

mod ground;
mod wire;

use domain::cluster::Freshness;
use domain::diagnosis::{Health, WorkloadKind, diagnose_workload};
use domain::id::ClusterId;
use domain::namespace::{Namespace, Step};
use domain::quota::Quota;
use ground::{Ground, a_deployment, a_namespace, cluster_name, eventually, group, person_in};
use k8s_openapi::api::core::v1::{self as core, ConfigMap, Pod, ResourceQuota, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::cluster::Error;
use server::cluster::check::check;
use server::cluster::watch::{Fleet, Observed};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::Wire;

#[tokio::test]
async fn a_namespace_is_made_by_its_steps_and_making_it_again_changes_nothing() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let before = versions(&ground, &namespace).await;
    for step in Step::ALL {
        ground.provisioner().run_step(&namespace, step).await.expect("runs again");
    }
    assert_eq!(versions(&ground, &namespace).await, before);
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_namespace_has_its_quota_policies_and_a_default_account_without_token() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let compute = Api::<ResourceQuota>::namespaced(ground.admin.clone(), name).get("berth-compute").await.expect("quota");
    let hard = compute.status.and_then(|status| status.hard).expect("is in force");
    assert_eq!((hard["limits.cpu"].0.as_str(), hard["requests.memory"].0.as_str()), ("4", "8Gi"));
    let accounts: Api<ServiceAccount> = Api::namespaced(ground.admin.clone(), name);
    assert_eq!(accounts.get("default").await.expect("is there").automount_service_account_token, Some(false));
    let labels = Api::<core::Namespace>::all(ground.admin.clone()).get(name).await.expect("is there");
    assert_eq!(labels.labels()["pod-security.kubernetes.io/enforce"], "restricted");
    ground.clear(name).await;
}

#[tokio::test]
async fn a_namespace_that_berth_did_not_make_is_left_as_it_is() {
    let ground = Ground::find().await;
    let namespace = a_namespace();
    let foreign = core::Namespace { metadata: named(namespace.name.as_str()), ..core::Namespace::default() };
    let namespaces: Api<core::Namespace> = Api::all(ground.admin.clone());
    namespaces.create(&PostParams::default(), &foreign).await.expect("is made by somebody else");
    for step in [Step::Preflight, Step::Namespace, Step::Quota] {
        let refused = ground.provisioner().run_step(&namespace, step).await;
        assert!(matches!(refused, Err(Error::Collision { .. })), "{step:?}: {refused:?}");
    }
    let found = namespaces.get(namespace.name.as_str()).await.expect("is still there");
    assert!(!found.labels().contains_key("berth.dev/namespace-id"));
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn an_object_that_berth_did_not_make_is_left_as_it_is() {
    let ground = Ground::find().await;
    let namespace = a_namespace();
    ground.provisioner().run_step(&namespace, Step::Namespace).await.expect("is made");
    let infos: Api<ConfigMap> = Api::namespaced(ground.admin.clone(), namespace.name.as_str());
    let foreign = ConfigMap { metadata: named("berth-info"), ..ConfigMap::default() };
    infos.create(&PostParams::default(), &foreign).await.expect("is made by somebody else");
    for step in [Step::Preflight, Step::Info] {
        let refused = ground.provisioner().run_step(&namespace, step).await;
        assert!(matches!(&refused, Err(Error::Collision { kind, .. }) if kind == "ConfigMap"), "{refused:?}");
    }
    assert_eq!(infos.get("berth-info").await.expect("is still there").data, None);
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn what_somebody_changed_by_hand_is_put_back() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let quotas: Api<ResourceQuota> = Api::namespaced(ground.admin.clone(), namespace.name.as_str());
    let raise = Patch::Merge(json!({"spec": {"hard": {"pods": "1000"}}}));
    quotas.patch("berth-compute", &PatchParams::default(), &raise).await.expect("is changed");
    ground.provisioner().run_step(&namespace, Step::Quota).await.expect("is put back");
    let spec = quotas.get("berth-compute").await.expect("is there").spec.expect("has a spec");
    assert_eq!(spec.hard.expect("has amounts")["pods"].0, "20");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_group_that_leaves_the_team_loses_its_access() {
    let ground = Ground::find().await;
    let mut namespace = ground.provisioned().await;
    let pods = |client| Api::<Pod>::namespaced(client, namespace.name.as_str());
    let (owners, developers) = (person_in("payments-owners").await, person_in("payments-developers").await);
    let nothing_special = ListParams::default();
    pods(owners.clone()).list(&nothing_special).await.expect("owners see their pods");
    let (owner_pods, developer_pods) = (pods(owners), pods(developers));
    namespace.groups.retain(|(name, _)| *name == group("payments-developers"));
    ground.provisioner().run_step(&namespace, Step::Access).await.expect("access is applied");
    eventually("owners see nothing any more", async || is_forbidden(owner_pods.list(&nothing_special).await)).await;
    developer_pods.list(&nothing_special).await.expect("developers still see their pods");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_group_of_kubernetes_itself_gets_no_access() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    let site = server::cluster::manifests::Site { groups_prefix: String::new(), desk_url: String::new() };
    namespace.groups = vec![(group("system:authenticated"), domain::actor::TeamRole::Owner)];
    let provisioner = server::cluster::apply::Provisioner::new(&ground.installed.provisioner, site).expect("connects");
    let refused = provisioner.run_step(&namespace, Step::Preflight).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_developer_works_in_the_teams_namespace_and_nowhere_else() {
    let ground = Ground::find().await;
    let (mine, other) = (ground.provisioned().await, a_namespace());
    ground.provisioner().run_step(&other, Step::Namespace).await.expect("is made");
    ground.deploy(&mine, &a_deployment("web", 1, "100m", "")).await.expect("a developer deploys");
    let refused = ground.deploy(&other, &a_deployment("web", 1, "100m", "")).await;
    assert!(is_forbidden(refused).is_some());

    let developer = person_in("payments-developers").await;
    let binding: RoleBinding = read(json!({
        "metadata": {"name": "more"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    }));
    let bindings: Api<RoleBinding> = Api::namespaced(developer.clone(), mine.name.as_str());
    assert!(is_forbidden(bindings.create(&PostParams::default(), &binding).await).is_some());
    let quotas: Api<ResourceQuota> = Api::namespaced(developer.clone(), mine.name.as_str());
    assert!(is_forbidden(quotas.delete("berth-compute", &DeleteParams::default()).await).is_some());
    assert!(is_forbidden(Api::<Pod>::all(developer).list(&ListParams::default()).await).is_some());
    for namespace in [mine, other] {
        ground.clear(namespace.name.as_str()).await;
    }
}

#[tokio::test]
async fn the_provisioner_can_do_no_more_than_provision() {
    let ground = Ground::find().await;
    let berth = ground.as_provisioner().await;
    let secrets: Api<Secret> = Api::namespaced(berth.clone(), "kube-system");
    assert!(is_forbidden(secrets.list(&ListParams::default()).await).is_some());
    let pods: Api<Pod> = Api::all(berth.clone());
    assert!(is_forbidden(pods.list(&ListParams::default()).await).is_some());

    let admin = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let everywhere: ClusterRoleBinding = read(json!({"metadata": {"name": "more"}, "roleRef": admin}));
    let created = Api::all(berth.clone()).create(&PostParams::default(), &everywhere).await;
    assert!(is_forbidden(created).is_some());
    let here: RoleBinding = read(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "berth-own"}, "roleRef": admin, "subjects": [],
    }));
    let bindings: Api<RoleBinding> = Api::namespaced(berth.clone(), "default");
    let bound = bindings.patch("berth-own", &PatchParams::apply("berth"), &Patch::Apply(&here)).await;
    assert!(is_forbidden(bound).is_some());
    let infos: Api<ConfigMap> = Api::namespaced(berth, "kube-system");
    assert!(is_forbidden(infos.get("extension-apiserver-authentication").await).is_some());
}

#[tokio::test]
async fn a_check_finds_every_right_and_says_which_are_missing() {
    let ground = Ground::find().await;
    let installed = &ground.installed;
    let report = check(&installed.observer, &installed.provisioner).await;
    let missing: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
    assert!(report.is_ok() && missing.is_empty(), "{missing:#?}");
    assert!(report.version.is_some_and(|version| version.starts_with('v')));

    let swapped = check(&installed.provisioner, &installed.observer).await;
    let namespaces = swapped.checks.iter().find(|check| check.what.contains("provisioner may get, create, patch namespaces"));
    assert_eq!(
        namespaces.map(|check| check.detail.as_str()),
        Some("may not create namespaces, patch namespaces; run `berth cluster add` again")
    );
}

#[tokio::test]
async fn what_runs_is_seen_with_its_quota_and_the_way_it_fails() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let (fleet, cluster) = (Fleet::new(), ClusterId(Uuid::now_v7()));
    fleet.set(cluster, cluster_name(), &ground.installed.observer).expect("is watched");
    ground.deploy(&namespace, &a_deployment("web", 2, "500m", "")).await.expect("is deployed");
    ground.deploy(&namespace, &a_deployment("broken", 1, "100m", "crash-loop")).await.expect("is deployed");

    let seen = eventually("web is healthy, broken crashes", async || {
        let seen = fleet.namespace(cluster, &namespace.name)?;
        (health(&seen, "web") == Some(Health::Healthy) && cause(&seen, "broken")? == "Crashes after start").then_some(seen)
    })
    .await;
    assert!(seen.pods.iter().all(|pod| pod.workload.as_ref().is_some_and(|(kind, _)| *kind == WorkloadKind::Deployment)));
    let quota = eventually("use is counted", async || {
        fleet.namespace(cluster, &namespace.name)?.quota.filter(|quota| quota.used.pods == 3)
    })
    .await;
    assert_eq!((quota.enforced, quota.used.cpu_m), (namespace.quota, 1100));
    eventually("a warning is seen", async || {
        fleet.namespace(cluster, &namespace.name)?.warnings.into_iter().find(|warning| warning.reason == "BackOff")
    })
    .await;
    let allocatable = fleet.allocatable(cluster).expect("nodes are seen");
    assert!(allocatable.n_nodes >= 1 && allocatable.quota.cpu_m >= 1000);
    assert!(matches!(fleet.freshness(cluster, OffsetDateTime::now_utc()), Freshness::Live { .. }));
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_deployment_that_quota_refuses_says_so() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let (fleet, cluster) = (Fleet::new(), ClusterId(Uuid::now_v7()));
    fleet.set(cluster, cluster_name(), &ground.installed.observer).expect("is watched");
    let mut changes = fleet.changes();
    ground.deploy(&namespace, &a_deployment("hungry", 2, "3", "")).await.expect("is deployed");
    let cause = eventually("the cause is seen", async || {
        let seen = fleet.namespace(cluster, &namespace.name)?;
        cause(&seen, "hungry")
    })
    .await;
    assert_eq!(cause, "Quota is used up");
    let told = std::iter::from_fn(|| changes.try_recv().ok()).any(|change| change.namespace.as_deref() == Some(namespace.name.as_str()));
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
    let mut wire = Wire::to(authority).await;
    observer.server = format!("https://{}", wire.address());

    let (fleet, cluster) = (Fleet::new(), ClusterId(Uuid::now_v7()));
    let freshness = || fleet.freshness(cluster, OffsetDateTime::now_utc());
    fleet.set(cluster, cluster_name(), &observer).expect("is watched");
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
    let quota = fleet.namespace(cluster, &namespace.name).and_then(|seen| seen.quota);
    assert_eq!(quota.map(|quota| quota.enforced), Some(namespace.quota));

    wire.mend().await;
    eventually("live again", async || matches!(freshness(), Freshness::Live { .. }).then_some(())).await;
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_tried_again_later() {
    let ground = Ground::find().await;
    let mut credentials = ground.installed.provisioner.clone();
    credentials.server = "https://127.0.0.1:1".into();
    let site = server::cluster::manifests::Site { groups_prefix: String::new(), desk_url: String::new() };
    let provisioner = server::cluster::apply::Provisioner::new(&credentials, site).expect("is a client");
    let answer = provisioner.run_step(&a_namespace(), Step::Preflight).await;
    assert!(matches!(answer, Err(Error::Unreachable { .. })), "{answer:?}");
    let report = check(&credentials, &credentials).await;
    assert_eq!((report.version.is_none(), report.is_ok()), (true, false));
}

#[tokio::test]
async fn a_lower_quota_is_in_force_after_the_same_steps() {
    let ground = Ground::find().await;
    let mut namespace = ground.provisioned().await;
    namespace.quota = Quota { cpu_m: 1500, pods: 5, ..namespace.quota };
    for step in [Step::Quota, Step::Verify] {
        ground.provisioner().run_step(&namespace, step).await.expect("is applied");
    }
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
    let belongs = |pod: &&domain::diagnosis::Pod| pod.workload == Some((workload.kind, workload.name.clone()));
    let pods: Vec<_> = seen.pods.iter().filter(belongs).collect();
    let (health, diagnosis) = diagnose_workload(workload, &pods);
    Some((health, diagnosis.map(|diagnosis| diagnosis.cause)))
}

/// Versions of what was made, by kind and name: they stay when nothing is written.
async fn versions(ground: &Ground, namespace: &Namespace) -> Vec<(String, String)> {
    let name = namespace.name.as_str();
    let listed = ListParams::default().labels("app.kubernetes.io/managed-by=berth");
    let client = &ground.admin;
    let mut versions = Vec::new();
    macro_rules! note {
        ($($kind:ty),*) => {$(
            for object in Api::<$kind>::namespaced(client.clone(), name).list(&listed).await.expect("can be listed") {
                versions.push((format!("{} {}", stringify!($kind), object.name_any()), object.resource_version().unwrap_or_default()));
            }
        )*};
    }
    note!(ServiceAccount, RoleBinding, ConfigMap, k8s_openapi::api::networking::v1::NetworkPolicy, core::LimitRange);
    let made = Api::<core::Namespace>::all(client.clone()).get(name).await.expect("is there");
    versions.push(("Namespace".into(), made.resource_version().unwrap_or_default()));
    assert!(versions.len() >= 12, "{versions:?}");
    versions
}

fn is_forbidden<T>(answer: kube::Result<T>) -> Option<()> {
    matches!(answer, Err(kube::Error::Api(status)) if status.code == 403).then_some(())
}

fn named(name: &str) -> k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
    k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta { name: Some(name.into()), ..Default::default() }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}
