use super::*;

fn object<K: DeserializeOwned>(spec: Value) -> K {
    let object = json!({"metadata": {"name": "one", "uid": "1"}, "spec": spec});
    serde_json::from_value(object).expect("is one")
}

fn pods() -> Value {
    json!({"metadata": {}, "spec": {"containers": []}})
}

#[test]
fn what_has_replicas_goes_to_zero_and_comes_back_to_what_it_was() {
    let found: Deployment = object(json!({"replicas": 3, "selector": {}, "template": pods()}));
    let workload = deployment(&found).expect("runs");
    assert_eq!((workload.replicas, &workload.stop), (Some(3), &json!({"spec": {"replicas": 0}})));
    assert_eq!(workload.undo, json!({"spec": {"replicas": 3}}));
    let named_none: Deployment = object(json!({"selector": {}, "template": pods()}));
    assert_eq!(deployment(&named_none).and_then(|workload| workload.replicas), Some(1));
    let at_zero: Deployment = object(json!({"replicas": 0, "selector": {}, "template": pods()}));
    assert_eq!(deployment(&at_zero), None);
}

#[test]
fn a_replica_set_of_a_deployment_is_left_to_it() {
    let mut found: ReplicaSet = object(json!({"replicas": 2, "selector": {}, "template": pods()}));
    assert!(replica_set(&found).is_some());
    let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "2", "controller": true}]);
    found.metadata.owner_references = Some(serde_json::from_value(owner).expect("is one"));
    assert_eq!(replica_set(&found), None);
}

#[test]
fn a_replica_set_of_anything_else_goes_to_zero_as_well() {
    for (api, kind) in [("argoproj.io/v1alpha1", "Rollout"), ("example.com/v1", "Deployment")] {
        let mut found: ReplicaSet = object(json!({"replicas": 2, "selector": {}, "template": pods()}));
        let owner = json!([{"apiVersion": api, "kind": kind, "name": "web", "uid": "2", "controller": true}]);
        found.metadata.owner_references = Some(serde_json::from_value(owner).expect("is one"));
        let running = replica_set(&found).expect("runs");
        assert_eq!((running.replicas, &running.stop["spec"]["replicas"]), (Some(2), &json!(0)), "{api} {kind}");
    }
}

#[test]
fn volumes_that_go_with_replicas_stay_while_it_is_suspended() {
    let policy = json!({"whenScaled": "Delete", "whenDeleted": "Retain"});
    let spec = json!({
        "replicas": 2, "selector": {}, "template": pods(), "serviceName": "db",
        "persistentVolumeClaimRetentionPolicy": policy,
    });
    let workload = stateful_set(&object(spec)).expect("runs");
    let kept = |word: &str, replicas: i32| json!({"spec": {"replicas": replicas, "persistentVolumeClaimRetentionPolicy": {"whenScaled": word}}});
    assert_eq!((workload.stop, workload.undo), (kept("Retain", 0), kept("Delete", 2)));
}

#[test]
fn a_daemon_set_looks_for_nodes_that_there_are_none_of() {
    let workload = daemon_set(&object(json!({"selector": {}, "template": pods()}))).expect("runs");
    let mut spec = json!({"selector": {}, "template": pods()});
    spec["template"]["spec"]["nodeSelector"] = workload.stop["spec"]["template"]["spec"]["nodeSelector"].clone();
    assert_eq!(daemon_set(&object(spec)), None, "is stopped already");
    assert!(workload.undo["spec"]["template"]["spec"]["nodeSelector"][NO_NODE].is_null());
}

#[test]
fn jobs_are_suspended_unless_they_are_over_or_were_suspended_before() {
    let spec = json!({"template": pods()});
    assert_eq!(job(&object(spec.clone())).expect("runs").stop, json!({"spec": {"suspend": true}}));
    assert_eq!(job(&object(json!({"suspend": true, "template": pods()}))), None);
    let over = json!({
        "metadata": {"name": "one", "uid": "1"}, "spec": spec,
        "status": {"conditions": [{"type": "Complete", "status": "True"}]},
    });
    assert_eq!(job(&serde_json::from_value(over).expect("is one")), None);
    let cron = json!({"schedule": "* * * * *", "jobTemplate": {"spec": {"template": pods()}}});
    assert_eq!(cron_job(&object(cron)).expect("runs").undo, json!({"spec": {"suspend": false}}));
}

#[test]
fn what_is_being_deleted_is_left_alone() {
    let mut found: Deployment = object(json!({"replicas": 3, "selector": {}, "template": pods()}));
    let leaving = json!({"name": "one", "uid": "1", "deletionTimestamp": "2026-01-01T00:00:00Z"});
    found.metadata = serde_json::from_value(leaving).expect("is metadata");
    assert_eq!(deployment(&found), None);
}
