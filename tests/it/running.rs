//! A namespace that is in use: what its page shows, and that it shows it as it happens.

use crate::catalog;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Role, eventually, kubernetes};

async fn deploy(name: &str, deployment: &str, outcome: &str) {
    let developer: Api<Deployment> = Api::namespaced(kubernetes::person(Role::Developer).await, name);
    let deployment = kubernetes::a_deployment(deployment, 1, "100m", outcome);
    developer.create(&PostParams::default(), &deployment).await.expect("a developer deploys");
}

#[tokio::test]
async fn who_looks_at_an_entry_sees_what_runs_of_it_in_their_teams() {
    let desk = Desk::open().await;
    let request = desk.provisioned().await;
    let (name, platform) = (name_of(&request), desk.as_(Role::Platform).await);
    let chart = desk.new_name("web");
    let entry = catalog::entry(&desk, &platform, json!({})).await;
    catalog::take_in(&platform, &entry, tests::chart(&chart, "1.0.0", &[])).await;
    catalog::approve(&platform, &entry, "1.0.0").await.expect(200);

    let developer: Api<Deployment> = Api::namespaced(kubernetes::person(Role::Developer).await, &name);
    for (workload, release, version) in [
        ("shop", "shop", "1.0.0"),
        ("shop-worker", "shop", "1.0.0"),
        ("old", "old", "0.9.0"),
        ("others", "others", "x"),
    ] {
        let mut deployment = kubernetes::a_deployment(workload, 1, "10m", "");
        deployment
            .metadata
            .annotations
            .get_or_insert_default()
            .insert("meta.helm.sh/release-name".into(), release.into());
        deployment.metadata.labels.get_or_insert_default().insert("helm.sh/chart".into(), format!("{chart}-{version}"));
        developer.create(&PostParams::default(), &deployment).await.expect("a developer deploys");
    }
    let who = desk.as_(Role::Developer).await;
    let seen = eventually("both releases are seen", async || {
        let seen = who.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
        (seen["runs"].as_array().map(Vec::len) == Some(2)).then_some(seen)
    })
    .await;
    let told = |run: &Value| {
        let text = |key: &str| run[key].as_str().unwrap_or_default().to_owned();
        (text("release"), text("version"), run["state"]["state"].as_str().map(str::to_owned))
    };
    let runs: Vec<_> = seen["runs"].as_array().expect("a list").iter().map(told).collect();
    assert_eq!(runs, [("old".into(), "0.9.0".into(), None), ("shop".into(), "1.0.0".into(), Some("approved".into()))]);
    assert_eq!((&seen["n_unseen"], &seen["runs"][0]["namespace"]["name"]), (&json!(0), &json!(name)));
    let other = desk.as_(Role::OrdersOwner).await;
    assert_eq!(other.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json()["runs"], json!([]));
}

fn name_of(request: &Value) -> String {
    request["name"].as_str().expect("is text").to_owned()
}

#[tokio::test]
async fn a_namespace_shows_what_it_has_what_runs_and_why_something_does_not() {
    let desk = Desk::open().await;
    let request = desk.provisioned().await; // 2 CPU
    let name = name_of(&request);
    deploy(&name, "web", "").await;
    deploy(&name, "mailer", "crash-loop").await;
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let seen = eventually("both are seen, and counted", async || {
        let seen = developer.get(&path).await.expect(200).json();
        let failing = seen["workloads"][0]["health"] == "failing" && seen["workloads"][1]["health"] == "healthy";
        (failing && seen["lines"][0]["used"] == 200).then_some(seen)
    })
    .await;
    assert_eq!(seen["lines"][0], json!({"resource": "cpu", "used": 200, "enforced": 2000, "granted": 2000}));
    assert_eq!((&seen["n_workloads"], &seen["n_failing"], &seen["state"]), (&json!(2), &json!(1), &json!("ready")));
    assert_eq!(seen["freshness"]["state"], "live");
    let failing = &seen["workloads"][0];
    assert_eq!((&failing["name"], &failing["diagnosis"]["cause"]), (&json!("mailer"), &json!("Crashes after start")));
    assert!(failing["diagnosis"]["next_step"].as_str().is_some_and(|step| !step.is_empty()), "{failing}");
    let access = seen["access"].as_array().expect("has access");
    assert!(
        access.contains(
            &json!({"group": "payments-developers", "role": "developer", "people": ["Developer"], "near": null})
        ),
        "{access:?}"
    );
    let kinds: Vec<_> =
        seen["activity"]["entries"].as_array().expect("has activity").iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["completed", "provisioning", "approved", "asked"]);
    eventually("a warning is seen", async || {
        let seen = developer.get(&path).await.expect(200).json();
        seen["warnings"]
            .as_array()
            .is_some_and(|warnings| warnings.iter().any(|w| w["reason"] == "BackOff"))
            .then_some(())
    })
    .await;

    for (tab, says) in [
        ("", "Crashes after start"),
        ("/workloads", "mailer"),
        ("/events", "BackOff"),
        ("/quota", "2"),
        ("/access", "payments-developers"),
        ("/activity", "approved"),
    ] {
        let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}{tab}")).await.expect(200).text();
        assert!(page.contains(says), "{tab}: {page}");
    }
    let home = developer.get("/").await.expect(200).text();
    assert!(home.contains("Crashes after start") && home.contains(&name), "{home}");
    let listed = developer.get("/api/v1/namespaces").await.expect(200).json()["items"][0].clone();
    assert_eq!((&listed["name"], &listed["n_failing"]), (&json!(name), &json!(1)));
}

