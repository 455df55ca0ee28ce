//! How every route is called as it is meant to be called, on things that were made for that call.

use http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tests::{Actor, Answer, CLUSTER, Desk, Forged, Offered, Role, ask, quota, stack};

/// Calls a route by the name the router gives it.
pub async fn call(desk: &Desk, role: Option<Role>, method: &str, path: &str) -> Answer {
    let (actor, request) = prepare(desk, role, method, path).await;
    actor.send(request).await
}

/// All but the call: things are made for it, and it is put together.
pub async fn prepare(desk: &Desk, role: Option<Role>, method: &str, path: &str) -> (Actor, RequestBuilder) {
    let actor = actor(desk, role, path).await;
    let target = fill(desk, role, method, path).await;
    let post = || actor.request(Method::POST, &target);
    let request = match method {
        "GET" => actor.request(Method::GET, &target),
        "DELETE" => actor.request(Method::DELETE, &target),
        "POST" if path.ends_with("/move") => follow(desk, &target, post()).await,
        "POST" if path.starts_with("/api/") => post().json(&body(desk, &target, path).await),
        "PUT" if path.ends_with("/icon") => actor.request(Method::PUT, &target).body(ICON),
        "POST" if path.ends_with("/icon") => with_icon(post()),
        "PUT" => {
            let body = body(desk, &target, path).await;
            actor.request(Method::PUT, &target).header("if-match", "*").json(&body)
        }
        "POST" if path.ends_with("/check") && !path.contains("requests") => post().form::<[(&str, &str)]>(&[]),
        "POST" => post().form(&form(desk, &target, path).await),
        other => panic!("nobody has said how to call {other} {path}"),
    };
    (actor, request)
}

const ICON: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>"#;

/// As a browser sends a form with a file.
fn with_icon(request: RequestBuilder) -> RequestBuilder {
    let head = "content-disposition: form-data; name=\"icon\"; filename=\"icon.svg\"\r\ncontent-type: image/svg+xml";
    let body = format!("--part\r\n{head}\r\n\r\n{ICON}\r\n--part--\r\n");
    request.header("content-type", "multipart/form-data; boundary=part").body(body)
}

async fn actor(desk: &Desk, role: Option<Role>, path: &str) -> Actor {
    match role {
        Some(role) if path == "/auth/logout" => desk.in_another_browser(role).await.0,
        Some(role) => desk.as_(role).await,
        None => desk.nobody(),
    }
}

