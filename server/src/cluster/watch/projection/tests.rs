use super::*;
use domain::diagnosis::{Container, ContainerState, Ended, Pod, Probe, RestartsAfter, Role, Workload, WorkloadKind};
use rstest::rstest;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}

#[test]
fn a_pod_that_failed_did_so_when_its_last_container_ended_or_when_it_was_rejected() {
    let failed = |status: Value| {
        let made = json!({"name": "web-1", "creationTimestamp": "2026-11-20T08:00:00Z"});
        let seen = pod(&read(json!({"metadata": made, "status": status})));
        seen.pod.reason.expect("says why").at
    };
    let unready = json!([{"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-20T08:00:00Z"}]);
    let ended = json!([{
        "name": "web", "image": "web:1", "imageID": "", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": 137, "finishedAt": "2026-11-20T08:03:00Z"}},
    }]);
    assert_eq!(failed(json!({"phase": "Failed", "reason": "OutOfcpu"})), Some(datetime!(2026-11-20 08:00 UTC)));
    let evicted = json!({"phase": "Failed", "reason": "Evicted", "conditions": unready, "containerStatuses": ended});
    assert_eq!(failed(evicted), Some(datetime!(2026-11-20 08:03 UTC)), "it was never ready");
}

#[test]
fn an_owner_of_another_group_is_none_of_kubernetes_own() {
    for (api_version, kind, expected) in [
        ("apps/v1", "StatefulSet", "StatefulSet"),
        ("batch/v1", "Job", "Job"),
        ("v1", "ReplicationController", "ReplicationController"),
        ("batch.volcano.sh/v1alpha1", "Job", "Job.batch.volcano.sh"),
        ("apps.kruise.io/v1beta1", "StatefulSet", "StatefulSet.apps.kruise.io"),
    ] {
        let owner = json!({"apiVersion": api_version, "kind": kind, "name": "web", "uid": "2", "controller": true});
        let seen = pod(&read(json!({"metadata": {"name": "web-1", "ownerReferences": [owner]}})));
        assert_eq!(seen.owner.map(|owner| owner.kind).as_deref(), Some(expected), "{api_version} {kind}");
    }
}

#[test]
fn a_crashing_pod_keeps_what_explains_it() {
    let seen = pod(&read(json!({
        "metadata": {
            "name": "web-7d9f-abc", "namespace": "payments-dev", "creationTimestamp": "2026-11-20T08:00:00Z",
            "managedFields": [{"manager": "kubelet"}],
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": "node-1", "uid": "1"},
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7d9f", "uid": "2", "controller": true},
            ],
        },
        "spec": {"nodeName": "node-1", "containers": [{"name": "web", "image": "registry.test/web:1"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "False"}, {"type": "PodScheduled", "status": "True"}],
            "containerStatuses": [{
                "name": "web", "image": "sha256:0123", "imageID": "", "ready": false, "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
            }],
        },
    })));
    assert_eq!(seen.owner, Some(Owner { kind: "ReplicaSet".into(), name: "web-7d9f".into() }));
    assert_eq!(
        seen.pod,
        Pod {
            name: "web-7d9f-abc".into(),
            phase: "Running".into(),
            node: Some("node-1".into()),
            workload: None,
            containers: vec![Container {
                name: "web".into(),
                image: "registry.test/web:1".into(),
                is_ready: false,
                restarts: 4,
                state: ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off 40s".into() },
                last: Some(Ended { reason: "Error".into(), exit_code: 1, ..Ended::default() }),
                ..Container::default()
            }],
            unready: Some(Said { source: "condition Ready".into(), ..Said::default() }),
            created_at: Some(datetime!(2026-11-20 08:00 UTC)),
            ..Pod::default()
        }
    );
}

#[test]
fn a_pod_without_a_node_says_what_the_scheduler_said() {
    let seen = pod(&read(json!({
        "metadata": {"name": "web"},
        "status": {"phase": "Pending", "conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/3 nodes are available: 3 Insufficient cpu.",
        }]},
    })));
    let said = seen.pod.unscheduled.as_ref().map(|said| (said.reason.as_str(), said.message.as_str()));
    assert_eq!(said, Some(("Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.")));
    assert_eq!((seen.owner, seen.pod.phase.as_str()), (None, "Pending"));
}

