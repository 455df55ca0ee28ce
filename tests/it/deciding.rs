//! Deciding: who may, on what, with how much less, and what happens when two do at once.

use http::Method;
use serde_json::{Value, json};
use tests::{Actor, Answer, Desk, Refused, Role, ask, quota, with};

async fn approve(actor: &Actor, number: i64) -> Answer {
    actor.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await
}

async fn approve_with(actor: &Actor, number: i64, grant: &Value) -> Answer {
    actor.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1, "grant": grant})).await
}

async fn asked_by(desk: &Desk, role: Role, class: &str, size: &str) -> i64 {
    let body = ask(&desk.new_name("payments"), class, size);
    let request = desk.as_(role).await.post("/api/v1/requests", &body).await.expect(201).json();
    request["number"].as_i64().expect("is a number")
}

#[tokio::test]
async fn an_owner_approves_and_says_so() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    assert_eq!(owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json()["items"][0]["number"], number);
    let body = json!({"revision": 1, "comment": "Fine for a start"});
    let request = owner.post(&format!("/api/v1/requests/{number}/approve"), &body).await.expect(200).json();
    assert_eq!((&request["state"], &request["granted"]), (&json!("approved"), &request["asked"]));
    let last = request["timeline"].as_array().and_then(|entries| entries.last()).expect("has a timeline");
    assert_eq!((&last["kind"], &last["comment"]), (&json!("approved"), &json!("Fine for a start")));
    assert_eq!(owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_grant_may_be_less_and_never_more() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await); // 2 CPU, 4 GiB
    for raised in [quota(2001, 4), with(quota(1000, 2), json!({"gpus": 1}))] {
        approve_with(&owner, number, &raised).await.expect_problem(422, "raises_ask");
    }
    approve_with(&owner, number, &quota(0, 1)).await.expect_problem(422, "invalid");
    let less = quota(1500, 3);
    let request = approve_with(&owner, number, &less).await.expect(200).json();
    assert_eq!((&request["state"], &request["granted"]), (&json!("approved"), &less));
    assert_eq!(request["asked"]["cpu_m"], 2000);
    let held: i64 = sqlx::query_scalar("select cpu_m from namespaces").fetch_one(desk.db()).await.expect("is held");
    assert_eq!(held, 1500);
}

#[tokio::test]
async fn the_form_approves_with_less() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let path = format!("/requests/{number}/approve");
    let answer =
        owner.post_form(&path, &[("revision", "1"), ("cpu", "3"), ("comment", "kept as typed")]).await.expect(422);
    assert!(answer.text().contains("kept as typed"), "{}", answer.text());
    let answer = owner.post_form(&path, &[("revision", "1"), ("cpu", "500m"), ("memory", "")]).await.expect(303);
    assert_eq!(answer.header("location"), format!("/requests/{number}"));
    let granted = desk.request(number).await["granted"].clone();
    assert_eq!((&granted["cpu_m"], &granted["memory_bytes"]), (&json!(500), &json!(4u64 << 30)));
}

#[tokio::test]
async fn a_rejection_needs_a_reason() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let path = format!("/api/v1/requests/{number}/reject");
    owner.post(&path, &json!({"revision": 1})).await.expect(422);
    for blank in ["", "  \n", "\u{7}"] {
        owner.post(&path, &json!({"revision": 1, "comment": blank})).await.expect_problem(422, "invalid");
    }
    owner.post_form(&format!("/requests/{number}/reject"), &[("revision", "1")]).await.expect(422);
    let request = owner.post(&path, &json!({"revision": 1, "comment": "Use payments-dev"})).await.expect(200).json();
    assert_eq!(request["state"], "rejected");
    approve(&owner, number).await.expect_problem(409, "closed");
    let developer = desk.as_(Role::Developer).await;
    let page = developer.get(&format!("/requests/{number}")).await.expect(200).text();
    assert!(page.contains("Use payments-dev"), "the requester reads why");
}

#[tokio::test]
async fn the_requester_and_the_teams_owners_may_withdraw() {
    let desk = Desk::quiet().await;
    for (role, status) in [(Role::Developer, 200), (Role::Owner, 200), (Role::Platform, 403), (Role::Stranger, 404)] {
        let number = desk.asked().await;
        let answer = desk.as_(role).await.post(&format!("/api/v1/requests/{number}/withdraw"), &json!({})).await;
        assert_eq!(answer.expect(status).status == 200, desk.request(number).await["state"] == "withdrawn", "{role:?}");
    }
    let number = desk.approved().await;
    let developer = desk.as_(Role::Developer).await;
    developer.post(&format!("/api/v1/requests/{number}/withdraw"), &json!({})).await.expect_problem(409, "closed");
}

