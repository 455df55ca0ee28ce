//! What nobody acts on ends by itself.

use serde_json::json;
use server::app::{Ctx, requests};
use tests::{Desk, Role, ask, quota, with};

/// As the job does it.
async fn expire(desk: &Desk) {
    requests::expire(&Ctx::system(desk.berth().clone(), "expire_requests")).await.expect("is done");
}

async fn state(desk: &Desk, number: i64) -> String {
    desk.request(number).await["state"].as_str().expect("is text").to_owned()
}

#[tokio::test]
async fn a_request_waits_thirty_days_for_a_decision_and_fourteen_for_changes() {
    let desk = Desk::quiet().await;
    let (in_review, sent_back) = (desk.asked().await, desk.sent_back().await);
    desk.forged().in_state_for_days(in_review, 29).await;
    desk.forged().in_state_for_days(sent_back, 13).await;
    expire(&desk).await;
    assert_eq!(
        (state(&desk, in_review).await.as_str(), state(&desk, sent_back).await.as_str()),
        ("in_review", "changes_requested")
    );
    desk.forged().in_state_for_days(in_review, 30).await;
    desk.forged().in_state_for_days(sent_back, 14).await;
    expire(&desk).await;
    assert_eq!(
        (state(&desk, in_review).await.as_str(), state(&desk, sent_back).await.as_str()),
        ("expired", "expired")
    );

    let request = desk.request(in_review).await;
    let closed = &request["timeline"][1];
    assert_eq!(closed["kind"], "expired");
    assert!(closed["says"].as_str().is_some_and(|says| says.contains(" 30 days")), "{closed}");
    let path = format!("/api/v1/requests/{in_review}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect_problem(409, "closed");
    let again = ask(request["name"].as_str().expect("is text"), "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &again).await.expect(201);
}

#[tokio::test]
async fn a_revision_begins_the_time_anew() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    desk.forged().in_state_for_days(number, 31).await;
    let body = json!({"revision": 1, "size": "M", "purpose": "Still wanted"});
    desk.as_(Role::Developer).await.post(&format!("/api/v1/requests/{number}/revise"), &body).await.expect(200);
    expire(&desk).await;
    assert_eq!(state(&desk, number).await, "in_review");
}

#[tokio::test]
async fn who_waits_too_long_for_capacity_makes_way_and_what_is_decided_never_expires() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(2500, 900), json!({"pods": 9000}))).await;
    let (approved, waiting) = (desk.approved().await, desk.approved().await);
    for number in [approved, waiting] {
        desk.forged().in_state_for_days(number, 31).await;
    }
    expire(&desk).await;
    assert_eq!((state(&desk, approved).await.as_str(), state(&desk, waiting).await.as_str()), ("approved", "expired"));
}
