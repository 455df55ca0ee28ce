//! What people do with the kubeconfig that Berth gives them, where a kubelet answers: logs, commands, ports and metrics.

use crate::place::{BUSYBOX, Place, a_pod};
use serde_json::json;
use tests::{Kubectl, Role, eventually};

const WEB: &str = "registry.berth.dev/web:1.0";

/// A web server on the real node, ready.
async fn serving(place: &Place) {
    let mut web = a_pod("web", WEB, &[]);
    web["spec"]["containers"][0]["readinessProbe"] =
        json!({"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1});
    place.kubectl.apply(&web).await.is_done();
    place.kubectl.run("expose pod web --port=80 --target-port=8080").await.is_done();
    place.ready("web").await;
}

/// With both files that somebody can take: the one with a token, and the one that signs in.
async fn both(place: &Place, role: Role) -> [Kubectl; 2] {
    [Kubectl::given(&place.desk, role, &place.name).await, Kubectl::given_sign_in(&place.desk, role, &place.name).await]
}

async fn answer(kubectl: &Kubectl, to: &str, port: u16) -> String {
    let forwarded = kubectl.forward(to, port).await;
    let url = format!("http://127.0.0.1:{}/", forwarded.port);
    reqwest::get(url).await.expect("answers").text().await.expect("is text")
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_developer_reads_logs_runs_commands_and_reaches_ports() {
    let place = Place::new().await;
    serving(&place).await;
    for mine in both(&place, Role::Developer).await {
        assert_eq!(answer(&mine, "pod/web", 8080).await, "hello from web\n");
        assert_eq!(answer(&mine, "service/web", 80).await, "hello from web\n");
        eventually("the log has the request", async || {
            mine.run("logs web").await.text.contains("method=GET path=/ ").then_some(())
        })
        .await;
    }
    place.kubectl.apply(&a_pod("shell", BUSYBOX, &["sleep", "1000"])).await.is_done();
    place.ready("shell").await;
    for mine in both(&place, Role::Developer).await {
        let said = mine.run("exec shell -- hostname").await;
        assert_eq!((said.is_done, said.text.as_str()), (true, "shell\n"));
    }
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_viewer_reads_logs_and_neither_runs_commands_nor_reaches_ports() {
    let place = Place::new().await;
    serving(&place).await;
    place.desk.bind("auditors", Some("payments"), "viewer").await;
    for theirs in both(&place, Role::Auditor).await {
        // With the token it is so at once; a new group is bound a moment later.
        eventually("a viewer reads the log", async || {
            let said = theirs.run("logs web").await;
            (said.is_done && said.text.contains("listening on port 8080")).then_some(())
        })
        .await;
        theirs.run("get pod web").await.is_done();
        theirs.run("exec web -- /web").await.is_forbidden();
        theirs.run("attach web").await.is_forbidden();
        theirs.run("port-forward --address=127.0.0.1 pod/web :8080").await.is_forbidden();
        theirs.run("port-forward --address=127.0.0.1 service/web :80").await.is_forbidden();
        theirs.run("debug web --image=busybox:latest").await.is_forbidden();
    }
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn what_pods_use_is_told_of_both_kinds_of_node() {
    let place = Place::new().await;
    place.kubectl.apply(&a_pod("real", BUSYBOX, &["sh", "-c", "while true; do :; done"])).await.is_done();
    place.kubectl.apply(&a_pod("simulated", "registry.example.com/app:1.0", &[])).await.is_done();
    let node = async |pod: &str| place.ready(pod).await["spec"]["nodeName"].as_str().map(str::to_owned);
    assert_eq!(node("real").await.as_deref(), Some("real"));
    assert_ne!(node("simulated").await.as_deref(), Some("real"));
    place.desk.bind("auditors", Some("payments"), "viewer").await;
    for role in [Role::Developer, Role::Auditor] {
        for kubectl in both(&place, role).await {
            eventually(&format!("both are measured for {role:?}"), async || {
                let said = kubectl.run("top pods --no-headers").await;
                // A shell that does nothing but turn takes less than a MiB.
                let [real, simulated] = ["real", "simulated"].map(|pod| measured(&said.text, pod));
                let is_so = real.is_some_and(|(cpu_m, _)| cpu_m > 0) && simulated.is_some_and(|(_, mib)| mib > 0);
                (said.is_done && is_so).then_some(())
            })
            .await;
        }
    }
}

/// CPU in millicores and memory in MiB, as a line of `kubectl top` has them: `web  12m  34Mi`.
fn measured(lines: &str, pod: &str) -> Option<(u64, u64)> {
    let fields = lines.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|line| line[0] == pod)?;
    let [_, cpu, memory] = fields[..] else { return None };
    Some((cpu.strip_suffix('m')?.parse().ok()?, memory.strip_suffix("Mi")?.parse().ok()?))
}
