//! Signing in: the code flow, everything that can be wrong with its answer, and the roles that follow.

use http::Method;
use reqwest::header::COOKIE;
use sqlx::types::time::OffsetDateTime;
use stack::sign_in::Browser;
use tests::{Answer, Desk, Role};
use url::Url;

/// How its name begins.
const SIGN_IN_COOKIE: &str = "__Host-berth-signin-";

/// A sign-in up to the provider's answer, which has not been opened yet.
pub(crate) struct Attempt {
    callback: Url,
    /// Value of the `Cookie` header that goes with it.
    cookie: String,
}

impl Attempt {
    pub(crate) async fn begin(desk: &Desk, return_to: &str) -> Self {
        Self::begin_with(desk, return_to, |_| ()).await
    }

    /// `tamper` is given the address that Berth sends the browser to.
    async fn begin_with(desk: &Desk, return_to: &str, tamper: impl FnOnce(&mut Url)) -> Self {
        let mut browser = Browser::new().expect("is a browser");
        let mut login = url(desk, "/auth/login");
        login.query_pairs_mut().append_pair("return_to", return_to);
        let answer = browser.request(Method::GET, &login, None).await.expect("answers");
        let mut provider: Url = answer.headers()["location"].to_str().expect("is text").parse().expect("is an address");
        tamper(&mut provider);
        let account = Role::Developer.account();
        let callback = browser.sign_in(provider, account, |at| at.path() == "/auth/callback").await.expect("signs in");
        let cookie = browser.cookie_that_begins(&login, SIGN_IN_COOKIE).expect("a sign-in is under way");
        Self { callback, cookie }
    }

    /// The same answer with one parameter replaced, or taken away.
    fn with(self, name: &str, value: Option<&str>) -> Self {
        let others: Vec<(String, String)> =
            self.callback.query_pairs().into_owned().filter(|(found, _)| found != name).collect();
        let mut callback = self.callback;
        callback.query_pairs_mut().clear().extend_pairs(others).extend_pairs(value.map(|value| (name, value)));
        Self { callback, ..self }
    }

    fn parameter(&self, name: &str) -> String {
        let found = self.callback.query_pairs().find(|(found, _)| found == name);
        found.expect("is in the answer").1.into_owned()
    }

    /// Opens the callback, as the browser would.
    pub(crate) async fn finish(&self, desk: &Desk) -> Answer {
        finish(desk, &self.callback, Some(&self.cookie)).await
    }
}

async fn finish(desk: &Desk, callback: &Url, cookie: Option<&str>) -> Answer {
    let path = &callback[url::Position::BeforePath..];
    let nobody = desk.nobody();
    let mut request = nobody.bare(Method::GET, path);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    nobody.send(request).await
}

fn url(desk: &Desk, path: &str) -> Url {
    Url::parse(desk.url()).and_then(|url| url.join(path)).expect("is an address")
}

/// A page that says what happened and has a way on; nobody is signed in by it.
#[track_caller]
pub(crate) fn is_refused(answer: Answer, says: &str) {
    let answer = answer.expect(400);
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.header("content-type"));
    assert!(answer.text().contains(says), "{}", answer.text());
    assert!(answer.text().contains("href=\"/"), "no way on: {}", answer.text());
    let session = answer.set_cookies().into_iter().find(|line| line.starts_with("__Host-berth="));
    assert_eq!(session, None);
}

pub(crate) async fn n_sessions(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from sessions").fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn a_person_signs_in_and_comes_to_the_page_they_wanted() {
    let desk = Desk::quiet().await;
    let answer = Attempt::begin(&desk, "/requests?queue=mine").await.finish(&desk).await.expect(303);
    assert_eq!(answer.header("location"), "/requests?queue=mine");
    let cookies = answer.set_cookies();
    let session = cookies.iter().find(|line| line.starts_with("__Host-berth=")).expect("a session cookie");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(session.contains(flag), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    assert!(
        cookies
            .iter()
            .any(|line| line.starts_with(SIGN_IN_COOKIE) && line.contains("=;") && line.contains("Max-Age=0"))
    );
    let cookie = session.split(';').next().expect("has a value");
    let me = desk.nobody().with_cookie(cookie).get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["viewer"]["email"], "developer@berth.test");
}

