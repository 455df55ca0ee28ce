//! Every route there is, by everybody there is, against a checked-in list of what they are answered.
//!
//! A route that is not on the list fails, and so does one that nobody has said how to call.

use crate::calls::call;
use serde_json::json;
use std::collections::BTreeSet;
use tests::{Answer, Desk, Role, quota, with};

/// The pages of `server/src/web/router.rs`. What begins with `/api/v1` is in the API document.
const PAGES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/classes"),
    ("GET", "/admin/classes/new"),
    ("POST", "/admin/classes/new"),
    ("GET", "/admin/classes/{class}"),
    ("POST", "/admin/classes/{class}/discard"),
    ("GET", "/admin/classes/{class}/draft"),
    ("POST", "/admin/classes/{class}/draft"),
    ("GET", "/admin/classes/{class}/move"),
    ("POST", "/admin/classes/{class}/move"),
    ("GET", "/admin/classes/{class}/preview"),
    ("POST", "/admin/classes/{class}/publish"),
    ("POST", "/admin/classes/{class}/restore"),
    ("POST", "/admin/classes/{class}/retire"),
    ("GET", "/admin/jobs"),
    ("POST", "/admin/jobs/{id}/retry"),
    ("GET", "/admin/platform-roles"),
    ("POST", "/admin/platform-roles"),
    ("POST", "/admin/platform-roles/remove"),
    ("GET", "/admin/teams/new"),
    ("POST", "/admin/teams/new"),
    ("GET", "/admin/people"),
    ("GET", "/admin/people/{id}"),
    ("POST", "/admin/people/{id}/end"),
    ("GET", "/api/docs"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/assets/{*file}"),
    ("POST", "/auth/backchannel-logout"),
    ("GET", "/auth/callback"),
    ("GET", "/auth/login"),
    ("POST", "/auth/logout"),
    ("GET", "/clusters"),
    ("GET", "/clusters/new"),
    ("POST", "/clusters/new"),
    ("GET", "/clusters/{name}"),
    ("POST", "/clusters/{name}/accept"),
    ("POST", "/clusters/{name}/check"),
    ("GET", "/clusters/{name}/manifests"),
    ("POST", "/clusters/{name}/pause"),
    ("POST", "/clusters/{name}/remove"),
    ("GET", "/clusters/{name}/renew"),
    ("POST", "/clusters/{name}/renew"),
    ("POST", "/clusters/{name}/resume"),
    ("GET", "/clusters/{name}/settings"),
    ("POST", "/clusters/{name}/settings"),
    ("GET", "/live"),
    ("GET", "/livez"),
    ("GET", "/me"),
    ("POST", "/me/sessions/{id}/end"),
    ("POST", "/me/tokens"),
    ("POST", "/me/tokens/{id}/revoke"),
    ("GET", "/namespaces"),
    ("GET", "/namespaces/new"),
    ("POST", "/namespaces/new"),
    ("GET", "/namespaces/{cluster}/{name}"),
    ("POST", "/namespaces/{cluster}/{name}/kubeconfig"),
    ("GET", "/namespaces/{cluster}/{name}/delete"),
    ("POST", "/namespaces/{cluster}/{name}/delete"),
    ("GET", "/namespaces/{cluster}/{name}/extend"),
    ("POST", "/namespaces/{cluster}/{name}/extend"),
    ("GET", "/namespaces/{cluster}/{name}/quota"),
    ("POST", "/namespaces/{cluster}/{name}/quota"),
    ("GET", "/namespaces/{cluster}/{name}/quota-history"),
    ("POST", "/namespaces/{cluster}/{name}/restore"),
    ("POST", "/namespaces/{cluster}/{name}/star"),
    ("POST", "/namespaces/{cluster}/{name}/resolve-ahead"),
    ("GET", "/namespaces/{cluster}/{name}/sync"),
    ("POST", "/namespaces/{cluster}/{name}/sync"),
    ("GET", "/namespaces/{cluster}/{name}/{tab}"),
    ("GET", "/readyz"),
    ("GET", "/requests"),
    ("GET", "/requests/{number}"),
    ("POST", "/requests/{number}/accept-suggestion"),
    ("POST", "/requests/{number}/approve"),
    ("POST", "/requests/{number}/comments"),
    ("POST", "/requests/{number}/reject"),
    ("POST", "/requests/{number}/request-changes"),
    ("POST", "/requests/{number}/retry"),
    ("GET", "/requests/{number}/revise"),
    ("POST", "/requests/{number}/revise"),
    ("POST", "/requests/{number}/undo"),
    ("POST", "/requests/{number}/withdraw"),
    ("GET", "/search"),
    ("GET", "/signed-out"),
    ("GET", "/teams"),
    ("GET", "/teams/{slug}"),
    ("POST", "/teams/{slug}/archive"),
    ("GET", "/teams/{slug}/edit"),
    ("POST", "/teams/{slug}/edit"),
    ("POST", "/teams/{slug}/memberships"),
    ("POST", "/teams/{slug}/memberships/{person}/end"),
    ("POST", "/teams/{slug}/restore"),
    ("POST", "/theme"),
];

/// The columns. The developer asked for what is in the rows; the stranger is of another team.
const PEOPLE: [Option<Role>; 6] =
    [None, Some(Role::Stranger), Some(Role::Developer), Some(Role::Owner), Some(Role::Platform), Some(Role::Auditor)];

/// Forms whose effect is all there is to see.
const NOTHING_TO_SAY: [&str; 2] = ["/auth/logout", "/theme"];

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
    PAGES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
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

/// With capacity for everything that a sweep asks for.
pub async fn desk() -> Desk {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(9_000_000, 900_000), json!({"pods": 90_000}))).await;
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
            if role.is_some() && method == "POST" && answer.status == 303 && !NOTHING_TO_SAY.contains(&path.as_str()) {
                assert!(says_what_was_done(&answer), "{method} {path} as {role:?} says nothing of what was done");
            }
            statuses.push(answer.status.to_string());
        }
        list += &row(&format!("{method:<7}{path}"), &statuses);
    }
    list
}

/// On the page that follows.
fn says_what_was_done(answer: &Answer) -> bool {
    let lines = answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    lines.into_iter().any(|line| line.starts_with("__Host-berth-done=done="))
}

fn row(head: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("{cell:<12}")).collect();
    format!("{head:<51} {}\n", cells.trim_end())
}