pub async fn body(desk: &Desk, target: &str, path: &str) -> Value {
    match last(path) {
        "teams" => json!({"slug": desk.new_name("t"), "title": "Sweep"}),
        "{name}" => json!({
            "name": last(target), "overcommit_percent": 110, "groups_prefix": "oidc:", "users_prefix": "oidc:",
        }),
        "{slug}" => json!({"slug": last(target), "title": "Swept"}),
        "memberships" => {
            let until = time::OffsetDateTime::now_utc() + time::Duration::DAY;
            let until = until.format(&time::format_description::well_known::Rfc3339).expect("is a time");
            json!({"person": Role::Teamless.account().email, "role": "viewer", "until": until, "reason": "Sweeping"})
        }
        "platform-roles" => json!({"group": desk.new_name("g"), "role": "auditor"}),
        "remove" if path.contains("platform-roles") => json!({"group": platform_role(desk).await, "role": "auditor"}),
        "plan" | "apply" => json!({"setup": {"teams": [{"slug": "orders", "title": "Orders and more"}]}}),
        "{entry}" => {
            let spec = json!({"title": "Swept", "summary": "For the sweep", "category": "other", "owner": "Them"});
            json!({"version": 1, "spec": spec})
        }
        "versions" | "icon" | "available" | "{version}" => json!({}),
        "{source}" => json!({"version": 1, "spec": {"kind": "index", "address": "https://127.0.0.1:1/swept/"}}),
        "check" if path.contains("/sources/") => json!({}),
        "approve" if path.contains("/curation/") => json!({"digest": digest(target), "round": 1}),
        "deprecate" => json!({"sunset_on": in_a_month(), "reason": "Use another"}),
        "block" | "reopen" => json!({"reason": "For the sweep"}),
        "withdraw" if path.contains("/curation/") => json!({"reason": "For the sweep"}),
        "archive" | "restore" => json!({}),
        "requests" | "check" => ask(&desk.new_name("payments"), "standard", "S"),
        "approve" => json!({"revision": 1}),
        "reject" => json!({"revision": 1, "comment": "No"}),
        "request-changes" => json!({"revision": 1, "comment": "Less", "suggestion": quota(1000, 2)}),
        "revise" => json!({"revision": 1, "size": "M", "purpose": "More of it"}),
        "accept-suggestion" => json!({"revision": 1}),
        "comments" => json!({"text": "Is that all?"}),
        "withdraw" | "retry" | "undo" | "sync" => json!({}),
        "kubeconfig" => json!({"form": "oidc"}),
        "end-access" => json!({"what": "all_sessions", "reason": "For a test"}),
        "tokens" => json!({"name": "sweep", "scope": "read", "days": 1}),
        "draft" => json!({"version": 1, "spec": SPEC.parse::<Value>().expect("is JSON")}),
        "publish" => json!({"version": 1}),
        "retire" => json!({"reason": "Nobody needs it"}),
        "clusters" => {
            json!({"name": desk.new_name("quay"), "kubeconfig": unknown_cluster(desk).await, "groups_prefix": "oidc:"})
        }
        "renew" => json!({"kubeconfig": unknown_cluster(desk).await}),
        "accept" => json!({"uid": "built-anew"}),
        "resolve-ahead" => json!({"keep": "database", "revision": 7}),
        "pause" => json!({"reason": "Maintenance"}),
        "resume" => json!({}),
        "remove" if path.contains("/clusters/") => json!({"confirm": target.split('/').nth(4)}),
        _ => panic!("nobody has said with what to call {path}"),
    }
}

