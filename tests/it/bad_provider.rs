//! The identity provider on its bad days: away, with another clock, with new keys, with tokens that are not for us. The real
//! program, one for each test.

use crate::groups::{age, alone, refresh};
use crate::sign_in::{Attempt, is_refused, n_sessions};
use serde_json::{Value, json};
use server::app::{Ctx, access};
use std::time::Instant;
use tests::{Actor, Answer, Desk, Opening, Provider, eventually};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const BACK_CHANNEL: &str = "/auth/backchannel-logout";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn desk_at(provider: &Provider) -> Desk {
    Desk::with(Opening { provider_at: Some(provider.address()), ..Opening::default() }).await
}

#[track_caller]
fn is_not_possible(answer: Answer) -> String {
    let page = answer.expect(503).text();
    assert!(page.contains("Signing in is not possible right now"), "{page}");
    assert!(page.contains("href=\"/auth/login"), "no way on: {page}");
    page
}

async fn log_out(desk: &Desk, token: &str) -> u16 {
    desk.nobody().post_form(BACK_CHANNEL, &[("logout_token", token)]).await.status
}

#[tokio::test]
async fn a_provider_that_is_away_keeps_nobody_out_who_is_signed_in_and_is_asked_again() {
    let mut provider = Provider::start().await;
    provider.cut().await;
    let desk = desk_at(&provider).await;
    desk.nobody().get("/readyz").await.expect(200);
    is_not_possible(desk.nobody().get("/auth/login").await);
    provider.restore().await;
    eventually("it is asked again", async || (desk.nobody().get("/auth/login").await.status == 303).then_some(()))
        .await;
    let account = provider.account(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;

    let attempt = Attempt::begin(&desk, "/requests").await;
    let n = n_sessions(&desk).await;
    provider.cut().await;
    is_not_possible(attempt.finish(&desk).await);
    assert_eq!(n_sessions(&desk).await, n);
    age(&desk).await;
    alone(&desk, &account).await;
    assert!(refresh(&desk).await.is_err(), "the job comes again");
    person.get("/api/v1/me").await.expect(200);
    provider.restore().await;
    refresh(&desk).await.expect("is done");
    person.get("/api/v1/me").await.expect(200);
    Attempt::begin(&desk, "/requests").await.finish(&desk).await.expect(303);
}

#[tokio::test]
async fn berth_starts_without_its_provider_and_says_so_in_the_log() {
    let desk = Desk::quiet().await;
    let mut program = desk.program();
    program.settings.issuer = format!("http://127.0.0.1:{}", stack::free_port().expect("there is one"));
    program.serve().await;
    let log = eventually("it says so", async || {
        Some(program.log("serve")).filter(|log| log.contains("nobody can sign in until it does"))
    })
    .await;
    assert!(log.contains(&program.settings.issuer), "{log}");
}

#[tokio::test]
async fn clocks_may_be_some_minutes_apart_and_beyond_that_both_times_are_told() {
    let mut provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    for ahead_s in [120, -120] {
        provider.start_again(ahead_s).await;
        Attempt::begin(&desk, "/").await.finish(&desk).await.expect(303);
        let now = OffsetDateTime::now_utc().unix_timestamp() + ahead_s;
        let claims = json!({"iss": provider.issuer(), "aud": "berth", "iat": now, "exp": now + 60, "jti": ahead_s.to_string(), "events": {EVENT: {}}, "sub": "nobody"});
        let token = provider.sign(json!({"typ": "logout+jwt"}), claims).await;
        assert_eq!(log_out(&desk, &token).await, 200, "a clock that is good enough for signing in is for signing out");
    }
    for ahead_s in [900, -900, -2 * 60 * 60] {
        provider.start_again(ahead_s).await;
        let page = is_not_possible(Attempt::begin(&desk, "/").await.finish(&desk).await);
        let (here, there) = (moment_after(&page, "here it is "), moment_after(&page, "there "));
        assert!(((there - here).whole_seconds() - ahead_s).abs() < 60, "{here} {there}");
        assert!((OffsetDateTime::now_utc() - here.assume_utc()).abs() < time::Duration::MINUTE);
    }
}

fn moment_after(page: &str, words: &str) -> PrimitiveDateTime {
    let (_, said) = page.split_once(words).expect("says it");
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    PrimitiveDateTime::parse(&said[..19], format).expect("is a time")
}

#[tokio::test]
async fn new_keys_are_read_once_and_unknown_ones_make_nobody_read_them_again_and_again() {
    let mut provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    Attempt::begin(&desk, "/").await.finish(&desk).await.expect(303);
    provider.forget_keys();
    provider.start_again(0).await;
    let signed_in = async || (Attempt::begin(&desk, "/").await.finish(&desk).await.status == 303).then_some(());
    eventually("a token with the new key is taken", signed_in).await;
    assert_eq!(provider.n_keys_read(), 1);
    let began = Instant::now();
    for n in 0..40 {
        let header = base64(&json!({"alg": "RS256", "kid": format!("unknown-{n}")}));
        assert_eq!(log_out(&desk, &format!("{header}.{}.AAAA", base64(&json!({})))).await, 400);
    }
    let most = 1 + began.elapsed().as_secs() as usize / 10;
    assert!(provider.n_keys_read() <= 1 + most, "{} times", provider.n_keys_read());
    signed_in().await.expect("still");
}

#[tokio::test]
async fn a_session_goes_on_while_what_is_said_of_it_cannot_be_judged() {
    let provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    let account = provider.account(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    // Keys that were changed and cannot be read yet, and a clock that is behind. Each time the token was renewed.
    for unjudged in [json!({"header": {"kid": "unknown"}}), json!({"exp": now - 600, "iat": now - 660})] {
        provider.twist(unjudged).await;
        age(&desk).await;
        alone(&desk, &account).await;
        assert!(refresh(&desk).await.is_err(), "the job comes again");
        person.get("/api/v1/me").await.expect(200);
    }
    account.set(json!({"groups": ["payments-owners"]})).await;
    provider.twist(json!({})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    let me = person.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["viewer"]["teams"][0]["role"], "owner", "{me}");
    // Of what proves to be wrong nothing goes on.
    provider.twist(json!({"aud": "another-client"})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    person.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn a_token_that_is_not_for_this_sign_in_signs_nobody_in() {
    let provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    let n = n_sessions(&desk).await;
    for wrong in [
        json!({"aud": "another-client"}),
        json!({"iss": "https://login.example.org"}),
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"exp": OffsetDateTime::now_utc().unix_timestamp() - 600}),
        json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
        json!({"sub": ""}),
    ] {
        provider.twist(wrong).await;
        is_refused(Attempt::begin(&desk, "/").await.finish(&desk).await, "You were not signed in");
    }
    assert_eq!(n_sessions(&desk).await, n);
    provider.twist(json!({})).await;
    Attempt::begin(&desk, "/").await.finish(&desk).await.expect(303);
}

#[tokio::test]
async fn what_ended_sessions_left_is_taken_back_when_the_provider_answers_again() {
    let mut provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    let account = provider.account(&["payments-developers"]).await;
    let mut people = Vec::new();
    for _ in 0..10 {
        people.push(desk.sign_in(&account).await);
    }
    alone(&desk, &account).await;
    provider.cut().await;
    for person in people {
        person.post_form("/auth/logout", &[]).await.expect(303);
    }
    let count = async || -> i64 {
        sqlx::query_scalar("select count(*) from left_tokens").fetch_one(desk.db()).await.expect("counts")
    };
    let due = async || desk.forged().left_tokens_due().await;
    assert_eq!(count().await, 10, "none is forgotten");
    due().await;
    assert!(desk.take_back().await.is_err(), "the job comes again");
    assert_eq!(count().await, 10);
    provider.restore().await;
    due().await;
    eventually("the provider is asked again", async || desk.take_back().await.ok()).await;
    due().await;
    desk.take_back().await.expect("is done");
    assert_eq!((count().await, provider.n_taken_back()), (0, 10));
}

#[tokio::test]
async fn what_cannot_be_taken_back_for_a_day_is_let_go_and_keys_open_what_waits() {
    let mut provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    let account = provider.account(&["payments-developers"]).await;
    desk.sign_in(&account).await;
    provider.cut().await;
    desk.forged().sessions_end().await;
    access::clear_sessions(&Ctx::system(desk.berth().clone(), "clear_sessions")).await.expect("is done");
    let is_waiting = async || -> bool {
        sqlx::query_scalar("select exists(select from left_tokens)").fetch_one(desk.db()).await.expect("is known")
    };
    let _ = desk.take_back().await;
    assert!(is_waiting().await);
    desk.forged().left_tokens_age(25).await;
    desk.take_back().await.expect("is done");
    assert!(!is_waiting().await);
}

#[tokio::test]
async fn a_logout_token_counts_once() {
    let provider = Provider::start().await;
    let desk = desk_at(&provider).await;
    let account = provider.account(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    let claims = |jti: &str| {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        json!({"iss": provider.issuer(), "aud": "berth", "iat": now, "jti": jti, "events": {EVENT: {}}, "sub": account.role})
    };
    let sign = async |claims: Value| provider.sign(json!({"typ": "logout+jwt"}), claims).await;
    for (claim, wrong) in [
        ("iss", json!("https://login.example.org")),
        ("aud", json!("another-client")),
        ("iat", json!(OffsetDateTime::now_utc().unix_timestamp() - 3600)),
        ("iat", json!(OffsetDateTime::now_utc().unix_timestamp() + 3600)),
        ("events", json!({})),
        ("nonce", json!("n")),
    ] {
        let mut claims = claims("wrong");
        claims[claim] = wrong;
        assert_eq!(log_out(&desk, &sign(claims).await).await, 400, "{claim}");
    }
    person.get("/api/v1/me").await.expect(200);

    let token = sign(claims("first")).await;
    assert_eq!(log_out(&desk, &token).await, 200);
    is_signed_out(&person).await;
    let again = desk.sign_in(&account).await;
    assert_eq!(log_out(&desk, &token).await, 400, "it was taken before");
    again.get("/api/v1/me").await.expect(200);
    assert_eq!(log_out(&desk, &sign(claims("second")).await).await, 200);
    is_signed_out(&again).await;
}

async fn is_signed_out(person: &Actor) {
    person.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
}

fn base64(value: &Value) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
}
