//! No mistake in a form is a dead end: the form is there again, with what was typed, and its address can be opened.

use crate::sweep::pages;
use tests::{Account, CLUSTER, Desk, Role};

/// An address of the route, of things that need not be there.
fn address(route: &str) -> String {
    let id = "01890000-0000-7000-8000-000000000000";
    let parts = route.split('/').map(|part| match part {
        "{cluster}" | "{name}" => CLUSTER,
        "{slug}" => "payments",
        "{class}" => "standard",
        "{number}" => "1",
        "{id}" | "{person}" => id,
        other => other,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn the_address_of_every_form_leads_to_the_page_it_stands_on() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let reads: Vec<_> = pages().filter(|(method, _)| method == "GET").map(|(_, route)| route).collect();
    let mut n_forms = 0;
    for (method, route) in pages() {
        // Sent by the identity provider, not by a form.
        if method != "POST" || reads.contains(&route) || route == "/auth/backchannel-logout" {
            continue;
        }
        n_forms += 1;
        let path = format!("{}?form_token=of-before", address(&route));
        let answer = platform.get(&path).await.expect(303);
        let page = answer.header("location").to_owned();
        assert!(!page.contains("form_token") && page != address(&route), "{route} leads to {page}");
        let status = platform.get(&page).await.status;
        assert!(status != 405 && status < 500, "{route} leads to {page}: {status}");
    }
    assert!(n_forms > 25, "{n_forms} forms were tried");
    platform
        .send(platform.bare(http::Method::GET, "/api/v1/requests/1/approve"))
        .await
        .expect_problem(405, "method_not_allowed");
}

/// Where a form is sent, what is typed, and the field at fault.
type Mistake<'a> = (String, Vec<(&'a str, &'a str)>, &'a str);

#[tokio::test]
async fn a_mistake_in_a_form_is_said_at_its_field_and_nothing_typed_is_lost() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let platform = desk.as_(Role::Platform).await;
    let id: String = sqlx::query_scalar("select id::text from people where email = $1")
        .bind(&Role::Platform.account().email)
        .fetch_one(desk.db())
        .await
        .expect("has signed in");
    let cluster = |form: &str| format!("/clusters/{CLUSTER}/{form}");
    let kept = "Typed before";
    let forms: [Mistake<'_>; 11] = [
        ("/admin/classes/standard/retire".into(), vec![("reason", " ")], "reason"),
        ("/admin/classes/new".into(), vec![("name", kept)], "name"),
        (cluster("pause"), vec![("reason", "")], "reason"),
        (cluster("remove"), vec![("confirm", kept)], "confirm"),
        (cluster("settings"), vec![("version", "1"), ("overcommit_percent", kept)], "overcommit_percent"),
        ("/admin/teams/new".into(), vec![("slug", kept), ("title", "T")], "slug"),
        ("/teams/payments/memberships".into(), vec![("person", kept), ("role", "owner")], "until"),
        ("/admin/platform-roles".into(), vec![("group", ""), ("role", "auditor")], "group"),
        (format!("/admin/people/{id}/end"), vec![("what", "all_tokens:"), ("why", "")], "why"),
        ("/me/tokens".into(), vec![("name", ""), ("scope", "read"), ("days", "7")], "name"),
        (format!("/requests/{number}/comments"), vec![("text", "")], "text"),
    ];
    for (path, fields, at) in forms {
        let answer = platform.post_form(&path, &fields).await.expect(422);
        let page = answer.text();
        assert!(page.contains(&format!("action=\"{path}?")), "{path}: the form is not there");
        assert!(
            page.contains(&format!("id=\"error-{at}\"")),
            "{path}: {at} is not said to be at fault: {:?}",
            page.split("role=\"alert\"").nth(1).map(|rest| &rest[..rest.len().min(900)])
        );
        for (_, typed) in fields.iter().filter(|(_, typed)| *typed == kept) {
            assert!(page.contains(&format!("value=\"{typed}\"")), "{path}: what was typed is lost");
        }
    }
}

/// Forbidden is only what it would give to oneself: the form is for who sends it.
#[tokio::test]
async fn who_would_give_a_role_to_themselves_keeps_what_they_typed() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["platform", "payments-guests"]).await;
    let own = desk.sign_in(&account).await;
    let day = (time::OffsetDateTime::now_utc() + time::Duration::days(3)).date().to_string();
    let member = [("person", account.email.as_str()), ("role", "owner"), ("until", &day), ("why", "Looking after it")];
    let team = [("slug", "mine"), ("title", "Mine"), ("owners", "payments-guests")];
    for (path, fields, typed) in
        [("/teams/payments/memberships", &member[..], "Looking after it"), ("/admin/teams/new", &team[..], "Mine")]
    {
        let page = own.post_form(path, fields).await.expect(403).text();
        assert!(page.contains(&format!("action=\"{path}?")) && page.contains(&format!("value=\"{typed}\"")), "{path}");
    }
    let tried = own.get("/api/v1/audit?action=change.refused").await.expect(200).json();
    assert_eq!(tried["items"].as_array().map(Vec::len), Some(2), "the trail shows attempts, too");
}

#[tokio::test]
async fn an_answer_that_is_no_form_leads_back_to_it() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let (auditor, name) = (desk.as_(Role::Auditor).await, ready["name"].as_str().expect("is text"));
    let here = format!("/namespaces/{CLUSTER}/{name}/sync");
    let page = auditor.post_form(&here, &[]).await.expect(403).text();
    let ways_on = page.split("class=\"buttons\"").nth(1).and_then(|rest| rest.split("</div>").next());
    assert!(ways_on.is_some_and(|ways| ways.contains(&format!("href=\"{here}\""))), "{page}");
}
