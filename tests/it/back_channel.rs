//! Back-channel logout: the provider says that a session there ended, and ours ends with it.

use http::Method;
use serde_json::json;
use stack::sign_in::Browser;
use tests::{Account, Actor, Desk, Role, eventually};
use url::Url;

const PATH: &str = "/auth/backchannel-logout";

async fn is_signed_out(actor: &Actor) {
    actor.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
}

/// Signs out at the provider itself, as somebody who leaves another of the company's programs.
async fn sign_out_at_provider(browser: &mut Browser) {
    let end = Url::parse(&format!("{}/session/end", tests::stack().issuer)).expect("is an address");
    let page = browser.request(Method::GET, &end, None).await.expect("answers").text().await.expect("is text");
    let (_, rest) = page.split_once("name=\"xsrf\" value=\"").expect("has a form");
    let xsrf = rest.split('"').next().expect("has a value").to_owned();
    let confirm = Url::parse(&format!("{}/session/end/confirm", tests::stack().issuer)).expect("is an address");
    let fields = [("xsrf", xsrf.as_str()), ("logout", "yes")];
    let answer = browser.send_form(&confirm, &fields).await.expect("answers");
    assert!(answer.status().is_redirection() || answer.status().is_success(), "{}", answer.status());
}

#[tokio::test]
async fn a_session_ends_with_the_providers_own() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let (person, mut browser) = desk.sign_in_with_browser(&account).await;
    let elsewhere = desk.sign_in(&account).await;
    sign_out_at_provider(&mut browser).await;
    eventually("the session has ended", async || (person.get("/api/v1/me").await.status == 401).then_some(())).await;
    is_signed_out(&person).await;
    elsewhere.get("/api/v1/me").await.expect(200);
    let (actor, detail): (String, serde_json::Value) =
        sqlx::query_as("select actor_kind, detail from audit_events where action = 'session.ended'")
            .fetch_one(desk.db())
            .await
            .expect("is noted");
    assert_eq!(actor, "system");
    assert!(detail["reason"].as_str().is_some_and(|why| why.contains("identity provider")), "{detail}");
}

#[tokio::test]
async fn what_proves_nothing_is_refused_without_a_word() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let nobody = desk.nobody();
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXZlbG9wZXIifQ.";
    let large = "x".repeat(70_000);
    for token in [forged, "nonsense", "", "a.b.c"] {
        let answer = nobody.post_form(PATH, &[("logout_token", token)]).await.expect(400);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    nobody.post_form(PATH, &[("other", "field")]).await.expect(400);
    assert!(nobody.post_form(PATH, &[("logout_token", large.as_str())]).await.status >= 400);
    // A browser on another site gets no further either.
    let request =
        nobody.bare(Method::POST, PATH).header("origin", "https://example.org").form(&[("logout_token", forged)]);
    nobody.send(request).await.expect(400);
    developer.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_live_view_ends_with_the_session() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let (other, id) = desk.in_another_browser(Role::Developer).await;
    let mut events = other.listen(&format!("/api/v1/requests/{number}/events")).await;
    events.next().await;
    desk.as_(Role::Developer).await.delete(&format!("/api/v1/me/sessions/{id}")).await.expect(204);
    events.ends().await;
    let body = json!({});
    other.post(&format!("/api/v1/requests/{number}/withdraw"), &body).await.expect_problem(401, "sign_in_first");
}
