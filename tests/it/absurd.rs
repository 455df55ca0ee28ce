//! Nonsense: numbers, texts, bodies and addresses that nobody means. All of it is answered with what is wrong, and none
//! of it with an error of Berth's own.

use serde_json::{Value, json};
use tests::{Answer, Desk, Role, ask, quota, with};

#[tokio::test]
async fn absurd_numbers_are_refused() {
    let desk = Desk::quiet().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let approval = format!("/api/v1/requests/{}/approve", desk.asked().await);
    for numbers in [
        json!({"cpu_m": 1e30}),
        json!({"cpu_m": -1}),
        json!({"cpu_m": 0.5}),
        json!({"cpu_m": "2"}),
        json!({"memory_bytes": u64::MAX}),
        json!({"storage_bytes": (1u64 << 50) + 1}),
        json!({"pods": null}),
        json!({"pods": [1]}),
        json!({"llamas": 1}),
    ] {
        let mut absurd = quota(1000, 1);
        absurd.as_object_mut().expect("is an object").extend(numbers.as_object().expect("is an object").clone());
        let body = with(ask(&desk.new_name("payments"), "standard", ""), json!({"size": null, "quota": absurd}));
        is_refused(&developer.post("/api/v1/requests", &body).await, &numbers);
        is_refused(&developer.post("/api/v1/requests/check", &body).await, &numbers);
        is_refused(&owner.post(&approval, &json!({"revision": 1, "grant": absurd})).await, &numbers);
    }
    owner.post(&approval, &json!({"revision": i64::MAX})).await.expect(422);
    owner.post(&approval, &json!({"revision": i32::MIN})).await.expect_problem(409, "stale_revision");
}

#[tokio::test]
async fn absurd_texts_are_refused() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for (field, text) in [
        ("name", "payments-\u{0}"),
        ("name", "payments-ünïcode"),
        ("name", "payments-🦀"),
        ("name", "payments-\u{202e}dev"),
        ("name", "../../etc/passwd"),
        ("name", "payments-' or 1 = 1; --"),
        ("name", ""),
        ("team", "pay\u{0}ments"),
        ("team", "\u{feff}payments"),
        ("cluster", "harbour-1\nharbour-2"),
        ("class", "standard\u{0}"),
        ("size", "S\u{0}"),
        ("purpose", "nothing\u{0}to see"),
        ("purpose", "\u{1b}[31mred"),
        ("purpose", "\u{200b}"),
        ("kind", "delete_everything"),
    ] {
        let body = with(ask(&desk.new_name("payments"), "standard", "S"), json!({field: text}));
        is_refused(&developer.post("/api/v1/requests", &body).await, &body);
        is_refused(&developer.post("/api/v1/requests/check", &body).await, &body);
    }
    assert_eq!(developer.get("/api/v1/requests").await.expect(200).json()["items"], json!([]));
}

/// By a problem, or by the verdict that says so.
#[track_caller]
fn is_refused(answer: &Answer, what: &Value) {
    let said = answer.json();
    let is_problem = (400..500).contains(&answer.status) && said["request_id"].is_string();
    assert!(is_problem || said["outcome"] == "refused", "{what}: {}: {said}", answer.status);
}

#[tokio::test]
async fn absurd_bodies_are_refused() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let json = "application/json";
    for (form, body, status) in [
        (json, String::new(), 400),
        (json, r#"{"kind":"#.into(), 400),
        (json, r#"{"quota":{"cpu_m":NaN}}"#.into(), 400),
        (json, "[]".into(), 422),
        (json, "[".repeat(10_000), 400),
        (json, format!(r#"{{"quota":{}"#, r#"{"cpu_m":"#.repeat(1000)), 422),
        (json, format!(r#"{{"purpose":"{}"}}"#, "x".repeat(100 * 1024)), 413),
        (json, "\u{fffd}".into(), 400),
        ("application/xml", "<kind/>".into(), 415),
        // Nor is a form taken that no page gave out.
        ("application/x-www-form-urlencoded", "kind=new_namespace".into(), 403),
    ] {
        for path in ["/api/v1/requests", "/api/v1/requests/check", "/api/v1/requests/1/approve", "/api/v1/me/tokens"] {
            let request = developer.request(http::Method::POST, path).header("content-type", form).body(body.clone());
            let answer = developer.send(request).await;
            let problem = answer.json();
            let beginning: String = body.chars().take(40).collect();
            assert!(
                problem["request_id"].is_string() && (400..500).contains(&answer.status),
                "{path}: {beginning}: {problem}"
            );
            assert!(path != "/api/v1/requests" || answer.status == status, "{beginning}: {problem}");
        }
    }
}

#[tokio::test]
async fn absurd_addresses_are_answered() {
    let desk = Desk::quiet().await;
    let (developer, auditor) = (desk.as_(Role::Developer).await, desk.as_(Role::Auditor).await);
    for (path, status) in [
        ("/api/v1/requests?limit=-1", 400),
        ("/api/v1/requests?limit=0", 400),
        ("/api/v1/requests?limit=201", 400),
        ("/api/v1/requests?limit=99999999999999999999", 400),
        ("/api/v1/requests?after=nonsense", 422),
        ("/api/v1/requests?after=-9223372036854775808", 200),
        ("/api/v1/requests?queue=everything", 400),
        ("/api/v1/requests/99999999999999999999", 404),
        ("/api/v1/requests/-1", 404),
        ("/api/v1/requests/0", 404),
        ("/api/v1/requests/%00", 404),
        ("/api/v1/namespaces?after=%00", 200),
        ("/api/v1/namespaces?after=%00/%00", 422),
        ("/api/v1/namespaces/harbour-1/%00", 404),
        ("/api/v1/namespaces/harbour-1/..%2f..", 404),
        ("/api/v1/namespaces/harbour-1/%ff", 404),
        ("/api/v1/teams/%27%20or%201=1", 404),
        ("/requests?after=nonsense", 422),
        ("/requests?queue=everything", 400),
        ("/requests/nonsense", 404),
        ("/namespaces/harbour-1/payments-x/nonsense", 404),
        ("/namespaces/new?check=1&name=%00&team=%00&class=%00&cluster=%00&size=%00&purpose=%00", 200),
        ("/auth/callback?code=%00&state=%00", 303),
        ("/auth/login?return_to=%00", 303),
    ] {
        developer.get(path).await.expect(status);
    }
    for (path, status) in [
        ("/api/v1/audit?actor=%00", 422),
        ("/admin/audit?actor=%00", 422),
        ("/api/v1/audit?subject=%25%27&action=_", 200),
    ] {
        auditor.get(path).await.expect(status);
    }
}
