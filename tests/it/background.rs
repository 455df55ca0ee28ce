//! Background work on bad days: what breaks again and again, more of it than there are hands, and notifications that nobody hears.

use serde_json::{Value, json};
use server::store::jobs;
use tests::{Desk, Role, eventually};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

#[tokio::test]
async fn a_job_that_breaks_eight_times_rests_where_it_is_seen_and_goes_on_by_hand() {
    let desk = Desk::quiet().await;
    desk.forged().orders_of_nothing("of_a_later_version", 1).await;
    let (worker, platform) = (desk.start_worker(), desk.as_(Role::Platform).await);
    let job = eventually("it gives up", async || {
        // Its next attempt is now.
        desk.forged().jobs_due(Some("of_a_later_version")).await;
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        jobs.as_array()?.iter().find(|job| job["gave_up"] == true).cloned()
    })
    .await;
    assert_eq!((&job["kind"], &job["attempts"]), (&json!("of_a_later_version"), &json!(8)), "{job}");
    let page = platform.get("/admin/jobs").await.expect(200).text();
    for word in ["this version of Berth knows no job", "Gave up", "Try now"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    platform.post(&format!("/api/v1/jobs/{}/retry", job["id"]), &json!({})).await.expect(204);
    eventually("it was tried once more", async || {
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        let again = |found: &&Value| found["id"] == job["id"] && found["gave_up"] == false && found["attempts"] == 1;
        jobs.as_array()?.iter().find(again).map(drop)
    })
    .await;
    worker.stop().await;
}

#[tokio::test]
async fn a_thousand_orders_are_worked_off_a_few_at_a_time_in_bounded_memory() {
    let desk = Desk::quiet().await;
    let mut worker = desk.program();
    worker.start("worker");
    eventually("it works", async || {
        let n: i64 = count(&desk, "select count(*) from jobs where kind = 'clear_sessions' and run_at > now()").await;
        (n == 1).then_some(())
    })
    .await;
    let before = memory_mib(worker.pid());
    // For namespaces that are gone: each is looked at and let go.
    desk.forged().orders_of_nothing("sync_namespace", 1000).await;
    desk.forged().jobs_due(Some("sync_namespace")).await;
    let mut most_in_hand = 0;
    eventually("nothing is left", async || {
        most_in_hand = most_in_hand.max(count(&desk, "select count(*) from jobs where leased_by is not null").await);
        (count(&desk, "select count(*) from jobs where kind = 'sync_namespace'").await == 0).then_some(())
    })
    .await;
    assert!(most_in_hand <= 4, "{most_in_hand} at once");
    if let (Some(before), Some(after)) = (before, memory_mib(worker.pid())) {
        assert!(after < before + 64, "{before} MiB before, {after} MiB at most");
    }
}

async fn count(desk: &Desk, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts")
}

/// The most that a process had in memory so far, where the system tells.
fn memory_mib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[tokio::test]
async fn what_nobody_notified_of_is_found_by_looking_and_a_notifier_that_was_cut_off_is_heard_again() {
    let desk = Desk::quiet().await;
    let worker = desk.start_worker();
    eventually("it has nothing to do", async || {
        (count(&desk, "select count(*) from jobs where run_at <= now()").await == 0).then_some(())
    })
    .await;
    desk.forged().orders_of_nothing("sync_namespace", 1).await;
    eventually("it is found", async || {
        (count(&desk, "select count(*) from jobs where kind = 'sync_namespace'").await == 0).then_some(())
    })
    .await;

    let number = desk.asked().await;
    let mut events = desk.as_(Role::Developer).await.listen(&format!("/api/v1/requests/{number}/events")).await;
    assert_eq!(events.next().await["state"], "in_review");
    let listeners = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%'";
    assert!(count(&desk, listeners).await >= 1, "somebody listens");
    eventually("somebody listens again", async || {
        let listens =
            "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
        (count(&desk, listens).await >= 1).then_some(())
    })
    .await;
    let path = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
    events.until(|request| request["state"] == "completed").await;
    worker.stop().await;
}

/// A cluster that is slow to answer leaves hands free for the others.
#[tokio::test]
async fn a_process_has_only_so_many_namespaces_of_one_cluster_in_hand() {
    let desk = Desk::quiet().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let id: Uuid = sqlx::query_scalar("select namespace_id from requests where number = $1")
            .bind(desk.approved().await)
            .fetch_one(desk.db())
            .await
            .expect("has one");
        ids.push(id);
    }
    let elsewhere = ids[3];
    desk.forged().cluster("quay-7").await;
    desk.forged().on_cluster(elsewhere, "quay-7").await;
    desk.forged().last_in_line(elsewhere).await;
    let (holder, now) = (Uuid::now_v7(), OffsetDateTime::now_utc() + Duration::minutes(1));
    let lease = async |holder: Uuid| {
        let leased = jobs::lease(desk.db(), holder, 2, now, Duration::minutes(1)).await.expect("answers");
        leased.map(|job| job.key)
    };
    let mut in_hand = Vec::new();
    while let Some(key) = lease(holder).await {
        in_hand.push(key);
    }
    in_hand.retain(|key| ids.contains(key));
    assert_eq!((in_hand.len(), in_hand.contains(&elsewhere)), (3, true), "two of the one and the other's: {in_hand:?}");
    assert!(lease(Uuid::now_v7()).await.is_some(), "another process has its own hands");
}
