//! Lists: what one may see and nothing else, page by page.

use serde_json::{Value, json};
use tests::{Actor, Desk, Role, ask};

/// All rows of a list, two at a time.
async fn walk(actor: &Actor, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut page = actor.get(&format!("{path}limit=2")).await.expect(200).json();
    loop {
        let items = page["items"].as_array().expect("has rows").clone();
        assert!(items.len() <= 2);
        rows.extend(items);
        let Some(next) = page["next"].as_str() else { return rows };
        page = actor.get(&format!("{path}limit=2&after={next}")).await.expect(200).json();
    }
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].to_string()).collect()
}

#[tokio::test]
async fn requests_come_newest_first_page_by_page() {
    let desk = Desk::quiet().await;
    let mut numbers = Vec::new();
    for _ in 0..5 {
        numbers.insert(0, desk.asked().await.to_string());
    }
    let developer = desk.as_(Role::Developer).await;
    assert_eq!(column(&walk(&developer, "/api/v1/requests?").await, "number"), numbers);
    assert_eq!(column(&walk(&developer, "/api/v1/requests?queue=mine&").await, "number"), numbers);
    let page = developer.get("/requests").await.expect(200).text();
    assert!(numbers.iter().all(|number| page.contains(&format!("/requests/{number}"))), "{page}");
}

#[tokio::test]
async fn namespaces_come_by_name_page_by_page() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for _ in 0..5 {
        let body = ask(&desk.new_name("payments"), "sandbox", "S");
        developer.post("/api/v1/requests", &body).await.expect(201);
    }
    let names = column(&walk(&developer, "/api/v1/namespaces?").await, "name");
    assert!(names.len() == 5 && names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn a_list_shows_what_one_may_see() {
    let desk = Desk::quiet().await;
    desk.approved().await;
    let body = ask(&desk.new_name("orders"), "sandbox", "S");
    desk.as_(Role::Stranger).await.post("/api/v1/requests", &body).await.expect(201);
    for (role, teams) in [
        (Role::Developer, json!(["payments"])),
        (Role::Stranger, json!(["orders"])),
        (Role::Platform, json!(["orders", "payments"])),
        (Role::Auditor, json!(["orders", "payments"])),
        (Role::Teamless, json!([])),
    ] {
        let actor = desk.as_(role).await;
        for path in ["/api/v1/requests", "/api/v1/namespaces"] {
            let mut seen =
                column(actor.get(path).await.expect(200).json()["items"].as_array().expect("has rows"), "team");
            seen.sort();
            assert_eq!(json!(seen), json!(column_of(&teams)), "{path} as {role:?}");
        }
        let listed = actor.get("/api/v1/teams").await.expect(200).json();
        let mut listed = column(listed["items"].as_array().expect("has rows"), "slug");
        listed.sort();
        assert_eq!(json!(listed), json!(column_of(&teams)), "teams as {role:?}");
    }
}

fn column_of(texts: &Value) -> Vec<String> {
    texts.as_array().into_iter().flatten().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_queue_holds_what_its_name_says() {
    let desk = Desk::quiet().await;
    let (first, second) = (desk.asked().await, desk.failed().await);
    for (role, queue, numbers) in [
        (Role::Owner, "to_decide", vec![first]),
        (Role::Developer, "to_decide", vec![]),
        (Role::Platform, "to_decide", vec![]),
        (Role::Developer, "mine", vec![second, first]),
        (Role::Owner, "mine", vec![]),
        (Role::Platform, "failed", vec![second]),
        (Role::Platform, "all", vec![second, first]),
    ] {
        let page = desk.as_(role).await.get(&format!("/api/v1/requests?queue={queue}")).await.expect(200).json();
        let found: Vec<_> =
            page["items"].as_array().expect("has rows").iter().filter_map(|row| row["number"].as_i64()).collect();
        assert_eq!(found, numbers, "{queue} of {role:?}");
    }
    let home = desk.as_(Role::Owner).await.get("/").await.expect(200).text();
    assert!(home.contains(&format!("/requests/{first}")), "{home}");
}
