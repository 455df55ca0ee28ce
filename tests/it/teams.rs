//! Teams: made and changed by Platform, bounded by limits, archived and brought back.

use http::Method;
use serde_json::{Value, json};
use tests::{Actor, Answer, Desk, Role, ask, eventually, quota, with};

async fn put(actor: &Actor, slug: &str, tag: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/teams/{slug}");
    actor.send(actor.request(Method::PUT, &path).header("if-match", tag).json(body)).await
}

fn payments() -> Value {
    json!({
        "slug": "payments", "title": "Payments",
        "groups": [{"group": "payments-owners", "role": "owner"}, {"group": "payments-developers", "role": "developer"}],
    })
}

#[tokio::test]
async fn a_team_is_made_and_changed_and_every_change_is_in_the_trail() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let body = json!({
        "slug": "search", "title": "Search", "description": "Finds things", "cost_centre": "4711",
        "limits": {"namespaces": 2, "cpu_m": 8000}, "groups": [{"group": "search-people", "role": "developer"}],
    });
    let made = platform.post("/api/v1/teams", &body).await.expect(201);
    assert_eq!(made.header("location"), "/api/v1/teams/search");
    assert_eq!(made.json()["limits"], json!({"namespaces": 2, "cpu_m": 8000}));

    let read = platform.get("/api/v1/teams/search").await.expect(200);
    let changed = with(body.clone(), json!({"title": "Search and find", "cost_centre": null, "groups": []}));
    let after = put(&platform, "search", read.header("etag"), &changed).await.expect(200).json();
    assert_eq!(
        (&after["title"], &after["cost_centre"], &after["groups"]),
        (&json!("Search and find"), &Value::Null, &json!([]))
    );

    let trail = platform.get("/api/v1/audit?subject=team search").await.expect(200).json();
    let actions: Vec<_> =
        trail["items"].as_array().expect("has rows").iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions, ["binding.removed", "team.changed", "binding.added", "team.added"]);
    platform.post("/api/v1/teams", &body).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn of_two_who_change_a_team_at_once_the_second_reads_who_was_first() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let tag = platform.get("/api/v1/teams/payments").await.expect(200).header("etag").to_owned();
    let one = with(payments(), json!({"title": "Payments one"}));
    let two = with(payments(), json!({"title": "Payments two"}));
    let (first, second) = tokio::join!(put(&platform, "payments", &tag, &one), put(&platform, "payments", &tag, &two));
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    let problem = lost.expect_problem(409, "changed_since");
    assert!(problem["detail"].as_str().expect("is text").contains("was changed by Platform"), "{problem}");
    let title = platform.get("/api/v1/teams/payments").await.expect(200).json()["title"].clone();
    assert_eq!(title, won.expect(200).json()["title"]);

    // In the browser what was typed is still there.
    let fields = [("title", "Payments three"), ("version", "1")];
    let page = platform.post_form("/teams/payments/edit", &fields).await.expect(409).text();
    assert!(page.contains("was changed by Platform") && page.contains("Payments three"), "{page}");
    put(&platform, "payments", "", &one).await.expect_problem(400, "bad_header");
    put(&platform, "payments", "*", &one).await.expect(200);
}

#[tokio::test]
async fn mistakes_in_the_form_stand_beside_their_fields() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let fields = [("slug", "Not A Name"), ("title", "  "), ("cpu", "much"), ("namespaces", "-1")];
    let page = platform.post_form("/admin/teams/new", &fields).await.expect(422).text();
    for field in ["slug", "title", "cpu", "namespaces"] {
        assert!(page.contains(&format!("id=\"error-{field}\"")), "{field}: {page}");
    }
    assert!(page.contains("Not A Name"), "{page}");
    let fields = [("slug", "search"), ("title", "Search"), ("owners", "a\r\nb"), ("memory", "64 GiB")];
    let made = platform.post_form("/admin/teams/new", &fields).await.expect(303);
    assert_eq!(made.header("location"), "/teams/search");
    let team = platform.get("/api/v1/teams/search").await.expect(200).json();
    assert_eq!(
        (team["groups"].as_array().map(Vec::len), &team["limits"]["memory_bytes"]),
        (Some(2), &json!(64u64 << 30))
    );
    for role in [Role::Owner, Role::Auditor] {
        desk.as_(role).await.get("/teams/payments/edit").await.expect(404);
    }
}

