//! Two replicas on one database behind one address: one is killed, both are replaced, and nobody is signed out.

use http::Method;
use serde_json::json;
use stack::sign_in::Browser;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tests::{Actor, Balancer, Desk, Program, Role, eventually};
use tokio::task::JoinSet;
use url::Url;

/// Requests at the same time.
const AT_ONCE: usize = 8;

/// Two programs on a desk's database.
struct Pair {
    desk: Desk,
    programs: [Program; 2],
    balancer: Balancer,
}

impl Pair {
    async fn open() -> Self {
        let desk = Desk::quiet().await;
        let mut programs = [desk.program(), desk.program()];
        let ports = [programs[0].settings.port, programs[1].settings.port];
        let balancer = Balancer::of(&ports).await;
        for program in &mut programs {
            program.settings.public_url = Some(balancer.url());
            program.settings.grace = Duration::from_secs(1);
            program.serve().await;
        }
        balancer.until_ready(2).await;
        Self { desk, programs, balancer }
    }

    /// At the address of both.
    async fn as_(&self, role: Role) -> Actor {
        self.desk.as_at(role, &self.balancer.url()).await
    }
}

#[tokio::test]
async fn a_replica_that_is_killed_costs_its_live_views_a_reconnect_and_a_sign_in_ends_at_another() {
    let mut pair = Pair::open().await;
    let number = pair.desk.asked().await;
    let path = format!("/api/v1/requests/{number}/events");
    let [one, other] = [0, 1].map(|place: usize| pair.programs[place].settings.url());
    let mut events = pair.desk.as_at(Role::Developer, &other).await.listen(&path).await;
    assert_eq!(events.next().await["state"], "in_review");

    // What is decided at one is seen at the other.
    let mut heard = pair.desk.as_at(Role::Developer, &one).await.listen(&path).await;
    assert_eq!(heard.next().await["state"], "in_review");
    let comment = json!({"text": "Which of you hears this?"});
    pair.as_(Role::Owner).await.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
    for events in [&mut events, &mut heard] {
        events.until_said("Which of you hears this?").await;
    }

    let (callback, cookie) = sign_in_begun_at(&one, &pair.balancer.url()).await;
    pair.programs[0].kill();
    pair.balancer.until_ready(1).await;
    heard.breaks().await;
    let mut again = pair.as_(Role::Developer).await.listen(&path).await;
    assert_eq!(again.next().await["state"], "in_review", "the session is good at the other");

    let ended = pair.as_(Role::Developer).await.with_cookie(&cookie);
    let answer = ended.get(&callback[url::Position::BeforePath..]).await.expect(303);
    assert!(answer.set_cookies().iter().any(|cookie| cookie.starts_with("__Host-berth=")), "{:?}", answer.headers);
}

/// Up to the provider's answer: where it sends the browser, and what the browser has for Berth.
async fn sign_in_begun_at(replica: &str, berth: &str) -> (Url, String) {
    let mut browser = Browser::new().expect("is a browser");
    let login: Url = format!("{replica}/auth/login").parse().expect("is an address");
    let answer = browser.request(Method::GET, &login, None).await.expect("answers");
    let provider = answer.headers()["location"].to_str().expect("is text").parse().expect("is an address");
    let account = Role::Developer.account();
    let callback = browser.sign_in(provider, account, |at| at.path() == "/auth/callback").await.expect("signs in");
    assert!(callback.as_str().starts_with(berth), "{callback}");
    let cookie = browser.cookie_that_begins(&login, "__Host-berth-signin-").expect("a sign-in is under way");
    (callback, cookie)
}

#[tokio::test]
async fn replicas_are_replaced_one_after_the_other_under_load_and_no_request_fails() {
    let mut pair = Pair::open().await;
    let number = pair.desk.asked().await;
    let (is_over, n_answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut load = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (developer, owner) = (pair.as_(Role::Developer).await, pair.as_(Role::Owner).await);
        let (is_over, n_answered) = (is_over.clone(), n_answered.clone());
        load.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                developer.get("/api/v1/requests").await.expect(200);
                developer.get(&format!("/requests/{number}")).await.expect(200);
                let comment = json!({"text": "Under load"});
                owner.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
                n_answered.fetch_add(3, Ordering::Relaxed);
            }
        });
    }
    for place in [0, 1] {
        let program = &mut pair.programs[place];
        let stream = format!("/api/v1/requests/{number}/events");
        let events = pair.desk.as_at(Role::Developer, &program.settings.url()).await.listen(&stream).await;
        program.ask_to_end();
        events.ends().await;
        assert!(program.ended().await, "{}", program.log("serve"));
        program.serve().await;
        pair.balancer.until_ready(2).await;
    }
    eventually("some hundred were answered", async || (n_answered.load(Ordering::Relaxed) >= 200).then_some(())).await;
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = load.join_next().await {
        ended.expect("no request failed");
    }
    let n_answered = n_answered.load(Ordering::Relaxed);
    let n_kept: i64 =
        sqlx::query_scalar("select count(*) from request_comments").fetch_one(pair.desk.db()).await.expect("counts");
    assert_eq!(n_kept, i64::try_from(n_answered / 3).expect("is small"), "what was accepted is there");
}
