//! The line of those who wait for capacity on a cluster.

use serde_json::{Value, json};
use server::app::{Ctx, requests};
use server::store;
use tests::{CLUSTER, Desk, Role, ask, quota, with};

async fn set_capacity(desk: &Desk, cpu_m: u64) {
    desk.set_capacity(&with(quota(cpu_m, 900), json!({"pods": 9000}))).await;
}

/// As the job does it.
async fn admit_waiting(desk: &Desk) {
    requests::admit_waiting(&Ctx::system(desk.berth().clone(), "let_in")).await.expect("is done");
}

async fn state(desk: &Desk, number: i64) -> (Value, Value) {
    let request = desk.request(number).await;
    (request["state"].clone(), request["place_in_line"].clone())
}

#[tokio::test]
async fn who_was_approved_first_is_let_in_first() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    let (first, second, third) = (desk.approved().await, desk.approved().await, desk.approved().await); // 2 CPU each
    assert_eq!(state(&desk, first).await, (json!("approved"), Value::Null));
    assert_eq!(state(&desk, second).await, (json!("waiting"), json!(1)));
    assert_eq!(state(&desk, third).await, (json!("waiting"), json!(2)));
    admit_waiting(&desk).await;
    assert_eq!(state(&desk, second).await.0, "waiting");

    set_capacity(&desk, 4500).await;
    admit_waiting(&desk).await;
    assert_eq!(state(&desk, second).await, (json!("approved"), Value::Null));
    assert_eq!(state(&desk, third).await, (json!("waiting"), json!(1)));
    let last = desk.request(second).await["timeline"].as_array().and_then(|all| all.last()).cloned().expect("is told");
    assert_eq!((&last["actor"], &last["says"]), (&json!("Berth"), &json!("found capacity for it")));
}

#[tokio::test]
async fn nobody_passes_those_who_wait_for_the_same() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 3500).await;
    let (_, waiting) = (desk.approved().await, desk.approved().await); // 2 CPU each
    let small = ask(&desk.new_name("payments"), "sandbox", "S"); // 1 CPU, for which there is capacity
    let developer = desk.as_(Role::Developer).await;
    let request = developer.post("/api/v1/requests", &small).await.expect(201).json();
    assert_eq!(request["state"], "in_review", "it does not pass by itself");
    let number = request["number"].as_i64().expect("is a number");
    let path = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    assert_eq!(state(&desk, number).await, (json!("waiting"), json!(2)));

    developer.post(&format!("/api/v1/requests/{waiting}/withdraw"), &json!({})).await.expect(200);
    admit_waiting(&desk).await;
    assert_eq!(state(&desk, number).await.0, "approved");
}

#[tokio::test]
async fn platform_takes_out_of_the_line_what_holds_up_the_others() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 3500).await;
    let (applied, waiting) = (desk.approved().await, desk.approved().await); // 2 CPU each
    let platform = desk.as_(Role::Platform).await;
    let withdraw = |number: i64| format!("/api/v1/requests/{number}/withdraw");
    let in_review = desk.asked().await;
    platform.post(&withdraw(in_review), &json!({})).await.expect_problem(403, "not_allowed");
    assert_eq!(desk.request(waiting).await["can_withdraw"]["allowed"], true);
    platform.post(&withdraw(waiting), &json!({})).await.expect(200);
    assert_eq!(state(&desk, waiting).await.0, "withdrawn");
    platform.post(&withdraw(applied), &json!({})).await.expect_problem(403, "not_allowed");
}

#[tokio::test]
async fn capacity_that_is_given_back_goes_to_who_waits() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 3000).await;
    let made = desk.made().await; // 2 CPU
    let waiting = desk.approved().await; // 2 CPU
    assert_eq!(state(&desk, waiting).await.0, "waiting");
    let less = with(made["granted"].clone(), json!({"cpu_m": 1000}));
    let body = json!({"kind": "quota", "cluster": made["cluster"], "name": made["name"], "quota": less, "purpose": "Less", "acknowledge_below_use": true});
    desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201);
    admit_waiting(&desk).await;
    assert_eq!(state(&desk, waiting).await.0, "waiting", "the cluster still enforces the larger quota");
    let worker = desk.start_worker();
    desk.until(waiting, "completed").await;
    worker.stop().await;
}