#[tokio::test]
async fn an_archived_team_asks_for_nothing_more_until_it_is_brought_back() {
    let desk = Desk::quiet().await;
    let (platform, developer) = (desk.as_(Role::Platform).await, desk.as_(Role::Developer).await);
    let waiting = desk.asked().await;
    platform.post_form("/teams/payments/archive", &[]).await.expect(303);

    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    let problem = developer.post("/api/v1/requests", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "team");
    let owner = desk.as_(Role::Owner).await;
    owner.post(&format!("/api/v1/requests/{waiting}/approve"), &json!({"revision": 1})).await.expect(422);
    assert_eq!(developer.get("/api/v1/offer").await.expect(200).json()["teams"], json!([]));
    let listed = async |query: &str| {
        let page = platform.get(&format!("/api/v1/teams{query}")).await.expect(200).json();
        page["items"].as_array().expect("has rows").iter().any(|team| team["slug"] == "payments")
    };
    assert!(!listed("").await && listed("?archived=true").await);
    assert!(developer.get("/teams/payments").await.expect(200).text().contains("This team is archived"));

    platform.post("/api/v1/teams/payments/restore", &json!({})).await.expect(200);
    developer.post("/api/v1/requests", &body).await.expect(201);
}

#[tokio::test]
async fn a_team_is_granted_no_more_than_its_limits() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(900_000, 9_000), json!({"pods": 9_000}))).await;
    let (platform, developer) = (desk.as_(Role::Platform).await, desk.as_(Role::Developer).await);
    let first = desk.asked().await;
    let second = desk.asked().await;
    let limited = with(payments(), json!({"limits": {"namespaces": 1}}));
    put(&platform, "payments", "*", &limited).await.expect(200);

    // Both were asked before: whichever is approved first is granted, the other no longer fits.
    let owner = desk.as_(Role::Owner).await;
    let approve =
        async |number: i64| owner.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await;
    let (one, two) = tokio::join!(approve(first), approve(second));
    let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
    won.expect(200);
    let problem = lost.expect_problem(409, "team_limit");
    assert!(problem["detail"].as_str().expect("is text").contains("namespaces: 1 asked, 1 of 1 used"), "{problem}");

    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    developer.post("/api/v1/requests", &body).await.expect_problem(409, "team_limit");
    let verdict = developer.post("/api/v1/requests/check", &body).await.expect(200).json();
    assert_eq!(verdict["outcome"], "refused");
    assert!(verdict["headline"].as_str().expect("is text").contains("has reached its limit"), "{verdict}");

    let limited = with(payments(), json!({"limits": {"namespaces": 2, "cpu_m": 2500}}));
    put(&platform, "payments", "*", &limited).await.expect(200);
    let problem = developer.post("/api/v1/requests", &ask(&desk.new_name("payments"), "standard", "S")).await;
    let problem = problem.expect_problem(409, "team_limit");
    assert!(problem["detail"].as_str().expect("is text").contains("CPU: 2 asked, 2 of 2.5 used"), "{problem}");
    let page = developer.get("/teams/payments").await.expect(200).text();
    assert!(page.contains("1 of 2") && page.contains(" of 2.5"), "{page}");
}

#[tokio::test]
async fn the_page_of_a_team_says_who_is_in_it_and_why() {
    let desk = Desk::quiet().await;
    let team = desk.as_(Role::Developer).await.get("/api/v1/teams/payments").await.expect(200).json();
    let people = team["people"].as_array().expect("has people");
    let developer = people.iter().find(|person| person["via"] == json!(["group payments-developers"]));
    assert_eq!(developer.expect("is in the team")["role"], "developer");
    assert!(people.iter().all(|person| person["name"] != "orders developer"), "{people:?}");
    desk.as_(Role::Stranger).await.get("/teams/payments").await.expect(404);
}

