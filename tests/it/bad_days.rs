//! Bad days of background work: clusters that take all the turns, code that panics, orders that come at the last attempt,
//! rows that cannot be read, two who write at once, and clusters that are gone for good.

use domain::id::ClusterId;
use serde_json::{Value, json};
use server::app::{Ctx, namespaces};
use server::store::drift;
use std::collections::BTreeSet;
use tests::{CLUSTER, Desk, Fault, Opening, Proxy, Role, ask, eventually};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Namespaces on other clusters, more than one sweep takes.
const MANY: i64 = 1200;

async fn count(desk: &Desk, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts")
}

async fn sweep(desk: &Desk) {
    namespaces::sweep(&Ctx::system(desk.berth().clone(), "sweep_namespaces")).await.expect("sweeps");
}

#[tokio::test]
async fn a_cluster_full_of_namespaces_takes_no_other_clusters_turn_in_the_sweep() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    desk.forged().jobs_done(None).await;
    // Namespaces that were never looked at.
    for name in ["crowded-1", "paused-1", "removed-1", "replaced-1", "dead-1"] {
        desk.forged().cluster(name).await;
        desk.forged().namespaces(name, MANY).await;
    }
    desk.pause("paused-1", "New nodes").await;
    desk.forged().removed("removed-1").await;
    desk.forged().answered_by("replaced-1", Some("of-another")).await;
    take_none_of_those_that_are_away(&desk).await;
    desk.forged().no_namespaces_on("dead-1").await;

    sweep(&desk).await;
    let ordered = "select count(*) from jobs j join namespaces n on n.id = j.key join clusters c on c.id = n.cluster_id
        where j.kind = 'sync_namespace' and c.name = $1";
    let on = async |name: &str| -> i64 {
        sqlx::query_scalar(ordered).bind(name).fetch_one(desk.db()).await.expect("counts")
    };
    assert_eq!((on(CLUSTER).await, on("crowded-1").await), (1, 999), "everybody has a turn");
    for name in ["paused-1", "removed-1", "replaced-1"] {
        assert_eq!(on(name).await, 0, "nothing can be done on {name}");
    }
    let last = "select count(*) from jobs where kind = 'sync_namespace' and run_at > now() + interval '61 seconds'";
    assert_eq!(count(&desk, last).await, 0, "all of it before the next sweep");

    // Nobody has worked on any of it, and still the others have their turn now.
    sweep(&desk).await;
    assert_eq!(on("crowded-1").await, MANY);
    let due = "select count(*) from namespaces n join clusters c on c.id = n.cluster_id
        where c.name in ('harbour-1', 'crowded-1') and coalesce(n.next_look_at <= now(), true)";
    assert_eq!(count(&desk, due).await, 0);
}

/// This desk watches no cluster, and so knows of none that it is away: whoever sweeps says so.
async fn take_none_of_those_that_are_away(desk: &Desk) {
    let id = sqlx::query_scalar("select id from clusters where name = 'dead-1'");
    let away = [ClusterId(id.fetch_one(desk.db()).await.expect("is there"))];
    let now = time::OffsetDateTime::now_utc();
    let mut tx = desk.db().begin().await.expect("begins");
    let due = drift::take_due(&mut *tx, now, now, &away, 10 * MANY).await.expect("are taken");
    let due: Vec<_> = due.into_iter().map(|id| id.0).collect();
    let on = "select distinct c.name from namespaces n join clusters c on c.id = n.cluster_id where n.id = any($1) order by 1";
    let on: Vec<String> = sqlx::query_scalar(on).bind(due).fetch_all(&mut *tx).await.expect("reads");
    assert_eq!(on, ["crowded-1", CLUSTER]);
    tx.rollback().await.expect("is as before");
}

#[tokio::test]
async fn a_job_that_panics_is_counted_and_said_gives_up_and_keeps_nobody_waiting() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    desk.forged().unreadable().await;
    let worker = desk.start_worker();
    let row = given_up(&desk).await;
    assert_eq!(row["attempts"], 8);
    assert!(row["last_error"].as_str().is_some_and(|error| error.starts_with("panicked: ")), "{row}");
    let state: String = sqlx::query_scalar("select state from requests where number = $1")
        .bind(number)
        .fetch_one(desk.db())
        .await
        .expect("is there");
    assert_eq!(state, "failed", "who waits for it is told");

    // The others go on; and when what was wrong is mended, Platform sets it going again.
    desk.forged().made_days_ago(0).await;
    let retry = format!("/api/v1/jobs/{}/retry", row["id"]);
    desk.as_(Role::Platform).await.post(&retry, &json!({})).await.expect(204);
    desk.until(number, "completed").await;
    worker.stop().await;
}