#[test]
fn init_containers_are_kept_while_they_are_at_work_and_evictions_with_their_reason() {
    let status =
        |name: &str, ready: bool| json!({"name": name, "image": "i", "imageID": "", "ready": ready, "restartCount": 0});
    let seen = pod(&read(json!({
        "metadata": {"name": "web", "deletionTimestamp": "2026-11-20T08:00:00Z", "finalizers": ["a.test/hold"]},
        "status": {
            "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory.",
            "initContainerStatuses": [status("done", true), status("migrates", false)],
            "containerStatuses": [status("web", false)],
        },
    })));
    let names: Vec<_> = seen.pod.containers.iter().map(|container| container.name.as_str()).collect();
    assert_eq!(names, ["migrates", "web"]);
    let said = seen.pod.reason.as_ref().map(|said| (said.reason.as_str(), said.message.as_str()));
    assert_eq!(said, Some(("Evicted", "The node was low on resource: memory.")));
    assert_eq!(seen.pod.deletion.map(|deletion| deletion.finalizers), Some(vec!["a.test/hold".to_owned()]));
}

#[test]
fn a_container_says_what_ends_it_and_what_it_left() {
    let last_words = format!("{}the end\n", "x".repeat(2000));
    let seen = pod(&read(json!({
        "metadata": {"name": "web"},
        "spec": {
            "restartPolicy": "OnFailure",
            "initContainers": [{"name": "proxy", "image": "proxy:1", "restartPolicy": "Always"}],
            "containers": [{"name": "web", "image": "web:1", "resources": {"limits": {"memory": "64Mi"}}}],
        },
        "status": {
            "initContainerStatuses": [{"name": "proxy", "image": "i", "imageID": "", "ready": true, "restartCount": 0}],
            "containerStatuses": [{
                "name": "web", "image": "i", "imageID": "", "ready": false, "restartCount": 1,
                "state": {"terminated": {
                    "exitCode": 128, "reason": "StartError", "message": last_words,
                    "startedAt": "1970-01-01T00:00:00Z", "finishedAt": "2026-11-20T08:00:00Z",
                }},
            }],
        },
    })));
    let [proxy, web] = seen.pod.containers.as_slice() else { panic!("both are kept: {seen:?}") };
    assert_eq!((proxy.role, proxy.restarts_after), (Role::Sidecar, RestartsAfter::Any));
    assert_eq!(
        (web.role, web.restarts_after, web.memory_limit.as_deref()),
        (Role::Main, RestartsAfter::Failure, Some("64Mi"))
    );
    let ended = web.ended().expect("has ended");
    assert_eq!((ended.exit_code, ended.started_at), (128, None), "it never ran");
    assert_eq!(ended.finished_at, Some(datetime!(2026-11-20 08:00 UTC)));
    assert!(ended.message.ends_with("the end") && ended.message.chars().count() < 510, "{}", ended.message);
}

#[test]
fn a_pod_says_when_it_got_on_and_how_long_its_probes_may_take() {
    let condition = |type_: &str, status: &str, minute: u8| json!({"type": type_, "status": status, "lastTransitionTime": format!("2026-11-20T08:{minute:02}:00Z")});
    let init = |name: &str, minute: u8| {
        let ended = json!({"terminated": {"exitCode": 0, "finishedAt": format!("2026-11-20T08:{minute:02}:00Z")}});
        json!({"name": name, "image": "i", "imageID": "", "ready": true, "restartCount": 0, "state": ended})
    };
    let seen = |conditions: Value, init: Value| {
        pod(&read(json!({
            "metadata": {"name": "web", "uid": "b7e1"},
            "spec": {"containers": [{
                "name": "web", "image": "web:1", "readinessProbe": {"initialDelaySeconds": 600},
                "startupProbe": {"periodSeconds": 5, "failureThreshold": 60, "initialDelaySeconds": 10},
            }], "resources": {"limits": {"memory": "1Gi"}}},
            "status": {
                "conditions": conditions, "initContainerStatuses": init,
                "containerStatuses": [{"name": "web", "image": "i", "imageID": "", "ready": false, "restartCount": 0}],
            },
        })))
        .pod
    };
    let waits = seen(json!([condition("PodScheduled", "True", 1), condition("Initialized", "False", 9)]), json!([]));
    assert_eq!((waits.uid.as_deref(), waits.advanced_at), (Some("b7e1"), Some(datetime!(2026-11-20 08:01 UTC))));
    let second = seen(json!([condition("PodScheduled", "True", 1)]), json!([init("first", 4), init("second", 6)]));
    assert_eq!(second.advanced_at, Some(datetime!(2026-11-20 08:06 UTC)), "the third waits since then");
    let web = &waits.containers[0];
    assert_eq!(web.startup.map(|probe| probe.budget()), Some(Duration::seconds(310)));
    assert_eq!(web.readiness, Some(Probe { delay: Duration::minutes(10), period: Duration::seconds(10), failures: 3 }));
    assert_eq!(web.memory_limit.as_deref(), Some("1Gi"), "its pod's");
}

