//! The accounts of people's roles: nobody comes to act as one but by a token that Berth gave them.

use super::agreement::Agreement;
use super::ground::{Ground, a_namespace};
use super::guardrails::provision;
use domain::class::Loosening;
use k8s_openapi::api::core::v1 as corev1;
use kube::Client;
use kube::api::{Api, ListParams, PostParams};
use serde_json::{Value, json};
use tests::kubernetes::a_deployment;
use tests::{Kubectl, Role, Said, eventually};

const ROLE_ACCOUNTS: [&str; 3] = ["berth-viewer", "berth-developer", "berth-owner"];

#[tokio::test]
async fn a_pod_runs_as_no_account_of_a_role() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    for account in ROLE_ACCOUNTS {
        denied(&kubectl.apply(&pod("serviceAccountName", account)).await);
    }
    // The older name of the same field.
    denied(&kubectl.apply(&pod("serviceAccount", "berth-owner")).await);
    kubectl.apply(&pod("serviceAccountName", "berth-deployer")).await.is_done();
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_deployment_comes_to_no_pods_as_one_and_its_replica_set_says_why() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let kubectl = Kubectl::of(Role::Developer, name).await;
    let mut deployment = manifest("apps/v1", "Deployment", serde_json::to_value(a_deployment("web", 1, "50m", "")));
    deployment["spec"]["template"]["spec"]["serviceAccountName"] = "berth-owner".into();
    kubectl.apply(&deployment).await.is_done();
    let events: Api<corev1::Event> = Api::namespaced(ground.admin.clone(), name);
    let event = eventually("the ReplicaSet says why no pod comes", async || {
        let failed = ListParams::default().fields("reason=FailedCreate");
        events.list(&failed).await.expect("answers").items.into_iter().next()
    })
    .await;
    assert_eq!(event.involved_object.kind.as_deref(), Some("ReplicaSet"));
    let said = event.message.unwrap_or_default();
    assert!(said.contains("berth-accounts") && said.contains("nothing runs as berth-viewer"), "{said}");
    let pods: Api<corev1::Pod> = Api::namespaced(ground.admin.clone(), name);
    assert!(pods.list(&ListParams::default()).await.expect("answers").items.is_empty());
    ground.clear(name).await;
}

#[tokio::test]
async fn a_secret_holds_no_token_of_one() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    for account in ROLE_ACCOUNTS {
        denied(&kubectl.apply(&token_secret("mine", account)).await);
    }
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn tokens_that_a_team_makes_for_itself_end_unless_its_class_lets_them_last() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let (developer, owner) = (Kubectl::of(Role::Developer, name).await, Kubectl::of(Role::Owner, name).await);
    denied(&developer.apply(&token_secret("mine", "berth-deployer")).await);
    denied(&owner.run("create token default --duration=25h").await);
    owner.run("create token default --duration=24h").await.is_done();
    // Kubernetes gives a year to what asks as a kubelet does, and a pod need not run.
    let mut waiting = pod("serviceAccountName", "berth-deployer");
    waiting["spec"]["schedulingGates"] = json!([{"name": "example.test/never"}]);
    developer.apply(&waiting).await.is_done();
    let bound = "create token berth-deployer --duration=3607s --bound-object-kind=Pod --bound-object-name=mine";
    denied(&owner.run(bound).await);
    // A kubelet asks for what a pod's volume says; the token ends with the pod.
    let accounts: Api<corev1::ServiceAccount> = Api::namespaced(as_node().await, name);
    let long = serde_json::from_value(json!({"metadata": {}, "spec": {"audiences": [], "expirationSeconds": 200_000}}));
    let asked = accounts.create_token_request("default", &PostParams::default(), &long.expect("is one")).await;
    asked.expect("a node is given it");
    ground.clear(name).await;

    let agreement = Agreement::none(&ground).await;
    agreement.to_everything(&ground).await;
    let mut namespace = a_namespace();
    namespace.class.spec.guardrails.allows = [Loosening::LastingTokens].into();
    provision(&ground, &namespace).await;
    agreement.take_back().await;
    let name = namespace.name.as_str();
    let (developer, owner) = (Kubectl::of(Role::Developer, name).await, Kubectl::of(Role::Owner, name).await);
    developer.apply(&token_secret("mine", "berth-deployer")).await.is_done();
    let changed = "annotate --overwrite secret mine kubernetes.io/service-account.name=berth-owner";
    denied(&developer.run(changed).await);
    owner.run("create token default --duration=25h").await.is_done();
    ground.clear(name).await;
}

#[tokio::test]
async fn a_secret_that_was_there_before_can_be_changed_and_made_for_no_other_account() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    Kubectl::of_administrator(name).apply(&token_secret("mine", "berth-deployer")).await.is_done();
    let developer = Kubectl::of(Role::Developer, name).await;
    eventually("the cluster has put a token in", async || {
        developer.run("get secret mine -o jsonpath={.data.token}").await.text.contains("ZX").then_some(())
    })
    .await;
    developer.run("label secret mine seen=yes").await.is_done();
    denied(&developer.run("annotate --overwrite secret mine kubernetes.io/service-account.name=default").await);
    ground.clear(name).await;
}

#[tokio::test]
async fn nobody_but_berth_and_administrators_is_given_a_token_of_one() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let owner = Kubectl::of(Role::Owner, name).await;
    for account in ROLE_ACCOUNTS {
        let said = owner.run(&format!("create token {account}")).await;
        denied(&said);
        assert!(said.text.contains("ask for it at the desk"), "{}", said.text);
    }
    owner.run("create token default").await.is_done();
    let developer = Kubectl::of(Role::Developer, name).await;
    developer.run("create token berth-owner").await.is_forbidden();
    Kubectl::of_administrator(name).run("create token berth-owner").await.is_done();
    ground.clear(name).await;
}

/// Whatever a node may ask for, so that only admission answers.
async fn as_node() -> Client {
    tests::kubernetes::admin_as(|config| {
        config.auth_info.impersonate = Some("system:node:node-1".into());
        config.auth_info.impersonate_groups = Some(vec!["system:masters".into()]);
    })
    .await
}

#[track_caller]
fn denied(said: &Said) {
    assert!(!said.is_done && said.text.contains("'berth-accounts'"), "{}", said.text);
}

fn pod(field: &str, account: &str) -> Value {
    let deployment = serde_json::to_value(a_deployment("web", 1, "50m", "")).expect("can be written");
    let mut spec = deployment["spec"]["template"]["spec"].clone();
    spec[field] = account.into();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mine"}, "spec": spec})
}

fn token_secret(name: &str, account: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": {"name": name, "annotations": {"kubernetes.io/service-account.name": account}},
    })
}

fn manifest(version: &str, kind: &str, object: serde_json::Result<Value>) -> Value {
    let mut object = object.expect("can be written");
    object["apiVersion"] = version.into();
    object["kind"] = kind.into();
    object
}
