//! People and their ways in: Platform sees and ends them, auditors see them, nobody else does.

use serde_json::{Value, json};
use tests::{Account, Actor, Desk, Role};

async fn find(actor: &Actor, text: &str) -> Vec<Value> {
    let page = actor.get(&format!("/api/v1/people?text={text}")).await.expect(200).json();
    page["items"].as_array().expect("is a list").clone()
}

async fn id_of(actor: &Actor, text: &str) -> String {
    find(actor, text).await[0]["id"].as_str().expect("is text").to_owned()
}

#[tokio::test]
async fn platform_finds_somebody_with_roles_and_what_gives_them() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let found = find(&platform, "OWNER@berth").await;
    assert!(found.iter().any(|row| row["roles"] == json!(["owner in payments, by payments-owners"])), "{found:?}");
    let all = platform.get("/api/v1/people?limit=2").await.expect(200).json();
    let next = all["next"].as_str().expect("there are more").replace(' ', "%20");
    let second = platform.get(&format!("/api/v1/people?limit=2&after={next}")).await.expect(200).json();
    assert_ne!(all["items"], second["items"]);
    platform.get("/api/v1/people?after=nonsense").await.expect_problem(422, "invalid");
    let page = platform.get("/admin/people?text=developer@").await.expect(200).text();
    assert!(page.contains("developer in payments, by payments-developers"), "{page}");
    for role in [Role::Developer, Role::Owner] {
        desk.as_(role).await.get("/api/v1/people").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn platform_ends_one_session_with_a_reason() {
    let desk = Desk::quiet().await;
    let (other, session) = desk.in_another_browser(Role::Developer).await;
    let platform = desk.as_(Role::Platform).await;
    let id = id_of(&platform, "developer@").await;
    let path = format!("/admin/people/{id}/end");
    let what = format!("session:{session}");
    let page = platform.post_form(&path, &[("what", &what), ("why", " ")]).await.expect(422).text();
    assert!(page.contains("error-why") && page.contains("One thing to correct"), "{page}");
    other.get("/api/v1/me").await.expect(200);
    platform.post_form(&path, &[("what", &what), ("why", "The laptop was lost")]).await.expect(303);
    other.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
    desk.as_(Role::Developer).await.get("/api/v1/me").await.expect(200);
    let events = platform.get("/api/v1/audit?action=session.ended").await.expect(200).json();
    assert_eq!(events["items"][0]["detail"]["reason"], "The laptop was lost");
    assert_eq!(events["items"][0]["subject"], "person developer@berth.test");
    platform.post_form(&path, &[("what", &what), ("why", "Again")]).await.expect(404);
}

#[tokio::test]
async fn platform_ends_everything_of_somebody_who_left() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    let body = json!({"name": "pipeline", "scope": "write", "days": 7});
    let token = person.post("/api/v1/me/tokens", &body).await.expect(201).json();
    let program = person.with_token(token["token"].as_str().expect("is text"));
    program.get("/api/v1/me").await.expect(200);
    let platform = desk.as_(Role::Platform).await;
    let id = id_of(&platform, &account.email).await;
    let detail = platform.get(&format!("/api/v1/people/{id}")).await.expect(200);
    assert_eq!((detail.json()["n_sessions"].as_i64(), detail.json()["n_tokens"].as_i64()), (Some(1), Some(1)));
    assert!(!detail.text().contains(token["token"].as_str().expect("is text")));
    for what in ["all_sessions", "all_tokens"] {
        let body = json!({"what": what, "reason": "Left the company"});
        platform.post(&format!("/api/v1/people/{id}/end-access"), &body).await.expect(204);
    }
    person.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
    program.get("/api/v1/me").await.expect_problem(401, "token_invalid");
}

#[tokio::test]
async fn auditors_look_and_end_nothing_and_no_token_ends_access() {
    let desk = Desk::quiet().await;
    let auditor = desk.as_(Role::Auditor).await;
    let id = id_of(&auditor, "developer@").await;
    let page = auditor.get(&format!("/admin/people/{id}")).await.expect(200).text();
    assert!(page.contains("payments-developers") && !page.contains("End access"), "{page}");
    let body = json!({"what": "all_sessions", "reason": "No"});
    let path = format!("/api/v1/people/{id}/end-access");
    auditor.post(&path, &body).await.expect_problem(403, "not_allowed");
    desk.program_of(Role::Platform).await.post(&path, &body).await.expect_problem(403, "needs_session");
    desk.as_(Role::Owner).await.post(&path, &body).await.expect_problem(404, "not_found");
    desk.as_(Role::Developer).await.get("/api/v1/me").await.expect(200);
}
