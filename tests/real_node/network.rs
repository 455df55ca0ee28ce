//! What is granted of the network, where nothing on the node keeps to it.

use crate::place::{BUSYBOX, Place, a_pod};
use serde_json::json;
use tests::{CLUSTER, Role, eventually};

/// As a check of Berth tells people to try it.
#[tokio::test]
#[ignore = "needs a real node"]
async fn that_nothing_keeps_to_network_policies_is_not_called_right() {
    let (served, other) = (Place::new().await, Place::new().await);
    served.kubectl.apply(&a_pod("web", "registry.berth.dev/web:1.0", &[])).await.is_done();
    let web = served.ready("web").await;
    let policies = served.kubectl.run("get networkpolicies -o name").await;
    assert!(policies.text.contains("/berth-default-deny"), "nobody outside is let in: {}", policies.text);
    let address = web["status"]["podIP"].as_str().expect("has an address");
    // Debian's static busybox has a wget that crashes.
    let reach = format!(
        "until printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {address} 8080; do sleep 1; done; exec sleep 1000"
    );
    other.kubectl.apply(&a_pod("stranger", BUSYBOX, &["sh", "-c", &reach])).await.is_done();
    eventually("another namespace's pod reaches it all the same", async || {
        other.kubectl.run("logs stranger").await.text.contains("hello from web").then_some(())
    })
    .await;

    let platform = served.desk.as_(Role::Platform).await;
    let check = platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200).json();
    let rows = check["checks"].as_array().expect("is a list");
    let row = rows.iter().find(|row| row["what"] == "NetworkPolicies are kept to").expect("is a row");
    assert_eq!(row["outcome"], "not_verified", "{row}");
    assert!(row["detail"].as_str().is_some_and(|detail| detail.contains("Try")), "it says how to tell: {row}");
    let page = platform.get(&format!("/clusters/{CLUSTER}")).await.expect(200).text();
    assert!(page.contains("NetworkPolicies are kept to"), "the page says it: {page}");
}
