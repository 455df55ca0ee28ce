//! A cluster of which not everything may be seen: what is missing is said, and takes nothing else with it.

use serde_json::{Value, json};
use server::cluster::watch::LIST_PATIENCE;
use tests::kubernetes::a_deployment;
use tests::{CLUSTER, Desk, Fault, Kubectl, Opening, Proxy, Role, eventually};
use time::OffsetDateTime;

#[tokio::test]
async fn a_kind_that_berth_may_not_list_is_said_and_all_else_is_shown() {
    let proxy = Proxy::to_cluster().await;
    let forbidden = Fault::Status { code: 403, says: "jobs.batch is forbidden", retry_after: None };
    let disturbance = proxy.disturb(forbidden, |asked| asked.starts_with("GET /apis/batch/v1/jobs"));
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    let developer = desk.as_(Role::Developer).await;
    let token = json!({"form": "token"});
    let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let file = developer.post(&format!("{path}/kubeconfig"), &token).await.expect(200).text();
    let mut deployment = serde_json::to_value(a_deployment("web", 1, "50m", "")).expect("can be written");
    deployment["apiVersion"] = "apps/v1".into();
    deployment["kind"] = "Deployment".into();
    // The file leads through the proxy.
    Kubectl::with(&file).apply(&deployment).await.is_done();
    let seen = async || developer.get(&path).await.expect(200).json();
    eventually("the deployment is shown, live", async || {
        let seen = seen().await;
        let is_there = seen["workloads"].as_array()?.iter().any(|workload| workload["name"] == "web");
        (is_there && seen["freshness"]["state"] == "live").then_some(())
    })
    .await;
    let seen_now = seen().await;
    assert_eq!((&seen_now["n_workloads"], &seen_now["n_failing"]), (&Value::Null, &Value::Null), "there may be more");
    let home = developer.get("/").await.expect(200).text();
    assert!(home.contains(&format!("data-unknown=\"{CLUSTER}\"")), "{home}");
    let missing = async || -> Vec<Value> { seen().await["not_shown"].as_array().expect("is a list").clone() };
    let said = eventually("what is missing is said", async || missing().await.into_iter().next()).await;
    assert_eq!(said["kind"], "jobs");
    assert!(said["reason"].as_str().is_some_and(|says| says.contains("berth cluster renew")), "{said}");
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-slot=\"not-shown\""), "{page}");
    drop(disturbance);
    eventually("nothing is missing any more", async || missing().await.is_empty().then_some(())).await;
    eventually("all is counted", async || (seen().await["n_workloads"] == 1).then_some(())).await;
}

#[tokio::test]
async fn nothing_is_live_before_every_kind_was_read_once() {
    let proxy = Proxy::to_cluster().await;
    let held = proxy.disturb(Fault::Held, |asked| asked.starts_with("GET /apis/apps/v1/statefulsets"));
    let began_at = OffsetDateTime::now_utc();
    let desk = Desk::with(Opening { watches: true, ..proxy.opening() }).await;
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    held.met().await;
    let developer = desk.as_(Role::Developer).await;
    let seen = async || developer.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json();
    let early = seen().await;
    // The watch began later than this test, so until then nothing that is late is given up.
    let is_in_time = OffsetDateTime::now_utc() - began_at <= LIST_PATIENCE;
    let is_loaded = early["freshness"]["state"] != "not_loaded";
    assert!(!is_loaded || !is_in_time && early["not_shown"][0]["kind"] == "statefulsets", "{early}");
    let unread: &[&str] = if is_loaded { &[] } else { &["n_pods", "n_warnings", "used"] };
    for count in ["n_workloads", "n_failing"].iter().chain(unread) {
        assert_eq!(early[count], Value::Null, "{count}");
    }
    drop(held);
    eventually("all of it was read", async || {
        let seen = seen().await;
        let (is_live, is_counted) = (seen["freshness"]["state"] == "live", seen["n_workloads"] == 0);
        let is_said = seen["not_shown"].as_array().is_some_and(|missing| !missing.is_empty());
        assert!(!is_live || is_counted != is_said, "{seen}");
        (is_live && is_counted && seen["n_failing"] == 0 && seen["n_warnings"] == 0).then_some(())
    })
    .await;
}