/// Waits until the namespace's job rests, with every attempt due at once.
async fn given_up(desk: &Desk) -> Value {
    let platform = desk.as_(Role::Platform).await;
    eventually("it gives up", async || {
        desk.forged().jobs_due(Some("sync_namespace")).await;
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        jobs.as_array()?.iter().find(|job| job["gave_up"] == true && job["kind"] == "sync_namespace").cloned()
    })
    .await
}

#[tokio::test]
async fn what_was_given_up_stays_so_for_the_sweep_and_begins_anew_for_a_person() {
    let desk = Desk::quiet().await;
    let made = desk.ready().await;
    desk.forged().unreadable().await;
    let worker = desk.start_worker();
    given_up(&desk).await;
    desk.forged().looks_due().await;
    sweep(&desk).await;
    let rests = "select count(*) from jobs where kind = 'sync_namespace' and gave_up_at is not null and attempts = 8";
    assert_eq!(count(&desk, rests).await, 1, "the sweep is no new order");
    worker.stop().await;
    desk.forged().made_days_ago(0).await;
    let sync = format!("/api/v1/namespaces/{CLUSTER}/{}/sync", made["name"].as_str().expect("is text"));
    desk.as_(Role::Developer).await.post(&sync, &json!({})).await.expect(200);
    let begun = "select count(*) from jobs where kind = 'sync_namespace' and gave_up_at is null and n_broken = 0 and attempts = 0";
    assert_eq!(count(&desk, begun).await, 1);
}

#[tokio::test]
async fn an_order_that_comes_during_the_last_attempt_is_not_lost() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    desk.forged().jobs_done(None).await;
    desk.forged().looks_ordered().await;
    desk.forged().tried_seven_times().await;
    let mut conn = desk.db().acquire().await.expect("connects");
    let holder = Uuid::now_v7();
    let now = time::OffsetDateTime::now_utc();
    let leased =
        server::store::jobs::lease(&mut *conn, holder, 8, now, time::Duration::minutes(1)).await.expect("answers");
    let leased = leased.expect("is due");
    server::store::jobs::enqueue(&mut conn, &leased.kind, &[leased.key], now).await.expect("is ordered");
    let failed =
        server::store::jobs::Failed { error: "broke".into(), run_at: now, is_broken: true, most_broken: Some(8) };
    let gave_up = server::store::jobs::fail(&mut *conn, leased.id, holder, &failed, now).await.expect("is written");
    assert!(!gave_up, "the new order has attempts of its own");
}

#[tokio::test]
async fn one_request_that_cannot_be_read_keeps_no_other_from_its_end() {
    let desk = Desk::quiet().await;
    let (unreadable, other) = (desk.asked().await, desk.asked().await);
    desk.forged().plan_unreadable(unreadable).await;
    desk.forged().in_state_for_days(unreadable, 40).await;
    desk.forged().in_state_for_days(other, 31).await;
    let worker = desk.start_worker();
    let state = "select state from requests where number = $1";
    eventually("the other one has ended", async || {
        let state: String = sqlx::query_scalar(state).bind(other).fetch_one(desk.db()).await.expect("is there");
        (state == "expired").then_some(())
    })
    .await;
    eventually("the job says what was wrong", async || {
        let said = "select count(*) from jobs where kind = 'expire_requests' and last_error is not null";
        (count(&desk, said).await == 1).then_some(())
    })
    .await;
    worker.stop().await;
}

