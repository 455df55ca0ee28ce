//! Pods that fail in every way a pod fails on a node, each alone in a file of `zoo`, and what the cluster itself tells of it.

use crate::place::Place;
use serde_json::Value;
use tests::eventually;

/// By its file, what is told of each: in its status, or by an event. Only the tail of a message is the same in every version
/// of a runtime.
const TOLD: [(&str, &str); 23] = [
    ("configmap-missing-env", r#"CreateContainerConfigError: configmap "app-settings" not found"#),
    ("configmap-missing-volume", r#"configmap "app-settings" not found"#),
    ("crash-loop", "BackOff: Back-off restarting failed container app"),
    ("crash-loop-termination-message", "Error: panic: DATABASE_URL is not set"),
    ("deadline-exceeded", "DeadlineExceeded: Pod was active on the node longer than the specified deadline"),
    ("exec-probe-timeout", "Unhealthy: Readiness probe failed: command timed out"),
    ("exit-zero-loop", "Completed: "),
    ("image-missing", "registry.example.com/team/app:does-not-exist: not found"),
    ("image-name-invalid", "InvalidImageName: "),
    ("image-private", "no basic auth credentials"),
    ("init-failing", "BackOff: Back-off restarting failed container migrate"),
    ("liveness-failing", "Killing: Container app failed liveness probe, will be restarted"),
    ("oom-killed", "OOMKilled: "),
    ("pvc-missing", r#"persistentvolumeclaim "nowhere" not found"#),
    ("read-only-filesystem", "BackOff: Back-off restarting failed container app"),
    ("readiness-failing", "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404"),
    ("readiness-hangs", "Unhealthy: Readiness probe failed: "),
    ("readiness-refused", "connect: connection refused"),
    ("runs-as-root", "CreateContainerConfigError: container has runAsNonRoot and image will run as root"),
    ("secret-missing-volume", r#"secret "app-tls" not found"#),
    ("sidecar-crashing", "BackOff: Back-off restarting failed container proxy"),
    ("unschedulable-selector", "FailedScheduling: 0/4 nodes are available"),
    ("wrong-command", "no such file or directory"),
];

#[tokio::test]
#[ignore = "needs a real node"]
async fn every_pod_of_the_zoo_fails_in_its_own_way() {
    let place = Place::new().await;
    place.kubectl.run(concat!("apply -f ", env!("CARGO_MANIFEST_DIR"), "/real_node/zoo")).await.is_done();
    for (name, expected) in TOLD {
        eventually(&format!("{name} tells: {expected}"), async || {
            told(&place, name).await.iter().any(|told| told.contains(expected)).then_some(())
        })
        .await;
    }
}

/// Reasons and messages of a pod, of its containers now and before, and of its events.
async fn told(place: &Place, name: &str) -> Vec<String> {
    let pod = place.get("pod", name).await.expect("is there");
    let status = &pod["status"];
    let containers = ["initContainerStatuses", "containerStatuses"].into_iter().flat_map(|list| items(&status[list]));
    let states = containers
        .flat_map(|of| [&of["state"], &of["lastState"]])
        .flat_map(|state| ["waiting", "terminated"].map(|kind| &state[kind]));
    let events = place.kubectl.run(&format!("get events --field-selector involvedObject.name={name} -o json")).await;
    let events: Value = serde_json::from_str(&events.text).expect("is JSON");
    states.chain(items(&events["items"])).chain([status]).filter(|of| !of.is_null()).map(told_by).collect()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn told_by(of: &Value) -> String {
    let text = |key: &str| of[key].as_str().unwrap_or_default();
    format!("{}: {}", text("reason"), text("message"))
}
