//! Workloads that fail in every way a workload fails on a node, and what Berth's API shows of each: cause, evidence and a next
//! step. What the cluster says in words is no part of it, since that differs by version.

mod around;
mod before;
mod row;
mod running;

use crate::place::Place;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::api::{Api, Patch, PatchParams};
use row::Row;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::{kubernetes, within};

/// What all of the zoo has, side by side, to come to its end: a CronJob runs once a minute, and a deletion is stuck after one.
const LIMIT: Duration = Duration::from_secs(150);
/// Between two looks, each of which diagnoses all of it.
const PAUSE: Duration = Duration::from_secs(1);
/// A storage class whose provisioner nobody runs.
const NEVER: &str = "never";
/// The workload whose pod is deleted, and is not let go.
const STUCK: &str = "not-let-go";

/// Its pods request more than a size of the usual classes has.
fn sizes() -> Value {
    let quota = json!({"cpu_m": 25_000, "memory_bytes": 16u64 << 30, "storage_bytes": 10u64 << 30, "pods": 100});
    json!({"sizes": [{"name": "S", "quota": quota}]})
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn what_fails_on_a_node_has_its_cause_its_evidence_and_a_next_step() {
    let place = Place::of_class(sizes()).await;
    offer_no_volumes().await;
    let rows: Vec<_> = [before::rows(), running::rows(), around::rows()].into_iter().flatten().collect();
    let items: Vec<_> = rows.iter().flat_map(Row::objects).collect();
    let applied = place.kubectl.apply(&json!({"apiVersion": "v1", "kind": "List", "items": items})).await;
    let is_deleted = place.delete_stuck().await;
    let mut wrong = Vec::new();
    let all_right = within(LIMIT, PAUSE, async || {
        wrong = differences(&rows, &place.namespace().await);
        wrong.is_empty().then_some(())
    });
    let all_right = all_right.await;
    // Nothing may fail before: with its finalizer, the namespace would stay.
    let is_let_go = place.let_go().await;
    applied.is_done();
    assert!(is_deleted && is_let_go, "the pod of {STUCK} is deleted, and let go at the end");
    assert!(all_right.is_some(), "{} of {} are wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

async fn offer_no_volumes() {
    let class: StorageClass = serde_json::from_value(json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": NEVER}, "provisioner": "example.com/never",
    }))
    .expect("is one");
    let classes = Api::<StorageClass>::all(kubernetes::admin().await);
    classes.patch(NEVER, &PatchParams::apply("tests"), &Patch::Apply(&class)).await.expect("is applied");
}

impl Place {
    async fn delete_stuck(&self) -> bool {
        let delete = format!("delete pod {STUCK}-0 --wait=false");
        let is_done = async || self.kubectl.run(&delete).await.is_done.then_some(());
        within(Duration::from_secs(30), Duration::from_millis(200), is_done).await.is_some()
    }

    async fn let_go(&self) -> bool {
        let patch = r#"{"metadata":{"finalizers":null}}"#;
        self.kubectl.run(&format!("patch pod {STUCK}-0 --type=merge --patch={patch}")).await.is_done
    }
}

/// Every row of which something else is shown than it says, and every workload that is no row.
fn differences(rows: &[Row], namespace: &Value) -> Vec<String> {
    let workloads = namespace["workloads"].as_array().expect("is a list");
    let key = |workload: &Value| format!("{} {}", text(&workload["kind"]), text(&workload["name"]));
    let mut shown: BTreeMap<_, _> = workloads.iter().map(|workload| (key(workload), workload)).collect();
    let mut wrong = Vec::new();
    for row in rows {
        let key = format!("{:?} {}", row.kind, row.name);
        match shown.remove(&key) {
            None => wrong.push(format!("{key} is not shown")),
            Some(workload) => wrong.extend(difference(row, workload).map(|why| format!("{key}: {why}"))),
        }
    }
    wrong.extend(shown.keys().map(|key| format!("{key} is no row")));
    wrong
}

fn difference(row: &Row, workload: &Value) -> Option<String> {
    let (health, found) = (text(&workload["health"]), &workload["diagnosis"]);
    let sources: Vec<_> = items(&found["evidence"]).iter().map(|seen| text(&seen["source"])).collect();
    let lacks = |begin: &&&str| !sources.iter().any(|source| source.starts_with(**begin));
    let lacking: Vec<_> = row.evidence.iter().filter(lacks).collect();
    let next_step = text(&found["next_step"]);
    let is_step = !next_step.is_empty() && !["{", "NAME", "POD", "CONTAINER"].iter().any(|gap| next_step.contains(gap));
    let is_clocked = health == "failing" || health == "progressing" && !found["fails_at"].is_null();
    let is_right = text(&found["code"]) == row.cause.as_str() && lacking.is_empty() && is_step && is_clocked;
    (!is_right).then(|| format!("wants {} with {:?}, is {health} {found}", row.cause.as_str(), row.evidence))
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