#[test]
fn what_is_wanted_was_changed_when_its_spec_was_written() {
    let entry = |fields: &str, subresource: Value, minute: u8| {
        json!({
            "manager": "m", "operation": "Update", "time": format!("2026-11-20T08:{minute:02}:00Z"),
            "fieldsType": "FieldsV1", "fieldsV1": {fields: {}}, "subresource": subresource,
        })
    };
    let changed_at = |entries: Value| {
        let set =
            json!({"metadata": {"name": "db", "managedFields": entries}, "spec": {"selector": {}, "template": {}}});
        stateful_set(&read(set)).changed_at
    };
    let (applied, scaled) = (entry("f:spec", Value::Null, 1), entry("f:spec", json!("scale"), 5));
    let (labelled, reported) = (entry("f:metadata", Value::Null, 8), entry("f:status", json!("status"), 9));
    assert_eq!(changed_at(json!([applied, scaled, labelled, reported])), Some(datetime!(2026-11-20 08:05 UTC)));
    assert_eq!(changed_at(json!([reported])), None);
    let unavailable =
        json!({"conditions": [{"type": "Available", "status": "False", "lastTransitionTime": "2026-11-20T08:07:00Z"}]});
    assert_eq!(a_deployment(json!(1), unavailable).changed_at, Some(datetime!(2026-11-20 08:07 UTC)));
    let quota = resource_quota(&read(json!({"metadata": {"name": "q", "managedFields": [applied, reported]}})));
    assert_eq!(quota.changed_at, Some(datetime!(2026-11-20 08:09 UTC)));
}

#[test]
fn a_node_says_that_it_is_short_of_memory() {
    let seen = |status: &str| {
        node(&read(json!({"metadata": {"name": "node-1"}, "status": {"conditions": [
            {"type": "Ready", "status": "True"},
            {"type": "MemoryPressure", "status": status, "reason": "KubeletHasInsufficientMemory"},
        ]}})))
        .memory_pressure
    };
    assert_eq!(seen("True").map(|said| said.source).as_deref(), Some("condition MemoryPressure of the node"));
    assert_eq!(seen("False"), None);
}

fn a_deployment(replicas: Value, status: Value) -> Workload {
    let container = |image: &str| json!({"name": image, "image": image});
    deployment(&read(json!({
        "metadata": {"name": "web", "creationTimestamp": "2026-11-20T08:00:00Z"},
        "spec": {
            "replicas": replicas, "selector": {},
            "template": {"spec": {"containers": [container("web:1"), container("proxy:2"), container("web:1")]}},
        },
        "status": status,
    })))
}

#[test]
fn a_deployment_is_its_replicas_and_the_conditions_that_hold_it_up() {
    let conditions = json!({
        "readyReplicas": 1,
        "conditions": [
            {"type": "Available", "status": "False"},
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: berth-compute"},
        ],
    });
    let seen = a_deployment(json!(3), conditions);
    assert_eq!((seen.desired, seen.ready, seen.is_paused), (3, 1, false));
    assert_eq!(seen.images, ["web:1", "proxy:2"]);
    let said = seen.problem.as_ref().map(|said| (said.reason.as_str(), said.message.as_str(), said.source.as_str()));
    assert_eq!(said, Some(("FailedCreate", "exceeded quota: berth-compute", "condition ReplicaFailure")));
}

#[rstest]
#[case(json!(0), 0, true)]
#[case(Value::Null, 1, false)]
fn a_deployment_scaled_to_zero_is_paused(#[case] replicas: Value, #[case] desired: i32, #[case] is_paused: bool) {
    let seen = a_deployment(replicas, json!({}));
    assert_eq!((seen.desired, seen.is_paused, seen.problem), (desired, is_paused, None));
}

