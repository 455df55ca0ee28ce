//! What a rendered object may not be: cluster-scoped, nobody's to make, or less than pod security `restricted` wants.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use serde_json::{Value, json};

/// What a developer may make in a namespace of Berth's (`server/src/cluster/install/rights.rs`).
const MAY_BE_MADE: [&str; 10] = [
    "ConfigMap",
    "CronJob",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "Secret",
    "Service",
];
/// Of a kind that needs rights besides those: said in the chart's README, and off unless asked for.
const WITH_MORE_RIGHTS: &str = "HTTPRoute";
const VOLUMES: [&str; 7] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];

/// What is wrong with an object, a line each.
pub fn mistakes(object: &Value) -> Vec<String> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut mistakes = Vec::new();
    if !MAY_BE_MADE.contains(&kind) && kind != "StatefulSet" && kind != WITH_MORE_RIGHTS {
        mistakes.push(format!("a developer may not make a {kind}"));
    }
    if !object["metadata"]["namespace"].is_null() {
        mistakes.push("it says its namespace: that is the release's to say".to_owned());
    }
    if let Some(template) = pod_template(object) {
        of_pod(&template["spec"], &mut mistakes);
    }
    mistakes.iter().map(|mistake| format!("{kind} {}: {mistake}", object["metadata"]["name"])).collect()
}

/// The pod that an object makes, or is.
pub fn pod_template(object: &Value) -> Option<&Value> {
    match object["kind"].as_str()? {
        "Pod" => Some(object),
        "CronJob" => Some(&object["spec"]["jobTemplate"]["spec"]["template"]),
        "Deployment" | "StatefulSet" | "Job" | "DaemonSet" => Some(&object["spec"]["template"]),
        _ => None,
    }
}

pub fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers"].into_iter().flat_map(|list| pod[list].as_array().into_iter().flatten())
}

fn of_pod(pod: &Value, mistakes: &mut Vec<String>) {
    let mut refuse = |is_wrong: bool, mistake: String| {
        if is_wrong {
            mistakes.push(mistake);
        }
    };
    for shared in ["hostNetwork", "hostPID", "hostIPC", "nodeName"] {
        refuse(!pod[shared].is_null(), format!("it has {shared}"));
    }
    refuse(!pod["automountServiceAccountToken"].is_boolean(), "it does not say whether it has a token".to_owned());
    let security = &pod["securityContext"];
    refuse(security["runAsNonRoot"] != true, "it may run as root".to_owned());
    refuse(security["runAsUser"].as_u64().is_none_or(|user| user == 0), "it runs as no number but 0".to_owned());
    refuse(security["seccompProfile"] != json!({"type": "RuntimeDefault"}), "it has no seccomp profile".to_owned());
    refuse(!security["sysctls"].is_null(), "it sets sysctls".to_owned());
    for volume in pod["volumes"].as_array().into_iter().flatten() {
        refuse(!VOLUMES.iter().any(|kind| volume.get(kind).is_some()), format!("volume {}", volume["name"]));
        let is_bounded = volume.get("emptyDir").is_none_or(|dir| dir["sizeLimit"].is_string());
        refuse(!is_bounded, format!("volume {} may fill the node", volume["name"]));
    }
    refuse(containers(pod).next().is_none(), "it has no container".to_owned());
    for container in containers(pod) {
        of_container(container, mistakes);
    }
}

fn of_container(container: &Value, mistakes: &mut Vec<String>) {
    let wanted = json!({
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
    });
    let name = &container["name"];
    if container["securityContext"] != wanted {
        mistakes.push(format!("container {name} is not closed: {}", container["securityContext"]));
    }
    let ports = container["ports"].as_array().into_iter().flatten();
    if ports.into_iter().any(|port| !port["hostPort"].is_null()) {
        mistakes.push(format!("container {name} has a port of the node"));
    }
    let probes = ["startupProbe", "readinessProbe", "livenessProbe"].map(|probe| &container[probe]);
    if probes.iter().any(|probe| !probe["httpGet"]["host"].is_null() || !probe["tcpSocket"]["host"].is_null()) {
        mistakes.push(format!("container {name} has a probe of another host"));
    }
}

/// That a judge is one: each of these is refused.
#[test]
fn a_pod_that_lacks_one_thing_is_refused_for_it() {
    let pod = json!({
        "kind": "Pod", "metadata": {"name": "shop"},
        "spec": {
            "automountServiceAccountToken": false,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "app", "securityContext": {
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            }}],
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
        },
    });
    assert_eq!(mistakes(&pod), Vec::<String>::new());
    for (pointer, value) in [
        ("/spec/hostNetwork", json!(true)),
        ("/spec/automountServiceAccountToken", Value::Null),
        ("/spec/securityContext/runAsNonRoot", json!(false)),
        ("/spec/securityContext/runAsUser", json!(0)),
        ("/spec/securityContext/seccompProfile", Value::Null),
        ("/spec/containers/0/securityContext/allowPrivilegeEscalation", Value::Null),
        ("/spec/containers/0/securityContext/readOnlyRootFilesystem", json!(false)),
        ("/spec/containers/0/securityContext/capabilities", json!({"drop": ["ALL"], "add": ["NET_ADMIN"]})),
        ("/spec/containers/0/ports", json!([{"hostPort": 80}])),
        ("/spec/containers/0/livenessProbe", json!({"httpGet": {"host": "example.com"}})),
        ("/spec/volumes", json!([{"name": "root", "hostPath": {"path": "/"}}])),
        ("/spec/volumes", json!([{"name": "tmp", "emptyDir": {}}])),
        ("/metadata/namespace", json!("other")),
        ("/kind", json!("ClusterRole")),
    ] {
        let mut lacking = pod.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        lacking.pointer_mut(parent).unwrap()[key] = value.clone();
        assert_eq!(mistakes(&lacking).len(), 1, "{pointer} {value}: {:?}", mistakes(&lacking));
    }
}