pub async fn form(desk: &Desk, target: &str, path: &str) -> Vec<(&'static str, String)> {
    let fields: &[(&str, &str)] = match last(path) {
        "new" if path.contains("/teams/") => return vec![("slug", desk.new_name("t")), ("title", "Sweep".into())],
        "new" if path.contains("/catalog/") => {
            return of_entry(&[("name", desk.new_name("web")), ("version", String::new())]);
        }
        "edit" if path.contains("/catalog/") => return of_entry(&[("version", "1".into())]),
        "form" => &[("entry_version", "1"), ("do", "save")],
        "versions" => &[("archive", "none")],
        "icon" => &[("icon", "none")],
        "remove" if path.contains("/catalog/") => &[],
        "approve" if path.contains("/catalog/") => return vec![("digest", digest(target)), ("round", "1".into())],
        "deprecate" => return vec![("sunset_on", in_a_month()), ("reason", "Use another".into())],
        "block" => &[("block_reason", "For the sweep")],
        "reopen" => &[("reopen_reason", "For the sweep")],
        "withdraw" if path.contains("/catalog/") => &[("reason", "For the sweep")],
        "new" if path.contains("/sources/") => {
            return of_source(&[("name", desk.new_name("source")), ("version", String::new())]);
        }
        "edit" if path.contains("/sources/") => return of_source(&[("version", "1".into())]),
        "check" | "remove" if path.contains("/sources/") => &[],
        "available" => &[],
        "take-in" => &[("version", "1.0.0")],
        "edit" => &[("title", "Sweep"), ("version", "1")],
        "memberships" => {
            let until = (time::OffsetDateTime::now_utc() + time::Duration::DAY).date().to_string();
            let person = Role::Teamless.account().email.clone();
            return vec![("person", person), ("role", "viewer".into()), ("until", until), ("why", "Sweeping".into())];
        }
        "platform-roles" => return vec![("group", desk.new_name("g")), ("role", "auditor".into())],
        "remove" if path.contains("platform-roles") => {
            return vec![("group", platform_role(desk).await), ("role", "auditor".into())];
        }
        "new" if path.contains("/clusters/") => &[("name", "quay-7"), ("kubeconfig", "{}")],
        "renew" => &[("kubeconfig", "{}")],
        "accept" => &[("uid", "built-anew")],
        "resolve-ahead" => &[("keep", "database"), ("revision", "7")],
        "pause" => &[("reason", "Maintenance")],
        "resume" => &[],
        "settings" => &[("version", "1"), ("overcommit_percent", "110"), ("groups_prefix", "oidc:")],
        "remove" if path.contains("/clusters/") => {
            return vec![("confirm", target.split('/').nth(2).unwrap_or_default().to_owned())];
        }
        "new" if path.contains("/classes/") => return vec![("name", new_class())],
        "new" => {
            let ask = ask(&desk.new_name("payments"), "standard", "S");
            let names = ["team", "cluster", "class", "name", "size", "purpose"];
            return names.map(|name| (name, ask[name].as_str().unwrap_or_default().to_owned())).into();
        }
        "approve" => &[("revision", "1")],
        "reject" => &[("revision", "1"), ("comment", "No")],
        "quota" => &[("size", "M"), ("purpose", "More of it")],
        "extend" => {
            let until = (time::OffsetDateTime::now_utc() + time::Duration::days(20)).date().to_string();
            return vec![("until", until), ("purpose", "Still needed".into())];
        }
        "delete" => {
            let name = target.split('/').nth(3).unwrap_or_default().to_owned();
            return vec![("confirm", name), ("purpose", "No longer needed".into())];
        }
        "request-changes" => &[("revision", "1"), ("comment", "Less"), ("cpu", "1")],
        "revise" => &[("revision", "1"), ("size", "M"), ("purpose", "More of it")],
        "accept-suggestion" => &[("revision", "1")],
        "comments" => &[("text", "Is that all?")],
        "tokens" => &[("name", "sweep"), ("scope", "read"), ("days", "1")],
        "kubeconfig" => &[("form", "oidc")],
        "draft" => &[("version", "1"), ("title", "Another"), ("add", "size")],
        "publish" => &[("version", "1")],
        "retire" => &[("reason", "Nobody needs it")],
        "discard" => &[],
        "star" => &[("on", "yes")],
        "theme" => &[("theme", "dark"), ("return_to", "/")],
        "end" if path.contains("/people/") => &[("what", "all_sessions:"), ("why", "For a test")],
        "backchannel-logout" => &[("logout_token", "nonsense")],
        "withdraw" | "retry" | "undo" | "sync" | "revoke" | "end" | "logout" | "archive" | "restore" => &[],
        _ => panic!("nobody has said with what to call {path}"),
    };
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn of_entry(more: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let fields =
        [("title", "Sweep"), ("summary", "For the sweep"), ("category", "other"), ("owner", "Us"), ("risk", "low")];
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).chain(more.iter().cloned()).collect()
}

fn of_source(more: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let fields =
        [("kind", "index"), ("address", "https://127.0.0.1:1/swept/"), ("auth", "anonymous"), ("proof", "none")];
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).chain(more.iter().cloned()).collect()
}

fn in_a_month() -> String {
    (time::OffsetDateTime::now_utc() + time::Duration::days(30)).date().to_string()
}