#[test]
fn a_stateful_set_and_a_daemon_set_are_their_ready_pods() {
    let set = stateful_set(&read(json!({
        "metadata": {"name": "db"},
        "spec": {"replicas": 3, "selector": {}, "serviceName": "db", "template": {}},
        "status": {"replicas": 3, "readyReplicas": 2},
    })));
    assert_eq!((set.kind, set.desired, set.ready), (WorkloadKind::StatefulSet, 3, 2));
    let set = daemon_set(&read(json!({
        "metadata": {"name": "agent"},
        "spec": {"selector": {}, "template": {}},
        "status": {"currentNumberScheduled": 3, "desiredNumberScheduled": 3, "numberMisscheduled": 0, "numberReady": 1},
    })));
    assert_eq!((set.kind, set.desired, set.ready), (WorkloadKind::DaemonSet, 3, 1));
}

#[rstest]
#[case::at_work(json!({"active": 1}), 0, None)]
#[case::done(json!({"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}), 1, None)]
#[case::failed(
    json!({"failed": 7, "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}),
    0,
    Some("BackoffLimitExceeded")
)]
fn a_job_is_ready_when_it_is_done(#[case] status: Value, #[case] ready: i32, #[case] problem: Option<&str>) {
    let seen = job(&read(json!({
        "metadata": {"name": "report-1", "ownerReferences": [
            {"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "uid": "1", "controller": true},
        ]},
        "spec": {"template": {}},
        "status": status,
    })));
    assert_eq!(seen.cron_job.as_deref(), Some("report"));
    assert_eq!(
        (seen.workload.desired, seen.workload.ready, seen.workload.problem.as_ref().map(|said| said.reason.as_str())),
        (1, ready, problem)
    );
}

#[test]
fn a_cron_job_is_its_runs_under_way() {
    let seen = cron_job(&read(json!({
        "metadata": {"name": "report"},
        "spec": {
            "schedule": "0 3 * * *", "suspend": true,
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "r", "image": "report:1"}]}}}},
        },
        "status": {"active": [{"name": "report-1"}]},
    })));
    assert_eq!((seen.desired, seen.ready, seen.is_paused), (1, 1, true));
    assert_eq!(seen.images, ["report:1"]);
}

#[test]
fn quota_is_used_by_the_larger_and_enforced_by_the_smaller_of_requests_and_limits() {
    let seen = resource_quota(&read(json!({
        "metadata": {"name": "berth-compute"},
        "status": {
            "hard": {"requests.cpu": "4", "limits.cpu": "4", "requests.memory": "8Gi", "limits.memory": "16Gi", "pods": "20"},
            "used": {"requests.cpu": "250m", "limits.cpu": "1500m", "requests.memory": "1Gi", "limits.memory": "0", "pods": "3"},
        },
    })));
    assert_eq!(seen.used, Some(Quota { cpu_m: 1500, memory_bytes: 1 << 30, pods: 3, ..Quota::ZERO }));
    assert_eq!(seen.enforced, Some(Quota { cpu_m: 4000, memory_bytes: 8 << 30, pods: 20, ..Quota::ZERO }));
}

#[rstest]
#[case::thousands(json!({"pods": "1k"}), json!({"pods": "2k"}), Some(1000), Some(2000))]
#[case::exponent(json!({"pods": "1e3"}), json!({"pods": "3"}), Some(1000), Some(3))]
#[case::not_taken_up(json!({}), json!({}), None, None)]
#[case::unreadable(json!({"pods": "many"}), json!({"pods": "0"}), None, Some(0))]
#[case::negative(json!({"pods": "1"}), json!({"pods": "-1"}), Some(1), None)]
fn an_amount_is_read_exactly_or_not_known(
    #[case] hard: Value,
    #[case] used: Value,
    #[case] enforced: Option<u64>,
    #[case] in_use: Option<u64>,
) {
    let seen = resource_quota(&read(json!({
        "metadata": {"name": "berth-compute"},
        "spec": {"hard": {"pods": "1k"}},
        "status": {"hard": hard, "used": used},
    })));
    let pods = |quota: Option<Quota>| quota.map(|quota| quota.pods);
    assert_eq!((pods(seen.enforced), pods(seen.used)), (enforced, in_use));
}

