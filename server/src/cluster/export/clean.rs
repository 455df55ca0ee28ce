//! An object as somebody would write it, of one that a cluster has.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::ResourceExt;
use kube::api::{ApiResource, DynamicObject};
use serde_json::{Map, Value, json};

/// Annotations by which controllers remember what they did.
const REMEMBERED: [&str; 7] = [
    "deployment.kubernetes.io/",
    "pv.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "control-plane.alpha.kubernetes.io/",
    "batch.kubernetes.io/job-tracking",
    "berth.dev/",
];
/// Labels by which a Job knows its pods, unless somebody chose them.
const OF_A_JOB: [&str; 4] =
    ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];
/// Kinds that are kept and make what they own again. What somebody else owns (an operator, by an object of its own kind) is kept:
/// its owner may not be there when it is needed.
const MAKERS: [&str; 7] =
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "CronJob", "Job"];
/// The volume that gives a pod its service account's token.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// None for what follows from another object, is over, or comes with every namespace.
pub fn clean(resource: &ApiResource, found: &DynamicObject) -> Option<Value> {
    let kind = resource.kind.as_str();
    if is_derived(kind, found) {
        return None;
    }
    let mut object = found.data.as_object().cloned().unwrap_or_default();
    object.remove("status");
    object.insert("apiVersion".into(), resource.api_version.clone().into());
    object.insert("kind".into(), kind.into());
    object.insert("metadata".into(), metadata(found));
    match kind {
        "Service" => service(&mut object),
        "PersistentVolumeClaim" => claim(&mut object),
        "ServiceAccount" => drop(object.remove("secrets")),
        "Job" => job(&mut object),
        "Pod" => pod(&mut object),
        _ => {}
    }
    Some(Value::Object(object))
}

fn is_derived(kind: &str, found: &DynamicObject) -> bool {
    let makes_it = |owner: &OwnerReference| owner.controller == Some(true) && MAKERS.contains(&owner.kind.as_str());
    let is_owned = found.owner_references().iter().any(makes_it);
    let is_over = || {
        let conditions = found.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let ends = |condition: &Value| {
            condition["status"] == "True" && (condition["type"] == "Complete" || condition["type"] == "Failed")
        };
        conditions.iter().any(ends)
    };
    let name = found.name_any();
    is_owned
        || found.metadata.deletion_timestamp.is_some()
        || match kind {
            "ServiceAccount" => comes_with_namespace(kind, found) && !has_something(found),
            "ConfigMap" => name == "kube-root-ca.crt",
            "Secret" => found.data["type"] == "kubernetes.io/service-account-token",
            "Job" => is_over(),
            "Pod" => ["Succeeded", "Failed"].iter().any(|phase| found.data["status"]["phase"] == *phase),
            _ => false,
        }
}

/// Whether every namespace has it, so that it is changed and not made.
pub fn comes_with_namespace(kind: &str, object: &DynamicObject) -> bool {
    kind == "ServiceAccount" && object.name_any() == "default"
}

/// Whether somebody gave it more than it comes with.
fn has_something(account: &DynamicObject) -> bool {
    let pulls = account.data["imagePullSecrets"].as_array().is_some_and(|secrets| !secrets.is_empty());
    pulls || !account.annotations().is_empty() || !account.labels().is_empty()
}

fn metadata(found: &DynamicObject) -> Value {
    let kept = |key: &String| !REMEMBERED.iter().any(|prefix| key.starts_with(prefix));
    let annotations: Map<_, _> = found
        .annotations()
        .iter()
        .filter(|(key, _)| kept(key))
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    let mut metadata = json!({"name": found.name_any()});
    if !annotations.is_empty() {
        metadata["annotations"] = annotations.into();
    }
    if !found.labels().is_empty() {
        metadata["labels"] = json!(found.labels());
    }
    metadata
}

fn spec(object: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    object.get_mut("spec")?.as_object_mut()
}

/// Addresses are the cluster's; one without an address keeps having none.
fn service(object: &mut Map<String, Value>) {
    let Some(spec) = spec(object) else { return };
    if spec.get("clusterIP").is_some_and(|address| address != "None") {
        spec.remove("clusterIP");
        spec.remove("clusterIPs");
    }
    spec.remove("healthCheckNodePort");
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        port.as_object_mut().and_then(|port| port.remove("nodePort"));
    }
}

/// The volume that it had is gone: it gets another one, which is empty.
fn claim(object: &mut Map<String, Value>) {
    spec(object).and_then(|spec| spec.remove("volumeName"));
}

fn job(object: &mut Map<String, Value>) {
    let Some(spec) = spec(object) else { return };
    if spec.get("manualSelector") == Some(&true.into()) {
        return;
    }
    spec.remove("selector");
    let labels = spec.get_mut("template").and_then(|template| template["metadata"]["labels"].as_object_mut());
    labels.into_iter().for_each(|labels| labels.retain(|key, _| !OF_A_JOB.contains(&key.as_str())));
    let own = object.get_mut("metadata").and_then(|metadata| metadata["labels"].as_object_mut());
    own.into_iter().for_each(|labels| labels.retain(|key, _| !OF_A_JOB.contains(&key.as_str())));
}