#[tokio::test]
async fn a_change_on_the_cluster_is_told_to_who_looks() {
    let desk = Desk::open().await;
    let name = name_of(&desk.provisioned().await);
    let developer = desk.as_(Role::Developer).await;
    let mut events = developer.listen(&format!("/api/v1/namespaces/{CLUSTER}/{name}/events")).await;
    assert_eq!(events.next().await["n_workloads"], 0);
    deploy(&name, "web", "").await;
    events.until(|namespace| namespace["workloads"][0]["name"] == "web").await;
}

/// What an administrator of the cluster binds beside Berth, with its real roles and to others.
#[tokio::test]
async fn whom_others_gave_a_role_in_a_namespace_is_said_as_long_as_it_is_so() {
    let desk = Desk::open().await;
    let name = name_of(&desk.provisioned().await);
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/namespaces/{CLUSTER}/{name}");
    let others = async |wanted: Value| {
        eventually("others are seen", async || {
            let seen = developer.get(&format!("/api/v1{path}")).await.expect(200).json();
            (seen["others"] == wanted).then_some(seen["n_others"].clone())
        })
        .await
    };
    let page = async || developer.get(&format!("{path}/access")).await.expect(200).text();
    assert_eq!(others(json!([])).await, 0);
    assert!(page().await.contains("data-others=\"none\""));

    let binding: RoleBinding = serde_json::from_value(json!({
        "metadata": {"name": "break-glass"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "berth-view"},
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "eve"},
            {"kind": "ServiceAccount", "name": "default", "namespace": name},
        ],
    }))
    .expect("is a RoleBinding");
    let bindings: Api<RoleBinding> = Api::namespaced(kubernetes::admin().await, &name);
    bindings.create(&PostParams::default(), &binding).await.expect("is made");
    let subjects = json!(["User eve", format!("ServiceAccount {name}/default")]);
    let row = json!({"name": "break-glass", "role": "ClusterRole berth-view", "subjects": subjects, "n_subjects": 2});
    assert_eq!(others(json!([row])).await, 1);
    let said = page().await;
    assert!(said.contains("data-others=\"some\"") && said.contains("User eve"), "{said}");
    bindings.delete("break-glass", &DeleteParams::default()).await.expect("is deleted");
    others(json!([])).await;
}

#[tokio::test]
async fn a_namespace_shows_what_claims_storage_in_it() {
    let desk = Desk::open().await;
    let name = name_of(&desk.provisioned().await);
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/namespaces/{CLUSTER}/{name}");
    let claims = async |wanted: usize| {
        eventually("claims are seen", async || {
            let seen = developer.get(&format!("/api/v1{path}")).await.expect(200).json()["claims"].clone();
            (seen.as_array()?.len() == wanted).then_some(seen)
        })
        .await
    };
    claims(0).await;
    let claim: PersistentVolumeClaim = serde_json::from_value(json!({
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }))
    .expect("is a claim");
    let theirs: Api<PersistentVolumeClaim> = Api::namespaced(kubernetes::person(Role::Developer).await, &name);
    theirs.create(&PostParams::default(), &claim).await.expect("a developer claims");
    let seen = claims(1).await;
    assert_eq!((&seen[0]["name"], &seen[0]["storage_bytes"]), (&json!("data"), &json!(1 << 30)));
    let page = developer.get(&format!("{path}/workloads")).await.expect(200).text();
    assert!(page.contains("data-claim=\"Pending\""), "{page}");
}