#[tokio::test]
async fn those_who_write_at_once_wait_for_each_other_in_one_order() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    let sync = format!("/api/v1/namespaces/{CLUSTER}/{name}/sync");
    let (platform, owner, developer) =
        (desk.as_(Role::Platform).await, desk.as_(Role::Owner).await, desk.as_(Role::Developer).await);
    let mut numbers = Vec::new();
    for _ in 0..6 {
        numbers.push(desk.asked().await);
    }
    let cluster = format!("/api/v1/clusters/{CLUSTER}");
    let syncs = async {
        for _ in 0..12 {
            developer.post(&sync, &json!({})).await.expect(200);
        }
    };
    let approvals = async {
        for number in &numbers {
            let path = format!("/api/v1/requests/{number}/approve");
            owner.post(&path, &json!({"revision": 1})).await.expect(200);
        }
    };
    let asks = async {
        for _ in 0..6 {
            developer.post("/api/v1/requests", &ask(&desk.new_name("payments"), "sandbox", "S")).await.expect(201);
        }
    };
    let pauses = async {
        for _ in 0..6 {
            platform.post(&format!("{cluster}/pause"), &json!({"reason": "for a test"})).await.expect(200);
            platform.post(&format!("{cluster}/resume"), &json!({})).await.expect(200);
        }
    };
    let sweeps = async {
        for _ in 0..12 {
            desk.forged().looks_due().await;
            sweep(&desk).await;
        }
    };
    // Asking there is refused while it is paused: not at the same time.
    futures::join!(syncs, approvals, asks, sweeps);
    // Ordered between a pause and its end it is refused, too.
    let syncs = async {
        for _ in 0..12 {
            let answer = developer.post(&sync, &json!({})).await;
            if answer.status != 200 {
                answer.expect_problem(409, "cluster_not_ready");
            }
        }
    };
    futures::join!(syncs, pauses);
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(count(&desk, deadlocks).await, 0);
}

#[tokio::test]
async fn one_answer_of_a_cluster_that_proves_nothing_fails_no_request() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let mut waiting = Vec::new();
    for code in [401, 403, 404, 410] {
        let number = desk.asked().await;
        let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
        let refused = Fault::Status { code, says: "not now", retry_after: None };
        let disturbance = proxy.disturb(refused, move |asked| {
            asked.starts_with("PATCH ") && asked.contains(&format!("{name}/limitranges"))
        });
        let path = format!("/api/v1/requests/{number}/approve");
        desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
        waiting.push((number, disturbance));
    }
    let mut numbers = Vec::new();
    for (number, disturbance) in waiting {
        disturbance.met().await;
        drop(disturbance);
        numbers.push(number);
    }
    for number in numbers {
        desk.until(number, "completed").await;
    }
}

#[tokio::test]
async fn who_is_given_a_membership_between_two_runs_has_access_when_the_second_ends() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let number = desk.asked().await;
    let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
    let busy = Fault::Status { code: 503, says: "not now", retry_after: None };
    let disturbance = proxy.disturb(busy, move |asked| asked.contains(&format!("{name}/configmaps")));
    let path = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    disturbance.met().await;
    let until = (time::OffsetDateTime::now_utc() + time::Duration::days(2)).format(&Rfc3339).expect("is a time");
    let person = Role::Teamless.account().email.clone();
    let body = json!({"person": person, "role": "developer", "until": until, "reason": "Stands in for a while"});
    desk.as_(Role::Platform).await.post("/api/v1/teams/payments/memberships", &body).await.expect(201);
    drop(disturbance);
    desk.until(number, "completed").await;
}

/// What is at work on a cluster that is removed ends, and who wanted it has a way on.
#[tokio::test]
async fn nothing_waits_for_a_cluster_that_was_removed() {
    let desk = Desk::quiet().await;
    let (at_work, failed, undoing) = (desk.approved().await, desk.approved().await, desk.approved().await);
    desk.give_up(failed).await;
    desk.give_up(undoing).await;
    let platform = desk.as_(Role::Platform).await;
    platform.post(&format!("/api/v1/requests/{undoing}/undo"), &json!({})).await.expect(200);
    let forgets = json!({"confirm": CLUSTER, "forget": true});
    let removed = platform.post(&format!("/api/v1/clusters/{CLUSTER}/remove"), &forgets).await;
    assert_eq!(removed.status / 100, 2, "{}", removed.text());
    let worker = desk.start_worker();
    let stuck = desk.until(at_work, "failed").await;
    assert!(stuck["failure"].as_str().is_some_and(|why| why.contains("was removed")), "{stuck}");
    desk.until(undoing, "undone").await;
    platform
        .post(&format!("/api/v1/requests/{at_work}/retry"), &json!({}))
        .await
        .expect_problem(409, "cluster_not_ready");
    // Who asked lets go of it themselves.
    for number in [at_work, failed] {
        desk.as_(Role::Developer).await.post(&format!("/api/v1/requests/{number}/undo"), &json!({})).await.expect(200);
        desk.until(number, "undone").await;
    }
    worker.stop().await;
    let states: BTreeSet<String> = sqlx::query_scalar("select distinct state from requests")
        .fetch_all(desk.db())
        .await
        .expect("reads")
        .into_iter()
        .collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["undone"]);
}