/// As [`tests::Forged::entry`] makes it of the entry in this address.
fn digest(target: &str) -> String {
    let entry = target.split('/').skip_while(|part| !["catalog", "curation"].contains(part)).nth(1).unwrap_or_default();
    charts::archive::Digest::of(entry.as_bytes()).to_hex()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The address with what its parameters stand for. What belongs to a person is the caller's own, or the developer's
/// when nobody calls.
pub async fn fill(desk: &Desk, role: Option<Role>, method: &str, path: &str) -> String {
    let owner = role.unwrap_or(Role::Developer);
    if method != "GET" && path.contains("/teams/{slug}") {
        return own_team(desk, path).await;
    }
    let mut target = path.replace("{slug}", "payments").replace("{cluster}", CLUSTER).replace("{tab}", "workloads");
    if ["pause", "resume", "remove", "settings", "accept"].contains(&last(path)) || method == "PUT" {
        target = target.replace("/clusters/{name}", &format!("/clusters/{}", cluster(desk, last(path)).await));
    }
    target = target.replace("/clusters/{name}", &format!("/clusters/{CLUSTER}")).replace("{*file}", "manifest.json");
    if target.contains("{class}") {
        target = target.replace("{class}", &class(desk, last(path)).await);
    }
    if target.contains("{entry}") {
        let offered = match last(path) {
            "approve" => Offered::Candidate,
            "{entry}" | "{version}" if method == "DELETE" => Offered::Candidate,
            "remove" if !path.contains("/icon/") => Offered::Candidate,
            "reopen" => Offered::Blocked,
            "restore" => Offered::Withdrawn,
            _ => Offered::Approved,
        };
        let entry = desk.new_name("web");
        let ingest = desk.forged().entry(&entry, offered).await;
        target = target.replace("{entry}", &entry).replace("{version}", "1.0.0");
        if target.contains("/available") {
            let source = desk.new_name("source");
            desk.forged().source(&source).await;
            desk.forged().comes_from(&entry, &source).await;
        }
        if method == "GET" && path.ends_with("/icon") {
            target = format!("{target}?digest={}", Forged::icon_of(&entry));
        }
        if target.contains("/ingests/") {
            target = target.replace("{id}", &ingest);
        }
    }
    if target.contains("{source}") {
        let source = desk.new_name("source");
        desk.forged().source(&source).await;
        target = target.replace("{source}", &source);
    }
    if target.contains("{number}") {
        let number = match last(path) {
            "retry" | "undo" => desk.failed().await,
            "accept-suggestion" => desk.sent_back().await,
            _ => desk.asked().await,
        };
        target = target.replace("{number}", &number.to_string());
    }
    if path == "/live" {
        target = format!("/live?page=/namespaces/{CLUSTER}/{{name}}");
    }
    if target.contains("{name}") {
        let request = if ["quota", "extend", "delete"].contains(&last(path)) {
            desk.ready().await
        } else {
            desk.request(desk.approved().await).await
        };
        let name = request["name"].as_str().expect("is text");
        if path.ends_with("/kubeconfig") || path.ends_with("/sync") {
            desk.forged().made(name).await;
        }
        if path.ends_with("/extend") {
            desk.forged().expires_in(name, Some(time::Duration::DAY)).await;
        }
        if path.ends_with("/restore") {
            desk.forged().made(name).await;
            desk.forged().suspended(name).await;
        }
        if path.ends_with("/resolve-ahead") {
            desk.forged().made(name).await;
            desk.forged().found_one(name, "ahead").await;
        }
        target = target.replace("{name}", name);
    }
    if target.contains("{id}") {
        let id = match path {
            path if path.contains("/jobs/") => job(desk).await.to_string(),
            path if path.contains("/tokens/") => token(desk, owner).await,
            path if path.contains("/people/") => teamless(desk).await,
            path if path.contains("/sessions/") => desk.in_another_browser(owner).await.1,
            path => panic!("nobody has said what the id in {path} is"),
        };
        target = target.replace("{id}", &id);
    }
    assert!(!target.contains('{'), "nobody has said what the parameters of {path} are");
    target
}

/// The kubeconfig of the one cluster there is, which has no name yet: one cluster has one.
async fn unknown_cluster(desk: &Desk) -> String {
    desk.forged().uid_unknown().await;
    std::fs::read_to_string(&stack().kubeconfig).expect("can be read")
}

/// A team made for this call, with somebody in it.
async fn own_team(desk: &Desk, path: &str) -> String {
    let (slug, platform) = (desk.new_name("t"), desk.as_(Role::Platform).await);
    platform.post("/api/v1/teams", &json!({"slug": slug, "title": "Sweep"})).await.expect(201);
    let target = path.replace("{slug}", &slug);
    if last(path) == "restore" {
        platform.post(&format!("/api/v1/teams/{slug}/archive"), &json!({})).await.expect(200);
    }
    if !path.contains("{person}") {
        return target;
    }
    let body = body(desk, "", "/memberships").await;
    let team = platform.post(&format!("/api/v1/teams/{slug}/memberships"), &body).await.expect(201).json();
    target.replace("{person}", team["memberships"][0]["person"]["id"].as_str().expect("is text"))
}

/// A group with a platform role that may be taken away.
async fn platform_role(desk: &Desk) -> String {
    let group = desk.new_name("g");
    let binding = json!({"group": group, "role": "auditor"});
    desk.as_(Role::Platform).await.post("/api/v1/platform-roles", &binding).await.expect(204);
    group
}

/// A cluster made for this call; paused, or another in its place, where the call ends that.
async fn cluster(desk: &Desk, call: &str) -> String {
    let name = desk.new_name("quay");
    desk.forged().cluster(&name).await;
    match call {
        "resume" => desk.pause(&name, "Maintenance").await,
        "accept" => desk.forged().answered_by(&name, Some("built-anew")).await,
        _ => {}
    }
    name
}

/// A class with a draft of its second version; retired, or with a namespace that is behind, where the call needs it.
async fn class(desk: &Desk, call: &str) -> String {
    let class = desk.class(json!({"summary": "First"})).await;
    match call {
        "move" => {
            let ask = ask(&desk.new_name("payments"), &class, "S");
            let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &ask).await.expect(201).json();
            let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
            desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
            desk.publish(&class, json!({"summary": "Second"})).await;
        }
        "restore" => {
            let retire = format!("/api/v1/classes/{class}/retire");
            let reason = json!({"reason": "Nobody needs it"});
            desk.as_(Role::Platform).await.post(&retire, &reason).await.expect(200);
        }
        _ => {
            desk.draft(&class, json!({"summary": "Second"})).await;
        }
    }
    class
}