#[tokio::test]
async fn a_role_binding_on_the_cluster_follows_the_groups_of_the_team() {
    use k8s_openapi::api::rbac::v1::RoleBinding;
    let desk = Desk::open().await;
    let request = desk.provisioned().await;
    let namespace = request["name"].as_str().expect("is text").to_owned();
    let wanted = with(
        payments(),
        json!({"groups": [{"group": "payments-owners", "role": "owner"}, {"group": "payments-new", "role": "developer"}]}),
    );
    put(&desk.as_(Role::Platform).await, "payments", "*", &wanted).await.expect(200);
    let bindings: kube::Api<RoleBinding> = kube::Api::namespaced(tests::kubernetes::admin().await, &namespace);
    eventually("the new group is bound, the old one is not", async || {
        let bound = bindings.get("berth-develop").await.ok()?.subjects.unwrap_or_default();
        let names: Vec<_> = bound.iter().map(|subject| subject.name.as_str()).collect();
        (names == ["oidc:payments-new"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn names_are_of_the_team_with_the_longest_slug_and_nobody_else_learns_which_are_taken() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let eu = json!({"slug": "payments-eu", "title": "Payments EU", "groups": [{"group": "orders-developers", "role": "developer"}]});
    platform.post("/api/v1/teams", &eu).await.expect(201);
    let name = desk.new_name("payments-eu");
    let of_eu = with(ask(&name, "standard", "S"), json!({"team": "payments-eu"}));
    desk.as_(Role::Stranger).await.post("/api/v1/requests", &of_eu).await.expect(201);

    let developer = desk.as_(Role::Developer).await;
    let mut answers = Vec::new();
    for name in [name, desk.new_name("payments-eu")] {
        let body = ask(&name, "standard", "S");
        let problem = developer.post("/api/v1/requests", &body).await.expect_problem(422, "invalid");
        let verdict = developer.post("/api/v1/requests/check", &body).await.expect(200).json();
        answers.push((problem["errors"].clone(), verdict["headline"].clone(), verdict["errors"].clone()));
    }
    assert_eq!(answers[0], answers[1], "what is taken and what is free is answered alike");
    assert_eq!(answers[0].0[0]["field"], "name");
}

#[tokio::test]
async fn a_team_is_not_made_with_a_slug_that_begins_names_of_another() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let body = ask(&desk.new_name("payments-eu"), "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201);
    let eu = json!({"slug": "payments-eu", "title": "Payments EU"});
    let problem = platform.post("/api/v1/teams", &eu).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "slug");
    for reserved in ["kube", "berth", "kube-eu"] {
        let team = with(eu.clone(), json!({"slug": reserved}));
        let problem = platform.post("/api/v1/teams", &team).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "slug", "{reserved}");
    }
    platform.post("/api/v1/teams", &with(eu, json!({"slug": "payments-us"}))).await.expect(201);
}

#[tokio::test]
async fn a_group_that_nobody_has_is_compared_with_those_that_people_have() {
    let desk = Desk::quiet().await;
    desk.as_(Role::Developer).await;
    let platform = desk.as_(Role::Platform).await;
    let groups = json!([
        {"group": " payments-developers ", "role": "viewer"}, {"group": "/Payments-Developers", "role": "developer"},
        {"group": "nobody-at-all", "role": "owner"},
    ]);
    let team = json!({"slug": "search", "title": "Search", "groups": groups});
    let made = platform.post("/api/v1/teams", &team).await.expect(201).json();
    let near = |group: &str| {
        let rows = made["groups"].as_array().expect("has groups");
        rows.iter().find(|row| row["group"] == group).expect("is bound")["near"].clone()
    };
    assert_eq!(near("payments-developers"), Value::Null);
    assert_eq!(near("/Payments-Developers"), "payments-developers");
    assert_eq!(near("nobody-at-all"), Value::Null);
    let page = platform.get("/teams/search").await.expect(200).text();
    assert!(page.contains("was that meant?"), "{page}");
}
