//! Giving up what failed, and taking back what of it is there.

use k8s_openapi::api::core::v1::{Namespace, ResourceQuota};
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Opening, Role, ask, eventually, kubernetes};

/// By Platform; of a quota, by nobody else.
async fn undo(desk: &Desk, number: i64) {
    let path = format!("/api/v1/requests/{number}/undo");
    if desk.request(number).await["kind"] == "quota" {
        desk.as_(Role::Owner).await.post(&path, &json!({})).await.expect_problem(403, "not_allowed");
    }
    desk.as_(Role::Auditor).await.post(&path, &json!({})).await.expect_problem(403, "not_allowed");
    let request = desk.as_(Role::Platform).await.post(&path, &json!({})).await.expect(200).json();
    assert_eq!(request["state"], "undoing");
}

fn number(request: &Value) -> i64 {
    request["number"].as_i64().expect("is a number")
}

#[tokio::test]
async fn a_namespace_that_failed_goes_from_the_cluster_and_its_name_is_free() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await;
    let name = made["name"].as_str().expect("is text");
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    let ours = namespaces.get(name).await.expect("is there");
    desk.forged().failed_after_all(number(&made)).await;
    undo(&desk, number(&made)).await;
    desk.until(number(&made), "undone").await;
    let found = namespaces.get_opt(name).await.expect("answers");
    assert!(found.is_none_or(|found| found.metadata.uid != ours.metadata.uid), "it is gone");
    let developer = desk.as_(Role::Developer).await;
    developer.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(404);
    developer.post("/api/v1/requests", &ask(name, "standard", "S")).await.expect(201);
    let again =
        desk.as_(Role::Platform).await.post(&format!("/api/v1/requests/{}/retry", made["number"]), &json!({})).await;
    again.expect_problem(409, "closed");
}

#[tokio::test]
async fn a_namespace_in_which_something_runs_stays_and_the_request_says_why() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await;
    let name = made["name"].as_str().expect("is text");
    let deployments = Api::namespaced(kubernetes::person(Role::Developer).await, name);
    let web = kubernetes::a_deployment("web", 1, "100m", "");
    deployments.create(&PostParams::default(), &web).await.expect("is deployed");
    let pods: Api<k8s_openapi::api::core::v1::Pod> = Api::namespaced(kubernetes::admin().await, name);
    eventually("a pod is there", async || (!pods.list(&Default::default()).await.ok()?.items.is_empty()).then_some(()))
        .await;
    desk.forged().failed_after_all(number(&made)).await;
    undo(&desk, number(&made)).await;
    let failed = desk.until(number(&made), "failed").await;
    assert!(
        failed["failure"].as_str().is_some_and(|why| why.contains("has pods in it and stays")),
        "{}",
        failed["failure"]
    );
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    assert!(namespaces.get(name).await.expect("is there").metadata.deletion_timestamp.is_none());
    desk.as_(Role::Platform)
        .await
        .post(&format!("/api/v1/requests/{}/retry", made["number"]), &json!({}))
        .await
        .expect(200);
    desk.until(number(&made), "completed").await;
}

#[tokio::test]
async fn what_berth_did_not_make_is_not_taken_away() {
    let desk = Desk::open().await;
    let name = desk.new_name("payments");
    let body = ask(&name, "standard", "S");
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    let foreign = serde_json::from_value(json!({"metadata": {"name": name}})).expect("is a namespace");
    let foreign = namespaces.create(&PostParams::default(), &foreign).await.expect("is made");
    let path = format!("/api/v1/requests/{}/approve", number(&request));
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    desk.until(number(&request), "failed").await;
    undo(&desk, number(&request)).await;
    desk.until(number(&request), "undone").await;
    let found = namespaces.get(&name).await.expect("is still there");
    assert_eq!((found.metadata.uid, found.metadata.deletion_timestamp), (foreign.metadata.uid, None));
}

#[tokio::test]
async fn a_quota_that_failed_goes_back_to_what_it_was() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await; // 2 CPU
    let body = json!({"kind": "quota", "cluster": CLUSTER, "name": made["name"], "size": "M", "purpose": "More"});
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let path = format!("/api/v1/requests/{}/approve", request["number"]);
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    desk.until(number(&request), "completed").await;
    let namespace = format!("/api/v1/namespaces/{CLUSTER}/{}", made["name"].as_str().expect("is text"));
    let granted =
        async || desk.as_(Role::Developer).await.get(&namespace).await.expect(200).json()["quota"]["cpu_m"].clone();
    assert_eq!(granted().await, 4000);

    desk.forged().failed_after_all(number(&request)).await;
    undo(&desk, number(&request)).await;
    desk.until(number(&request), "undone").await;
    assert_eq!(granted().await, 2000);
    let quotas: Api<ResourceQuota> =
        Api::namespaced(kubernetes::admin().await, made["name"].as_str().expect("is text"));
    let hard = quotas.get("berth-compute").await.expect("is there").spec.and_then(|spec| spec.hard).expect("is set");
    assert_eq!(hard["requests.cpu"].0, "2");
}

/// What the cluster may still have counts, and so does what is desired: an increase whose undo failed, too.
#[tokio::test]
async fn what_failed_is_tried_again_only_within_the_limits_of_its_team() {
    let desk = Desk::with(Opening { watches: true, ..Opening::default() }).await;
    let worker = desk.start_worker();
    let made = desk.provisioned().await; // 2 CPU
    let body = json!({"kind": "quota", "cluster": CLUSTER, "name": made["name"], "size": "M", "purpose": "More"});
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let path = format!("/api/v1/requests/{}", request["number"]);
    desk.as_(Role::Owner).await.post(&format!("{path}/approve"), &json!({"revision": 1})).await.expect(200);
    desk.until(number(&request), "completed").await; // 4 CPU
    // No look writes down what it began with.
    worker.stop().await;
    let held = async || desk.as_(Role::Developer).await.get("/api/v1/teams/payments").await.expect(200).json();

    // As if its undo had failed: 2 CPU are desired, and the cluster has them.
    desk.forged().failed_after_all(number(&request)).await;
    let name = made["name"].as_str().expect("is text");
    desk.forged().quota_taken_back(name, 2000, 2000).await;
    assert_eq!(held().await["granted"]["cpu_m"], 2000);
    desk.limit("payments", json!({"cpu_m": 3000})).await;
    let again = async || desk.as_(Role::Platform).await.post(&format!("{path}/retry"), &json!({})).await;
    again().await.expect_problem(409, "team_limit");
    assert_eq!(held().await["granted"]["cpu_m"], 2000);

    // As if the cluster still had all of it: that is what the team holds, and others are not granted it.
    desk.forged().quota_taken_back(name, 2000, 4000).await;
    assert_eq!(held().await["granted"]["cpu_m"], 4000);
    desk.limit("payments", json!({"cpu_m": 5000})).await;
    let other = ask(&desk.new_name("payments"), "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &other).await.expect_problem(409, "team_limit");
    again().await.expect(200);
    let worker = desk.start_worker();
    desk.until(number(&request), "completed").await;
    worker.stop().await;
    assert_eq!(held().await["granted"]["cpu_m"], 4000);
}
