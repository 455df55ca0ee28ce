//! What a session is: how long it lasts, and the ways in which it ends.

use sqlx::types::time::OffsetDateTime;
use stack::sign_in::Session;
use tests::{Actor, Desk, Role};
use url::Url;

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    desk.forged().seen_ago(59).await;
    developer.get("/api/v1/me").await.expect(200);
    desk.forged().seen_ago(61).await;
    is_over(&developer).await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_much_it_is_used() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let at: OffsetDateTime =
        sqlx::query_scalar("select max(expires_at) from sessions").fetch_one(desk.db()).await.expect("reads");
    assert!(at < OffsetDateTime::now_utc() + time::Duration::hours(12));
    desk.forged().sessions_end().await;
    is_over(&developer).await;
}

/// The browser is told to forget the cookie.
async fn is_over(actor: &Actor) {
    let answer = actor.get("/api/v1/me").await;
    assert!(answer.set_cookies().iter().any(|line| line.starts_with("__Host-berth=;") && line.contains("Max-Age=0")));
    answer.expect_problem(401, "sign_in_first");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_at_the_provider() {
    let desk = Desk::quiet().await;
    let session = Session::open(desk.url(), Role::Developer.account()).await.expect("signs in");
    let developer = desk.nobody().with_cookie(session.cookie());
    let answer = developer.post_form("/auth/logout", &[]).await.expect(303);
    let onward = Url::parse(answer.header("location")).expect("is an address");
    assert!(onward.as_str().starts_with(&format!("{}/session/end", tests::stack().issuer)), "{onward}");
    let query: std::collections::BTreeMap<_, _> = onward.query_pairs().into_owned().collect();
    assert_eq!(query["post_logout_redirect_uri"], format!("{}/signed-out", desk.url()));
    assert!(query.contains_key("id_token_hint"));
    is_over(&developer).await;
    let (_, value) = session.cookie().split_once('=').expect("is a cookie");
    let row = sqlx::query("select from sessions where id_hash = sha256($1)").bind(value.as_bytes());
    assert!(row.fetch_optional(desk.db()).await.expect("reads").is_none());
}

#[tokio::test]
async fn one_of_ones_sessions_can_be_ended_from_another() {
    let desk = Desk::quiet().await;
    let other = Session::open(desk.url(), Role::Developer.account()).await.expect("signs in");
    let (here, there) = (desk.as_(Role::Developer).await, desk.nobody().with_cookie(other.cookie()));
    let me = here.get("/api/v1/me").await.expect(200).json();
    let sessions = me["sessions"].as_array().expect("is a list").clone();
    let id = sessions.iter().find(|s| s["is_this"] == false).expect("there is another")["id"]
        .as_str()
        .expect("is text")
        .to_owned();
    desk.as_(Role::Owner).await.delete(&format!("/api/v1/me/sessions/{id}")).await.expect_problem(404, "not_found");
    here.delete(&format!("/api/v1/me/sessions/{id}")).await.expect(204);
    is_over(&there).await;
    here.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_form_that_is_sent_after_the_session_ended_changes_nothing_and_leads_to_sign_in() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let (owner, id) = desk.in_another_browser(Role::Owner).await;
    owner.get(&format!("/requests/{number}")).await.expect(200);
    desk.as_(Role::Owner).await.delete(&format!("/api/v1/me/sessions/{id}")).await.expect(204);
    let answer = owner.post_form(&format!("/requests/{number}/approve"), &[("revision", "1")]).await.expect(303);
    assert!(answer.header("location").starts_with("/auth/login?"), "{}", answer.header("location"));
    assert_eq!(desk.request(number).await["state"], "in_review");
}