#[tokio::test]
async fn an_answer_with_another_state_is_refused() {
    let desk = Desk::quiet().await;
    let attempt = Attempt::begin(&desk, "/").await.with("state", Some("AAAAAAAAAAAAAAAAAAAAAA"));
    is_refused(attempt.finish(&desk).await, "That was another sign-in");
    let attempt = Attempt::begin(&desk, "/").await.with("state", None);
    is_refused(attempt.finish(&desk).await, "That was another sign-in");
}

#[tokio::test]
async fn an_answer_with_another_nonce_is_refused() {
    let desk = Desk::quiet().await;
    let attempt = Attempt::begin_with(&desk, "/", |provider| {
        let query: Vec<_> = provider.query_pairs().into_owned().collect();
        let other =
            |(name, value): (String, String)| if name == "nonce" { (name, "other".into()) } else { (name, value) };
        provider.query_pairs_mut().clear().extend_pairs(query.into_iter().map(other));
    });
    is_refused(attempt.await.finish(&desk).await, "You were not signed in");
}

#[tokio::test]
async fn an_answer_that_does_not_come_from_the_provider_is_refused() {
    let desk = Desk::quiet().await;
    let foreign = Attempt::begin(&desk, "/").await.with("iss", Some("https://login.example.org"));
    is_refused(foreign.finish(&desk).await, "You were not signed in");
    let silent = Attempt::begin(&desk, "/").await.with("iss", None);
    is_refused(silent.finish(&desk).await, "You were not signed in");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let desk = Desk::quiet().await;
    let (theirs, ours) = (Attempt::begin(&desk, "/").await, Attempt::begin(&desk, "/").await);
    let code = theirs.parameter("code");
    is_refused(ours.with("code", Some(&code)).finish(&desk).await, "You were not signed in");
}

#[tokio::test]
async fn an_answer_is_good_once() {
    let desk = Desk::quiet().await;
    let attempt = Attempt::begin(&desk, "/").await;
    attempt.finish(&desk).await.expect(303);
    let n = n_sessions(&desk).await;
    is_refused(attempt.finish(&desk).await, "You were not signed in");
    is_refused(finish(&desk, &attempt.callback, None).await, "Signing in took too long");
    assert_eq!(n_sessions(&desk).await, n);
}

#[tokio::test]
async fn a_sign_in_must_be_finished_within_ten_minutes() {
    let desk = Desk::quiet().await;
    let mut attempt = Attempt::begin(&desk, "/").await;
    let eleven_minutes_ago = OffsetDateTime::now_utc().unix_timestamp() - 11 * 60;
    attempt.cookie = sealed_at(&desk, &attempt.cookie, eleven_minutes_ago);
    is_refused(attempt.finish(&desk).await, "Signing in took too long");
    let (name, _) = attempt.cookie.split_once('=').expect("is a cookie");
    attempt.cookie = format!("{name}=nonsense");
    is_refused(attempt.finish(&desk).await, "Signing in took too long");
}

