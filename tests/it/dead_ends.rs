//! Where nothing goes on by itself any more, the page says so, and who can do what.

use serde_json::json;
use tests::{CLUSTER, Desk, Role, ask};

#[tokio::test]
async fn a_request_for_a_removed_cluster_can_only_be_ended() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let remove = json!({"confirm": CLUSTER, "forget": true});
    desk.as_(Role::Platform).await.post(&format!("/api/v1/clusters/{CLUSTER}/remove"), &remove).await.expect(204);
    let owner = desk.as_(Role::Owner).await;
    let path = format!("/api/v1/requests/{number}");
    let request = owner.get(&path).await.expect(200).json();
    assert_eq!(request["cluster_removed"], true);
    assert_eq!(
        (&request["quota"]["capacity"]["lines"], &request["quota"]["capacity"]["short"]),
        (&json!([]), &json!([])),
        "it is not known"
    );
    assert_eq!(request["can_approve"]["allowed"], false);
    assert_eq!(request["can_reject"]["allowed"], true);
    let page = owner.get(&format!("/requests/{number}")).await.expect(200).text();
    assert!(page.contains("data-slot=\"stopped\"") && page.contains(&format!("/requests/{number}/reject")));
    let body = json!({"revision": 1, "comment": "The cluster is gone"});
    owner.post(&format!("{path}/reject"), &body).await.expect(200);
}

/// Room is not all that it takes: who decides reads in the queue what else there is, and so does who asked.
#[tokio::test]
async fn what_waits_for_a_decision_and_cannot_be_made_says_so_in_the_queue_and_for_itself() {
    let desk = Desk::quiet().await;
    let class = desk.class(json!({"guardrails": {"node_ports": 1}})).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let body = ask(&desk.new_name("payments"), &class, "S");
    let number = developer.post("/api/v1/requests", &body).await.expect(201).json()["number"].clone();
    let agreed = |words: &str| {
        let row = json!([{"what": "what classes may loosen", "outcome": "passed", "detail": "", "agreed": [words]}]);
        format!("check_report = '{row}', checked_at = now()")
    };
    let cases = [
        (agreed("node-ports"), serde_json::Value::Null),
        (agreed("toleration"), json!("not_agreed")),
        ("check_report = null, checked_at = null".to_owned(), json!("agreement_unknown")),
        ("paused_reason = 'new nodes'".to_owned(), json!("paused")),
        ("paused_reason = null, seen_uid = 'other'".to_owned(), json!("another")),
    ];
    for (change, hindrance) in cases {
        sqlx::query(sqlx::AssertSqlSafe(format!("update clusters set {change}")))
            .execute(desk.db())
            .await
            .expect("is changed");
        let queue = owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json();
        let row = queue["items"].as_array().expect("a list").iter().find(|row| row["number"] == number);
        assert_eq!(row.expect("waits for the owner")["hindrance"], hindrance);
        for reader in [&owner, &developer] {
            let request = reader.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
            assert_eq!(request["hindrance"], hindrance);
        }
    }
}

#[tokio::test]
async fn work_that_nobody_is_ordered_to_do_is_not_said_to_be_under_way() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    assert_eq!(desk.request(number).await["is_worked_on"], true);
    sqlx::query("update jobs set gave_up_at = now()").execute(desk.db()).await.expect("is given up");
    assert_eq!(desk.request(number).await["is_worked_on"], false);
}

#[tokio::test]
async fn a_form_that_is_opened_says_who_decides_and_what_capacity_there_is() {
    let desk = Desk::quiet().await;
    let page = desk.as_(Role::Developer).await.get("/namespaces/new").await.expect(200).text();
    assert!(page.contains("data-slot=\"verdict\"") && page.contains("Capacity on "), "{page}");
    assert!(page.contains("Still to fill in: name, purpose."), "{page}");
    assert!(!page.contains("aria-invalid=\"true\""), "nothing is a mistake before it is typed");
}

const UNSTOPPED: &str = "paused_reason = null, seen_uid = null";

/// The one in front of the alphabet is not the one where the team lives.
#[tokio::test]
async fn the_cluster_that_is_chosen_is_where_the_team_is_and_another_is_named_where_it_is_full() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    sqlx::query(
        "insert into clusters (id, name, api_url, groups_prefix, overcommit_percent, observer, provisioner, created_at, allocatable)
         select gen_random_uuid(), 'anchorage-1', api_url, groups_prefix, 100, observer, provisioner, now(), allocatable
         from clusters where name = $1",
    )
    .bind(CLUSTER)
    .execute(desk.db())
    .await
    .expect("is made");
    let developer = desk.as_(Role::Developer).await;
    let page = developer.get("/namespaces/new").await.expect(200).text();
    assert!(page.contains(&format!("Capacity on {CLUSTER}")), "{page}");
    sqlx::query("update clusters set overcommit_percent = 1 where name = $1")
        .bind(CLUSTER)
        .execute(desk.db())
        .await
        .expect("is full");
    let ask = tests::ask(&desk.new_name("payments"), "standard", "S");
    let verdict = developer.post("/api/v1/requests/check", &ask).await.expect(200).json();
    assert_eq!(verdict["elsewhere"], json!(["anchorage-1"]));
    for stopped in ["paused_reason = 'for a test'", "seen_uid = 'of-another'"] {
        for (change, named) in [(stopped.to_owned(), json!([])), (UNSTOPPED.to_owned(), json!(["anchorage-1"]))] {
            let change = sqlx::AssertSqlSafe(format!("update clusters set {change} where name = 'anchorage-1'"));
            sqlx::query(change).execute(desk.db()).await.expect("is changed");
            let verdict = developer.post("/api/v1/requests/check", &ask).await.expect(200).json();
            assert_eq!(verdict["elsewhere"], named, "{stopped}");
        }
    }
    let page = developer.get("/namespaces/new").await.expect(200).text();
    assert!(page.contains("Capacity on anchorage-1"), "{page}");
}
