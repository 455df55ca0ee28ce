//! Forms that are sent late: after the session has ended, or as an older page had them.

use http::Method;
use serde_json::json;
use tests::{Actor, Answer, CLUSTER, Desk, Role};

/// The form is sent by a browser whose session has ended; then its person signs in and opens the page again.
async fn sent_late(desk: &Desk, role: Role, post: &str, fields: &[(&str, &str)]) -> (Answer, Answer) {
    let late = desk.nobody().with_cookie("__Host-berth=ended");
    let refused = late.post_form(post, fields).await.expect(303);
    let there = location(&refused);
    let typed = typed_cookie(&refused).expect("is kept");
    let session = desk.as_(role).await;
    let cookie = format!("{}; {typed}", session.cookie().expect("is signed in"));
    let back = session.with_cookie(&cookie).get(&there).await.expect(200);
    (refused, back)
}

/// Where signing in leads back to.
fn location(answer: &Answer) -> String {
    let login = answer.header("location").strip_prefix("/auth/login?return_to=").expect("signs in first");
    login.replace("%2F", "/")
}

fn typed_cookie(answer: &Answer) -> Option<&str> {
    let line = answer.set_cookies().into_iter().find(|line| line.starts_with("__Host-berth-typed="))?;
    line.split(';').next().filter(|pair| !pair.ends_with('='))
}

/// Who fills it in, its page, where it is sent, and what is typed.
type Form<'a> = (Role, String, String, Vec<(&'a str, &'a str)>);

#[tokio::test]
async fn what_was_typed_when_the_session_had_ended_is_on_the_form_again_and_was_not_sent() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let quota = desk.ready().await;
    let quota = format!("/namespaces/{CLUSTER}/{}/quota", quota["name"].as_str().expect("is text"));
    let class = desk.class(json!({"summary": "First"})).await;
    desk.draft(&class, json!({"summary": "Second"})).await;
    let words = "Kept word for word";
    let request = format!("/requests/{number}");
    let forms: [Form<'_>; 8] = [
        (
            Role::Developer,
            "/namespaces/new".into(),
            "/namespaces/new".into(),
            vec![
                ("team", "payments"),
                ("cluster", CLUSTER),
                ("class", "standard"),
                ("name", "late"),
                ("size", "M"),
                ("purpose", words),
            ],
        ),
        (Role::Developer, quota.clone(), quota, vec![("size", "own"), ("cpu", "3"), ("purpose", words)]),
        (
            Role::Developer,
            format!("{request}/revise"),
            format!("{request}/revise"),
            vec![("revision", "1"), ("size", "own"), ("cpu", "7"), ("purpose", words)],
        ),
        (
            Role::Owner,
            format!("{request}/approve"),
            request.clone(),
            vec![("revision", "1"), ("cpu", "1"), ("comment", words)],
        ),
        (
            Role::Platform,
            "/admin/teams/new".into(),
            "/admin/teams/new".into(),
            vec![("slug", "late"), ("title", words)],
        ),
        (
            Role::Platform,
            "/teams/payments/edit".into(),
            "/teams/payments/edit".into(),
            vec![("title", words), ("version", "1")],
        ),
        (
            Role::Platform,
            format!("/admin/classes/{class}/draft"),
            format!("/admin/classes/{class}/draft"),
            vec![("version", "1"), ("title", "Late"), ("summary", words)],
        ),
        (
            Role::Platform,
            format!("/clusters/{CLUSTER}/settings"),
            format!("/clusters/{CLUSTER}/settings"),
            vec![("version", "1"), ("groups_prefix", words)],
        ),
    ];
    for (role, post, form, fields) in forms {
        let (refused, back) = sent_late(&desk, role, &post, &fields).await;
        assert_eq!(location(&refused), form, "{post}");
        let page = back.text();
        for (name, value) in &fields {
            let is_there = page.contains(&format!("value=\"{value}\""))
                || page.contains(&format!(">{value}</textarea>"))
                || page.contains(*value);
            assert!(is_there, "{post}: {name} is lost");
        }
        assert!(page.contains("What you typed is here again"), "{post}");
        let forgets = back.set_cookies().iter().any(|line| line.starts_with("__Host-berth-typed=;"));
        assert!(forgets, "{post}: it is brought back once");
    }
    let state = desk.request(number).await;
    assert_eq!((&state["state"], &state["revision"]), (&json!("in_review"), &json!(1)), "nothing was sent");
}

#[tokio::test]
async fn a_form_with_secrets_or_of_another_site_is_not_kept() {
    let desk = Desk::quiet().await;
    let late = desk.nobody().with_cookie("__Host-berth=ended");
    let refused = late.post_form("/clusters/new", &[("name", "quay"), ("kubeconfig", "secret")]).await;
    assert!(typed_cookie(&refused).is_none(), "{}", refused.status);
    let foreign = late.bare(Method::POST, "/namespaces/new").header("sec-fetch-site", "cross-site");
    let refused = late.send(foreign.form(&[("purpose", "Theirs")])).await.expect(403);
    assert!(typed_cookie(&refused).is_none());
    let long = "x".repeat(5000);
    let refused = late.post_form("/namespaces/new", &[("purpose", &long)]).await;
    assert!(typed_cookie(&refused).is_none() && refused.status == 401, "{}", refused.status);
}

#[tokio::test]
async fn a_browser_that_does_not_say_where_a_form_came_from_loses_nothing() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let silent =
        developer.bare(Method::POST, "/namespaces/new").form(&[("team", "payments"), ("purpose", "Kept as well")]);
    let refused = developer.send(silent).await.expect(403);
    assert!(refused.text().contains("href=\"/namespaces/new\""), "leads back to the form");
    let cookie = format!("{}; {}", developer.cookie().expect("is signed in"), typed_cookie(&refused).expect("is kept"));
    let page = developer.with_cookie(&cookie).get("/namespaces/new").await.expect(200).text();
    assert!(page.contains("Kept as well"));
}

/// As a page of before an update had it: fields that are gone, fields that are missing.
#[tokio::test]
async fn a_form_of_an_older_page_is_answered_beside_its_fields_with_what_was_typed() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let of = async |actor: &Actor, path: &str, fields: &[(&str, &str)]| {
        let answer = actor.post_form(path, fields).await;
        assert!([409, 422].contains(&answer.status), "{path}: {}", answer.status);
        assert!(answer.text().contains("Typed before"), "{path}: what was typed is lost");
    };
    let (developer, owner, platform) =
        (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, desk.as_(Role::Platform).await);
    of(&developer, "/namespaces/new", &[("purpose", "Typed before"), ("environment", "gone")]).await;
    of(&developer, &format!("/requests/{number}/revise"), &[("purpose", "Typed before"), ("gone", "1")]).await;
    of(&owner, &format!("/requests/{number}/approve"), &[("comment", "Typed before"), ("gone", "1")]).await;
    of(&platform, "/teams/payments/edit", &[("title", "Typed before"), ("gone", "1")]).await;
    of(&platform, &format!("/clusters/{CLUSTER}/settings"), &[("groups_prefix", "Typed before")]).await;
}