#[tokio::test]
async fn nobody_decides_their_own_request_by_whatever_role() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await;
    desk.bind("payments-owners", None, "platform").await;
    desk.bind("payments-owners", None, "approver").await;
    let owner = desk.as_(Role::Owner).await;
    for class in ["standard", "production"] {
        let number = asked_by(&desk, Role::Owner, class, "S").await;
        approve(&owner, number).await.expect_problem(403, "own_request");
        let path = format!("/api/v1/requests/{number}/reject");
        owner.post(&path, &json!({"revision": 1, "comment": "No"})).await.expect_problem(403, "own_request");
        owner.post_form(&format!("/requests/{number}/approve"), &[("revision", "1")]).await.expect(403);
        let request = owner.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
        assert_eq!(request["can_approve"], json!({"allowed": false, "why_not": "nobody decides their own request"}));
    }
    assert_eq!(owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn only_the_people_of_a_stage_decide_it() {
    let desk = Desk::quiet().await;
    let number = asked_by(&desk, Role::Developer, "production", "S").await;
    for role in [Role::Platform, Role::Auditor] {
        approve(&desk.as_(role).await, number).await.expect_problem(403, "not_your_stage");
    }
    approve(&desk.as_(Role::Owner).await, number).await.expect(200);
    assert_eq!(desk.request(number).await["waits_for"], "Platform");
    approve(&desk.as_(Role::Auditor).await, number).await.expect_problem(403, "not_your_stage");
    let request = approve(&desk.as_(Role::Platform).await, number).await.expect(200).json();
    assert_eq!(request["state"], "approved");
}

#[tokio::test]
async fn production_needs_two_people_even_if_one_has_both_roles() {
    let desk = Desk::quiet().await;
    desk.bind("payments-owners", None, "platform").await;
    let (owner, number) = (desk.as_(Role::Owner).await, asked_by(&desk, Role::Developer, "production", "S").await);
    assert_eq!(approve(&owner, number).await.expect(200).json()["state"], "in_review");
    approve(&owner, number).await.expect_problem(409, "already_decided");
    let path = format!("/api/v1/requests/{number}/reject");
    owner.post(&path, &json!({"revision": 1, "comment": "No"})).await.expect_problem(409, "already_decided");
    assert_eq!(approve(&desk.as_(Role::Platform).await, number).await.expect(200).json()["state"], "approved");
}

#[tokio::test]
async fn a_later_stage_grants_no_more_than_an_earlier_one() {
    let desk = Desk::quiet().await;
    let number = asked_by(&desk, Role::Developer, "production", "S").await; // 4 CPU, 16 GiB
    approve_with(&desk.as_(Role::Owner).await, number, &quota(3000, 8)).await.expect(200);
    let platform = desk.as_(Role::Platform).await;
    approve_with(&platform, number, &quota(4000, 8)).await.expect_problem(422, "raises_ask");
    let request = approve(&platform, number).await.expect(200).json();
    assert_eq!(request["granted"], quota(3000, 8));
}

#[tokio::test]
async fn a_decision_is_on_the_revision_that_was_read() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let path = format!("/api/v1/requests/{number}");
    let tag = owner.get(&path).await.expect(200).header("etag").to_owned();
    assert_eq!(tag, "\"1.1\"");
    let approval = format!("{path}/approve");
    owner.post(&approval, &json!({"revision": 2})).await.expect_problem(409, "stale_revision");
    owner.post(&approval, &json!({})).await.expect(422);
    let with_tag =
        |tag: &str| owner.request(Method::POST, &approval).header("if-match", tag).json(&json!({"revision": 1}));
    owner.send(with_tag("\"2.1\"")).await.expect_problem(409, "stale_revision");
    for unreadable in ["W/\"1.1\"", "\"1\"", "nonsense"] {
        owner.send(with_tag(unreadable)).await.expect_problem(400, "bad_header");
    }
    owner.post_form(&format!("/requests/{number}/approve"), &[("revision", "7")]).await.expect(409);
    owner.send(with_tag(&tag)).await.expect(200);
}

#[tokio::test]
async fn a_decision_names_what_it_was_about() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let digest = desk.request(number).await["digest"].clone();
    let kept: String =
        sqlx::query_scalar("select encode(digest, 'hex') from decisions").fetch_one(desk.db()).await.expect("is kept");
    assert_eq!(digest, kept);
}

/// What the program would never do, the database refuses, too.
#[tokio::test]
async fn the_database_refuses_a_decision_of_ones_own() {
    let desk = Desk::quiet().await;
    desk.asked().await;
    assert_eq!(desk.forged().refused(Refused::OwnDecision).await, "decision_four_eyes");
}

