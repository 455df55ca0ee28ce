//! Several clusters at one desk: each for itself, also when one is away.

use serde_json::json;
use tests::{CLUSTER, Desk, Role, ask, eventually, stack, with};

const OTHER: &str = "quay-7";

#[tokio::test]
async fn namespaces_are_asked_for_and_made_on_each_and_one_that_is_away_spoils_only_its_own() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let kubeconfig = std::fs::read_to_string(&stack().kubeconfig).expect("can be read");
    let body = json!({"name": OTHER, "kubeconfig": kubeconfig, "groups_prefix": "oidc:", "overcommit_percent": 200});
    let added = platform.post("/api/v1/clusters", &body).await.expect(201).json();
    assert_eq!(added["name"], OTHER);

    let on_other = with(ask(&desk.new_name("payments"), "standard", "S"), json!({"cluster": OTHER}));
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &on_other).await.expect(201).json();
    let other = asked["number"].as_i64().expect("is a number");
    let approve = format!("/api/v1/requests/{other}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    let here = desk.provisioned().await;
    let there = desk.until(other, "completed").await;
    assert_eq!((&here["cluster"], &there["cluster"]), (&json!(CLUSTER), &json!(OTHER)));
    for cluster in [CLUSTER, OTHER] {
        let seen = platform.get(&format!("/api/v1/clusters/{cluster}")).await.expect(200).json();
        assert_eq!((&seen["n_namespaces"], &seen["lines"][0]["granted"]), (&json!(1), &json!(2000)), "{cluster}");
    }

    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    desk.move_cluster(OTHER, nowhere).await;
    eventually("the one that is away says so, and the other one is live", async || {
        let list = platform.get("/api/v1/clusters").await.expect(200).json();
        let state = |name: &str| {
            let cluster = list.as_array().and_then(|all| all.iter().find(|c| c["name"] == name)).expect("is listed");
            cluster["freshness"]["state"].as_str().expect("is text").to_owned()
        };
        (state(OTHER) != "live" && state(CLUSTER) == "live").then_some(())
    })
    .await;
    desk.provisioned().await;
}
