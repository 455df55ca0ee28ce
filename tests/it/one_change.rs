//! One change: its jobs, its events and their order, and what becomes of it where another is in its way.

use serde_json::json;
use tests::{Answer, CLUSTER, Desk, Role, eventually};

async fn count(desk: &Desk, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn a_change_that_was_in_anothers_way_is_made_once_more_from_the_beginning() {
    for code in ["40P01", "40001"] {
        let desk = Desk::quiet().await;
        let number = desk.asked().await;
        desk.forged().comments_ended(1, code).await;
        let path = format!("/api/v1/requests/{number}/comments");
        desk.as_(Role::Owner).await.post(&path, &json!({"text": "Hello"})).await.expect(201);
        assert_eq!(count(&desk, "select last_value from n_tries").await, 2);
        assert_eq!(count(&desk, "select count(*) from request_comments").await, 1);
        let noted = "select count(*) from audit_events where action = 'request.commented'";
        assert_eq!(count(&desk, noted).await, 1);
    }
}

#[tokio::test]
async fn a_change_that_is_ended_again_is_not_made_and_can_be_tried_later() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    desk.forged().comments_ended(100, "40P01").await;
    let path = format!("/api/v1/requests/{number}/comments");
    let owner = desk.as_(Role::Owner).await;
    owner.post(&path, &json!({"text": "Hello"})).await.expect_problem(503, "unavailable");
    assert_eq!(count(&desk, "select last_value from n_tries").await, 2);
    assert_eq!(count(&desk, "select count(*) from request_comments").await, 0);
    assert_eq!(count(&desk, "select count(*) from audit_events where action = 'request.commented'").await, 0);
}

/// Two that want the same job: one has it and then wants the end of the trail; the other must not have that by then.
#[tokio::test]
async fn who_notes_one_thing_and_then_orders_work_is_in_nobodys_way() {
    let desk = Desk::quiet().await;
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    let (developer, platform) = (desk.as_(Role::Developer).await, desk.as_(Role::Platform).await);
    let sync = format!("/api/v1/namespaces/{CLUSTER}/{name}/sync");
    developer.post(&sync, &json!({})).await.expect(200);
    platform.post("/api/v1/teams", &json!({"slug": "alpha", "title": "Alpha"})).await.expect(201);
    let mut setup = platform.get("/api/v1/setup").await.expect(200).json();
    for team in setup["teams"].as_array_mut().expect("is a list") {
        match team["slug"].as_str() {
            // An event first, and then, for the next team, an order.
            Some("alpha") => team["title"] = json!("Alpha once more"),
            Some("payments") => {
                team["groups"].as_array_mut().expect("is a list").push(json!({"group": "more", "role": "viewer"}));
            }
            Some(_) | None => {}
        }
    }
    let mut held = desk.db().begin().await.expect("begins");
    sqlx::query("select from jobs where kind = 'sync_namespace' for update").execute(&mut *held).await.expect("holds");
    let (again, empty, whole) = ("/api/v1/setup/apply", json!({}), json!({ "setup": setup }));
    let released = async {
        eventually("both wait for the job", async || (n_waiting(&desk).await == 2).then_some(())).await;
        held.commit().await.expect("lets go");
    };
    let second = async {
        eventually("the other waits first", async || (n_waiting(&desk).await == 1).then_some(())).await;
        platform.post(again, &whole).await
    };
    let (first, second, ()) = futures::join!(developer.post(&sync, &empty), second, released);
    first.expect(200);
    second.expect(200);
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(count(&desk, deadlocks).await, 0);
}

async fn n_waiting(desk: &Desk) -> i64 {
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    count(desk, waiting).await
}

#[tokio::test]
async fn an_approval_stands_before_what_follows_from_it() {
    let desk = Desk::quiet().await;
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    desk.forged().expires_in(&name, Some(time::Duration::DAY)).await;
    let developer = desk.as_(Role::Developer).await;
    let until = (time::OffsetDateTime::now_utc() + time::Duration::days(300)).date().to_string();
    let about = json!({"cluster": CLUSTER, "name": name, "purpose": "The trial goes on"});
    let extend = tests::with(about.clone(), json!({"kind": "extend", "until": until}));
    let number = developer.post("/api/v1/requests", &extend).await.expect(201).json()["number"].clone();
    let approve = format!("/api/v1/requests/{number}/approve");
    let approved = desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    assert_eq!(noted(&desk, &approved).await, ["request.approved", "namespace.expiry_set", "request.completed"]);
    // A rule approves this one.
    let delete = tests::with(about, json!({"kind": "delete", "confirm": name}));
    let asked = developer.post("/api/v1/requests", &delete).await.expect(201);
    let follows = ["request.submitted", "request.approved", "namespace.suspended", "request.completed"];
    assert_eq!(noted(&desk, &asked).await, follows);
}

/// What came with the call, as the trail has it.
async fn noted(desk: &Desk, answer: &Answer) -> Vec<String> {
    let noted = "select action from audit_events where request_id = $1 order by seq";
    sqlx::query_scalar(noted).bind(answer.header("x-request-id")).fetch_all(desk.db()).await.expect("reads")
}
