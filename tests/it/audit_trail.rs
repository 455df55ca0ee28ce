//! The audit trail: every change is in it, in the same transaction, and whoever changes it afterwards is found out.

use domain::audit::Broken;
use serde_json::{Value, json};
use server::app::{Ctx, audit};
use stack::sign_in::Session;
use tests::{Actor, Answer, Desk, Role, Tampering, ask};

#[tokio::test]
async fn every_change_is_noted_with_the_request_it_came_with() {
    let desk = Desk::quiet().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let (approved, rejected, withdrawn) = (desk.asked().await, desk.asked().await, desk.asked().await);
    let path = |number: i64, verb: &str| format!("/api/v1/requests/{number}/{verb}");
    let change = async |actor: &Actor, path: &str, body: Value| actor.post(path, &body).await;

    let submit =
        change(&developer, "/api/v1/requests", ask(&desk.new_name("payments"), "sandbox", "S")).await.expect(201);
    is_noted(&desk, &submit, &["request.submitted", "request.approved"]).await;
    let approve = change(&owner, &path(approved, "approve"), json!({"revision": 1})).await.expect(200);
    is_noted(&desk, &approve, &["request.approved"]).await;
    let reject = change(&owner, &path(rejected, "reject"), json!({"revision": 1, "comment": "No"})).await.expect(200);
    is_noted(&desk, &reject, &["request.rejected"]).await;
    let withdraw = change(&developer, &path(withdrawn, "withdraw"), json!({})).await.expect(200);
    is_noted(&desk, &withdraw, &["request.withdrawn"]).await;
    let token =
        change(&developer, "/api/v1/me/tokens", json!({"name": "x", "scope": "read", "days": 1})).await.expect(201);
    is_noted(&desk, &token, &["token.created"]).await;
    let id = token.json()["id"].as_str().expect("is text").to_owned();
    let revoke = developer.delete(&format!("/api/v1/me/tokens/{id}")).await.expect(204);
    is_noted(&desk, &revoke, &["token.revoked"]).await;
    let failed = desk.failed().await;
    let retry = change(&desk.as_(Role::Platform).await, &path(failed, "retry"), json!({})).await.expect(200);
    is_noted(&desk, &retry, &["request.retried"]).await;
    let session = Session::open(desk.url(), Role::Developer.account()).await.expect("signs in");
    let out = desk.nobody().with_cookie(session.cookie()).post_form("/auth/logout", &[]).await.expect(303);
    is_noted(&desk, &out, &["person.signed_out"]).await;
    assert_eq!(verify(&desk).await, Ok(n_events(&desk).await));
}

async fn is_noted(desk: &Desk, answer: &Answer, actions: &[&str]) {
    let id = answer.header("x-request-id");
    let noted: Vec<String> = sqlx::query_scalar("select action from audit_events where request_id = $1 order by seq")
        .bind(id)
        .fetch_all(desk.db())
        .await
        .expect("reads");
    assert_eq!(noted, actions);
}

/// Where nothing can be noted, nothing can be changed.
#[tokio::test]
async fn a_change_that_cannot_be_noted_is_not_made() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    // Being seen is written down now and then, whatever becomes of the call.
    desk.forged().seen_ago(-60).await;
    let before = state(&desk).await;
    desk.forged().nothing_can_be_noted().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let path = |verb: &str| format!("/api/v1/requests/{number}/{verb}");
    let answers = [
        developer.post("/api/v1/requests", &ask(&desk.new_name("payments"), "sandbox", "S")).await,
        developer.post(&path("withdraw"), &json!({})).await,
        developer.post("/api/v1/me/tokens", &json!({"name": "x", "scope": "read", "days": 1})).await,
        owner.post(&path("approve"), &json!({"revision": 1})).await,
        owner.post(&path("reject"), &json!({"revision": 1, "comment": "No"})).await,
    ];
    for answer in answers {
        let problem = answer.expect_problem(500, "internal");
        assert!(!problem.to_string().contains("audit"), "the cause is in the log only: {problem}");
    }
    assert!(developer.post_form("/auth/logout", &[]).await.expect(500).text().contains("data-status=\"500\""));
    assert_eq!(state(&desk).await, before);
}

