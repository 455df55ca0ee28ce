//! What a cluster has not agreed to, from the first namespace that fails for it to the last that follows: said whole, and
//! only for as long as it is so.

use super::agreement::Agreement;
use super::ground::Ground;
use k8s_openapi::api::core::v1::{LimitRange, Namespace};
use kube::Api;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Role, ask, eventually, kubernetes};

async fn asked(desk: &Desk, class: &str) -> (String, i64) {
    let name = desk.new_name("payments");
    let body = ask(&name, class, "S");
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let number = asked["number"].as_i64().expect("is a number");
    let approve = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    (name, number)
}

fn names_all(text: &Value, words: &[&str]) {
    assert!(words.iter().all(|word| text.as_str().is_some_and(|text| text.contains(word))), "{text}");
}

#[tokio::test]
async fn what_is_not_agreed_to_is_said_whole_until_the_cluster_takes_it_and_of_a_move_before_it_is_made() {
    let ground = Ground::find().await;
    let agreement = Agreement::none(&ground).await;
    let desk = Desk::open().await;
    let (platform, developer) = (desk.as_(Role::Platform).await, desk.as_(Role::Developer).await);
    let words = ["node-ports", "toleration"];
    let loosens = json!({"node_ports": 2, "tolerations": ["spot"]});
    let class = desk.class(json!({"guardrails": loosens})).await;
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200);

    let (name, number) = asked(&desk, &class).await;
    let failed = desk.until(number, "failed").await;
    names_all(&failed["failure"], &words);
    assert_eq!((&failed["disagreement"]["missing"], &failed["next"][0]["action"]), (&json!(words), &json!("agree")));

    let manifest = failed["disagreement"]["agreement"].as_str().expect("Platform reads what is applied");
    agreement.to(manifest).await;
    // The API server takes a moment to know of it.
    eventually("it is made", async || match desk.request(number).await["state"].as_str() {
        Some("completed") => Some(()),
        Some("failed") => {
            platform.post(&format!("/api/v1/requests/{number}/retry"), &json!({})).await.expect(200);
            None
        }
        Some(_) | None => None,
    })
    .await;
    let verdict = ask(&desk.new_name("payments"), &class, "S");
    let verdict = developer.post("/api/v1/requests/check", &verdict).await.expect(200).json();
    assert_eq!(verdict["disagreement"], Value::Null, "nobody checked the cluster again");

    let container = json!({
        "request_cpu_m": 111, "request_memory_bytes": 128 << 20, "limit_cpu_m": 500, "limit_memory_bytes": 512 << 20,
    });
    let guardrails = json!({"node_ports": 2, "tolerations": ["spot"], "allows": ["external_ips"]});
    desk.publish(&class, json!({"container": container, "guardrails": guardrails})).await;
    let defaults = async || {
        let limits = Api::<LimitRange>::namespaced(kubernetes::admin().await, &name);
        let limits = limits.list(&ListParams::default()).await.expect("answers").items;
        let requests = limits.into_iter().filter_map(|limits| limits.spec).flat_map(|spec| spec.limits);
        requests.filter_map(|item| item.default_request?.remove("cpu")).map(|cpu| cpu.0).collect::<Vec<_>>()
    };
    assert_eq!(defaults().await, ["100m"]);
    let path = format!("/api/v1/classes/{class}/move");
    let plan = platform.get(&path).await.expect(200).json();
    assert_eq!(plan["disagreements"][0]["missing"], json!(["external-ips"]));
    let follow = json!({"to": 2, "namespaces": [plan["namespaces"][0]["id"]]});
    platform.post(&path, &follow).await.expect(200);
    let view = async || developer.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json();
    let refused = eventually("the cluster refuses it", async || {
        Some(view().await).filter(|view| view["sync"]["condition"]["kind"] == "refused")
    })
    .await;
    names_all(&refused["sync"]["condition"]["detail"], &["external-ips", &class]);
    assert_eq!((&refused["class_version"], &refused["sync"]["applied_version"]), (&json!(2), &json!(1)));
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-applied-version=\"1\""));
    assert_eq!(defaults().await, ["100m"], "nothing of it is in force");

    agreement.take_back().await;
    agreement.to(plan["disagreements"][0]["agreement"].as_str().expect("is there")).await;
    eventually("the version is in force", async || {
        developer.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/sync"), &json!({})).await;
        (view().await["sync"]["applied_version"] == 2).then_some(())
    })
    .await;
    assert_eq!(defaults().await, ["111m"]);
    assert_eq!(platform.get(&format!("/api/v1/classes/{class}")).await.expect(200).json()["disagreements"], json!([]));

    // Gone, and not to be made again as it is: it is missing until it is there, and says why.
    agreement.take_back().await;
    let namespaces = Api::<Namespace>::all(kubernetes::admin().await);
    namespaces.delete(&name, &DeleteParams::default()).await.expect("is deleted");
    let manifest = plan["disagreements"][0]["agreement"].as_str().expect("is there");
    let sync = async || developer.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/sync"), &json!({})).await;
    let until_missing = async |says: &str| {
        eventually(says, async || {
            let condition = view().await["sync"]["condition"].clone();
            let is_said = condition["detail"].as_str().is_some_and(|detail| detail.contains(says));
            (condition["kind"] == "missing" && is_said).then_some(())
        })
        .await;
    };
    until_missing("").await;
    sync().await.expect(200);
    until_missing("external-ips").await;
    let quota = developer.get(&format!("/namespaces/{CLUSTER}/{name}/quota")).await.expect(200).text();
    assert!(!quota.contains("id=\"quota\""), "nothing to ask a quota for");
    agreement.to(manifest).await;
    eventually("it is there again", async || {
        sync().await;
        view().await["sync"]["condition"].is_null().then_some(())
    })
    .await;
    namespaces.get(&name).await.expect("is there");
    agreement.take_back().await;
}
