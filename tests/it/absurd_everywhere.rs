//! The same nonsense on every route that changes something, from two tables: bad values for each field, and bad bodies.
//!
//! Never an error of Berth's own, never without an answer; a program reads a problem, and a person keeps what they typed.

use crate::api_document::who_can;
use crate::calls;
use crate::sweep;
use http::Method;
use serde_json::{Value, json};
use tests::{Actor, Answer, Desk, Role};

/// Instead of any field of a JSON body.
fn bad_values() -> Vec<Value> {
    let texts = ["", " ", "1e30", "NaN", "-1", "0.5m", "10Gi ", "\u{0}", "\u{202e}gnp", "\u{1b}[31m", "ünï🦀"];
    let texts = texts.into_iter().map(Value::from).chain([Value::from("x".repeat(5000))]);
    let others =
        [json!(null), json!(true), json!(-1), json!(0.5), json!(1e30), json!([]), json!([[1]]), json!({"a": {}})];
    texts.chain(others).collect()
}

/// Instead of any field of a form.
fn bad_texts() -> Vec<String> {
    bad_values().iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Instead of a whole JSON body, with the form they say they have.
fn bad_bodies() -> Vec<(&'static str, String)> {
    const JSON: &str = "application/json";
    vec![
        (JSON, String::new()),
        (JSON, "{".into()),
        (JSON, "null".into()),
        (JSON, "[]".into()),
        (JSON, "\"text\"".into()),
        (JSON, "[".repeat(10_000)),
        (JSON, "{\"a\":".repeat(1000)),
        (JSON, r#"{"revision":1,"revision":2,"reason":"a","reason":"b"}"#.into()),
        (JSON, format!(r#"{{"purpose":"{}"}}"#, "x".repeat(100 * 1024))),
        ("", "{}".into()),
        ("application/xml", "<kind/>".into()),
        ("application/json; charset=utf-16", "{}".into()),
    ]
}

/// What would take long, or ends what the test stands on: tried elsewhere.
fn is_left_out(path: &str) -> bool {
    path.ends_with("/check") && path.contains("/clusters/") || path.contains("/auth/") || path == "/theme"
}

#[tokio::test]
async fn no_operation_of_the_api_stumbles_over_a_body() {
    let desk = sweep::desk().await;
    for (method, path) in sweep::operations(&desk).await {
        if !["POST", "PUT"].contains(&method.as_str()) || is_left_out(&path) {
            continue;
        }
        let role = who_can(&path);
        let target = calls::fill(&desk, Some(role), &method, &path).await;
        let actor = desk.as_(role).await;
        let send = async |form: &str, body: String| {
            let method = method.parse::<Method>().expect("is one");
            let request = actor.request(method.clone(), &target).header("if-match", "*");
            let request = if form.is_empty() { request } else { request.header("content-type", form) };
            let answer = actor.send(request.body(body.clone())).await;
            is_answered(&answer, &format!("{method} {path} {}", beginning(&body)));
        };
        for (form, body) in bad_bodies() {
            send(form, body).await;
        }
        for body in spoiled(&harmless(&desk, &target, &path).await) {
            send("application/json", body.to_string()).await;
        }
    }
}

/// What the route takes, without what would work for long.
async fn harmless(desk: &Desk, target: &str, path: &str) -> Value {
    match path {
        "/api/v1/clusters" => json!({"name": "quay-7", "kubeconfig": "{}", "groups_prefix": "oidc:"}),
        path if path.ends_with("/renew") => json!({"kubeconfig": "{}"}),
        path if path.ends_with("/move") => json!({"to": 2, "namespaces": []}),
        path => calls::body(desk, target, path).await,
    }
}

/// The body with one field at a time, and one below it, made bad.
fn spoiled(body: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let below = value.as_object().into_iter().flatten().map(|(inner, _)| Some(inner.as_str()));
        for inner in std::iter::once(None).chain(below) {
            for bad in bad_values() {
                let mut changed = body.clone();
                match inner {
                    None => changed[name] = bad,
                    Some(inner) => changed[name][inner] = bad,
                }
                all.push(changed);
            }
        }
        let mut without = body.clone();
        without.as_object_mut().map(|fields| fields.remove(name));
        all.push(without);
    }
    all.push(with_unknown(body));
    all
}

fn with_unknown(body: &Value) -> Value {
    let mut more = body.clone();
    more["llamas"] = json!(1);
    more
}

#[track_caller]
fn is_answered(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {}: {}", answer.status, answer.text());
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        assert!(answer.json()["request_id"].is_string(), "{what}");
    }
}

fn beginning(body: &str) -> String {
    body.chars().take(200).collect()
}

#[tokio::test]
async fn no_form_stumbles_over_a_field_or_loses_what_was_typed() {
    let desk = sweep::desk().await;
    for (_, path) in sweep::pages().filter(|(method, _)| method == "POST") {
        if is_left_out(&path) || path.ends_with("/move") {
            continue;
        }
        let role = who_can_on_pages(&path);
        let target = calls::fill(&desk, Some(role), "POST", &path).await;
        let actor = desk.as_(role).await;
        let fields = calls::form(&desk, &target, &path).await;
        for (place, (name, _)) in fields.iter().enumerate() {
            for bad in bad_texts() {
                let mut changed = fields.clone();
                changed[place].1 = bad.clone();
                is_shown(
                    &send_form(&actor, &target, &changed).await,
                    &changed,
                    place,
                    &format!("{path} {name}={bad:?}"),
                );
            }
        }
        for (form, body) in [
            ("application/x-www-form-urlencoded", "%ff=%00&%".to_owned()),
            ("application/x-www-form-urlencoded", "a=1&a=2&revision=1&revision=2".to_owned()),
            ("application/x-www-form-urlencoded", "x".repeat(100 * 1024)),
            ("multipart/form-data; boundary=edge", "--edge\r\nnonsense".to_owned()),
            ("application/json", "{}".to_owned()),
            ("text/plain", "a=1".to_owned()),
        ] {
            let request = actor.request(Method::POST, &target).header("content-type", form).body(body);
            let answer = actor.send(request).await;
            assert!(answer.status < 500, "{path} {form}: {}", answer.text());
        }
    }
}

pub fn who_can_on_pages(path: &str) -> Role {
    let is_set_up = ["/admin/", "/teams/", "/clusters/"].iter().any(|part| path.starts_with(part));
    match path.rsplit('/').next().unwrap_or_default() {
        _ if is_set_up => Role::Platform,
        "approve" | "reject" | "request-changes" => Role::Owner,
        "retry" | "undo" | "resolve-ahead" => Role::Platform,
        _ => Role::Developer,
    }
}

async fn send_form(actor: &Actor, target: &str, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    actor.post_form(target, &fields).await
}

/// A page; and where a field is at fault, with the words that were typed into the others.
#[track_caller]
fn is_shown(answer: &Answer, fields: &[(&'static str, String)], bad: usize, what: &str) {
    assert!(answer.status < 500, "{what}: {}: {}", answer.status, answer.text());
    // What a button says, and nobody types, has no place on a form.
    if answer.status != 422 || ["revision", "version", "keep"].contains(&fields[bad].0) {
        return;
    }
    let page = answer.text();
    let is_of_one_field = fields.len() == 1 && page.contains("<article data-status=\"422\"");
    assert!(is_of_one_field || page.contains("role=\"alert\""), "{what}: no word beside a field");
    for (name, value) in fields.iter().enumerate().filter(|(place, _)| *place != bad).map(|(_, field)| field) {
        let is_free_text = ["purpose", "comment", "title", "reason", "why", "text"].contains(name);
        assert!(!is_free_text || page.contains(value.as_str()), "{what}: {name} is lost");
    }
}

#[tokio::test]
async fn no_list_stumbles_over_its_query_and_no_address_over_its_parts() {
    let desk = sweep::desk().await;
    let platform = desk.as_(Role::Platform).await;
    let reads = sweep::operations(&desk).await.into_iter().chain(sweep::pages()).filter(|(method, _)| method == "GET");
    for (_, path) in reads.filter(|(_, path)| !path.ends_with("/events") && !path.starts_with("/auth/")) {
        if !path.contains('{') {
            for query in [
                "after=%00",
                "after=-1",
                "after=9999999999999999999999",
                "limit=-1",
                "limit=abc",
                "limit=1e30",
                "after=%ff",
                "text=%00",
                "state=nonsense",
                "a=1&a=2&after=1&after=2",
                "%",
                "&&&===",
            ] {
                let answer = platform.get(&format!("{path}?{query}")).await;
                assert!(answer.status < 500, "{path}?{query}: {}", answer.text());
            }
            continue;
        }
        for part in [
            "%00",
            "..%2f..%2fetc",
            "-1",
            "1e30",
            "%ff",
            "%F0%9F%A6%80",
            "%E2%80%AEx",
            "99999999999999999999",
            &"x".repeat(5000),
        ] {
            let target =
                path.split('/').map(|p| if p.starts_with('{') { part } else { p }).collect::<Vec<_>>().join("/");
            let answer = platform.get(&target).await;
            assert!((400..500).contains(&answer.status), "{path} {part}: {}", answer.status);
        }
    }
}