#[tokio::test]
async fn the_database_refuses_a_decision_that_hides_whose_request_it_is() {
    let desk = Desk::quiet().await;
    desk.asked().await;
    desk.as_(Role::OrdersOwner).await.get("/me").await.expect(200);
    assert_eq!(desk.forged().refused(Refused::OwnDecisionOfAnothersRevision).await, "decision_four_eyes");
    let of_others = desk.forged().refused(Refused::OwnDecisionOfAnothersRequest).await;
    assert!(["decision_requester", "decision_revision"].contains(&of_others.as_str()), "{of_others}");
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_is_told_that_it_is_over() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await;
    let (one, other) = (desk.as_(Role::Owner).await, desk.as_(Role::OrdersOwner).await);
    for _ in 0..3 {
        let number = desk.asked().await;
        let reject = format!("/api/v1/requests/{number}/reject");
        let no = json!({"revision": 1, "comment": "No"});
        let (approved, rejected) = tokio::join!(approve(&one, number), other.post(&reject, &no));
        one_of_two(&approved, &rejected);
        let state = if approved.status == 200 { "approved" } else { "rejected" };
        assert_eq!(desk.request(number).await["state"], state);
    }
    let n: i64 = sqlx::query_scalar("select count(*) from decisions").fetch_one(desk.db()).await.expect("counts");
    assert_eq!(n, 3);
}

#[tokio::test]
async fn of_two_who_end_it_in_different_ways_at_once_one_is_told_that_it_is_over() {
    let desk = Desk::quiet().await;
    let (owner, developer, platform) =
        (desk.as_(Role::Owner).await, desk.as_(Role::Developer).await, desk.as_(Role::Platform).await);
    let number = desk.asked().await;
    let withdraw = format!("/api/v1/requests/{number}/withdraw");
    let nothing = json!({});
    let (approved, withdrawn) = tokio::join!(approve(&owner, number), developer.post(&withdraw, &nothing));
    one_of_two(&approved, &withdrawn);

    let number = desk.failed().await;
    let retry = format!("/api/v1/requests/{number}/retry");
    let (one, other) = tokio::join!(platform.post(&retry, &nothing), platform.post(&retry, &nothing));
    one_of_two(&one, &other);
}

#[track_caller]
fn one_of_two(one: &Answer, other: &Answer) {
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{}\n{}", one.text(), other.text());
}

#[tokio::test]
async fn however_many_decide_at_once_the_cluster_never_promises_more_than_it_has() {
    const CEILING_CPU_M: i64 = 7000;
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(7000, 100), json!({"pods": 1000}))).await;
    let mut numbers = Vec::new();
    for _ in 0..10 {
        numbers.push(desk.asked().await); // 2 CPU each
    }
    let (owner, developer) = (desk.as_(Role::Owner).await, desk.as_(Role::Developer).await);
    let approvals = futures::future::join_all(numbers.iter().map(|number| approve(&owner, *number)));
    let sandboxes: Vec<_> = (0..4).map(|_| ask(&desk.new_name("payments"), "sandbox", "S")).collect(); // 1 CPU each
    let submits = futures::future::join_all(sandboxes.iter().map(|body| developer.post("/api/v1/requests", body)));
    let (approvals, submits) = tokio::join!(approvals, submits);
    for answer in &approvals {
        assert!(matches!(answer.status, 200 | 409), "{}: {}", answer.status, answer.text());
    }
    assert!(submits.iter().all(|answer| answer.status == 201));
    let granted: i64 =
        sqlx::query_scalar("select sum(cpu_m)::bigint from namespaces").fetch_one(desk.db()).await.expect("sums");
    assert!(granted <= CEILING_CPU_M && granted > CEILING_CPU_M - 2000, "{granted}");
}

#[tokio::test]
async fn how_long_a_stage_usually_takes_is_said_from_five_decided_ones() {
    let desk = Desk::quiet().await;
    let open = desk.asked().await;
    let usually = async || desk.request(open).await["stages"][0]["usually_s"].as_i64();
    for _ in 0..4 {
        desk.approved().await;
    }
    assert_eq!(usually().await, None, "four say nothing");
    desk.approved().await;
    desk.forged().submitted_earlier(None, 3).await;
    let said = usually().await.expect("is said");
    assert!((3 * 3600..3 * 3600 + 600).contains(&said), "{said}");
    let page = desk.as_(Role::Developer).await.get(&format!("/requests/{open}")).await.expect(200).text();
    assert!(page.contains("This usually takes 3 h"), "{page}");
    desk.forged().submitted_earlier(Some("approved"), 91 * 24).await;
    assert_eq!(usually().await, None, "long ago says nothing");
}
