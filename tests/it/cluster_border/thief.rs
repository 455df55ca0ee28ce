//! What somebody can do who has stolen the provisioner's token, and nothing else.

use super::agreement::Agreement;
use super::ground::{Ground, named};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::{Namespace, Pod, ServiceAccount};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::config::AuthInfo;
use kube::{Client, ResourceExt};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use uuid::Uuid;

/// Only tried, so that nothing has to be cleared away.
fn try_only() -> PostParams {
    PostParams { dry_run: true, ..PostParams::default() }
}

async fn thief(ground: &Ground) -> Client {
    let token = ground.installed.provisioner.token.expose_secret().to_owned();
    tests::kubernetes::admin_as(|config| {
        config.auth_info = AuthInfo { token: Some(token.into()), ..AuthInfo::default() };
    })
    .await
}

fn marked(name: &str, labels: Value, annotations: Value) -> Namespace {
    let ours = json!({
        "app.kubernetes.io/managed-by": "berth", "berth.dev/namespace-id": Uuid::now_v7().to_string(),
        "berth.dev/team": "payments", "pod-security.kubernetes.io/enforce": "restricted",
    });
    read(json!({"metadata": {"name": name, "labels": tests::with(ours, labels), "annotations": annotations}}))
}

#[tokio::test]
async fn a_thief_makes_no_namespace_that_reaches_the_nodes_or_pretends_to_be_the_clusters() {
    let ground = Ground::find().await;
    let agreement = Agreement::none(&ground).await;
    let namespaces: Api<Namespace> = Api::all(thief(&ground).await);
    let level = "pod-security.kubernetes.io/enforce";
    let plain = marked("payments-thief", json!({}), json!({}));
    namespaces.create(&try_only(), &plain).await.expect("what Berth itself would make");
    for (name, labels, annotations) in [
        ("payments-thief", json!({level: "privileged"}), json!({})),
        ("payments-thief", json!({level: null}), json!({})),
        ("payments-thief", json!({"berth.dev/ingress-controller": "true"}), json!({})),
        ("payments-thief", json!({"mesh.test/inject": "false"}), json!({})),
        ("payments-thief", json!({}), json!({"scheduler.alpha.kubernetes.io/node-selector": "role=control-plane"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "external-ips"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "host:a.test toleration:*"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "host:*.test"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "host:*"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "lasting-tokens"})),
        ("payments-thief", json!({}), json!({"berth.dev/allows": "priority-class:system-node-critical"})),
        ("payments-thief", json!({"berth.dev/team": "orders"}), json!({})),
        ("payments-thief", json!({"berth.dev/team": null}), json!({})),
        ("kube-evil", json!({"berth.dev/team": "kube"}), json!({})),
        ("berth-evil", json!({"berth.dev/team": "berth"}), json!({})),
    ] {
        denied(namespaces.create(&try_only(), &marked(name, labels, annotations)).await);
    }
    drop(agreement);
}

#[tokio::test]
async fn a_thief_lowers_and_marks_no_namespace_that_is_there() {
    let ground = Ground::find().await;
    let agreement = Agreement::none(&ground).await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let namespaces: Api<Namespace> = Api::all(thief(&ground).await);
    let level = "pod-security.kubernetes.io/enforce";
    for metadata in [
        json!({"labels": {level: "privileged"}}),
        json!({"labels": {level: null}}),
        json!({"labels": {"berth.dev/ingress-controller": "true"}}),
        json!({"labels": {"berth.dev/team": "orders"}}),
        json!({"annotations": {"berth.dev/allows": "node-names"}}),
        json!({"annotations": {"scheduler.alpha.kubernetes.io/defaultTolerations": "[]"}}),
    ] {
        let patch = Patch::Merge(json!({"metadata": metadata}));
        denied(namespaces.patch(name, &PatchParams::default(), &patch).await);
        denied(namespaces.patch_status(name, &PatchParams::default(), &patch).await);
    }
    denied(namespaces.delete(name, &DeleteParams::default()).await);
    drop(agreement);
    ground.provisioner().deprovision(&namespace).await.expect_err("it is being deleted");
    let leaving = namespaces.get_opt(name).await.expect("answers");
    assert!(leaving.is_none_or(|left| left.metadata.deletion_timestamp.is_some()), "Berth itself takes it back");
}