/// Rows of everything that a person can change.
async fn state(desk: &Desk) -> Vec<String> {
    let mut rows = Vec::new();
    for table in ["requests", "revisions", "decisions", "namespaces", "steps", "jobs", "access_tokens", "sessions"] {
        let select = format!("select coalesce(jsonb_agg(t order by t::text), '[]')::text from {table} t");
        rows.push(sqlx::query_scalar(sqlx::AssertSqlSafe(select)).fetch_one(desk.db()).await.expect("reads"));
    }
    rows
}

async fn verify(desk: &Desk) -> Result<i64, Broken> {
    audit::verify(&Ctx::operator(desk.berth().clone()), None).await.expect("answers")
}

async fn n_events(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from audit_events").fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn the_trail_can_only_be_added_to() {
    let desk = Desk::quiet().await;
    for refused in desk.forged().changes_refused("audit_events", "subject").await {
        assert!(refused.contains("never changed or removed"), "{refused}");
    }
}

#[tokio::test]
async fn whoever_tampers_with_the_trail_is_found_out() {
    let desk = Desk::quiet().await;
    desk.approved().await;
    let n = n_events(&desk).await;
    assert_eq!(verify(&desk).await, Ok(n));
    desk.forged().trail_opened().await;
    for (tampering, found) in [
        (Tampering::Actor, Broken::Content(3)),
        (Tampering::Time, Broken::Content(3)),
        (Tampering::Detail, Broken::Content(3)),
        (Tampering::RequestId, Broken::Content(3)),
        (Tampering::Gone, Broken::Gap { expected: 3, found: 4 }),
        (Tampering::FirstGone, Broken::Gap { expected: 1, found: 2 }),
        (Tampering::OnBehalf, Broken::Content(3)),
        (Tampering::Format, Broken::Content(3)),
        (Tampering::Inserted, Broken::Content(4)),
        (Tampering::Swapped, Broken::Previous(3)),
        (Tampering::EndsAtFour, Broken::Gap { expected: 5, found: 4 }),
        (Tampering::AllGone, Broken::Gap { expected: 1, found: n }),
        // Rows cut off at the end show.
        (Tampering::RestGone, Broken::Gap { expected: 5, found: n }),
    ] {
        desk.forged().trail_tampered(tampering).await;
        let broken = verify(&desk).await;
        assert_eq!(broken, Err(found), "{tampering:?}");
        desk.forged().trail_restored().await;
        assert_eq!(verify(&desk).await, Ok(n));
    }
}

#[tokio::test]
async fn the_trail_is_read_by_those_who_may_and_can_be_narrowed_down() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let auditor = desk.as_(Role::Auditor).await;
    let list = async |query: &str| auditor.get(&format!("/api/v1/audit?{query}")).await.expect(200).json();
    let of_request = list(&format!("subject=REQ-{number}")).await;
    let actions: Vec<_> =
        of_request["items"].as_array().expect("is a list").iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions, ["request.approved", "request.submitted"]);
    assert_eq!(list("actor=owner&action=request.").await["items"][0]["actor"], "Owner");
    let first = list("limit=2").await;
    let next = first["next"].as_str().expect("there are more").to_owned();
    let second = list(&format!("limit=2&after={next}")).await;
    assert_eq!(second["items"][0]["seq"].as_i64(), next.parse::<i64>().ok().map(|seq| seq - 1));
    let page = auditor.get(&format!("/admin/audit?subject=REQ-{number}")).await.expect(200).text();
    assert!(page.contains("request.approved") && !page.contains("person.signed_in"), "{page}");
}
