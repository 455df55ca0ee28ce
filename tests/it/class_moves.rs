//! Moving namespaces along to the latest version of their class.

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Role, ask, eventually, quota, with};

/// An approved namespace of this class: its name and id.
async fn namespace(desk: &Desk, class: &str) -> (String, String, i64) {
    let name = desk.new_name("payments");
    let body = ask(&name, class, "S");
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let number = asked["number"].as_i64().expect("is a number");
    let approve = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces where name = $1")
        .bind(&name)
        .fetch_one(desk.db())
        .await
        .expect("is there");
    (name, id.to_string(), number)
}

async fn plan(desk: &Desk, class: &str) -> Value {
    desk.as_(Role::Auditor).await.get(&format!("/api/v1/classes/{class}/move")).await.expect(200).json()
}

#[tokio::test]
async fn who_would_follow_is_shown_with_what_it_would_change() {
    let desk = Desk::quiet().await;
    let class = desk.class(json!({"pod_security": "baseline"})).await;
    let (name, id, _) = namespace(&desk, &class).await;
    assert_eq!(plan(&desk, &class).await["namespaces"], json!([]), "it has the latest");
    desk.publish(&class, json!({"pod_security": "restricted", "network": "internet"})).await;
    let plan = plan(&desk, &class).await;
    assert_eq!(plan["namespaces"][0]["id"], id);
    assert_eq!((&plan["to"], &plan["namespaces"][0]["from"]), (&json!(2), &json!(1)));
    let concerns = plan["namespaces"][0]["concerns"].to_string();
    assert!(concerns.contains("do not meet restricted"), "{concerns}");
    let whats: Vec<_> =
        plan["versions"][0]["changes"].as_array().expect("a list").iter().map(|c| c["what"].clone()).collect();
    assert_eq!(whats, ["Pod security", "Network"]);
    let page = desk.as_(Role::Auditor).await.get(&format!("/admin/classes/{class}/move")).await.expect(200).text();
    assert!(page.contains(&name) && !page.contains("Move the chosen"), "an auditor reads and does not act");
}

#[tokio::test]
async fn all_of_the_chosen_follow_or_none_of_them() {
    let desk = Desk::quiet().await;
    let class = desk.class(json!({})).await;
    let ((first, one, _), (_, other, _)) = (namespace(&desk, &class).await, namespace(&desk, &class).await);
    desk.publish(&class, json!({"network": "internet"})).await;
    let platform = desk.as_(Role::Platform).await;
    let path = format!("/api/v1/classes/{class}/move");
    platform.post(&path, &json!({"to": 1, "namespaces": [one]})).await.expect_problem(409, "not_possible");
    platform.post(&path, &json!({"to": 2, "namespaces": []})).await.expect_problem(422, "invalid");
    let unknown = uuid::Uuid::nil();
    platform.post(&path, &json!({"to": 2, "namespaces": [one, unknown]})).await.expect_problem(409, "not_possible");
    assert_eq!(plan(&desk, &class).await["namespaces"].as_array().map(Vec::len), Some(2), "nothing was moved");

    let left = platform.post(&path, &json!({"to": 2, "namespaces": [one]})).await.expect(200).json();
    assert_eq!(left["namespaces"].as_array().map(Vec::len), Some(1));
    assert_eq!(left["namespaces"][0]["id"], other);
    let orders: i64 = sqlx::query_scalar("select count(*) from jobs where kind = 'sync_namespace' and key = $1::uuid")
        .bind(&one)
        .fetch_one(desk.db())
        .await
        .expect("is counted");
    assert_eq!(orders, 1);
    let events =
        platform.get(&format!("/api/v1/audit?subject={first}&action=namespace.moved")).await.expect(200).json();
    let detail = &events["items"][0]["detail"];
    assert_eq!((&detail["before"]["version"], &detail["after"]["version"]), (&json!(1), &json!(2)), "{events}");
}

#[tokio::test]
async fn nobody_follows_to_a_version_that_the_cluster_has_no_capacity_for() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(2000, 100), json!({"pods": 1000}))).await;
    let sizes = json!([{"name": "S", "quota": quota(3000, 3)}]);
    let class = desk.class(json!({"sizes": sizes, "overcommit_percent": 200})).await;
    let (_, id, _) = namespace(&desk, &class).await;
    desk.publish(&class, json!({"sizes": sizes})).await;
    let path = format!("/api/v1/classes/{class}/move");
    let body = json!({"to": 2, "namespaces": [id]});
    desk.as_(Role::Platform).await.post(&path, &body).await.expect_problem(409, "no_capacity");
}

#[tokio::test]
async fn a_namespace_that_follows_becomes_on_the_cluster_what_the_new_version_says() {
    let desk = Desk::open().await;
    let class = desk.class(json!({"network": "internet", "pod_security": "baseline"})).await;
    let (name, id, number) = namespace(&desk, &class).await;
    desk.until(number, "completed").await;
    let client = tests::kubernetes::admin().await;
    let policies: kube::Api<NetworkPolicy> = kube::Api::namespaced(client.clone(), &name);
    assert!(policies.get_opt("berth-egress").await.expect("answers").is_some());
    desk.publish(&class, json!({"network": "isolated", "pod_security": "restricted"})).await;
    let body = json!({"to": 2, "namespaces": [id]});
    let path = format!("/api/v1/classes/{class}/move");
    desk.as_(Role::Platform).await.post(&path, &body).await.expect(200);
    eventually("the egress policy is gone", async || {
        policies.get_opt("berth-egress").await.expect("answers").is_none().then_some(())
    })
    .await;
    let namespaces: kube::Api<Namespace> = kube::Api::all(client);
    let labels = namespaces.get(&name).await.expect("is there").metadata.labels.expect("has labels");
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
    let seen =
        desk.as_(Role::Developer).await.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json();
    assert_eq!(seen["class_version"], 2);
}

#[tokio::test]
async fn what_expired_does_not_end_once_its_class_gives_it_no_lifetime() {
    let desk = Desk::quiet().await;
    let class = desk.class(json!({"lifetime_days": 14})).await;
    let (name, id, _) = namespace(&desk, &class).await;
    desk.forged().in_state(&name, "ready").await;
    desk.forged().expires_in(&name, Some(-time::Duration::HOUR)).await;
    let ctx = server::app::Ctx::system(desk.berth().clone(), "follow_lifetimes");
    server::app::namespaces::follow_lifetimes(&ctx).await.expect("is done");
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    assert_eq!(developer.get(&path).await.expect(200).json()["ending"]["cause"], "expired");
    desk.publish(&class, json!({})).await;
    let body = json!({"to": 2, "namespaces": [id]});
    desk.as_(Role::Platform).await.post(&format!("/api/v1/classes/{class}/move"), &body).await.expect(200);
    let seen = developer.get(&path).await.expect(200).json();
    assert!(seen["ending"].is_null() && seen["expires_at"].is_null(), "{seen}");
    let restored = desk.as_(Role::Auditor).await.get("/api/v1/audit?action=namespace.restored").await.expect(200);
    assert_eq!(restored.json()["items"].as_array().map(Vec::len), Some(1));
}
