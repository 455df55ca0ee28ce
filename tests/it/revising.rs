//! Sending a request back, and asking for something else with it.

use http::Method;
use serde_json::{Value, json};
use tests::{Actor, Answer, Desk, Refused, Role, ask, quota, with};

async fn post(actor: &Actor, number: i64, verb: &str, body: Value) -> Answer {
    actor.post(&format!("/api/v1/requests/{number}/{verb}"), &body).await
}

/// A developer's request for a production namespace of size `M`, which its owner has approved: Platform is next.
async fn half_approved(desk: &Desk) -> i64 {
    let body = ask(&desk.new_name("payments"), "production", "M");
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let number = request["number"].as_i64().expect("is a number");
    let request =
        post(&desk.as_(Role::Owner).await, number, "approve", json!({"revision": 1})).await.expect(200).json();
    assert_eq!(request["waits_for"], "Platform");
    number
}

fn counting(request: &Value) -> Vec<bool> {
    let revisions = request["revisions"].as_array().expect("has revisions").iter();
    let decisions = revisions.flat_map(|revision| revision["decisions"].as_array().expect("has decisions"));
    decisions.map(|decision| decision["counts"].as_bool().expect("says so")).collect()
}

#[tokio::test]
async fn who_asked_takes_a_suggestion_with_one_call() {
    let desk = Desk::quiet().await;
    let (developer, owner, number) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, desk.asked().await);
    let suggestion = with(quota(3000, 6), json!({"pods": 25})); // more CPU than was asked
    let body = json!({"revision": 1, "comment": "The tests need a bit more", "suggestion": suggestion});
    post(&developer, number, "request-changes", body.clone()).await.expect_problem(403, "own_request");
    let request = post(&owner, number, "request-changes", body).await.expect(200).json();
    assert_eq!((&request["state"], &request["changes"]["suggestion"]), (&json!("changes_requested"), &suggestion));
    assert_eq!(request["changes"]["comment"], "The tests need a bit more");
    post(&owner, number, "approve", json!({"revision": 1})).await.expect_problem(409, "closed");
    post(&owner, number, "accept-suggestion", json!({"revision": 7})).await.expect_problem(409, "stale_revision");

    let request = post(&developer, number, "accept-suggestion", json!({"revision": 1})).await.expect(200).json();
    assert_eq!((&request["state"], &request["revision"]), (&json!("in_review"), &json!(2)));
    assert_eq!((&request["asked"], &request["changes"]), (&suggestion, &Value::Null));
    let differences = &request["revisions"][0]["differences"];
    assert_eq!(differences[0], json!({"resource": "cpu", "before": 2000, "after": 3000}));
    let again = post(&developer, number, "accept-suggestion", json!({"revision": 2})).await;
    again.expect_problem(403, "not_allowed");
    let request = post(&owner, number, "approve", json!({"revision": 2})).await.expect(200).json();
    assert_eq!((&request["state"], &request["granted"]), (&json!("approved"), &suggestion));
}

/// What the capacity on a page is said to be for.
fn grants(page: &str) -> Vec<&str> {
    page.split("data-grant=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn the_capacity_is_that_for_what_stands_in_the_form() {
    let desk = Desk::quiet().await;
    let (developer, owner, number) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, desk.asked().await);
    let path = format!("/requests/{number}/revise");
    let read = developer.get(&path).await.expect(200).text();
    let asked = grants(&read);
    let checked =
        developer.get(&format!("{path}?check=1&revision=1&size=L&purpose=Load+tests")).await.expect(200).text();
    let typed = [("revision", "1"), ("size", "L"), ("purpose", "")];
    let refused = developer.post_form(&path, &typed).await.expect(422).text();
    assert_eq!((grants(&checked), grants(&checked).len()), (grants(&refused), 1));
    assert_ne!(grants(&checked), asked);
    let beyond =
        developer.get(&format!("{path}?check=1&revision=1&size=own&cpu=900000&memory=1Gi&pods=9&purpose=a")).await;
    assert_eq!(grants(&beyond.expect(200).text()), Vec::<&str>::new(), "none is said of what cannot be asked for");

    let suggestion = with(quota(3000, 6), json!({"pods": 25}));
    let body = json!({"revision": 1, "comment": "A bit more", "suggestion": suggestion});
    let request = post(&owner, number, "request-changes", body).await.expect(200).json();
    assert_eq!(
        (&request["quota"]["capacity"]["grant"], &request["changes"]["capacity"]["grant"]),
        (&request["asked"], &suggestion)
    );
    assert_eq!(grants(&developer.get(&format!("/requests/{number}")).await.expect(200).text()).len(), 2);
}

