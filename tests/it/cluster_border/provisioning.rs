//! Making a namespace: by its steps, again, and in the way of what others made.

use super::ground::{DESK_URL, Ground, a_namespace, named, site};
use domain::namespace::{Namespace, Step};
use domain::quota::Quota;
use k8s_openapi::api::core::v1::{self as corev1, ConfigMap, ResourceQuota, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::ResourceExt;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;
use server::cluster::Error;
use server::cluster::apply::{Made, Provisioner};
use server::cluster::check::check;

#[tokio::test]
async fn a_namespace_is_made_by_its_steps_and_making_it_again_changes_nothing() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let before = versions(&ground, &namespace).await;
    for step in Step::ALL {
        ground.provisioner().run_step(&namespace, step, Made::Before).await.expect("runs again");
    }
    assert_eq!(versions(&ground, &namespace).await, before);
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_namespace_has_its_quota_policies_and_a_default_account_without_token() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let compute =
        Api::<ResourceQuota>::namespaced(ground.admin.clone(), name).get("berth-compute").await.expect("quota");
    let hard = compute.status.and_then(|status| status.hard).expect("is in force");
    assert_eq!((hard["limits.cpu"].0.as_str(), hard["requests.memory"].0.as_str()), ("4", "8Gi"));
    let accounts: Api<ServiceAccount> = Api::namespaced(ground.admin.clone(), name);
    assert_eq!(accounts.get("default").await.expect("is there").automount_service_account_token, Some(false));
    let labels = Api::<corev1::Namespace>::all(ground.admin.clone()).get(name).await.expect("is there");
    assert_eq!(labels.labels()["pod-security.kubernetes.io/enforce"], "restricted");
    ground.clear(name).await;
}

#[tokio::test]
async fn a_namespace_that_berth_did_not_make_is_left_as_it_is() {
    let ground = Ground::find().await;
    let namespace = a_namespace();
    let foreign = corev1::Namespace { metadata: named(namespace.name.as_str()), ..corev1::Namespace::default() };
    let namespaces: Api<corev1::Namespace> = Api::all(ground.admin.clone());
    namespaces.create(&PostParams::default(), &foreign).await.expect("is made by somebody else");
    for (step, made) in [
        (Step::Preflight, Made::Now),
        (Step::Namespace, Made::Now),
        (Step::Namespace, Made::Before),
        (Step::Quota, Made::Before),
    ] {
        let refused = ground.provisioner().run_step(&namespace, step, made).await;
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
    ground.provisioner().run_step(&namespace, Step::Namespace, Made::Now).await.expect("is made");
    let infos: Api<ConfigMap> = Api::namespaced(ground.admin.clone(), namespace.name.as_str());
    let foreign = ConfigMap { metadata: named("berth-info"), ..ConfigMap::default() };
    infos.create(&PostParams::default(), &foreign).await.expect("is made by somebody else");
    for step in [Step::Preflight, Step::Info] {
        let refused = ground.provisioner().run_step(&namespace, step, Made::Before).await;
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
    ground.provisioner().run_step(&namespace, Step::Quota, Made::Before).await.expect("is put back");
    let spec = quotas.get("berth-compute").await.expect("is there").spec.expect("has a spec");
    assert_eq!(spec.hard.expect("has amounts")["pods"].0, "20");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_tried_again_later() {
    let ground = Ground::find().await;
    let mut credentials = ground.installed.provisioner.clone();
    credentials.server = "https://127.0.0.1:1".into();
    let provisioner =
        Provisioner::new(&credentials.connect().expect("is of use"), site(), "border tests").expect("is a client");
    let answer = provisioner.run_step(&a_namespace(), Step::Preflight, Made::Now).await;
    assert!(matches!(answer, Err(Error::Unreachable { .. })), "{answer:?}");
    let report = check(&credentials, &credentials, DESK_URL, None).await;
    assert_eq!((report.version.is_none(), report.is_ok()), (true, false));
}

#[tokio::test]
async fn a_lower_quota_is_in_force_after_the_same_steps() {
    let ground = Ground::find().await;
    let mut namespace = ground.provisioned().await;
    namespace.quota = Quota { cpu_m: 1500, pods: 5, ..namespace.quota };
    for step in [Step::Quota, Step::Verify] {
        ground.provisioner().run_step(&namespace, step, Made::Before).await.expect("is applied");
    }
    ground.clear(namespace.name.as_str()).await;
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
    note!(ServiceAccount, RoleBinding, ConfigMap, NetworkPolicy, corev1::LimitRange);
    let made = Api::<corev1::Namespace>::all(client.clone()).get(name).await.expect("is there");
    versions.push(("Namespace".into(), made.resource_version().unwrap_or_default()));
    assert!(versions.len() >= 12, "{versions:?}");
    versions
}
