//! What every answer carries, and which requests never reach a use case.

use http::Method;
use reqwest::RequestBuilder;
use serde_json::json;
use tests::{Actor, Answer, Desk, Opening, Role, ask};

fn is_guarded(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"),
        "{policy}"
    );
    assert!(
        policy.contains("base-uri 'none'; frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
    assert!(!answer.header("permissions-policy").is_empty());
    assert!(answer.header("x-request-id").len() >= 8);
    assert_eq!(answer.header("server"), "");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_guard_it() {
    let desk = Desk::quiet().await;
    let (nobody, developer) = (desk.nobody(), desk.as_(Role::Developer).await);
    let page = developer.get("/").await.expect(200);
    is_guarded(&page);
    let html = page.text();
    let asset = html.split('"').find(|part| part.starts_with("/assets/")).expect("the page has an asset").to_owned();
    for (path, status) in [
        ("/requests", 303),
        ("/api/v1/requests", 401),
        ("/nothing-here", 404),
        ("/api/v1/nothing-here", 404),
        ("/auth/login", 303),
        ("/auth/callback", 400),
        ("/api/v1/openapi.json", 200),
        ("/livez", 200),
        (&asset, 200),
        ("/assets/nothing-here", 404),
    ] {
        is_guarded(&nobody.get(path).await.expect(status));
    }
    is_guarded(&developer.post("/api/v1/requests", &json!({})).await.expect(422));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(nobody.get(&asset).await.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn files_outside_of_the_site_are_not_served() {
    let desk = Desk::quiet().await;
    for path in
        ["/assets/../manifest.json", "/assets/%2e%2e/%2e%2e/Cargo.toml", "/assets/..%2f..%2fCargo.toml", "/assets/"]
    {
        let answer = desk.nobody().get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
}

/// As a browser says it of a page on another site, or says nothing.
#[tokio::test]
async fn another_site_changes_nothing_in_somebodys_name() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for (header, code) in [
        (Some(("sec-fetch-site", "cross-site")), "cross_site"),
        (Some(("sec-fetch-site", "same-site")), "cross_site"),
        (Some(("origin", "https://example.org")), "cross_site"),
        (Some(("origin", "null")), "cross_site"),
        (None, "unknown_origin"),
    ] {
        let ask = ask(&desk.new_name("payments"), "standard", "S");
        developer.send(coming_from(&developer, "/api/v1/requests", header).json(&ask)).await.expect_problem(403, code);
        developer.send(coming_from(&developer, "/auth/logout", header)).await.expect(403);
    }
    developer.get("/api/v1/me").await.expect(200);
    assert_eq!(developer.get("/api/v1/requests").await.json()["items"], json!([]));
}

#[tokio::test]
async fn berths_own_pages_may_change_things() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for header in [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", desk.url())] {
        let ask = ask(&desk.new_name("payments"), "standard", "S");
        developer.send(coming_from(&developer, "/api/v1/requests", Some(header)).json(&ask)).await.expect(201);
    }
}

fn coming_from(actor: &Actor, path: &str, header: Option<(&str, &str)>) -> RequestBuilder {
    let request = actor.bare(Method::POST, path);
    match header {
        Some((name, value)) => request.header(name, value),
        None => request,
    }
}

#[tokio::test]
async fn an_error_is_a_page_for_people_and_a_problem_for_programs() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let page = developer.get("/requests/4711").await.expect(404);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains(page.header("x-request-id")) && page.text().contains("Not found"));
    let problem = developer.get("/api/v1/requests/4711").await.expect_problem(404, "not_found");
    assert_eq!((&problem["type"], &problem["status"]), (&json!("about:blank"), &json!(404)));
    let answer = developer.delete("/api/v1/requests/4711").await;
    assert!(answer.header("allow").contains("GET"), "{}", answer.header("allow"));
    answer.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_proxys_request_id_is_kept_if_it_is_sane() {
    let desk = Desk::quiet().await;
    let nobody = desk.nobody();
    let given = |who: &tests::Actor| who.request(Method::GET, "/livez").header("x-request-id", "proxy-12345678");
    let answer = nobody.send(given(&nobody)).await;
    assert_ne!(answer.header("x-request-id"), "proxy-12345678", "who is no proxy chooses nothing");
    let desk = Desk::with(Opening { proxy: Some("127.0.0.1/32"), ..Opening::default() }).await;
    let nobody = desk.nobody();
    let answer = nobody.send(given(&nobody)).await;
    assert_eq!(answer.header("x-request-id"), "proxy-12345678");
    let answer = nobody.send(nobody.request(Method::GET, "/livez").header("x-request-id", "<b>not sane</b>")).await;
    assert!(!answer.header("x-request-id").contains('<'));
}
