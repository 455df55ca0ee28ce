//! What somebody tried and was refused is in the audit trail, too.

use serde_json::{Value, json};
use tests::{Actor, Desk, Role};

async fn refused(desk: &Desk) -> Vec<Value> {
    let auditor = desk.as_(Role::Auditor).await;
    let events = auditor.get("/api/v1/audit?action=change.refused").await.expect(200).json();
    events["items"].as_array().expect("are events").clone()
}

/// The newest event, which is the only new one.
async fn left(desk: &Desk, n_before: usize) -> Value {
    let events = refused(desk).await;
    assert_eq!(events.len(), n_before + 1, "{events:?}");
    events[0].clone()
}

#[tokio::test]
async fn who_is_refused_a_decision_or_a_change_leaves_an_event() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let verb = |verb: &str| format!("/api/v1/requests/{number}/{verb}");

    developer.post(&verb("approve"), &json!({"revision": 1})).await.expect_problem(403, "own_request");
    let event = left(&desk, 0).await;
    assert_eq!((&event["actor"], &event["subject"]), (&json!("Developer"), &json!(format!("REQ-{number}"))));
    let detail = json!({"code": "own_request", "method": "POST", "route": "/api/v1/requests/{number}/approve"});
    assert_eq!(event["detail"], detail);

    // The same on the page.
    developer.post_form(&format!("/requests/{number}/approve"), &[("revision", "1")]).await.expect(403);
    assert_eq!(left(&desk, 1).await["detail"]["code"], "own_request");

    let reader = desk.reader_of(Role::Owner).await;
    reader.post(&verb("reject"), &json!({"revision": 1, "comment": "No"})).await.expect_problem(403, "read_only_token");
    assert_eq!(left(&desk, 2).await["detail"]["code"], "read_only_token");

    owner.post(&verb("approve"), &json!({"revision": 7})).await.expect_problem(409, "stale_revision");
    assert_eq!(left(&desk, 3).await["detail"]["code"], "stale_revision");
    desk.as_(Role::Auditor)
        .await
        .post(&verb("comments"), &json!({"text": "Why?"}))
        .await
        .expect_problem(403, "not_allowed");
    assert_eq!(left(&desk, 4).await["detail"]["code"], "not_allowed");
    let trail =
        desk.as_(Role::Auditor).await.get(&format!("/admin/audit?subject=REQ-{number}")).await.expect(200).text();
    assert!(trail.contains("change.refused"), "the page shows it");
}

#[tokio::test]
async fn strangers_mistakes_and_readers_leave_none() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let path = format!("/api/v1/requests/{number}/approve");
    let tries: [(Actor, u16, Value); 3] = [
        (desk.as_(Role::Stranger).await, 404, json!({"revision": 1})),
        (desk.nobody(), 401, json!({"revision": 1})),
        (desk.as_(Role::Owner).await, 422, json!({"revision": 1, "comment": ""})),
    ];
    for (actor, status, body) in tries {
        let answer = actor.post(&path, &body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    desk.as_(Role::Stranger).await.get(&format!("/api/v1/requests/{number}")).await.expect(404);
    assert_eq!(refused(&desk).await, Vec::<Value>::new());
}
