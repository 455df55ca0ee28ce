//! Who takes much takes it from themselves: slow connections and bodies, many streams, made-up words.

use http::Method;
use serde_json::json;
use server::config::Limits;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tests::{Actor, Desk, Opening, Role, eventually, metrics_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn address(desk: &Desk) -> SocketAddr {
    desk.url().trim_start_matches("http://").parse().expect("is an address")
}

async fn send(at: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(at).await.expect("connects");
    stream.write_all(text.as_bytes()).await.expect("is sent");
    stream
}

/// The first line of what comes back to something that no well-behaved client sends.
async fn status_of(at: SocketAddr, text: &str) -> String {
    let mut stream = send(at, text).await;
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.expect("is answered");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn bodies_that_trickle_in_hold_nobody_up() {
    let desk = Desk::quiet().await;
    let (at, developer) = (address(&desk), desk.as_(Role::Developer).await);
    let mut slow = Vec::new();
    for n in 0..560 {
        let path = if n % 2 == 0 { "/theme" } else { "/auth/backchannel-logout" };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             sec-fetch-site: same-origin\r\ncontent-length: 5000\r\n\r\ntheme=dark&ret"
        );
        slow.push(send(at, &head).await);
    }
    desk.nobody().get("/livez").await.expect(200);
    desk.nobody().get("/readyz").await.expect(200);
    developer.get("/api/v1/me").await.expect(200);
    developer.post_form("/theme", &[("theme", "dark"), ("return_to", "/")]).await.expect(303);
    let mut answer = String::new();
    let last = slow.first_mut().expect("is there").read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(20), last).await.expect("is ended in time").expect("is answered");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_connection_without_a_whole_request_is_ended() {
    let desk = Desk::quiet().await;
    let at = address(&desk);
    let mut silent = TcpStream::connect(at).await.expect("connects");
    let mut slow = send(at, "GET /livez HTTP/1.1\r\n").await;
    let (mut nothing, mut some) = (Vec::new(), Vec::new());
    let trickle = async {
        for n in 0..40 {
            if slow.write_all(format!("x-{n}: y\r\n").as_bytes()).await.is_err() {
                return;
            }
            let read = tokio::time::timeout(Duration::from_secs(1), slow.read_buf(&mut some)).await;
            if matches!(read, Ok(Ok(0) | Err(_))) {
                return;
            }
        }
        panic!("it goes on for ever");
    };
    let silence = async { tokio::time::timeout(Duration::from_secs(40), silent.read_to_end(&mut nothing)).await };
    let (ended, ()) = tokio::join!(silence, trickle);
    ended.expect("is ended in time").expect("is closed");
}

#[tokio::test]
async fn what_a_stranger_makes_up_becomes_no_series() {
    let desk = Desk::quiet().await;
    let (at, developer) = (address(&desk), desk.as_(Role::Developer).await);
    for n in 0..40 {
        for path in ["/livez", "/requests/1", "/made-up", "/assets/none", "/api/v1/me"] {
            let request = format!("MADE{n}UP {path}{n} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
            status_of(at, &request.replace(&format!("livez{n}"), "livez")).await;
        }
        developer.get(&format!("/teams/made-up-{n}")).await.expect(404);
    }
    let text = reqwest::get(metrics_url().await).await.expect("answers").text().await.expect("is text");
    let label = |name: &str| -> BTreeSet<String> {
        let begins = format!("{name}=\"");
        text.lines().filter_map(|line| Some(line.split_once(&begins)?.1.split('"').next()?.to_owned())).collect()
    };
    let known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "other"];
    let methods = label("method");
    assert!(methods.contains("other") && methods.iter().all(|name| known.contains(&&**name)), "{methods:?}");
    let routes = label("route");
    assert!(routes.iter().all(|route| route == "none" || !route.contains("made-up")), "{routes:?}");
}

#[tokio::test]
async fn one_person_does_not_take_all_live_views() {
    let desk = Desk::quiet().await;
    let (greedy, other) = (desk.program_of(Role::Developer).await, desk.as_(Role::Owner).await);
    let path = "/api/v1/requests/events";
    let mut open = Vec::new();
    for _ in 0..50 {
        open.push(greedy.listen(path).await);
    }
    assert!(!greedy.get(path).await.expect(429).header("retry-after").is_empty());
    other.listen(path).await;
    drop(open);
    eventually("there is room again", async || (greedy.get(path).await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn a_stream_delivers_nothing_after_a_membership_has_ended() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let mut events = desk.as_(Role::Developer).await.listen(&format!("/api/v1/requests/{number}/events")).await;
    events.next().await;
    // By the group's binding, which notifies nobody.
    desk.forged().role_taken_unheard("developer").await;
    let comment = json!({"text": "Not for everybody"});
    desk.as_(Role::Owner).await.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
    events.ends_without_event().await;
}

#[tokio::test]
async fn a_change_of_another_team_ends_no_stream_and_one_of_ones_own_does() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let mut events = desk.as_(Role::Developer).await.listen(&format!("/api/v1/requests/{number}/events")).await;
    events.next().await;
    desk.bind("somebody-else", None, "auditor").await;
    desk.bind("somebody-else", Some("payments"), "owner").await;
    // Heard after it, on the same stream.
    let comment = json!({"text": "For who is still there"});
    let owner = desk.as_(Role::Owner).await;
    owner.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
    events.until_said("For who is still there").await;
    desk.bind("payments-developers", Some("payments"), "owner").await;
    events.ends().await;
}

fn forwarded(actor: &Actor, path: &str, hops: &str) -> reqwest::RequestBuilder {
    actor.request(Method::GET, path).header("x-forwarded-for", hops)
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_address_counts_for_itself() {
    let limits = Limits { person_per_minute: 0, token_per_minute: 0, address_per_minute: 20 };
    let behind = Opening { limits: Some(limits), proxy: Some("127.0.0.1/32"), ..Opening::default() };
    let desk = Desk::with(behind).await;
    let nobody = desk.nobody();
    let mut n = 0;
    while nobody.send(forwarded(&nobody, "/auth/login", &format!("192.0.2.{n}, 203.0.113.7"))).await.status != 429 {
        n += 1;
        assert!(n < 60, "what a visitor makes up is believed");
    }
    nobody.send(forwarded(&nobody, "/auth/login", "203.0.113.8")).await.expect(303);

    let desk = Desk::with(Opening { proxy: None, ..behind }).await;
    let nobody = desk.nobody();
    let mut n = 0;
    while nobody.send(forwarded(&nobody, "/made-up", &format!("203.0.113.{n}"))).await.status != 429 {
        n += 1;
        assert!(n < 60, "who is no proxy is believed, or what is not there counts nowhere");
    }
}

#[tokio::test]
async fn a_request_names_this_host_and_comes_from_no_other_page() {
    let desk = Desk::quiet().await;
    let (at, developer) = (address(&desk), desk.as_(Role::Developer).await);
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    for (path, headers, status) in [
        ("/signed-out", "host: evil\r\n", "421"),
        ("/signed-out", "host: evil:9100\r\norigin: http://evil:9100\r\n", "421"),
        ("/signed-out", "", "400"),
        ("/livez", "host: 10.1.2.3:8080\r\n", "200"),
        ("/readyz", "host: pod\r\n", "200"),
    ] {
        assert_eq!(status_of(at, &get(path, headers)).await, format!("HTTP/1.1 {status}"), "{path} {headers}");
    }
    let twice = format!("host: {at}\r\nhost: {at}\r\n");
    assert_eq!(status_of(at, &get("/signed-out", &twice)).await, "HTTP/1.1 400");
    for path in ["/api/v1/requests/events", "/api/v1/me"] {
        let request = developer.request(Method::GET, path).header("origin", "https://example.org");
        developer.send(request).await.expect_problem(403, "cross_site");
    }
    let h2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut answer = Vec::new();
    let mut stream = send(at, h2).await;
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok() && (answer.is_empty() || answer.starts_with(b"HTTP/1.1 4")), "HTTP/2 is not spoken");
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_named_with_its_shape() {
    let desk = Desk::quiet().await;
    let (platform, number) = (desk.as_(Role::Platform).await, desk.asked().await);
    let program = desk.program_of(Role::Developer).await;
    let twice = program.request(Method::GET, "/api/v1/me").header("authorization", "Bearer berth_other");
    program.send(twice).await.expect_problem(401, "token_invalid");
    let approve = format!("/api/v1/requests/{number}/approve");
    for (method, path, header, value) in [
        (Method::PUT, "/api/v1/teams/payments", "If-Match", "nonsense"),
        (Method::PUT, "/api/v1/clusters/harbour-1", "If-Match", "W/\"1\""),
        (Method::POST, &*approve, "If-Match", "nonsense"),
        (Method::POST, &*approve, "If-Match", "\"-1.1\""),
        (Method::POST, &*approve, "If-Match", "\"1.1"),
        (Method::POST, "/api/v1/requests", "Idempotency-Key", ""),
    ] {
        let request = platform.request(method, path).header(header, value).json(&json!({}));
        let problem = platform.send(request).await.expect_problem(400, "bad_header");
        assert!(problem["detail"].as_str().is_some_and(|says| says.contains(header)), "{problem}");
    }
    for header in ["if-match", "idempotency-key", "origin"] {
        let request = program.request(Method::GET, "/api/v1/me").header(header, "\"1\"").header(header, "\"2\"");
        program.send(request).await.expect_problem(400, "bad_header");
    }
}
