//! A pod as a namespace of the level `restricted` wants it.

use crate::place::{BUSYBOX, Place, a_pod};
use serde_json::json;
use tests::eventually;

const SPEAKS: &[&str] = &["sh", "-c", "echo started as $(id -u); while true; do sleep 1; done"];

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_restricted_pod_starts_with_what_the_namespace_gives_it() {
    let place = Place::new().await;
    place.kubectl.apply(&a_pod("speaker", BUSYBOX, SPEAKS)).await.is_done();
    let pod = place.ready("speaker").await;
    assert_eq!(pod["spec"]["nodeName"], "real");
    assert!(pod["status"]["podIP"].as_str().expect("has an address").starts_with("10.244."), "{pod}");

    let resources = &pod["spec"]["containers"][0]["resources"];
    let (limits, requests) = (&resources["limits"], &resources["requests"]);
    assert_eq!((&requests["cpu"], &requests["memory"]), (&json!("100m"), &json!("128Mi")), "the LimitRange's: {pod}");
    assert_eq!((&limits["cpu"], &limits["memory"]), (&json!("500m"), &json!("512Mi")), "the LimitRange's: {pod}");
    assert!(limits["ephemeral-storage"].is_string() && requests["ephemeral-storage"].is_string(), "{resources}");
    let memory = kept_to(&place, "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max").await;
    assert!(memory.lines().any(|line| line == (512u64 << 20).to_string()), "the kernel keeps to it: {memory}");
    let cpu = kept_to(&place, "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max").await;
    assert!(cpu.lines().any(|line| line == "50000" || line == "50000 100000"), "the kernel keeps to it: {cpu}");

    let used = place.get("resourcequota", "berth-compute").await.expect("is there");
    assert_eq!(used["status"]["used"]["pods"], "1");
    assert_eq!(used["status"]["used"]["limits.memory"], "512Mi");
    let status = place.exec("speaker", "grep -E CapEff|NoNewPrivs|Seccomp: /proc/self/status").await;
    let words: Vec<_> = status.split_whitespace().collect();
    assert_eq!(words, ["CapEff:", "0000000000000000", "NoNewPrivs:", "1", "Seccomp:", "2"]);
}

/// What the files say of a control group that are there, in version 1 or in version 2.
async fn kept_to(place: &Place, command: &str) -> String {
    place.kubectl.run(&format!("exec speaker -- {command}")).await.text
}

/// Each gets the default limit of half a CPU; the namespace has two.
#[tokio::test]
#[ignore = "needs a real node"]
async fn pods_run_up_to_the_quota_and_berth_says_why_there_are_no_more() {
    let place = Place::new().await;
    let labels = json!({"app": "many"});
    let template = json!({"metadata": {"labels": labels}, "spec": a_pod("many", BUSYBOX, SPEAKS)["spec"]});
    let many = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "many"},
        "spec": {"replicas": 5, "selector": {"matchLabels": labels}, "template": template},
    });
    place.kubectl.apply(&many).await.is_done();
    let seen = eventually("four run, and quota refuses the fifth", async || {
        let seen = place.namespace().await;
        let workload = &seen["workloads"][0];
        (workload["ready"] == 4 && workload["diagnosis"]["code"] == "quota_exceeded").then_some(seen)
    })
    .await;
    let workload = &seen["workloads"][0];
    assert_eq!((&workload["desired"], &workload["diagnosis"]["object"]), (&json!(5), &json!("berth-compute")));
    let nodes: Vec<_> = seen["pods"].as_array().expect("is a list").iter().map(|pod| &pod["node"]).collect();
    assert_eq!(nodes, ["real"; 4]);
    let cpu = json!({"resource": "cpu", "used": 2000, "enforced": 2000, "granted": 2000});
    eventually("what they take is counted", async || (place.namespace().await["lines"][0] == cpu).then_some(())).await;
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_pod_that_is_more_than_the_quota_is_refused_and_so_is_one_that_wants_to_be_root() {
    let place = Place::new().await;
    let mut large = a_pod("large", BUSYBOX, SPEAKS);
    large["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "1500m"}, "limits": {"cpu": "3"}});
    let said = place.kubectl.apply(&large).await;
    assert!(
        !said.is_done && (said.text.contains("exceeded quota") || said.text.contains("maximum cpu")),
        "{}",
        said.text
    );
    let mut root = a_pod("root", BUSYBOX, SPEAKS);
    root["spec"]["securityContext"] = json!({});
    place.kubectl.apply(&root).await.is_forbidden();
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn logs_and_commands_go_through_the_api_server() {
    let place = Place::new().await;
    place.kubectl.apply(&a_pod("speaker", BUSYBOX, SPEAKS)).await.is_done();
    place.ready("speaker").await;
    eventually("it has spoken", async || {
        (place.kubectl.run("logs speaker").await.text == "started as 999\n").then_some(())
    })
    .await;
    assert_eq!(place.exec("speaker", "echo hello there").await, "hello there\n");
    let failed = place.kubectl.run("exec speaker -- false").await;
    assert!(!failed.is_done && failed.text.contains("exit code 1"), "{}", failed.text);
    let written = place.kubectl.run("exec speaker -- touch /etc/mine").await;
    assert!(!written.is_done && written.text.contains("Read-only file system"), "{}", written.text);
}