#[tokio::test]
async fn a_check_says_which_approvals_stay_and_revises_nothing() {
    let desk = Desk::quiet().await;
    let (developer, number) = (desk.as_(Role::Developer).await, half_approved(&desk).await);
    let path = format!("/requests/{number}/revise?check=1&revision=1&purpose=Integration+tests&size=");
    let current = |page: &str| page.matches("class=\"current\"").count();
    let less = developer.get(&format!("{path}S")).await.expect(200).text();
    let more = developer.get(&format!("{path}L")).await.expect(200).text();
    assert_eq!((current(&less), current(&more)), (1, 1));
    assert_ne!(less.contains("class=\"approved\""), more.contains("class=\"approved\""), "kept where less is asked");
    let request = developer.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
    assert_eq!((&request["revision"], &request["waits_for"]), (&json!(1), &json!("Platform")));
}

#[tokio::test]
async fn who_could_decide_is_warned_before_they_become_an_author() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await;
    let (developer, owner, number) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, desk.asked().await);
    let other = desk.as_(Role::OrdersOwner).await;
    let body = json!({"revision": 1, "comment": "A bit more", "suggestion": with(quota(3000, 6), json!({"pods": 25}))});
    post(&other, number, "request-changes", body).await.expect(200);
    for path in [format!("/requests/{number}"), format!("/requests/{number}/revise")] {
        for (actor, is_warned) in [(&developer, false), (&owner, true), (&other, true)] {
            let page = actor.get(&path).await.expect(200).text();
            assert_eq!(page.contains("id=\"loses-decision\""), is_warned, "{path}");
        }
    }
    post(&owner, number, "accept-suggestion", json!({"revision": 1})).await.expect(200);
    post(&owner, number, "approve", json!({"revision": 2})).await.expect_problem(403, "own_request");
    let page = owner.get(&format!("/requests/{number}/revise")).await.expect(200).text();
    assert!(!page.contains("id=\"loses-decision\""), "who cannot decide any more loses nothing");
    let verdict = developer.get(&format!("/requests/{number}/revise")).await.expect(200).text();
    let read = developer.get(&format!("/requests/{number}")).await.expect(200).text();
    let stages = |page: &str| {
        page.split("<ol class=\"stages\">").nth(1).and_then(|rest| rest.split("</ol>").next()).map(str::to_owned)
    };
    assert_eq!(stages(&verdict), stages(&read), "as long as nothing is revised, who decides it decides it");
}

#[tokio::test]
async fn an_approval_stays_where_less_is_asked_and_nothing_else() {
    let desk = Desk::quiet().await;
    let (developer, platform, number) =
        (desk.as_(Role::Developer).await, desk.as_(Role::Platform).await, half_approved(&desk).await);
    let less = json!({"revision": 1, "size": "S", "purpose": "Integration tests"});
    let request = post(&developer, number, "revise", less).await.expect(200).json();
    assert_eq!((&request["revision"], &request["waits_for"]), (&json!(2), &json!("Platform")));
    assert_eq!(counting(&request), [true]);
    let owner = desk.as_(Role::Owner).await;
    assert!(!request["digest"].is_null());
    post(&owner, number, "approve", json!({"revision": 2})).await.expect_problem(403, "not_your_stage");
    let request = post(&platform, number, "approve", json!({"revision": 2})).await.expect(200).json();
    assert_eq!((&request["state"], &request["granted"]["cpu_m"]), (&json!("approved"), &json!(4000)));
}

