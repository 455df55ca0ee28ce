//! Characters that nobody sees, in every text that the API takes.

use crate::api_document::who_can;
use crate::calls;
use crate::sweep;
use http::Method;
use k8s_openapi::api::core::v1::Event;
use kube::Api;
use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Role, kubernetes};

const UNSEEN: [&str; 8] =
    ["\u{0}", "\u{1b}[31m", "\u{9b}", "\u{200b}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{e0041}"];
/// Hold documents of another kind, or are compared with what is there and not kept.
const OTHERS: [&str; 4] = ["/kubeconfig", "/context", "/confirm", "/id"];

/// The texts of a body, also those that may be left out.
fn texts(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        return texts(document, &document["components"]["schemas"][name], at, found);
    }
    for part in ["allOf", "oneOf", "anyOf"].iter().flat_map(|kind| schema[kind].as_array().into_iter().flatten()) {
        texts(document, part, at, found);
    }
    let is_text =
        schema["type"] == "string" || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!("string")));
    if is_text && !at.is_empty() && schema["enum"].is_null() && !found.contains(&at.to_owned()) {
        found.push(at.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(document, property, &format!("{at}/{name}"), found);
    }
}

#[tokio::test]
async fn no_text_of_the_api_is_taken_with_a_character_that_nobody_sees() {
    let desk = sweep::desk().await;
    let document = desk.nobody().get("/api/v1/openapi.json").await.expect(200).json();
    let (mut n_fields, mut taken) = (0, Vec::new());
    for (method, path) in sweep::operations(&desk).await {
        let body =
            &document["paths"][&path][method.to_lowercase()]["requestBody"]["content"]["application/json"]["schema"];
        let mut fields = Vec::new();
        texts(&document, body, "", &mut fields);
        fields.retain(|field| !OTHERS.iter().any(|other| field.ends_with(other)));
        if fields.is_empty() || path.ends_with("/clusters") {
            continue;
        }
        let role = if path.ends_with("/requests/check") { Role::Developer } else { who_can(&path) };
        let target = calls::fill(&desk, Some(role), &method, &path).await;
        let (actor, harmless) = (desk.as_(role).await, calls::body(&desk, &target, &path).await);
        for field in fields {
            let (above, name) = field.rsplit_once('/').expect("begins with one");
            for unseen in UNSEEN {
                let mut body = harmless.clone();
                let Some(holder) = body.pointer_mut(above).and_then(Value::as_object_mut) else { continue };
                holder.insert(name.to_owned(), json!(format!("Some{unseen}body")));
                let request = actor.request(method.parse::<Method>().expect("is one"), &target).header("if-match", "*");
                let answer = actor.send(request.json(&body)).await;
                let is_check = path.ends_with("/check") && answer.status == 200;
                let is_told = is_check && answer.json()["outcome"] == "refused" && answer.json()["errors"] != json!([]);
                if !(400..500).contains(&answer.status) && !is_told {
                    taken.push(format!("{method} {path} {field} {unseen:?}: {} {}", answer.status, answer.text()));
                }
            }
            n_fields += 1;
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert!(n_fields > 25, "only {n_fields} fields were tried");
}

/// Kept when such characters were taken still.
#[tokio::test]
async fn a_text_that_was_kept_before_is_shown_with_a_sign_in_its_place() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let (number, name) = (&ready["number"], ready["name"].as_str().expect("is text"));
    desk.forged().every_purpose("Load\u{200b}tests").await;
    let developer = desk.as_(Role::Developer).await;
    let request = developer.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
    assert_eq!(request["purpose"], "Load\u{fffd}tests");
    for path in
        ["/", "/namespaces", "/requests", &format!("/namespaces/{CLUSTER}/{name}"), &format!("/requests/{number}")]
    {
        developer.get(path).await.expect(200);
    }
}

#[tokio::test]
async fn a_refusal_says_the_field_and_which_character_it_is() {
    let desk = Desk::quiet().await;
    let owner = desk.as_(Role::Owner).await;
    let comment = json!({"text": "fine\u{202e}"});
    let number = desk.asked().await;
    let problem =
        owner.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "comment");
    assert!(problem["errors"][0]["message"].as_str().is_some_and(|said| said.contains("U+202E")), "{problem}");
}

/// What a provider says is not refused: somebody would be locked out by their name.
#[tokio::test]
async fn a_name_of_the_provider_is_shown_harmlessly() {
    let desk = Desk::quiet().await;
    let account = tests::Account::new(&[]).await;
    account.set(json!({"groups": [], "name": format!("Some\r\nbody\u{202e} \u{1b}[31m{}", "x".repeat(5000))})).await;
    let somebody = desk.sign_in(&account).await;
    let name =
        somebody.get("/api/v1/me").await.expect(200).json()["viewer"]["name"].as_str().expect("is text").to_owned();
    assert!(name.starts_with("Some  body\u{fffd} \u{fffd}[31mxxx") && name.chars().count() <= 201, "{name:?}");
}

/// Whoever may make events on a cluster writes them: a team's own people among others.
#[tokio::test]
async fn what_a_cluster_says_is_shown_harmlessly() {
    let desk = Desk::with(tests::Opening { works: true, watches: true, ..tests::Opening::default() }).await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    let said: String = UNSEEN.iter().skip(1).map(|unseen| format!("said{unseen}")).collect();
    let event = json!({
        "metadata": {"name": "hostile", "namespace": name}, "type": "Warning", "reason": format!("Odd{}", UNSEEN[4]),
        "message": said, "involvedObject": {"kind": "Pod", "name": "web", "namespace": name},
        "source": {"component": format!("some{}", UNSEEN[3])}, "count": 1,
    });
    let events = Api::<Event>::namespaced(kubernetes::admin().await, &name);
    events.create(&Default::default(), &serde_json::from_value(event).expect("is an event")).await.expect("is made");
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/namespaces/{CLUSTER}/{name}");
    let view = tests::eventually("the warning is seen", async || {
        let view = developer.get(&format!("/api/v1{path}")).await.expect(200).text();
        view.contains("said\u{fffd}").then_some(view)
    })
    .await;
    let page = developer.get(&format!("{path}/events")).await.expect(200).text();
    assert!(page.contains("said\u{fffd}"), "{page}");
    for unseen in UNSEEN.map(|unseen| unseen.chars().next().expect("is one")) {
        assert!(!view.contains(unseen) && !page.contains(unseen), "{unseen:?} as it is");
    }
}
