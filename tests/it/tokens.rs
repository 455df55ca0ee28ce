//! Access tokens: shown once, kept as a hash, no more than their scope and their time.

use serde_json::{Value, json};
use tests::{Actor, Desk, Role, ask};

async fn make(actor: &Actor, scope: &str) -> Value {
    let body = json!({"name": "pipeline", "scope": scope, "days": 7});
    actor.post("/api/v1/me/tokens", &body).await.expect(201).json()
}

fn secret(token: &Value) -> &str {
    token["token"].as_str().expect("is there")
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let token = make(&developer, "read").await;
    assert!(secret(&token).starts_with("berth_") && secret(&token).len() == 49);
    let me = developer.get("/api/v1/me").await.expect(200).text();
    assert!(me.contains("pipeline") && !me.contains(secret(&token)));
    let kept: (Vec<u8>, String) = sqlx::query_as("select hash, prefix from access_tokens where name = 'pipeline'")
        .fetch_one(desk.db())
        .await
        .expect("is kept");
    assert_eq!(kept.0.len(), 32);
    assert!(secret(&token).starts_with(&kept.1) && kept.1.len() <= 12);
}

#[tokio::test]
async fn a_token_made_on_the_page_is_on_that_page_only() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let fields = [("name", "pipeline"), ("scope", "write"), ("days", "7")];
    let page = developer.post_form("/me/tokens", &fields).await.expect(200).text();
    let begins = page.find("berth_").expect("is shown");
    let token = page[begins..begins + 49].to_owned();
    assert_eq!(developer.with_token(&token).get("/api/v1/me").await.expect(200).json()["viewer"]["name"], "Developer");
    assert!(!developer.get("/me").await.expect(200).text().contains(&token));
    let page = developer.post_form("/me/tokens", &[("name", ""), ("scope", "write"), ("days", "7000")]).await;
    assert!(page.expect(422).text().contains("is missing"));
}

#[tokio::test]
async fn a_read_token_changes_nothing() {
    let desk = Desk::quiet().await;
    let reader = desk.reader_of(Role::Developer).await;
    reader.get("/api/v1/requests").await.expect(200);
    let body = ask(&desk.new_name("payments"), "standard", "S");
    reader.post("/api/v1/requests", &body).await.expect_problem(403, "read_only_token");
    let path = format!("/api/v1/requests/{}/withdraw", desk.asked().await);
    reader.post(&path, &json!({})).await.expect_problem(403, "read_only_token");
}

#[tokio::test]
async fn a_write_token_may_what_its_person_may_and_no_more() {
    let desk = Desk::quiet().await;
    let program = desk.program_of(Role::Developer).await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let number = program.post("/api/v1/requests", &body).await.expect(201).json()["number"].clone();
    let path = format!("/api/v1/requests/{number}/approve");
    program.post(&path, &json!({"revision": 1})).await.expect_problem(403, "own_request");
    program.get("/api/v1/audit").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn no_token_makes_or_ends_tokens_and_sessions() {
    let desk = Desk::quiet().await;
    let program = desk.program_of(Role::Developer).await;
    let body = json!({"name": "more", "scope": "read", "days": 1});
    program.post("/api/v1/me/tokens", &body).await.expect_problem(403, "needs_session");
    let me = program.get("/api/v1/me").await.expect(200).json();
    let token = me["tokens"][0]["id"].as_str().expect("has a token");
    program.delete(&format!("/api/v1/me/tokens/{token}")).await.expect_problem(403, "needs_session");
    let session = me["sessions"][0]["id"].as_str().expect("has a session");
    program.delete(&format!("/api/v1/me/sessions/{session}")).await.expect_problem(403, "needs_session");
}

#[tokio::test]
async fn a_token_that_is_over_is_worth_nothing() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let (ended, revoked) = (make(&developer, "read").await, make(&developer, "read").await);
    desk.forged().token_ends(ended["id"].as_str().expect("has an id")).await;
    let path = format!("/api/v1/me/tokens/{}", revoked["id"].as_str().expect("has an id"));
    desk.as_(Role::Owner).await.delete(&path).await.expect_problem(404, "not_found");
    developer.delete(&path).await.expect(204);
    developer.delete(&path).await.expect_problem(404, "not_found");
    for token in [secret(&ended), secret(&revoked), "berth_unknown", "nonsense"] {
        let answer = developer.with_token(token).get("/api/v1/me").await;
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        answer.expect_problem(401, "token_invalid");
    }
}

#[tokio::test]
async fn a_token_opens_the_api_and_not_the_pages() {
    let desk = Desk::quiet().await;
    let program = desk.program_of(Role::Developer).await;
    let answer = program.get("/requests").await.expect(303);
    assert!(answer.header("location").starts_with("/auth/login"));
}

#[tokio::test]
async fn nonsense_for_a_token_is_refused_by_field() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for (name, days) in [("", 1), ("x", 0), ("x", 366), ("two\nlines", 1), ("x", i64::MAX)] {
        let body = json!({"name": name, "scope": "read", "days": days});
        developer.post("/api/v1/me/tokens", &body).await.expect_problem(422, "invalid");
    }
    let body = json!({"name": "x", "scope": "admin", "days": 1});
    developer.post("/api/v1/me/tokens", &body).await.expect(422);
}