fn new_class() -> String {
    format!("class-{}", &uuid::Uuid::now_v7().simple().to_string()[20..])
}

/// Moves the one namespace that is behind.
async fn follow(desk: &Desk, target: &str, request: RequestBuilder) -> RequestBuilder {
    let class = target.trim_end_matches("/move").rsplit('/').next().unwrap_or_default();
    let id: uuid::Uuid =
        sqlx::query_scalar("select n.id from namespaces n join classes k on k.id = n.class_id where k.name = $1")
            .bind(class)
            .fetch_one(desk.db())
            .await
            .expect("has a namespace");
    if target.starts_with("/api/") {
        request.json(&json!({"to": 2, "namespaces": [id]}))
    } else {
        request.form(&[("to", "2"), ("namespace", &id.to_string())])
    }
}

/// The least that a class says.
const SPEC: &str = r#"{
    "title": "Another", "summary": "For the sweep", "environment": "sandbox", "pod_security": "restricted",
    "network": "isolated", "sizes": [], "ceiling": {"cpu_m": 1, "memory_bytes": 1, "storage_bytes": 0, "pods": 1},
    "container": {"request_cpu_m": 1, "request_memory_bytes": 1, "limit_cpu_m": 1, "limit_memory_bytes": 1}
}"#;

/// One that was given up.
async fn job(desk: &Desk) -> i64 {
    desk.forged().given_up(desk.approved().await).await
}

/// Somebody whose sessions nobody else needs.
async fn teamless(desk: &Desk) -> String {
    let id = sqlx::query_scalar("select id::text from people where subject = $1").bind(Role::Teamless.name());
    id.fetch_one(desk.db()).await.expect("has signed in")
}

async fn token(desk: &Desk, owner: Role) -> String {
    let body = json!({"name": "sweep", "scope": "read", "days": 1});
    let made = desk.as_(owner).await.post("/api/v1/me/tokens", &body).await.expect(201).json();
    made["id"].as_str().expect("is text").to_owned()
}
