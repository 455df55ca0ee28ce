//! Every change of a row that people see notifies, whoever made it; and pages that are open hear it.

use crate::api_document::who_can;
use crate::calls::prepare;
use crate::sweep::{desk, operations};
use domain::drift::Condition;
use domain::id::{ClassId, NamespaceId};
use serde_json::json;
use server::store::{drift, namespaces};
use sqlx::postgres::PgListener;
use tests::{CLUSTER, Desk, Role, ask, quota};
use time::{Duration, OffsetDateTime};

/// What every operation that is not safe changes, as the notification says it.
const NOTIFIES: &[(&str, &str, &str)] = &[
    ("DELETE", "/api/v1/classes/{class}/draft", "classes"),
    ("PUT", "/api/v1/classes/{class}/draft", "classes"),
    ("POST", "/api/v1/classes/{class}/move", "namespaces"),
    ("POST", "/api/v1/classes/{class}/publish", "classes"),
    ("POST", "/api/v1/classes/{class}/restore", "classes"),
    ("POST", "/api/v1/classes/{class}/retire", "classes"),
    ("POST", "/api/v1/clusters", "clusters"),
    ("PUT", "/api/v1/clusters/{name}", "clusters"),
    ("POST", "/api/v1/clusters/{name}/accept", "clusters"),
    ("POST", "/api/v1/clusters/{name}/check", "clusters"),
    ("POST", "/api/v1/clusters/{name}/pause", "clusters"),
    ("POST", "/api/v1/clusters/{name}/remove", "clusters"),
    ("POST", "/api/v1/clusters/{name}/renew", "clusters"),
    ("POST", "/api/v1/clusters/{name}/resume", "clusters"),
    ("DELETE", "/api/v1/curation/{entry}", "catalog"),
    ("PUT", "/api/v1/curation/{entry}", "catalog"),
    ("POST", "/api/v1/curation/{entry}/available", "catalog"),
    ("POST", "/api/v1/curation/{entry}/available/{version}", "ingest "),
    ("PUT", "/api/v1/curation/{entry}/icon", "catalog"),
    ("DELETE", "/api/v1/curation/{entry}/icon", "catalog"),
    ("POST", "/api/v1/curation/{entry}/restore", "catalog"),
    ("POST", "/api/v1/curation/{entry}/versions", "ingest "),
    ("DELETE", "/api/v1/curation/{entry}/versions/{version}", "catalog"),
    ("POST", "/api/v1/curation/{entry}/versions/{version}/approve", "catalog"),
    ("POST", "/api/v1/curation/{entry}/versions/{version}/block", "catalog"),
    ("POST", "/api/v1/curation/{entry}/versions/{version}/deprecate", "catalog"),
    ("POST", "/api/v1/curation/{entry}/versions/{version}/reopen", "catalog"),
    ("POST", "/api/v1/curation/{entry}/withdraw", "catalog"),
    ("POST", "/api/v1/jobs/{id}/retry", "jobs"),
    ("DELETE", "/api/v1/me/sessions/{id}", "access "),
    ("POST", "/api/v1/me/tokens", "access "),
    ("DELETE", "/api/v1/me/tokens/{id}", "access "),
    ("POST", "/api/v1/namespaces/{cluster}/{name}/resolve-ahead", "namespace "),
    ("POST", "/api/v1/namespaces/{cluster}/{name}/restore", "namespace "),
    ("POST", "/api/v1/namespaces/{cluster}/{name}/sync", "namespace "),
    ("POST", "/api/v1/people/{id}/end-access", "access "),
    ("POST", "/api/v1/platform-roles", "teams"),
    ("POST", "/api/v1/platform-roles/remove", "teams"),
    ("POST", "/api/v1/requests", "request "),
    ("POST", "/api/v1/requests/{number}/accept-suggestion", "request "),
    ("POST", "/api/v1/requests/{number}/approve", "request "),
    ("POST", "/api/v1/requests/{number}/comments", "request "),
    ("POST", "/api/v1/requests/{number}/reject", "request "),
    ("POST", "/api/v1/requests/{number}/request-changes", "request "),
    ("POST", "/api/v1/requests/{number}/retry", "request "),
    ("POST", "/api/v1/requests/{number}/revise", "request "),
    ("POST", "/api/v1/requests/{number}/undo", "request "),
    ("POST", "/api/v1/requests/{number}/withdraw", "request "),
    ("POST", "/api/v1/setup/apply", "teams"),
    ("DELETE", "/api/v1/sources/{source}", "catalog"),
    ("PUT", "/api/v1/sources/{source}", "catalog"),
    ("POST", "/api/v1/sources/{source}/check", "catalog"),
    ("POST", "/api/v1/teams", "teams"),
    ("PUT", "/api/v1/teams/{slug}", "teams"),
    ("POST", "/api/v1/teams/{slug}/archive", "teams"),
    ("POST", "/api/v1/teams/{slug}/memberships", "teams"),
    ("DELETE", "/api/v1/teams/{slug}/memberships/{person}", "teams"),
    ("POST", "/api/v1/teams/{slug}/restore", "teams"),
];

/// Those that change nothing, beyond the audit trail.
const CHANGES_NOTHING: &[(&str, &str)] = &[
    ("POST", "/api/v1/namespaces/{cluster}/{name}/kubeconfig"),
    ("POST", "/api/v1/requests/check"),
    ("POST", "/api/v1/setup/plan"),
];

