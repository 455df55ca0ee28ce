//! Images that are not there.

use crate::place::{Place, a_pod};
use serde_json::json;
use tests::eventually;

#[tokio::test]
#[ignore = "needs a real node"]
async fn an_image_that_does_not_exist_is_told_by_the_runtime() {
    let place = Place::new().await;
    let mut pod = a_pod("app", "registry.example.com/team/app:1.0", &["app"]);
    pod["spec"]["nodeSelector"] = json!({"demo.berth.dev/node": "real"});
    place.kubectl.apply(&pod).await.is_done();
    let message = eventually("the image could not be pulled", async || {
        let pod = place.get("pod", "app").await?;
        let waiting = &pod["status"]["containerStatuses"][0]["state"]["waiting"];
        (waiting["reason"] == "ErrImagePull").then(|| waiting["message"].as_str().expect("says why").to_owned())
    })
    .await;
    assert!(message.ends_with("registry.example.com/team/app:1.0: not found"), "{message}");
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_pod_whose_image_is_not_there_goes_to_a_simulated_node() {
    let place = Place::new().await;
    place.kubectl.apply(&a_pod("app", "registry.example.com/team/app:1.0", &["app"])).await.is_done();
    let pod = place.ready("app").await;
    assert!(pod["spec"]["nodeName"].as_str().expect("has a node").starts_with("node-"), "{}", pod["spec"]["nodeName"]);
}