#[tokio::test]
async fn an_approval_is_dropped_where_more_is_asked() {
    let desk = Desk::quiet().await;
    let (developer, owner, number) =
        (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, half_approved(&desk).await);
    let same = json!({"revision": 1, "size": "M", "purpose": "Integration tests"});
    post(&developer, number, "revise", same).await.expect_problem(422, "unchanged");
    let more = json!({"revision": 1, "size": "L", "purpose": "Integration tests"});
    let request = post(&developer, number, "revise", more).await.expect(200).json();
    assert_eq!(request["waits_for"], "owners of Payments");
    assert_eq!(counting(&request), [false]);
    post(&owner, number, "approve", json!({"revision": 1})).await.expect_problem(409, "stale_revision");
    let request = post(&owner, number, "approve", json!({"revision": 2})).await.expect(200).json();
    assert_eq!(request["waits_for"], "Platform");
    assert_eq!(counting(&request), [true, false]);
}

#[tokio::test]
async fn an_approval_is_dropped_where_it_is_for_something_else() {
    let desk = Desk::quiet().await;
    let (developer, number) = (desk.as_(Role::Developer).await, half_approved(&desk).await);
    let other = json!({"revision": 1, "size": "M", "purpose": "Something that nobody has read"});
    let request = post(&developer, number, "revise", other).await.expect(200).json();
    assert_eq!((&request["waits_for"], counting(&request)), (&json!("owners of Payments"), vec![false]));
}

#[tokio::test]
async fn who_wrote_the_numbers_decides_nothing_when_somebody_else_has_revised_it_since() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await; // so that an owner is left to decide
    let (developer, owner, number) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await, desk.asked().await);
    let own = json!({"revision": 1, "size": "M", "purpose": "Integration tests"});
    post(&owner, number, "revise", own).await.expect(200);
    let wording = json!({"revision": 2, "size": "M", "purpose": "Integration tests."});
    let request = post(&developer, number, "revise", wording).await.expect(200).json();
    assert_eq!(request["revision"], 3);
    for decision in ["approve", "reject", "request-changes"] {
        let body = json!({"revision": 3, "comment": "No"});
        post(&owner, number, decision, body).await.expect_problem(403, "own_request");
    }
    let to_decide = owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json();
    assert_eq!(to_decide["items"].as_array().map(Vec::len), Some(0), "{to_decide}");
    assert_eq!(desk.forged().refused(Refused::DecisionOfAnAuthor).await, "decision_four_eyes");
    post(&desk.as_(Role::OrdersOwner).await, number, "approve", json!({"revision": 3})).await.expect(200);
}

#[tokio::test]
async fn who_revises_has_approved_nothing_that_counts() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await; // so that an owner is left to decide
    let (owner, number) = (desk.as_(Role::Owner).await, half_approved(&desk).await);
    let less = json!({"revision": 1, "size": "S", "purpose": "Less will do"});
    let request = post(&owner, number, "revise", less).await.expect(200).json();
    assert_eq!((&request["waits_for"], counting(&request)), (&json!("owners of Payments"), vec![false]));
    post(&owner, number, "approve", json!({"revision": 2})).await.expect_problem(403, "own_request");
    let other = desk.as_(Role::OrdersOwner).await;
    let request = post(&other, number, "approve", json!({"revision": 2})).await.expect(200).json();
    assert_eq!(request["waits_for"], "Platform");
}

#[tokio::test]
async fn a_program_gets_around_four_eyes_no_more_than_its_owner() {
    let desk = Desk::quiet().await;
    desk.bind("payments-owners", None, "platform").await;
    let (program, number) = (desk.program_of(Role::Owner).await, half_approved(&desk).await);
    post(&program, number, "approve", json!({"revision": 1})).await.expect_problem(409, "already_decided");
    let more = json!({"revision": 1, "size": "L", "purpose": "More is needed"});
    post(&program, number, "revise", more).await.expect(200);
    post(&program, number, "approve", json!({"revision": 2})).await.expect_problem(403, "own_request");
    let platform = desk.program_of(Role::Platform).await;
    post(&platform, number, "approve", json!({"revision": 1})).await.expect_problem(409, "stale_revision");
    let reader = desk.reader_of(Role::Platform).await;
    post(&reader, number, "approve", json!({"revision": 2})).await.expect_problem(403, "read_only_token");
    let own = ask(&desk.new_name("payments"), "production", "M");
    let own = program.post("/api/v1/requests", &own).await.expect(201).json()["number"].as_i64().expect("is a number");
    post(&program, own, "approve", json!({"revision": 1})).await.expect_problem(403, "own_request");
}