/// The cookie of the same sign-in, begun at another time.
fn sealed_at(desk: &Desk, cookie: &str, begun_at: i64) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let (name, value) = cookie.split_once('=').expect("is a cookie");
    let seal = &desk.berth().seal;
    let plain = seal.open("sign-in", &URL_SAFE_NO_PAD.decode(value).expect("is base64")).expect("is sealed");
    let mut attempt: serde_json::Value = serde_json::from_slice(&plain).expect("is JSON");
    attempt["begun_at"] = begun_at.into();
    let sealed = seal.seal("sign-in", &serde_json::to_vec(&attempt).expect("can be written"));
    format!("{name}={}", URL_SAFE_NO_PAD.encode(sealed))
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let desk = Desk::quiet().await;
    for elsewhere in ["https://example.org/", "//example.org/", "/\\example.org"] {
        let answer = Attempt::begin(&desk, elsewhere).await.finish(&desk).await.expect(303);
        assert_eq!(answer.header("location"), "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_person_who_says_no_at_the_provider_is_told_so() {
    let desk = Desk::quiet().await;
    let attempt = Attempt::begin(&desk, "/").await.with("code", None).with("error", Some("access_denied"));
    let answer = attempt.finish(&desk).await.expect(403);
    assert!(answer.text().contains("You were not signed in"), "{}", answer.text());
}

#[tokio::test]
async fn several_tabs_of_one_browser_sign_in_in_any_order() {
    let desk = Desk::quiet().await;
    let mut tabs = Vec::new();
    for page in ["/me", "/requests", "/search"] {
        tabs.push((page, Attempt::begin(&desk, page).await));
    }
    let all = tabs.iter().map(|(_, tab)| tab.cookie.as_str()).collect::<Vec<_>>().join("; ");
    for (page, tab) in tabs.iter().rev() {
        let answer = finish(&desk, &tab.callback, Some(&all)).await.expect(303);
        assert_eq!(answer.header("location"), *page);
        let (name, _) = tab.cookie.split_once('=').expect("is a cookie");
        let cleared: Vec<_> =
            answer.set_cookies().into_iter().filter(|line| line.starts_with(SIGN_IN_COOKIE)).collect();
        assert!(cleared.len() == 1 && cleared[0].starts_with(name), "only its own: {cleared:?}");
    }
}

#[tokio::test]
async fn what_the_provider_is_set_up_against_is_said_to_be_set_up_wrongly() {
    let desk = Desk::quiet().await;
    for error in ["invalid_scope", "unauthorized_client", "invalid_request"] {
        let attempt = Attempt::begin(&desk, "/").await.with("code", None).with("error", Some(error));
        let page = attempt.finish(&desk).await.expect(503).text();
        assert!(page.contains("not set up rightly"), "{page}");
    }
    let wrong = |config: &mut server::config::Config| config.oidc.client_secret = "another".into();
    let desk = Desk::configured(tests::Opening::default(), wrong).await;
    Attempt::begin(&desk, "/").await.finish(&desk).await.expect(503);
}

#[tokio::test]
async fn a_page_sends_nobody_to_sign_in_and_back() {
    let desk = Desk::quiet().await;
    let answer = desk.nobody().get("/requests?queue=mine").await.expect(303);
    assert_eq!(answer.header("location"), "/auth/login?return_to=%2Frequests%3Fqueue%3Dmine");
    desk.nobody().get("/api/v1/requests").await.expect_problem(401, "sign_in_first");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_the_browser_had() {
    let desk = Desk::quiet().await;
    let before = desk.as_(Role::Developer).await;
    let attempt = Attempt::begin(&desk, "/").await;
    let both = format!("{}; {}", attempt.cookie, before.cookie().expect("has a session"));
    finish(&desk, &attempt.callback, Some(&both)).await.expect(303);
    before.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
}

#[tokio::test]
async fn groups_become_roles_by_the_bindings_of_the_moment() {
    let desk = Desk::quiet().await;
    let roles = async |role: Role| {
        let viewer = desk.as_(role).await.get("/api/v1/me").await.expect(200).json()["viewer"].clone();
        let team = viewer["teams"][0].clone();
        (
            team["slug"].as_str().map(str::to_owned),
            team["role"].as_str().map(str::to_owned),
            viewer["platform"][0].as_str().map(str::to_owned),
        )
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(roles(Role::Developer).await, (text("payments"), text("developer"), None));
    assert_eq!(roles(Role::Owner).await, (text("payments"), text("owner"), None));
    assert_eq!(roles(Role::Stranger).await, (text("orders"), text("developer"), None));
    assert_eq!(roles(Role::Platform).await, (None, None, text("platform")));
    assert_eq!(roles(Role::Auditor).await, (None, None, text("auditor")));
    desk.bind("payments-developers", Some("orders"), "owner").await;
    assert_eq!(roles(Role::Developer).await, (text("orders"), text("owner"), None));
    desk.forged().no_bindings().await;
    assert_eq!(roles(Role::Platform).await, (None, None, None));
}

#[tokio::test]
async fn a_person_without_a_team_is_told_whom_to_ask() {
    let desk = Desk::quiet().await;
    let teamless = desk.as_(Role::Teamless).await;
    let home = teamless.get("/").await.expect(200).text();
    assert!(home.contains("You are not in a team yet") && home.contains("platform@berth.test"), "{home}");
    teamless.get("/api/v1/requests/1").await.expect_problem(404, "not_found");
    assert_eq!(teamless.get("/api/v1/requests").await.expect(200).json()["items"], serde_json::json!([]));
}