#[test]
fn a_quota_without_status_is_not_known() {
    let seen = resource_quota(&read(json!({"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})));
    assert_eq!((seen.enforced, seen.used), (None, None));
}

#[test]
fn a_warning_is_counted_and_dated_in_either_form_of_event() {
    let object = json!({"kind": "Pod", "name": "web-1"});
    let classic = warning(&read(json!({
        "metadata": {}, "involvedObject": object, "reason": "BackOff", "message": "Back-off restarting",
        "count": 7, "lastTimestamp": "2026-11-20T08:00:00Z",
    })));
    assert_eq!((classic.count, classic.last_at), (7, Some(datetime!(2026-11-20 08:00 UTC))));
    let newer = warning(&read(json!({
        "metadata": {}, "involvedObject": object, "reason": "FailedScheduling", "eventTime": "2026-11-20T08:00:00.5Z",
        "series": {"count": 3, "lastObservedTime": "2026-11-20T09:00:00.000000Z"},
    })));
    assert_eq!((newer.count, newer.last_at), (3, Some(datetime!(2026-11-20 09:00 UTC))));
    assert_eq!(newer.first_at, Some(datetime!(2026-11-20 08:00:00.5 UTC)));
    assert_eq!((newer.object_kind.as_str(), newer.object_name.as_str()), ("Pod", "web-1"));
}

#[test]
fn long_messages_are_cut_between_characters() {
    assert_eq!(short(&"ä".repeat(700)), format!("{}…", "ä".repeat(600)));
    assert_eq!(short("short"), "short");
}

#[rstest]
#[case::ready(json!({}), "True", true)]
#[case::not_ready(json!({}), "Unknown", false)]
#[case::cordoned(json!({"unschedulable": true}), "True", false)]
#[case::control_plane(json!({"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}), "True", false)]
#[case::own_taint(json!({"taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]}), "True", true)]
fn a_node_counts_when_it_takes_pods(#[case] spec: Value, #[case] ready: &str, #[case] takes_pods: bool) {
    let seen = node(&read(json!({
        "metadata": {"name": "node-1"},
        "spec": spec,
        "status": {
            "allocatable": {"cpu": "3920m", "memory": "16Gi", "pods": "110", "nvidia.com/gpu": "2", "ephemeral-storage": "1Ti"},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    })));
    assert_eq!(seen.takes_pods, takes_pods);
    let quota = Quota { cpu_m: 3920, memory_bytes: 16 << 30, pods: 110, gpus: 2, ..Quota::ZERO };
    assert_eq!(seen.allocatable, Some(quota));
}

#[rstest]
#[case::thousands(json!({"cpu": "2k", "memory": "751619276800m", "pods": "2k"}), Some((2_000_000, 751_619_277, 2000)))]
#[case::unreadable(json!({"cpu": "four", "memory": "1Gi", "pods": "110"}), None)]
#[case::unreadable_gpus(json!({"cpu": "4", "memory": "1Gi", "pods": "110", "nvidia.com/gpu": "?"}), None)]
#[case::incomplete(json!({"cpu": "4", "memory": "1Gi"}), None)]
fn what_a_node_has_is_read_exactly_or_not_known(#[case] allocatable: Value, #[case] read_as: Option<(u64, u64, u64)>) {
    let seen = node(&read(json!({"metadata": {"name": "node-1"}, "status": {"allocatable": allocatable}})));
    assert_eq!(seen.allocatable.map(|quota| (quota.cpu_m, quota.memory_bytes, quota.pods)), read_as);
}

#[test]
fn a_service_says_by_which_addresses_it_is_reached_from_outside() {
    let seen = |spec: Value, status: Value| {
        service(&serde_json::from_value(json!({"metadata": {}, "spec": spec, "status": status})).expect("is one"))
            .external
    };
    assert_eq!(seen(json!({"type": "ClusterIP", "clusterIP": "10.0.0.1"}), json!({})), None);
    assert_eq!(seen(json!({"type": "LoadBalancer"}), json!({})), Some(vec![]));
    let given = json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}, {"hostname": "lb.test"}]}});
    let spec = json!({"type": "LoadBalancer", "externalIPs": ["192.0.2.2"]});
    assert_eq!(seen(spec, given), Some(["192.0.2.1", "lb.test", "192.0.2.2"].map(str::to_owned).into()));
}

#[test]
fn a_volume_claim_says_what_it_has_or_else_what_it_asks_for() {
    let mut object = json!({
        "metadata": {"name": "data", "namespace": "payments-dev"},
        "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "5Gi"}}},
        "status": {"phase": "Pending"},
    });
    let pending = claim(&read(object.clone()));
    assert_eq!((pending.phase.as_str(), pending.bytes), ("Pending", Some(5 << 30)));
    object["status"] = json!({"phase": "Bound", "capacity": {"storage": "8Gi"}});
    assert_eq!(claim(&read(object.clone())).bytes, Some(8 << 30));
    object["status"] = json!({"phase": "Bound", "capacity": {"storage": "much"}});
    assert_eq!(claim(&read(object)).bytes, None, "what cannot be read is not known");
}