#[tokio::test]
async fn a_thief_gets_tokens_of_an_hour_and_no_role_but_by_its_own_binding() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let accounts: Api<ServiceAccount> = Api::namespaced(thief(&ground).await, name);
    let for_s =
        |seconds: i64| -> TokenRequest { read(json!({"spec": {"audiences": [], "expirationSeconds": seconds}})) };
    for seconds in [3601, 360_000_000] {
        denied(accounts.create_token_request("berth-owner", &PostParams::default(), &for_s(seconds)).await);
    }
    accounts.create_token_request("berth-owner", &PostParams::default(), &for_s(3600)).await.expect("as Berth itself");

    let bindings: Api<RoleBinding> = Api::namespaced(thief(&ground).await, name);
    let apply = PatchParams { dry_run: true, ..PatchParams::apply("berth").force() };
    let mut viewers =
        Api::<RoleBinding>::namespaced(ground.admin.clone(), name).get("berth-viewer").await.expect("is there");
    viewers.metadata.managed_fields = None;
    viewers.subjects =
        read(json!([{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "oidc:stranger"}]));
    denied(bindings.patch("berth-viewer", &apply, &Patch::Apply(&viewers)).await);
    viewers.subjects = read(json!([{"kind": "ServiceAccount", "name": "default", "namespace": name}]));
    denied(bindings.patch("berth-viewer", &apply, &Patch::Apply(&viewers)).await);
    ground.clear(name).await;
}

/// In a namespace that a thief has made, and given to a stranger.
#[tokio::test]
async fn whom_a_thief_gives_a_namespace_gets_no_pod_that_reaches_the_node() {
    let ground = Ground::find().await;
    let thief = thief(&ground).await;
    let name = format!("payments-{}", &Uuid::now_v7().simple().to_string()[20..]);
    let baseline = marked(&name, json!({"pod-security.kubernetes.io/enforce": "baseline"}), json!({}));
    let made = Api::<Namespace>::all(thief.clone()).create(&PostParams::default(), &baseline).await;
    let made = made.expect("this much a thief can do");
    let labels = json!({
        "app.kubernetes.io/managed-by": "berth", "berth.dev/namespace-id": made.labels()["berth.dev/namespace-id"],
    });
    let gift: RoleBinding = read(json!({
        "metadata": {"name": "berth-own", "labels": labels},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "berth-own"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "oidc:stranger"}],
    }));
    let apply = PatchParams::apply("berth").force();
    let given = Api::<RoleBinding>::namespaced(thief, &name).patch("berth-own", &apply, &Patch::Apply(&gift)).await;
    given.expect("this much a thief can do");
    let stranger =
        tests::kubernetes::admin_as(|config| config.auth_info.impersonate = Some("oidc:stranger".into())).await;
    let pods: Api<Pod> = Api::namespaced(stranger, &name);
    let pod = |spec: Value| -> Pod { read(json!({"metadata": named("root"), "spec": spec})) };
    let container = json!([{"name": "root", "image": "registry.test/root:1"}]);
    let account = Api::<ServiceAccount>::namespaced(ground.admin.clone(), &name);
    tests::eventually("the default account is there", async || account.get_opt("default").await.ok().flatten()).await;
    tests::eventually("the stranger has their role", async || pods.list(&Default::default()).await.ok()).await;
    for spec in [
        json!({"containers": [{"name": "root", "image": "registry.test/root:1", "securityContext": {"privileged": true}}]}),
        json!({"containers": container, "hostPID": true}),
        json!({"containers": container, "hostNetwork": true}),
        json!({"containers": container, "volumes": [{"name": "node", "hostPath": {"path": "/"}}]}),
        json!({"containers": container, "nodeName": "control-plane"}),
        json!({"containers": container, "tolerations": [{"operator": "Exists"}]}),
        json!({"containers": container, "priorityClassName": "system-node-critical"}),
    ] {
        let refused = pods.create(&try_only(), &pod(spec.clone())).await;
        assert!(matches!(&refused, Err(kube::Error::Api(status)) if status.code == 403), "{spec}: {refused:?}");
    }
    ground.clear(&name).await;
}

/// Rights would do, but Berth's border says no.
#[track_caller]
fn denied<T: Debug>(answer: kube::Result<T>) {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 403 && status.message.contains("berth-") => {}
        other => panic!("no policy denied it: {other:?}"),
    }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}
