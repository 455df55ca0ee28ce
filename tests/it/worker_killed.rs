//! Workers that are killed, in the middle of whatever they do: another takes over, and everything is there once.

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{ConfigMap, LimitRange, Namespace, ResourceQuota, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{Api, ListParams, Patch, PatchParams};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt::Debug;
use tests::{CLUSTER, Desk, Disturbance, Fault, Program, Proxy, Role, eventually, kubernetes};

/// Each step, and what it changes on the cluster or asks of it.
const STEPS: [(&str, &str, &str); 9] = [
    ("preflight", "GET ", "/api/v1/namespaces/NAME?"),
    ("namespace", "PATCH ", "/api/v1/namespaces/NAME?"),
    ("quota", "PATCH ", "/namespaces/NAME/resourcequotas/"),
    ("limits", "PATCH ", "/namespaces/NAME/limitranges/"),
    ("network", "PATCH ", "/namespaces/NAME/networkpolicies/"),
    ("deployer", "PATCH ", "/namespaces/NAME/serviceaccounts/"),
    ("access", "PATCH ", "/namespaces/NAME/rolebindings/berth-develop"),
    ("info", "PATCH ", "/namespaces/NAME/configmaps/"),
    ("verify", "POST ", "/subjectaccessreviews"),
];

const OPEN: &str = "select count(*) from namespace_drift where put_back_at is null";

#[tokio::test]
async fn a_worker_that_is_killed_in_any_step_is_followed_by_another_and_all_is_there_once() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(proxy.opening()).await;
    let number = desk.approved().await;
    let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
    let mut worker = desk.program();
    for (place, (step, method, path)) in STEPS.into_iter().enumerate() {
        let path = path.replace("NAME", &name);
        // It is done on the cluster, and Berth dies before it knows.
        killed_at(&desk, &mut worker, during(&proxy, Fault::AnswerHeld, method, path)).await;
        assert_eq!(n_done(&desk).await, i64::try_from(place).expect("is small"), "killed in {step}");
    }
    worker.start("worker");
    let request = desk.until(number, "completed").await;
    assert!(request["steps"].as_array().expect("has steps").iter().all(|step| step["state"] == "done"), "{request}");

    for action in ["request.approved", "request.applying", "request.completed", "namespace.provisioned"] {
        assert_eq!(n_told(&desk, action).await, 1, "{action}");
    }
    assert_eq!(count(&desk, "select count(*) from quota_changes").await, 1);
    nothing_is_left(&desk).await;
    let verified = desk.program().settings.run(&["audit", "verify"]);
    assert!(verified.is_ok(), "{verified:?}");
    let undisturbed = desk.provisioned().await;
    let cluster = kubernetes::admin().await;
    assert_eq!(made(&cluster, &name).await, made(&cluster, undisturbed["name"].as_str().expect("is text")).await);
}

