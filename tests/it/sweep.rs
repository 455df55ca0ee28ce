//! Every route there is, by everybody there is, against a checked-in list of what they are answered.
//!
//! A route that is not on the list fails, and so does one that nobody has said how to call.

use domain::audit::Hash;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Answer, CLUSTER, Desk, Role, ask, quota, with};
use uuid::Uuid;

/// The pages of `server/src/web/router.rs`. What begins with `/api/v1` is in the API document.
const PAGES: [(&str, &str); 33] = [
    ("GET", "/"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/classes"),
    ("GET", "/admin/jobs"),
    ("POST", "/admin/jobs/{id}/retry"),
    ("GET", "/api/docs"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/assets/{*file}"),
    ("GET", "/auth/callback"),
    ("GET", "/auth/login"),
    ("POST", "/auth/logout"),
    ("GET", "/clusters"),
    ("GET", "/clusters/{name}"),
    ("GET", "/livez"),
    ("GET", "/me"),
    ("POST", "/me/sessions/{id}/end"),
    ("POST", "/me/tokens"),
    ("POST", "/me/tokens/{id}/revoke"),
    ("GET", "/namespaces"),
    ("GET", "/namespaces/new"),
    ("POST", "/namespaces/new"),
    ("GET", "/namespaces/{cluster}/{name}"),
    ("GET", "/namespaces/{cluster}/{name}/{tab}"),
    ("GET", "/readyz"),
    ("GET", "/requests"),
    ("GET", "/requests/{number}"),
    ("POST", "/requests/{number}/approve"),
    ("POST", "/requests/{number}/reject"),
    ("POST", "/requests/{number}/retry"),
    ("POST", "/requests/{number}/withdraw"),
    ("GET", "/signed-out"),
    ("GET", "/teams"),
    ("GET", "/teams/{slug}"),
];
/// The last one of the pages, apart for its width.
const THEME: (&str, &str) = ("POST", "/theme");

/// The columns. The developer asked for what is in the rows; the stranger is of another team.
const PEOPLE: [Option<Role>; 6] =
    [None, Some(Role::Stranger), Some(Role::Developer), Some(Role::Owner), Some(Role::Platform), Some(Role::Auditor)];

pub type Route = (String, String);

#[tokio::test]
async fn everybody_is_answered_by_the_api_what_the_list_says() {
    let desk = desk().await;
    insta::assert_snapshot!(sweep(&desk, operations(&desk).await).await);
}

#[tokio::test]
async fn everybody_is_answered_by_the_pages_what_the_list_says() {
    insta::assert_snapshot!(sweep(&desk().await, pages().collect()).await);
}

#[test]
fn every_page_of_the_router_is_on_the_list() {
    let listed: BTreeSet<Route> = pages().collect();
    assert_eq!(routes_in(include_str!("../../server/src/web/router.rs")), listed);
}

pub fn pages() -> impl Iterator<Item = Route> {
    PAGES.into_iter().chain([THEME]).map(|(method, path)| (method.to_owned(), path.to_owned()))
}

/// The router's own source: `.route("PATH", get(…).post(…))`.
fn routes_in(source: &str) -> BTreeSet<Route> {
    let mut routes = BTreeSet::new();
    for route in source.split(".route(").skip(1) {
        let (path, methods) = route.split_once("\", ").expect("a path and what it does");
        let path = path.trim().trim_start_matches('"');
        let methods = methods.split_once('\n').map_or(methods, |(line, _)| line);
        for method in ["get", "post", "put", "patch", "delete"] {
            if methods.starts_with(&format!("{method}(")) || methods.contains(&format!(").{method}(")) {
                routes.insert((method.to_uppercase(), path.to_owned()));
            }
        }
    }
    routes
}

/// The operations of the API document.
pub async fn operations(desk: &Desk) -> Vec<Route> {
    let document = desk.nobody().get("/api/v1/openapi.json").await.expect(200).json();
    let paths = document["paths"].as_object().expect("has paths");
    let operations = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().expect("are operations").keys();
        methods.filter(|name| *name != "parameters").map(|method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

pub async fn desk() -> Desk {
    let desk = Desk::quiet().await;
    desk.set_room(&with(quota(9_000_000, 900_000), json!({"pods": 90_000}))).await;
    desk
}

/// One line for each route, with what everybody was answered.
async fn sweep(desk: &Desk, mut routes: Vec<Route>) -> String {
    routes.sort_by(|(method, path), (other_method, other_path)| (path, method).cmp(&(other_path, other_method)));
    let mut list = row("", &PEOPLE.map(|role| role.map_or("signed out", Role::name).to_owned()));
    for (method, path) in &routes {
        let mut statuses = Vec::new();
        for role in PEOPLE {
            let answer = call(desk, role, method, path).await;
            assert!(answer.status < 500, "{method} {path} as {role:?}: {}", answer.text());
            statuses.push(answer.status.to_string());
        }
        list += &row(&format!("{method:<7}{path}"), &statuses);
    }
    list
}

fn row(head: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("{cell:<12}")).collect();
    format!("{head:<52}{}\n", cells.trim_end())
}

/// Calls a route as it is meant to be called, on things that were made for this call.
pub async fn call(desk: &Desk, role: Option<Role>, method: &str, path: &str) -> Answer {
    let actor = match role {
        Some(role) => desk.as_(role).await,
        None => desk.nobody(),
    };
    let target = fill(desk, role, path).await;
    let answer = match method {
        "GET" => actor.get(&target).await,
        "DELETE" => actor.delete(&target).await,
        "POST" if path.starts_with("/api/") => actor.post(&target, &body(desk, path)).await,
        "POST" => actor.post_form(&target, &form(path)).await,
        other => panic!("nobody has said how to call {other} {path}"),
    };
    if path == "/auth/logout" {
        wake_sessions(desk).await;
    }
    answer
}

fn body(desk: &Desk, path: &str) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "requests" | "check" => ask(&desk.new_name("payments"), "standard", "S"),
        "approve" => json!({"revision": 1}),
        "reject" => json!({"revision": 1, "comment": "No"}),
        "withdraw" | "retry" => json!({}),
        "tokens" => json!({"name": "sweep", "scope": "read", "days": 1}),
        _ => panic!("nobody has said with what to call {path}"),
    }
}

fn form(path: &str) -> Vec<(&'static str, &'static str)> {
    match path.rsplit('/').next().unwrap_or_default() {
        "new" => vec![
            ("team", "payments"),
            ("cluster", CLUSTER),
            ("class", "standard"),
            ("name", name_once()),
            ("size", "S"),
            ("purpose", "Sweep"),
        ],
        "approve" => vec![("revision", "1")],
        "reject" => vec![("revision", "1"), ("comment", "No")],
        "tokens" => vec![("name", "sweep"), ("scope", "read"), ("days", "1")],
        "theme" => vec![("theme", "dark"), ("return_to", "/")],
        "withdraw" | "retry" | "revoke" | "end" | "logout" => Vec::new(),
        _ => panic!("nobody has said with what to call {path}"),
    }
}

fn name_once() -> &'static str {
    String::leak(format!("sweep-{}", &Uuid::now_v7().simple().to_string()[20..]))
}

