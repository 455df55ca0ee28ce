//! The API document, and whether the API keeps to it.

use crate::calls::call;
use crate::sweep;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Answer, Desk, Role, ask, quota, with};

#[tokio::test]
async fn the_document_is_of_openapi_3_1_and_names_every_operation() {
    let desk = Desk::quiet().await;
    let document = document(&desk).await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")), "{}", document["openapi"]);
    assert_eq!(document["security"], json!([{"token": []}]));
    let mut ids = BTreeSet::new();
    for (method, path) in sweep::operations(&desk).await {
        let operation = &document["paths"][&path][method.to_lowercase()];
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
        assert!(ids.insert(id.to_owned()), "{id} is the name of two operations");
        assert!(operation["tags"][0].is_string(), "{id}");
        for status in ["4XX", "503"] {
            let problem = &operation["responses"][status]["content"]["application/problem+json"];
            assert!(problem.is_object(), "{id} does not say how it answers when it is not done: {status}");
        }
        for parameter in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            let described = operation["parameters"].as_array().into_iter().flatten();
            let is_described =
                |found: &Value| found["name"] == parameter && found["in"] == "path" && found["required"] == true;
            assert!(described.clone().any(is_described), "{id}: {parameter}");
        }
    }
    let page = desk.nobody().get("/api/docs").await.expect(200).text();
    assert!(page.contains("/api/v1/requests/{number}/approve"));
}

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let desk = sweep::desk().await;
    let document = document(&desk).await;
    desk.approved().await;
    for (method, path) in sweep::operations(&desk).await {
        let role = who_can(&path);
        let answer = call(&desk, Some(role), &method, &path).await;
        is_as_described(&document, (&method, &path), &answer, false);
        let refused = call(&desk, None, &method, &path).await.expect(401);
        is_as_described(&document, (&method, &path), &refused, true);
    }
}

pub fn who_can(path: &str) -> Role {
    let is_set_up = [
        "/teams",
        "/platform-roles",
        "/setup",
        "/people",
        "/classes",
        "/class-drafts",
        "/curation",
        "/sources",
        "/retired-classes",
        "/clusters",
    ]
    .iter()
    .any(|part| path.contains(part));
    match path.rsplit('/').next().unwrap_or_default() {
        _ if is_set_up => Role::Platform,
        "approve" | "reject" | "request-changes" => Role::Owner,
        "audit" | "audit.csv" | "audit.jsonl" | "clusters" | "{name}" | "jobs" | "retry" | "undo" | "resolve-ahead" => {
            Role::Platform
        }
        _ => Role::Developer,
    }
}

#[track_caller]
fn is_as_described(document: &Value, (method, path): (&str, &str), answer: &Answer, is_refused: bool) {
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    let key = if is_refused { "4XX".to_owned() } else { answer.status.to_string() };
    let described = &responses[&key];
    assert!(described.is_object(), "{method} {path}: {} is not described: {}", answer.status, answer.text());
    let Some((form, schema)) = described["content"]
        .as_object()
        .and_then(|content| content.iter().next())
        .map(|(form, media)| (form, &media["schema"]))
    else {
        assert!(answer.body.is_empty(), "{method} {path} answers more than nothing");
        return;
    };
    assert!(answer.header("content-type").starts_with(form), "{method} {path} does not answer {form}");
    if form.ends_with("json") {
        validate(document, schema, &answer.json(), &format!("{method} {path}"));
    }
}

/// The document's schemas are those of JSON Schema 2020-12; what they refer to is in its components.
#[track_caller]
fn validate(document: &Value, schema: &Value, body: &Value, what: &str) {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&whole).expect("is a schema");
    let errors: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}\n{body}");
}

#[tokio::test]
async fn what_is_sent_is_what_the_document_says() {
    let desk = Desk::quiet().await;
    let document = document(&desk).await;
    let own = with(ask("payments-dev", "standard", ""), json!({"size": null, "quota": quota(1000, 1)}));
    for (path, body) in [
        ("/api/v1/requests", ask("payments-dev", "standard", "S")),
        ("/api/v1/requests", own.clone()),
        ("/api/v1/requests/check", own),
        ("/api/v1/requests/{number}/approve", json!({"revision": 1})),
        ("/api/v1/requests/{number}/approve", json!({"revision": 1, "grant": quota(1000, 1), "comment": "Fine"})),
        ("/api/v1/requests/{number}/reject", json!({"revision": 1, "comment": "No"})),
        ("/api/v1/me/tokens", json!({"name": "x", "scope": "write", "days": 30})),
    ] {
        let schema = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} does not say what it takes");
        validate(&document, schema, &body, path);
    }
}

async fn document(desk: &Desk) -> Value {
    desk.nobody().get("/api/v1/openapi.json").await.expect(200).json()
}
