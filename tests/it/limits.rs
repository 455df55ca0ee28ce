//! How often somebody may ask, and that nobody pays for another.

use http::Method;
use server::config::Limits;
use tests::{Actor, Answer, Desk, Opening, Role};

const NONE: Limits = Limits { person_per_minute: 0, token_per_minute: 0, address_per_minute: 0 };

async fn desk(limits: Limits) -> Desk {
    Desk::with(Opening { limits: Some(limits), ..Opening::default() }).await
}

/// How many in a row were answered before the first that was refused, of so many.
async fn n_answered(actor: &Actor, path: &str, n: usize) -> usize {
    for answered in 0..n {
        if actor.get(path).await.status == 429 {
            return answered;
        }
    }
    n
}

/// The refusal of somebody who has nothing left: one request may have come back since, a few have not.
async fn refused(actor: &Actor, path: &str) -> Answer {
    for _ in 0..4 {
        let answer = actor.get(path).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("{path} is answered again and again")
}

/// The test may run for so long that some come back.
fn is_about(n: usize, limit: usize) -> bool {
    (limit..=limit + limit / 2).contains(&n)
}

async fn is_posting_refused(actor: &Actor, path: &str) -> bool {
    for _ in 0..4 {
        let post = actor.request(Method::POST, path).form(&[("logout_token", "nonsense")]);
        if actor.send(post).await.status == 429 {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn one_persons_flood_is_refused_and_nobody_else_notices() {
    let desk = desk(Limits { person_per_minute: 20, ..NONE }).await;
    let (flood, other) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let n = n_answered(&flood, "/api/v1/me", 60).await;
    assert!(is_about(n, 20), "{n} were answered");
    let answer = refused(&flood, "/api/v1/requests").await;
    let wait: u64 = answer.header("retry-after").parse().expect("says how long");
    let problem = answer.expect_problem(429, "too_many_requests");
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains(&format!("Wait {wait} s"))), "{problem}");
    let page = refused(&flood, "/requests").await;
    assert!(page.header("content-type").starts_with("text/html") && page.text().contains("Too many requests"));
    assert_eq!(n_answered(&other, "/api/v1/me", 15).await, 15);
    // What needs no person is answered to everybody.
    flood.get("/assets/manifest.json").await.expect(200);
    flood.get("/livez").await.expect(200);
}

#[tokio::test]
async fn tokens_of_one_person_have_each_their_own_and_share_the_persons() {
    let desk = desk(Limits { person_per_minute: 50, token_per_minute: 20, ..NONE }).await;
    let (writer, reader) = (desk.program_of(Role::Developer).await, desk.reader_of(Role::Developer).await);
    let n = n_answered(&writer, "/api/v1/me", 30).await;
    assert!(is_about(n, 20), "{n} of the first token were answered");
    let n = n_answered(&reader, "/api/v1/me", 15).await;
    assert_eq!(n, 15, "the second has its own");
    let browser = desk.as_(Role::Developer).await;
    let n = n_answered(&browser, "/api/v1/me", 60).await;
    assert!((10..=30).contains(&n), "{n} were left of the person's");
    refused(&reader, "/api/v1/me").await.expect_problem(429, "too_many_requests");
}

#[tokio::test]
async fn who_is_not_signed_in_is_counted_by_address() {
    let desk = desk(Limits { address_per_minute: 20, ..NONE }).await;
    let nobody = desk.nobody();
    let n = n_answered(&nobody, "/auth/login", 40).await;
    assert!(is_about(n, 20), "{n} sign-ins were begun");
    refused(&nobody, "/auth/callback?state=a&code=b").await;
    let guess = nobody.with_token(&format!("berth_{}", "a".repeat(43)));
    refused(&guess, "/api/v1/me").await.expect_problem(429, "too_many_requests");
    assert!(is_posting_refused(&nobody, "/auth/backchannel-logout").await);
    // Those who are known are not counted like that.
    assert_eq!(n_answered(&desk.as_(Role::Developer).await, "/api/v1/me", 30).await, 30);
}

#[tokio::test]
async fn streams_of_events_count_like_everything_else() {
    let desk = desk(Limits { person_per_minute: 10, ..NONE }).await;
    let number = Desk::asked(&desk).await;
    let developer = desk.as_(Role::Developer).await;
    let n = n_answered(&developer, &format!("/api/v1/requests/{number}/events"), 30).await;
    assert!(is_about(n + 1, 10), "{n} were answered, and asking was one");
    let stranger = desk.program_of(Role::Owner).await;
    let n = n_answered(&stranger, "/api/v1/requests/77777/events", 30).await;
    assert!(is_about(n, 10), "{n} were answered");
}
