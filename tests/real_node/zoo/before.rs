//! What fails before a container runs: images, configuration, volumes, the start itself.

use super::row::{Row, container, pod, sh};
use domain::diagnosis::Cause;
use domain::diagnosis::WorkloadKind::{Deployment, StatefulSet};
use serde_json::{Value, json};
use tests::with;

const FAILED: &str = "event Failed from kubelet";
const MOUNT: &str = "event FailedMount from kubelet";
const APP: &str = "container app";

pub fn rows() -> Vec<Row> {
    [images(), variables(), volumes(), starts()].into_iter().flatten().collect()
}

fn images() -> Vec<Row> {
    let of = |image: &str| pod(json!({"image": image}));
    let never = pod(json!({"image": "registry.example.com/team/app:1.0", "imagePullPolicy": "Never"}));
    vec![
        Row::new(
            Deployment,
            "image-missing",
            of("registry.example.com/team/app:does-not-exist"),
            Cause::ImageNotFound,
            &[APP, FAILED],
        ),
        Row::new(
            Deployment,
            "image-private",
            of("registry.example.com/private/app:1.0"),
            Cause::ImagePullDenied,
            &[APP, FAILED],
        ),
        Row::new(
            Deployment,
            "image-registry-down",
            of("down.example.com/team/app:1.0"),
            Cause::ImageRegistryUnreachable,
            &[APP, FAILED],
        ),
        Row::new(
            Deployment,
            "image-name-invalid",
            of("registry.example.com/Team/App:1.0"),
            Cause::ImageNameInvalid,
            &[APP],
        ),
        Row::new(StatefulSet, "image-never-pulled", never, Cause::ImageNeverPulled, &[APP]),
    ]
}

fn variables() -> Vec<Row> {
    let from = |source: Value| pod(json!({"env": [{"name": "URL", "valueFrom": source}]}));
    let whole = pod(json!({"envFrom": [{"configMapRef": {"name": "not-there"}}]}));
    let secret = from(json!({"secretKeyRef": {"name": "not-there", "key": "url"}}));
    let key = from(json!({"configMapKeyRef": {"name": "without-url", "key": "url"}}));
    vec![
        Row::new(Deployment, "configmap-missing-env", whole, Cause::ConfigMapMissing, &[APP]),
        Row::new(Deployment, "secret-missing-env", secret, Cause::SecretMissing, &[APP]),
        Row::new(Deployment, "key-missing-env", key, Cause::KeyMissing, &[APP]).beside(config_map("without-url")),
    ]
}

fn volumes() -> Vec<Row> {
    let of = |volume: Value| {
        let mounts = container("app", json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}));
        let volume = with(volume, json!({"name": "data"}));
        with(pod(json!({})), json!({"containers": [mounts], "volumes": [volume]}))
    };
    let key = json!({"name": "without-tls", "items": [{"key": "tls", "path": "tls"}]});
    vec![
        Row::new(
            Deployment,
            "configmap-missing-volume",
            of(json!({"configMap": {"name": "not-there"}})),
            Cause::ConfigMapMissing,
            &[MOUNT],
        ),
        Row::new(
            StatefulSet,
            "secret-missing-volume",
            of(json!({"secret": {"secretName": "not-there"}})),
            Cause::SecretMissing,
            &[MOUNT],
        ),
        Row::new(Deployment, "key-missing-volume", of(json!({"configMap": key})), Cause::KeyMissing, &[MOUNT])
            .beside(config_map("without-tls")),
    ]
}

fn starts() -> Vec<Row> {
    let root = with(
        pod(json!({})),
        json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}}),
    );
    let hook = json!({"lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "exit 4"]}}}});
    vec![
        Row::new(
            Deployment,
            "command-missing",
            pod(json!({"command": ["/app/server", "--listen", ":8080"]})),
            Cause::CommandNotFound,
            &[APP],
        ),
        Row::new(
            Deployment,
            "command-not-executable",
            pod(json!({"command": ["/etc/passwd"]})),
            Cause::CommandNotExecutable,
            &[APP],
        ),
        Row::new(Deployment, "root-image", root, Cause::RunsAsRoot, &[APP]),
        Row::new(
            Deployment,
            "post-start-hook",
            pod(with(sh("exec sleep 100000"), hook)),
            Cause::PostStartHookFailed,
            &["event FailedPostStartHook from kubelet"],
        ),
    ]
}

/// One that has neither of the keys that are asked for.
fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"mode": "test"}})
}
