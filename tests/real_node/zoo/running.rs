//! What fails while containers run: crashes, memory, probes, init containers and sidecars.

use super::row::{Row, container, pod, sh};
use domain::diagnosis::Cause;
use domain::diagnosis::WorkloadKind::{Deployment, StatefulSet};
use serde_json::{Value, json};
use tests::with;

const UNHEALTHY: &str = "event Unhealthy from kubelet";
const APP: &str = "container app";

pub fn rows() -> Vec<Row> {
    [ends(), kills(), unready(), init()].into_iter().flatten().collect()
}

fn ends() -> Vec<Row> {
    let last_words = with(
        sh("echo 'panic: DATABASE_URL is not set'; exit 2"),
        json!({"terminationMessagePolicy": "FallbackToLogsOnError"}),
    );
    let written = sh("echo 'no license' > /dev/termination-log; exit 3");
    let two =
        with(pod(json!({})), json!({"containers": [container("app", json!({})), container("proxy", sh("exit 1"))]}));
    vec![
        Row::new(Deployment, "crash", pod(sh("exit 1")), Cause::CrashLoop, &[APP]),
        Row::new(
            Deployment,
            "crash-with-last-words",
            pod(last_words),
            Cause::CrashLoop,
            &[APP, "message of container app"],
        ),
        Row::new(StatefulSet, "crash-with-message", pod(written), Cause::CrashLoop, &[APP, "message of container app"]),
        Row::new(Deployment, "read-only-disk", pod(sh("echo 1 > /var/cache.db")), Cause::CrashLoop, &[APP]),
        Row::new(Deployment, "second-container-crashes", two, Cause::CrashLoop, &["container proxy"]),
        Row::new(Deployment, "ends-well", pod(sh("exit 0")), Cause::CompletedLoop, &[APP]),
    ]
}

fn kills() -> Vec<Row> {
    let probed = |name: &str, script: &str| {
        let probe = json!({"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 2});
        pod(with(sh(script), json!({name: probe})))
    };
    let polite = "trap 'exit 0' TERM; while true; do sleep 1; done";
    vec![
        Row::new(Deployment, "out-of-memory", pod(sh("exec tail /dev/zero")), Cause::OutOfMemory, &[APP]),
        Row::new(
            Deployment,
            "liveness",
            probed("livenessProbe", "exec sleep 100000"),
            Cause::LivenessProbeFailed,
            &[UNHEALTHY, APP],
        ),
        Row::new(
            Deployment,
            "liveness-ends-politely",
            probed("livenessProbe", polite),
            Cause::LivenessProbeFailed,
            &[UNHEALTHY, APP],
        ),
        Row::new(
            StatefulSet,
            "startup",
            probed("startupProbe", "exec sleep 100000"),
            Cause::StartupProbeFailed,
            &[UNHEALTHY, APP],
        ),
    ]
}

fn unready() -> Vec<Row> {
    let probed = |container: Value, probe: Value| {
        pod(with(container, json!({"readinessProbe": with(probe, json!({"periodSeconds": 1}))})))
    };
    let web = json!({"image": "registry.berth.dev/web:1.0", "command": null});
    let row = |kind, name, pod| Row::new(kind, name, pod, Cause::ReadinessProbeFailed, &[UNHEALTHY, APP]);
    vec![
        row(Deployment, "readiness-404", probed(web, json!({"httpGet": {"path": "/ready", "port": 8080}}))),
        row(StatefulSet, "readiness-refused", probed(json!({}), json!({"tcpSocket": {"port": 8080}}))),
        row(Deployment, "readiness-hangs", probed(json!({}), json!({"exec": {"command": ["sleep", "30"]}}))),
    ]
}

fn init() -> Vec<Row> {
    let first = |first: Value| with(pod(json!({})), json!({"initContainers": [first]}));
    let fails = first(container("migrate", sh("echo 'migration 7 failed' >&2; exit 3")));
    let hangs = first(container("wait", json!({})));
    let sidecar = first(container("proxy", with(sh("exit 1"), json!({"restartPolicy": "Always"}))));
    vec![
        Row::new(Deployment, "init-fails", fails, Cause::InitContainerFailed, &["container migrate"]),
        Row::new(Deployment, "init-hangs", hangs, Cause::InitContainerRunning, &["container wait"]),
        Row::new(Deployment, "sidecar-fails", sidecar, Cause::SidecarFailed, &["container proxy"]),
    ]
}
