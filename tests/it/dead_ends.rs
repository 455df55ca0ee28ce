//! Where nothing goes on by itself any more, the page says so, and who can do what.

use serde_json::{Value, json};
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
    let cases = [
        ("agreed", Value::Null),
        ("not agreed", json!("not_agreed")),
        ("never asked", json!("agreement_unknown")),
        ("paused", json!("paused")),
        ("another", json!("another")),
    ];
    for (case, blocked_by) in cases {
        match case {
            "agreed" => desk.forged().agreed(Some(&["node-ports"])).await,
            "not agreed" => desk.forged().agreed(Some(&["toleration"])).await,
            "never asked" => desk.forged().agreed(None).await,
            "paused" => desk.pause(CLUSTER, "New nodes").await,
            _ => {
                desk.resume(CLUSTER).await;
                desk.forged().answered_by(CLUSTER, Some("other")).await;
            }
        }
        let queue = owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json();
        let row = queue["items"].as_array().expect("a list").iter().find(|row| row["number"] == number);
        assert_eq!(row.expect("waits for the owner")["blocked_by"], blocked_by);
        for reader in [&owner, &developer] {
            let request = reader.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
            assert_eq!(request["blocked_by"], blocked_by);
        }
    }
}

#[tokio::test]
async fn work_that_nobody_is_ordered_to_do_is_not_said_to_be_under_way() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    assert_eq!(desk.request(number).await["is_worked_on"], true);
    desk.forged().given_up(number).await;
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

/// The one in front of the alphabet is not the one where the team lives.
#[tokio::test]
async fn the_cluster_that_is_chosen_is_where_the_team_is_and_another_is_named_where_it_is_full() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    desk.forged().cluster("anchorage-1").await;
    let developer = desk.as_(Role::Developer).await;
    let page = developer.get("/namespaces/new").await.expect(200).text();
    assert!(page.contains(&format!("Capacity on {CLUSTER}")), "{page}");
    desk.set_cluster(CLUSTER, json!({"overcommit_percent": 1})).await;
    let ask = tests::ask(&desk.new_name("payments"), "standard", "S");
    let verdict = developer.post("/api/v1/requests/check", &ask).await.expect(200).json();
    assert_eq!(verdict["elsewhere"], json!(["anchorage-1"]));
    let named = async || developer.post("/api/v1/requests/check", &ask).await.expect(200).json()["elsewhere"].clone();
    desk.pause("anchorage-1", "New nodes").await;
    assert_eq!(named().await, json!([]));
    desk.resume("anchorage-1").await;
    assert_eq!(named().await, json!(["anchorage-1"]));
    desk.forged().answered_by("anchorage-1", Some("of-another")).await;
    assert_eq!(named().await, json!([]));
    desk.forged().answered_by("anchorage-1", None).await;
    assert_eq!(named().await, json!(["anchorage-1"]));
    let page = developer.get("/namespaces/new").await.expect(200).text();
    assert!(page.contains("Capacity on anchorage-1"), "{page}");
}
