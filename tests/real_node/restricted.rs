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

    let limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"].as_str().expect("was given one");
    let bytes = limit.strip_suffix("Mi").and_then(|mib| mib.parse::<u64>().ok()).expect("is in MiB") << 20;
    // In version 1 of control groups, and in version 2.
    let effective = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max";
    let said = place.kubectl.run(&format!("exec speaker -- {effective}")).await.text;
    assert!(said.lines().any(|line| line == bytes.to_string()), "the LimitRange's {limit} is the kernel's: {said}");

    let used = place.get("resourcequota", "berth-compute").await.expect("is there");
    assert_eq!(used["status"]["used"]["pods"], "1");
    assert_eq!(used["status"]["used"]["limits.memory"], limit);
    let status = place.exec("speaker", "grep -E CapEff|NoNewPrivs|Seccomp: /proc/self/status").await;
    let words: Vec<_> = status.split_whitespace().collect();
    assert_eq!(words, ["CapEff:", "0000000000000000", "NoNewPrivs:", "1", "Seccomp:", "2"]);
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