/// What the program would never do, the database refuses, too.
#[tokio::test]
async fn the_database_takes_their_approval_from_whoever_writes_a_revision() {
    let desk = Desk::quiet().await;
    half_approved(&desk).await;
    desk.forged().revised_by_who_decided().await;
    let counting: i64 = sqlx::query_scalar("select count(*) from decisions where dropped_in is null")
        .fetch_one(desk.db())
        .await
        .expect("counts");
    assert_eq!(counting, 0);
}

#[tokio::test]
async fn only_those_who_may_ask_revise_and_only_what_is_open() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let body = json!({"revision": 1, "size": "M", "purpose": "More"});
    post(&desk.as_(Role::Platform).await, number, "revise", body.clone()).await.expect_problem(403, "not_allowed");
    desk.as_(Role::Stranger).await.post(&format!("/api/v1/requests/{number}/revise"), &body).await.expect(404);
    let developer = desk.as_(Role::Developer).await;
    post(&developer, number, "revise", json!({"revision": 1, "purpose": "More"})).await.expect_problem(422, "invalid");
    post(&developer, number, "withdraw", json!({})).await.expect(200);
    post(&developer, number, "revise", body).await.expect_problem(409, "closed");
}

#[tokio::test]
async fn a_tag_tells_of_every_change_and_not_only_of_revisions() {
    let desk = Desk::quiet().await;
    let (developer, number) = (desk.as_(Role::Developer).await, half_approved(&desk).await);
    let less = json!({"revision": 1, "size": "S", "purpose": "Less will do"});
    let send = async |tag: &str| {
        let request = developer.request(Method::POST, &format!("/api/v1/requests/{number}/revise"));
        developer.send(request.header("if-match", tag).json(&less)).await
    };
    send("\"1.1\"").await.expect_problem(409, "stale_version");
    let tag = developer.get(&format!("/api/v1/requests/{number}")).await.expect(200).header("etag").to_owned();
    send(&tag).await.expect(200);
}

#[tokio::test]
async fn of_an_approval_and_a_revision_at_once_one_is_told_of_the_other() {
    let desk = Desk::quiet().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    for _ in 0..4 {
        let number = desk.asked().await;
        let more = json!({"revision": 1, "size": "M", "purpose": "More"});
        let (approved, revised) = tokio::join!(
            post(&owner, number, "approve", json!({"revision": 1})),
            post(&developer, number, "revise", more)
        );
        let request = desk.request(number).await;
        if approved.status == 200 {
            revised.expect_problem(409, "closed");
            assert_eq!((&request["state"], &request["granted"]["cpu_m"]), (&json!("approved"), &json!(2000)));
        } else {
            approved.expect_problem(409, "stale_revision");
            revised.expect(200);
            assert_eq!((&request["state"], &request["revision"]), (&json!("in_review"), &json!(2)));
        }
    }
}

#[tokio::test]
async fn of_two_who_approve_at_once_one_decides_and_the_other_reads_who_did() {
    let desk = Desk::quiet().await;
    desk.bind("orders-owners", Some("payments"), "owner").await;
    let (one, other) = (desk.as_(Role::Owner).await, desk.as_(Role::OrdersOwner).await);
    for _ in 0..3 {
        let number = desk.asked().await;
        let approval = || json!({"revision": 1});
        let (first, second) =
            tokio::join!(post(&one, number, "approve", approval()), post(&other, number, "approve", approval()));
        let (late, loser) = if first.status == 200 { (second, &other) } else { (first, &one) };
        late.expect_problem(409, "closed");
        let request = loser.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
        let decisions = request["revisions"][0]["decisions"].as_array().expect("has decisions");
        assert!(decisions.len() == 1 && decisions[0]["person"].is_string(), "{decisions:?}");
    }
}