#[tokio::test]
async fn a_name_that_waits_is_taken() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    desk.approved().await;
    let name = desk.request(desk.approved().await).await["name"].as_str().expect("is text").to_owned();
    let body = ask(&name, "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect_problem(409, "name_taken");
}

#[tokio::test]
async fn home_and_the_lists_say_the_place_in_line() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    let (_, _, third) = (desk.approved().await, desk.approved().await, desk.approved().await); // 2 CPU each
    let developer = desk.as_(Role::Developer).await;
    let mine = developer.get("/api/v1/requests?queue=mine").await.expect(200).json();
    let places: Vec<_> = mine["items"].as_array().expect("is a list").iter().map(|row| &row["place_in_line"]).collect();
    assert_eq!(places, [&json!(2), &json!(1), &Value::Null], "newest first");
    let home = developer.get("/").await.expect(200).text();
    let said = |place: &str| home.contains(&format!("{place} in line for capacity on {CLUSTER}"));
    assert!(said("first") && said("number 2"), "{home}");
    assert_eq!(mine["items"][0]["number"], third);
}

#[tokio::test]
async fn the_queue_says_of_all_its_rows_whether_there_is_capacity() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 3500).await;
    let (fits, platform) = (desk.asked().await, desk.as_(Role::Owner).await); // 2 CPU
    let fit_of = async |number: i64| {
        let queue = platform.get("/api/v1/requests?queue=to_decide").await.expect(200).json();
        let row = queue["items"].as_array().expect("is a list").iter().find(|row| row["number"] == number).cloned();
        row.expect("waits for a decision")["fit"].clone()
    };
    assert_eq!(fit_of(fits).await, json!({"is": "fits"}));
    desk.approved().await; // leaves 1.5
    assert_eq!(fit_of(fits).await, json!({"is": "short", "of": [{"resource": "cpu", "missing": 500}]}));
    let page = platform.get("/requests?queue=to_decide").await.expect(200).text();
    assert!(page.contains("Short of 500m CPU") || page.contains("Short of 0.5 CPU"), "{page}");

    let small = ask(&desk.new_name("payments"), "sandbox", "S"); // 1 CPU, for which there is capacity
    desk.approved().await; // waits
    let small = desk.as_(Role::Developer).await.post("/api/v1/requests", &small).await.expect(201).json();
    assert_eq!(fit_of(small["number"].as_i64().expect("is a number")).await, json!({"is": "behind"}));
}

#[tokio::test]
async fn one_line_that_cannot_be_let_in_keeps_no_other_waiting() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    let (_, here, elsewhere) = (desk.approved().await, desk.approved().await, desk.approved().await); // 2 CPU each
    desk.forged().cluster("quay-7").await;
    desk.forged().asks_on(elsewhere, "quay-7").await;
    set_capacity(&desk, 9000).await;
    let first = store::line::list_clusters(desk.db()).await.expect("answers")[0];
    let broken: i64 = sqlx::query_scalar("select number from requests where state = 'waiting' and cluster_id = $1")
        .bind(first.0)
        .fetch_one(desk.db())
        .await
        .expect("waits there");
    desk.forged().unwritable(broken).await;
    let admitted = requests::admit_waiting(&Ctx::system(desk.berth().clone(), "let_in")).await;
    assert!(admitted.is_err(), "the job is told, and tries again");
    let other = if broken == here { elsewhere } else { here };
    assert_eq!((state(&desk, broken).await.0, state(&desk, other).await.0), (json!("waiting"), json!("approved")));
}