fn pod(object: &mut Map<String, Value>) {
    let Some(spec) = spec(object) else { return };
    for field in ["nodeName", "serviceAccount", "priority"] {
        spec.remove(field);
    }
    let is_token = |value: &Value| value["name"].as_str().is_some_and(|name| name.starts_with(TOKEN_VOLUME));
    let drop_tokens = |list: Option<&mut Value>| {
        if let Some(list) = list.and_then(Value::as_array_mut) {
            list.retain(|value| !is_token(value));
        }
    };
    drop_tokens(spec.get_mut("volumes"));
    for containers in ["containers", "initContainers"] {
        for container in spec.get_mut(containers).and_then(Value::as_array_mut).into_iter().flatten() {
            drop_tokens(container.get_mut("volumeMounts"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::core::GroupVersionKind;
    use rstest::rstest;

    fn cleaned(object: Value) -> Option<Value> {
        let object: DynamicObject = serde_json::from_value(object).expect("is an object");
        let types = object.types.clone().expect("has a kind");
        let (group, version) = types.api_version.split_once('/').unwrap_or(("", &types.api_version));
        clean(&ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &types.kind)), &object)
    }

    #[test]
    fn what_the_cluster_adds_is_left_out() {
        let found = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "web", "namespace": "here", "uid": "1", "resourceVersion": "7", "generation": 3,
                "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web"}, "finalizers": ["a.test/b"],
                "annotations": {"deployment.kubernetes.io/revision": "4", "team.test/note": "kept"},
                "managedFields": [{"manager": "kubectl"}],
            },
            "spec": {"replicas": 3},
            "status": {"replicas": 3},
        });
        let expected = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app": "web"}, "annotations": {"team.test/note": "kept"}},
            "spec": {"replicas": 3},
        });
        assert_eq!(cleaned(found), Some(expected));
    }

    #[rstest]
    #[case::owned(json!({"kind": "ReplicaSet", "metadata": {"name": "a", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "1", "controller": true}]}}))]
    #[case::in_every_namespace(json!({"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}}))]
    #[case::in_every_namespace_too(json!({"kind": "ServiceAccount", "metadata": {"name": "default"}}))]
    #[case::token(json!({"kind": "Secret", "metadata": {"name": "a"}, "type": "kubernetes.io/service-account-token"}))]
    #[case::over(json!({"kind": "Job", "metadata": {"name": "a"}, "status": {"conditions": [
        {"type": "Complete", "status": "True"}]}}))]
    #[case::over_too(json!({"kind": "Pod", "metadata": {"name": "a"}, "status": {"phase": "Succeeded"}}))]
    #[case::leaving(json!({"kind": "Secret", "metadata": {"name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z"}}))]
    fn what_follows_from_something_else_or_is_over_is_left_out(#[case] mut found: Value) {
        found["apiVersion"] = "v1".into();
        assert_eq!(cleaned(found), None);
    }

    #[rstest]
    #[case::service(
        json!({"kind": "Service", "spec": {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"],
            "ports": [{"port": 80, "nodePort": 30000}]}}),
        json!({"ports": [{"port": 80}]})
    )]
    #[case::headless(
        json!({"kind": "Service", "spec": {"clusterIP": "None", "clusterIPs": ["None"]}}),
        json!({"clusterIP": "None", "clusterIPs": ["None"]})
    )]
    #[case::claim(
        json!({"kind": "PersistentVolumeClaim", "spec": {"volumeName": "pv-1", "storageClassName": "fast"}}),
        json!({"storageClassName": "fast"})
    )]
    #[case::job(
        json!({"kind": "Job", "spec": {"selector": {"matchLabels": {"controller-uid": "1"}},
            "template": {"metadata": {"labels": {"controller-uid": "1", "job-name": "a", "app": "x"}}}}}),
        json!({"template": {"metadata": {"labels": {"app": "x"}}}})
    )]
    #[case::pod(
        json!({"kind": "Pod", "spec": {"nodeName": "n", "volumes": [{"name": "kube-api-access-x"}, {"name": "data"}],
            "containers": [{"name": "c", "volumeMounts": [{"name": "kube-api-access-x"}]}]}}),
        json!({"volumes": [{"name": "data"}], "containers": [{"name": "c", "volumeMounts": []}]})
    )]
    fn what_was_the_clusters_choice_is_left_to_the_next(#[case] mut found: Value, #[case] spec: Value) {
        found["apiVersion"] = "v1".into();
        found["metadata"] = json!({"name": "a"});
        assert_eq!(cleaned(found).expect("is kept")["spec"], spec);
    }
}
