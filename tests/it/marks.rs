//! What Berth writes on a cluster bears a mark by which the API server's audit log and Berth's own trail lead to each other.

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::api::{Api, Patch, PatchParams};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::kubernetes::{self, audit_log};
use tests::{CLUSTER, Desk, Role, eventually};

const PROVISIONER: &str = "system:serviceaccount:berth-system:berth-provisioner";

#[tokio::test]
async fn everything_written_for_a_request_bears_its_number_and_the_mark_of_its_events() {
    let desk = Desk::open().await;
    let request = desk.provisioned().await;
    let (name, number) = (request["name"].as_str().expect("is text"), &request["number"]);
    let provisioned = events(&desk, "action=namespace.provisioned").await.remove(0);
    let mark = provisioned["detail"]["mark"].as_str().expect("has a mark").to_owned();
    let written = until_written(name, "configmaps").await;
    let agent = format!("(request REQ-{number}; event {mark})");
    for line in &written {
        assert!(line["userAgent"].as_str().is_some_and(|said| said.ends_with(&agent)), "{line}");
    }
    let kinds: BTreeSet<_> = written.iter().filter_map(|line| line["objectRef"]["resource"].as_str()).collect();
    for kind in ["namespaces", "resourcequotas", "limitranges", "networkpolicies", "serviceaccounts", "rolebindings"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    let led_to = events(&desk, &format!("text={mark}")).await;
    let led_to: BTreeSet<_> = led_to.iter().filter_map(|event| event["action"].as_str()).collect();
    assert_eq!(led_to, BTreeSet::from(["request.applying", "request.completed", "namespace.provisioned"]));
}

#[tokio::test]
async fn what_is_put_back_for_nobody_bears_the_namespaces_id_and_the_mark_of_its_event() {
    let desk = Desk::open().await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    let quotas: Api<ResourceQuota> = Api::namespaced(kubernetes::admin().await, &name);
    let raised = Patch::Merge(json!({"spec": {"hard": {"pods": "999"}}}));
    quotas.patch("berth-compute", &PatchParams::default(), &raised).await.expect("an administrator may");
    let sync = format!("/api/v1/namespaces/{CLUSTER}/{name}/sync");
    desk.as_(Role::Developer).await.post(&sync, &json!({})).await.expect(200);
    let event = eventually("it is put back and told of", async || {
        events(&desk, "action=namespace.drift_corrected").await.into_iter().next()
    })
    .await;
    let mark = event["detail"]["mark"].as_str().expect("has a mark").to_owned();
    let line = eventually("the API server has written it down", async || {
        audit_log(&mark).into_iter().find(|line| line["objectRef"]["name"] == "berth-compute")
    })
    .await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is there");
    let agent = format!("(sync {id}; event {mark})");
    assert!(line["userAgent"].as_str().is_some_and(|said| said.ends_with(&agent)), "{line}");
    assert_eq!((&line["user"]["username"], &line["objectRef"]["namespace"]), (&json!(PROVISIONER), &json!(name)));
}

#[tokio::test]
async fn what_is_desired_anew_for_nobody_leads_to_an_event_too() {
    let desk = Desk::open().await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    desk.forged().pods_granted(7).await;
    let sync = format!("/api/v1/namespaces/{CLUSTER}/{name}/sync");
    desk.as_(Role::Platform).await.post(&sync, &json!({})).await.expect(200);
    let event = eventually("it is told of", async || {
        events(&desk, "action=namespace.brought_up_to_date").await.into_iter().next()
    })
    .await;
    let mark = event["detail"]["mark"].as_str().expect("has a mark").to_owned();
    eventually("the API server has written it down", async || audit_log(&mark).into_iter().next()).await;
}

async fn events(desk: &Desk, filter: &str) -> Vec<Value> {
    let page = desk.as_(Role::Auditor).await.get(&format!("/api/v1/audit?{filter}")).await.expect(200).json();
    page["items"].as_array().expect("are events").clone()
}

/// All that the provisioner wrote in a namespace, once this kind is among it.
async fn until_written(namespace: &str, kind: &str) -> Vec<Value> {
    eventually(&format!("the API server has written down its {kind}"), async || {
        let lines = audit_log(namespace).into_iter();
        let written: Vec<_> = lines.filter(|line| line["user"]["username"] == PROVISIONER).collect();
        written.iter().any(|line| line["objectRef"]["resource"] == kind).then_some(written)
    })
    .await
}
