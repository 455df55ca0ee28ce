//! What people write beside a request.

use serde_json::{Value, json};
use tests::{Desk, Role};

#[tokio::test]
async fn the_team_and_those_who_decide_talk_beside_a_request() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let path = format!("/api/v1/requests/{number}/comments");
    for (role, text) in [(Role::Owner, "Is that all?"), (Role::Developer, "For now"), (Role::Platform, "Fine <b>")] {
        desk.as_(role).await.post(&path, &json!({"text": text})).await.expect(201);
    }
    let texts = |page: &Value| -> Vec<Value> {
        page["items"].as_array().expect("is a list").iter().map(|comment| comment["text"].clone()).collect()
    };
    let developer = desk.as_(Role::Developer).await;
    let first = developer.get(&format!("{path}?limit=2")).await.expect(200).json();
    assert_eq!(texts(&first), ["Is that all?", "For now"]);
    let after = first["next"].as_str().expect("there is more");
    let second = developer.get(&format!("{path}?limit=2&after={after}")).await.expect(200).json();
    assert_eq!((texts(&second), &second["next"]), (vec![json!("Fine <b>")], &Value::Null));

    let timeline = desk.request(number).await["timeline"].clone();
    let kinds: Vec<_> = timeline.as_array().expect("is a list").iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["asked", "commented", "commented", "commented"]);
    let page = developer.get(&format!("/requests/{number}")).await.expect(200).text();
    assert!(page.contains("Fine &lt;b&gt;") && !page.contains("Fine <b>"), "{page}");
}

#[tokio::test]
async fn who_only_looks_writes_nothing() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let path = format!("/api/v1/requests/{number}/comments");
    let text = json!({"text": "Hello"});
    desk.as_(Role::Auditor).await.post(&path, &text).await.expect_problem(403, "not_allowed");
    desk.as_(Role::Stranger).await.post(&path, &text).await.expect(404);
    desk.as_(Role::Stranger).await.get(&path).await.expect(404);
    desk.reader_of(Role::Developer).await.post(&path, &text).await.expect_problem(403, "read_only_token");
    let developer = desk.as_(Role::Developer).await;
    for blank in ["", "  \n", "\u{7}"] {
        developer.post(&path, &json!({"text": blank})).await.expect_problem(422, "invalid");
    }
    developer.post_form(&format!("/requests/{number}/comments"), &[("text", " ")]).await.expect(422);
    assert_eq!(developer.get(&path).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn the_trail_says_that_somebody_wrote_and_keeps_the_text_in_one_place() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let path = format!("/api/v1/requests/{number}/comments");
    desk.as_(Role::Owner).await.post(&path, &json!({"text": "Only said once"})).await.expect(201);
    let trail = desk.as_(Role::Auditor).await.get("/api/v1/audit?action=request.commented").await.expect(200).json();
    let detail = &trail["items"][0]["detail"];
    assert_eq!(detail["sha256"], domain::audit::Hash::of(b"Only said once").to_string());
    assert!(!trail.to_string().contains("Only said once"), "{trail}");
    assert_eq!(desk.request(number).await["timeline"][1]["comment"], "Only said once");
}
