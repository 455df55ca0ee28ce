//! Finding things by a few letters, and only what one may see.

use serde_json::{Value, json};
use tests::{Actor, Desk, Role, ask, with};

async fn search(actor: &Actor, text: &str) -> Vec<Value> {
    let found = actor.get(&format!("/api/v1/search?q={text}")).await.expect(200).json();
    found["hits"].as_array().expect("is a list").clone()
}

fn titles(hits: &[Value], kind: &str) -> Vec<String> {
    let of_kind = hits.iter().filter(|hit| hit["kind"] == kind);
    of_kind.map(|hit| hit["title"].as_str().expect("is text").to_owned()).collect()
}

#[tokio::test]
async fn a_request_is_found_by_its_number_its_namespace_and_its_purpose() {
    let desk = Desk::quiet().await;
    let name = desk.new_name("payments");
    let body = with(ask(&name, "standard", "S"), json!({"purpose": "Settlement rehearsal"}));
    let developer = desk.as_(Role::Developer).await;
    let number = developer.post("/api/v1/requests", &body).await.expect(201).json()["number"].clone();
    let title = format!("New namespace {name}");
    let last_word = name.rsplit('-').next().expect("has one");
    for text in [&format!("REQ-{number}"), &number.to_string(), &name, last_word, "rehears", "settl reh"] {
        let hits = search(&developer, &text.replace(' ', "%20")).await;
        assert_eq!(titles(&hits, "request").first(), Some(&title), "{text}: {hits:?}");
    }
    let by_number = search(&developer, &format!("req-{number}")).await;
    assert_eq!((&by_number[0]["title"], &by_number[0]["href"]), (&json!(title), &json!(format!("/requests/{number}"))));
    assert_eq!(search(&developer, "hearsal").await, Vec::<Value>::new(), "by beginnings of words alone");
    let page = developer.get("/search?q=rehears").await.expect(200).text();
    assert!(page.contains(&title), "{page}");
}

#[tokio::test]
async fn everybody_finds_what_they_may_see_and_nothing_else() {
    let desk = Desk::quiet().await;
    let made = desk.ready().await;
    let name = made["name"].as_str().expect("is text");
    let kinds = async |role: Role, text: &str| {
        let hits = search(&desk.as_(role).await, text).await;
        let mut kinds: Vec<_> = hits.iter().map(|hit| hit["kind"].as_str().expect("is text").to_owned()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(Role::Developer, name).await, ["namespace", "request"]);
    assert_eq!(kinds(Role::Platform, name).await, ["namespace", "request"]);
    assert_eq!(kinds(Role::Stranger, name).await, Vec::<String>::new());
    assert_eq!(kinds(Role::Stranger, &made["number"].to_string()).await, Vec::<String>::new());
    for (text, kind) in [("harbour", "cluster"), ("standard", "class"), ("berth.test", "person")] {
        assert!(kinds(Role::Platform, text).await.contains(&kind.to_owned()), "{text}");
        assert!(!kinds(Role::Developer, text).await.contains(&kind.to_owned()), "{text}");
    }
    assert_eq!(titles(&search(&desk.as_(Role::Developer).await, "payments").await, "team"), ["payments"]);
    assert_eq!(titles(&search(&desk.as_(Role::Stranger).await, "payments").await, "team"), Vec::<String>::new());
    let entry = crate::catalog::entry(&desk, &desk.as_(Role::Platform).await, serde_json::json!({})).await;
    assert_eq!(titles(&search(&desk.as_(Role::Platform).await, &entry).await, "entry"), ["Web"]);
    // Nothing of it was ever offered.
    assert_eq!(kinds(Role::Developer, &entry).await, Vec::<String>::new());
    assert_eq!(titles(&search(&desk.as_(Role::Auditor).await, "audit").await, "page"), ["Audit"]);
    assert_eq!(titles(&search(&desk.as_(Role::Developer).await, "audit").await, "page"), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_is_typed_is_answered() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for text in ["", "%20", "'", "&%20|%20!", "a:*%20%26", "(((", "%25_", "%C3%A9", "9999999999999999999999", "REQ-"] {
        developer.get(&format!("/search?q={text}")).await.expect(200);
        developer.get(&format!("/api/v1/search?q={text}")).await.expect(200);
    }
    developer.get(&format!("/search?q={}", "x".repeat(4000))).await.expect(200);
    developer.get("/search?q=%00").await.expect(422);
}

/// What a person reads of ten thousand is found by an index.
#[tokio::test]
async fn no_search_reads_all_requests() {
    let desk = Desk::quiet().await;
    desk.asked().await;
    desk.forged().ten_thousand_requests().await;
    sqlx::query("analyze requests").execute(desk.db()).await.expect("is done");
    let plan: Vec<String> = sqlx::query_scalar(
        "explain with found as materialized (
            select r.number from requests r
            where r.number is distinct from 1
              and to_tsvector('simple', replace(r.name, '-', ' ') || ' ' || r.purpose) @@ to_tsquery('simple', '777:*')
         )
         select number from found order by number desc limit 20",
    )
    .fetch_all(desk.db())
    .await
    .expect("is planned");
    assert!(plan.iter().any(|line| line.contains("requests_words")), "{plan:#?}");
    let hits = search(&desk.as_(Role::Developer).await, "7777").await;
    // The request of that number, which is one ahead, and that of the name.
    assert_eq!(titles(&hits, "request"), ["New namespace payments-7776", "New namespace payments-7777"]);
}