#[tokio::test]
async fn every_operation_that_changes_a_row_notifies() {
    let desk = desk().await;
    let mut listener = PgListener::connect(desk.database_url().as_str()).await.expect("listens");
    listener.listen("berth").await.expect("listens");
    for (method, path) in operations(&desk).await.into_iter().filter(|(method, _)| method != "GET") {
        let called = (method.as_str(), path.as_str());
        let notifies =
            NOTIFIES.iter().find(|(method, path, _)| (*method, *path) == called).map(|(.., notifies)| *notifies);
        assert!(
            notifies.is_some() || CHANGES_NOTHING.contains(&called),
            "nobody has said for what {method} {path} notifies"
        );
        let (actor, request) = prepare(&desk, Some(who_can(&path)), &method, &path).await;
        heard_so_far(&desk, &mut listener).await;
        let answer = actor.send(request).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text());
        let heard = heard_so_far(&desk, &mut listener).await;
        match notifies {
            Some(notifies) => {
                assert!(heard.iter().any(|said| said.starts_with(notifies)), "{method} {path}: {heard:?}")
            }
            None => assert!(heard.is_empty(), "{method} {path}: {heard:?}"),
        }
    }
}

/// What was notified since the last time; it comes in the order of the commits.
async fn heard_so_far(desk: &Desk, listener: &mut PgListener) -> Vec<String> {
    const MARK: &str = "so far";
    sqlx::query("select pg_notify('berth', $1)").bind(MARK).execute(desk.db()).await.expect("rings");
    let mut heard = Vec::new();
    loop {
        match listener.recv().await.expect("hears").payload() {
            MARK => return heard,
            said => heard.push(said.to_owned()),
        }
    }
}

#[tokio::test]
async fn a_look_at_a_namespace_is_no_news_for_lists() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("there is one");
    let class = sqlx::query_scalar("select class_id from namespaces").fetch_one(desk.db()).await.expect("there is one");
    let (id, class, mut at) = (NamespaceId(id), ClassId(class), OffsetDateTime::now_utc());
    let mut look = async |condition: Option<Condition>| {
        at += Duration::MINUTE;
        drift::take_due(desk.db(), at + Duration::HOUR, at + Duration::HOUR, &[], 10).await.expect("is due");
        namespaces::raise_revision(desk.db(), id, &at.unix_timestamp().to_be_bytes()).await.expect("is raised");
        match condition {
            Some(condition) => {
                drift::save_condition(desk.db(), id, condition, &at.to_string(), at).await.expect("is kept");
            }
            None => {
                drift::save_right(desk.db(), id, class, &at.unix_timestamp().to_be_bytes(), at).await.expect("is kept");
            }
        }
    };
    let mut listener = PgListener::connect(desk.database_url().as_str()).await.expect("listens");
    listener.listen("berth").await.expect("listens");
    for (condition, is_news) in [
        (None, false),
        (None, false),
        (Some(Condition::Missing), true),
        (Some(Condition::Missing), false),
        (Some(Condition::Refused), true),
        (None, true),
    ] {
        heard_so_far(&desk, &mut listener).await;
        look(condition).await;
        let heard = heard_so_far(&desk, &mut listener).await;
        assert_eq!(heard.iter().any(|said| said == "namespaces"), is_news, "{condition:?}: {heard:?}");
    }
}

#[tokio::test]
async fn an_open_queue_hears_of_a_request_when_it_is_submitted() {
    let desk = Desk::quiet().await;
    let mut queue = desk.as_(Role::Owner).await.listen("/api/v1/requests/events").await;
    assert_eq!(queue.next().await["to_decide"], 0);
    let body = ask(&desk.new_name("payments"), "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201);
    queue.until(|counts| counts["to_decide"] == 1).await;
}

#[tokio::test]
async fn an_open_request_hears_of_the_capacity_that_it_needs() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let mut request = desk.as_(Role::Owner).await.listen(&format!("/api/v1/requests/{number}/events")).await;
    assert_eq!(request.next().await["quota"]["capacity"]["short"], json!([]));
    desk.set_capacity(&quota(1000, 1)).await;
    request.until(|request| request["quota"]["capacity"]["short"] != json!([])).await;
}

#[tokio::test]
async fn an_open_namespace_hears_of_what_was_decided_about_it() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    let (developer, path) = (desk.as_(Role::Developer).await, format!("/api/v1/namespaces/{CLUSTER}/{name}"));
    let mut namespace = developer.listen(&format!("{path}/events")).await;
    namespace.next().await;
    let less = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "quota": quota(1000, 1), "purpose": "Less", "acknowledge_below_use": true});
    developer.post("/api/v1/requests", &less).await.expect(201);
    // What is told in between is of the same change.
    namespace.until(|namespace| namespace["quota"]["cpu_m"] == 1000).await;
}

#[tokio::test]
async fn a_stream_ends_when_somebody_may_have_another_role() {
    let desk = Desk::quiet().await;
    let mut stream = desk.as_(Role::Developer).await.listen("/api/v1/requests/events").await;
    stream.next().await;
    desk.bind("payments-developers", Some("orders"), "viewer").await;
    stream.ends().await;
}