/// The address with what its parameters stand for.
async fn fill(desk: &Desk, role: Option<Role>, path: &str) -> String {
    let mut target = path.to_owned();
    if path.contains("/requests/{number}") {
        let number = if path.ends_with("/retry") { failed(desk).await } else { desk.asked().await };
        target = target.replace("{number}", &number.to_string());
    }
    if path.contains("/namespaces/{cluster}/{name}") {
        let number = desk.approved().await;
        let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
        target = target.replace("{cluster}", CLUSTER).replace("{name}", &name).replace("{tab}", "workloads");
    }
    if path.contains("/jobs/{id}") {
        target = target.replace("{id}", &given_up(desk).await.to_string());
    }
    if path.contains("/tokens/{id}") {
        target = target.replace("{id}", &own_token(desk, role).await);
    }
    if path.contains("/sessions/{id}") {
        target = target.replace("{id}", &other_session(desk, role).await);
    }
    let target = target.replace("{slug}", "payments").replace("/clusters/{name}", &format!("/clusters/{CLUSTER}"));
    let target = target.replace("{*file}", "manifest.json");
    assert!(!target.contains('{'), "nobody has said what the parameters of {path} are");
    target
}

/// A request whose provisioning failed.
async fn failed(desk: &Desk) -> i64 {
    let number = desk.approved().await;
    sqlx::query("update requests set state = 'failed', failure = 'no' where number = $1")
        .bind(number)
        .execute(desk.db())
        .await
        .expect("is changed");
    number
}

async fn given_up(desk: &Desk) -> i64 {
    let number = desk.approved().await;
    sqlx::query_scalar(
        "update jobs set gave_up_at = now() from namespaces n join requests r on r.id = n.request_id
         where jobs.key = n.id and r.number = $1 returning jobs.id",
    )
    .bind(number)
    .fetch_one(desk.db())
    .await
    .expect("has a job")
}

/// Of whoever calls; of the developer when nobody does.
async fn own_token(desk: &Desk, role: Option<Role>) -> String {
    let actor = desk.as_(role.unwrap_or(Role::Developer)).await;
    let made = actor.post("/api/v1/me/tokens", &json!({"name": "sweep", "scope": "read", "days": 1})).await.expect(201);
    made.json()["id"].as_str().expect("is text").to_owned()
}

/// One that they do not call with.
async fn other_session(desk: &Desk, role: Option<Role>) -> String {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(Uuid::now_v7().as_bytes());
    hash[..8].reverse(); // of the time, what changes first
    sqlx::query(
        "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
         select $1, id, '', now(), now(), now() + interval '1 hour' from people where subject = $2",
    )
    .bind(&hash[..])
    .bind(role.unwrap_or(Role::Developer).name())
    .execute(desk.db())
    .await
    .expect("is made");
    Hash(hash).to_string()[..16].to_owned()
}

/// Signing out ended the session that the next call needs: it is as if it had not been.
async fn wake_sessions(desk: &Desk) {
    for role in PEOPLE.into_iter().flatten() {
        let actor = desk.as_(role).await;
        let (_, value) = actor.cookie().and_then(|cookie| cookie.split_once('=')).expect("has a session");
        sqlx::query(
            "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
             select sha256($1), id, '', now(), now(), now() + interval '1 hour' from people where subject = $2
             on conflict do nothing",
        )
        .bind(value.as_bytes())
        .bind(role.name())
        .execute(desk.db())
        .await
        .expect("is made");
    }
}
