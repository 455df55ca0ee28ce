//! Several clusters at one desk, each a control plane of its own: also when one of them dies.

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::DeleteParams;
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use tests::{Actor, CLUSTER, Desk, Role, SecondCluster, ask, eventually, kubernetes, with};

const OTHER: &str = "quay-7";

async fn add(desk: &Desk, second: &SecondCluster) {
    let body = json!({
        "name": OTHER, "kubeconfig": second.kubeconfig(), "groups_prefix": "oidc:", "overcommit_percent": 200,
    });
    let added = desk.as_(Role::Platform).await.post("/api/v1/clusters", &body).await.expect(201).json();
    assert_eq!(added["name"], OTHER);
}

/// The number of a request that the team's owner has approved.
async fn approved(desk: &Desk, cluster: &str, name: &str) -> i64 {
    let body = with(ask(name, "standard", "S"), json!({"cluster": cluster}));
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let number = asked["number"].as_i64().expect("is a number");
    let path = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    number
}

async fn freshness(reader: &Actor, cluster: &str, name: &str) -> Value {
    let path = format!("/api/v1/namespaces/{cluster}/{name}");
    reader.get(&path).await.expect(200).json()["freshness"]["state"].clone()
}

#[tokio::test]
async fn a_cluster_that_dies_costs_its_own_rows_and_catches_up_when_it_is_back() {
    let mut second = SecondCluster::take().await;
    let desk = Desk::open().await;
    add(&desk, &second).await;
    let developer = desk.as_(Role::Developer).await;
    // One name, on both.
    let name = desk.new_name("payments");
    let both = [approved(&desk, CLUSTER, &name).await, approved(&desk, OTHER, &name).await];
    let mut made = Vec::new();
    for (number, admin) in both.into_iter().zip([kubernetes::admin().await, second.admin().await]) {
        desk.until(number, "completed").await;
        made.push(Api::<Namespace>::all(admin).get(&name).await.expect("is there"));
    }
    assert_ne!(made[0].uid(), made[1].uid());
    assert_ne!(made[0].labels()["berth.dev/namespace-id"], made[1].labels()["berth.dev/namespace-id"]);
    let platform = desk.as_(Role::Platform).await;
    for cluster in [CLUSTER, OTHER] {
        let seen = platform.get(&format!("/api/v1/clusters/{cluster}")).await.expect(200).json();
        assert_eq!((&seen["n_namespaces"], &seen["lines"][0]["granted"]), (&json!(1), &json!(2000)), "{cluster}");
        eventually("it is watched", async || (freshness(&developer, cluster, &name).await == "live").then_some(()))
            .await;
    }

    second.kill().await;
    eventually("its rows say so", async || (freshness(&developer, OTHER, &name).await == "unreachable").then_some(()))
        .await;
    assert_eq!(freshness(&developer, CLUSTER, &name).await, "live");
    desk.provisioned().await;
    let waiting = approved(&desk, OTHER, &desk.new_name("payments")).await;
    eventually("what was approved there waits and says why", async || {
        let request = desk.request(waiting).await;
        let detail = request["steps"][0]["detail"].as_str().unwrap_or_default().to_owned();
        (request["state"] == "applying" && detail.contains("does not answer")).then_some(())
    })
    .await;
    let page = developer.get("/namespaces").await.expect(200).text();
    assert!(page.contains(&name), "{page}");

    second.start_again().await;
    desk.until(waiting, "completed").await;
    eventually("it is live again", async || (freshness(&developer, OTHER, &name).await == "live").then_some(())).await;
}

#[tokio::test]
async fn a_policy_that_is_missing_on_a_cluster_is_named_and_adding_the_cluster_again_brings_it() {
    let second = SecondCluster::take().await;
    let desk = Desk::quiet().await;
    add(&desk, &second).await;
    let platform = desk.as_(Role::Platform).await;
    let policies = async || {
        let report = platform.post(&format!("/api/v1/clusters/{OTHER}/check"), &json!({})).await.expect(200).json();
        let checks = report["checks"].as_array().expect("are checks").clone();
        checks
            .into_iter()
            .find(|check| check["what"].as_str().is_some_and(|w| w.contains("admission policies")))
            .expect("is asked")
    };
    assert_eq!(policies().await["outcome"], "passed");
    let all: Api<ValidatingAdmissionPolicy> = Api::all(second.admin().await);
    all.delete("berth-accounts", &DeleteParams::default()).await.expect("an administrator may");
    let bound: Api<ValidatingAdmissionPolicyBinding> = Api::all(second.admin().await);
    bound.delete("berth-accounts", &DeleteParams::default()).await.expect("an administrator may");
    let found = policies().await;
    assert_eq!(found["outcome"], "failed");
    assert!(found["detail"].as_str().is_some_and(|said| said.contains("berth-accounts is missing")), "{found}");
    let manifests = platform.get(&format!("/clusters/{OTHER}/manifests")).await.expect(200).text();
    assert!(manifests.contains("name: berth-accounts"));
    add(&desk, &second).await;
    assert_eq!(policies().await["outcome"], "passed");
}
