//! Every route there is, by everybody there is, against a checked-in list of what they are answered.
//!
//! Of a page that is the table of pages ([`domain::page`]), of everything else a snapshot. A route that is not on the list
//! fails, and so does one that nobody has said how to call.

use crate::calls::call;
use domain::page::{OpenTo, PageKind};
use serde_json::json;
use server::web::router;
use std::collections::BTreeSet;
use tests::{Answer, Desk, Role, quota, with};

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
async fn everybody_is_answered_by_forms_and_doors_what_the_list_says() {
    let routes = named(router::forms()).chain(named(router::doors())).collect();
    insta::assert_snapshot!(sweep(&desk().await, routes).await);
}

/// The list is the table of pages.
#[tokio::test]
async fn a_page_is_there_for_those_whom_the_table_names_and_for_nobody_else() {
    let desk = desk().await;
    let mut wrong = Vec::new();
    for page in PageKind::ALL {
        for role in PEOPLE {
            let (answer, said) = (call(&desk, role, "GET", page.path()).await, status(page.about().open_to, role));
            if answer.status != said {
                wrong.push(format!("{} as {role:?}: {} and not {said}", page.path(), answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Else the number of the last request and the name of each team could be found out from outside.
#[tokio::test]
async fn who_is_not_signed_in_is_asked_to_sign_in_whether_it_is_there_or_not() {
    let desk = desk().await;
    let routes = named(router::pages()).chain(named(router::forms())).filter(|(_, path)| path.contains('{'));
    let mut wrong = Vec::new();
    for (method, path) in routes {
        let there = call(&desk, None, &method, &path).await.status;
        let method = method.parse().expect("is a method");
        let absent = desk.nobody().send(desk.nobody().request(method, &made_up(&path))).await.status;
        for (status, what) in [(there, "there"), (absent, "absent")] {
            if ![303, 401].contains(&status) {
                wrong.push(format!("{path} is {what}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// An address of this form of something that is not there.
fn made_up(path: &str) -> String {
    let part = |part: &str| match part {
        "{number}" => "999999".to_owned(),
        "{id}" | "{person}" => uuid::Uuid::nil().to_string(),
        "{tab}" => "activity".to_owned(),
        part if part.starts_with('{') => "nothing-here".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn status(open_to: OpenTo, role: Option<Role>) -> u16 {
    use Role::{Auditor, Platform, Stranger};
    match (open_to, role) {
        (OpenTo::Everybody, _) | (OpenTo::SignedOut, None) => 200,
        // Home, or to where one signs in.
        (OpenTo::SignedOut, Some(_)) | (_, None) => 303,
        (OpenTo::SignedIn, Some(_)) => 200,
        // A stranger is in another team.
        (OpenTo::Members, Some(_)) => 200,
        (OpenTo::Concerned, Some(role)) => {
            if role == Stranger {
                404
            } else {
                200
            }
        }
        (OpenTo::SettingUp, Some(role)) => {
            if role == Platform {
                200
            } else {
                404
            }
        }
        (OpenTo::Clusters | OpenTo::SetUp | OpenTo::Audit | OpenTo::People | OpenTo::Jobs, Some(role)) => {
            if [Platform, Auditor].contains(&role) { 200 } else { 404 }
        }
    }
}

/// Everything that is not of the API: pages, forms and doors. What begins with `/api/v1` is in the API document.
pub fn pages() -> impl Iterator<Item = Route> {
    let all = named(router::pages()).chain(named(router::forms())).chain(named(router::doors()));
    let sorted: BTreeSet<_> = all.map(|(method, path)| (path, method)).collect();
    sorted.into_iter().map(|(path, method)| (method, path))
}

fn named(routes: Vec<router::Route>) -> impl Iterator<Item = Route> {
    routes.into_iter().map(|route| (route.method.to_string(), route.path.to_owned()))
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