#[tokio::test]
async fn a_worker_that_is_killed_while_it_puts_back_or_takes_away_is_followed_by_another() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(proxy.opening()).await;
    let first = desk.start_worker();
    let made = desk.provisioned().await;
    first.stop().await;
    let (number, name) = (made["number"].as_i64().expect("is a number"), made["name"].as_str().expect("is text"));
    let admin = kubernetes::admin().await;

    let quotas: Api<ResourceQuota> = Api::namespaced(admin.clone(), name);
    let hard = quotas.get("berth-compute").await.expect("is there").spec.expect("has one").hard;
    let by_hand = PatchParams { field_manager: Some("by-hand".into()), ..PatchParams::default() };
    let more = Patch::Merge(json!({"spec": {"hard": {"pods": "999"}}}));
    quotas.patch("berth-compute", &by_hand, &more).await.expect("an administrator may");
    let platform = desk.as_(Role::Platform).await;
    platform.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/sync"), &json!({})).await.expect(200);
    let mut worker = desk.program();
    let path = format!("/namespaces/{name}/resourcequotas/");
    killed_at(&desk, &mut worker, during(&proxy, Fault::Held, "PATCH ", path.clone())).await;
    assert_eq!(count(&desk, OPEN).await, 1, "it is written down before it is put back");
    // This time the cluster takes it, and Berth dies before it knows.
    killed_at(&desk, &mut worker, during(&proxy, Fault::AnswerHeld, "PATCH ", path)).await;
    assert_eq!(quotas.get("berth-compute").await.expect("is there").spec.expect("has one").hard, hard);
    assert_eq!((count(&desk, OPEN).await, n_told(&desk, "namespace.drift_corrected").await), (1, 0));
    worker.start("worker");
    nothing_is_left(&desk).await;
    worker.kill();
    assert_eq!((count(&desk, OPEN).await, count(&desk, "select count(*) from namespace_drift").await), (0, 1));
    assert_eq!(n_told(&desk, "namespace.drift_resolved").await, 1);

    desk.forged().failed_after_all(number).await;
    platform.post(&format!("/api/v1/requests/{number}/undo"), &json!({})).await.expect(200);
    let path = format!("/api/v1/namespaces/{name}");
    killed_at(&desk, &mut worker, during(&proxy, Fault::AnswerHeld, "DELETE ", path)).await;
    worker.start("worker");
    desk.until(number, "undone").await;
    nothing_is_left(&desk).await;
    assert_eq!(n_told(&desk, "request.undone").await, 1);
    eventually("it is gone from the cluster", async || {
        Api::<Namespace>::all(admin.clone()).get_opt(name).await.expect("answers").is_none().then_some(())
    })
    .await;
}

/// Trouble for what is changed or asked, and not only tried.
fn during(proxy: &Proxy, fault: Fault, method: &'static str, path: String) -> Disturbance {
    proxy.disturb(fault, move |asked| {
        asked.starts_with(method) && format!("{asked}?").contains(&path) && !asked.contains("dryRun")
    })
}

/// Lets the worker work until it is held, kills it, and lets its lease end.
async fn killed_at(desk: &Desk, worker: &mut Program, disturbance: Disturbance) {
    worker.start("worker");
    disturbance.met().await;
    worker.kill();
    drop(disturbance);
    let n_held = desk.forged().leases_end().await;
    assert!(n_held >= 1, "it died with the job in its hands");
}

async fn n_done(desk: &Desk) -> i64 {
    count(desk, "select count(*) from steps where state = 'done'").await
}

async fn count(desk: &Desk, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts")
}

async fn n_told(desk: &Desk, action: &str) -> i64 {
    let query = sqlx::query_scalar("select count(*) from audit_events where action = $1").bind(action);
    query.fetch_one(desk.db()).await.expect("counts")
}

async fn nothing_is_left(desk: &Desk) {
    eventually("nothing is left to do", async || {
        (count(desk, "select count(*) from jobs where kind = 'sync_namespace'").await == 0).then_some(())
    })
    .await;
}

/// Kinds and names of what Berth made in a namespace.
async fn made(cluster: &Client, namespace: &str) -> Vec<String> {
    let kinds = [
        names::<ResourceQuota>(cluster, namespace).await,
        names::<LimitRange>(cluster, namespace).await,
        names::<NetworkPolicy>(cluster, namespace).await,
        names::<ServiceAccount>(cluster, namespace).await,
        names::<RoleBinding>(cluster, namespace).await,
        names::<ConfigMap>(cluster, namespace).await,
    ];
    assert!(kinds.iter().all(|names| !names.is_empty()), "{kinds:?}");
    kinds.concat()
}

async fn names<K>(cluster: &Client, namespace: &str) -> Vec<String>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=berth");
    let found = Api::<K>::namespaced(cluster.clone(), namespace).list_metadata(&ours).await.expect("is listed");
    let name = |name: Option<String>| format!("{} {}", K::kind(&()), name.unwrap_or_default());
    found.items.into_iter().map(|object| name(object.metadata.name)).collect()
}
