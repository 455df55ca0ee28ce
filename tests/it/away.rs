//! A cluster or the database that is away: it is waited for. A cluster costs nothing but the freshness of its own rows.

use crate::memberships::{give, in_days};
use serde_json::Value;
use server::app::{Ctx, memberships, namespaces};
use tests::{CLUSTER, Desk, Opening, Role, Wire, database_socket, eventually, kubernetes};

#[tokio::test]
async fn a_cluster_that_is_away_costs_its_rows_their_freshness_and_nothing_else() {
    let mut wire = Wire::to_address(kubernetes::address().await).await;
    let opening = Opening { works: true, watches: true, cluster_at: Some(wire.address()), ..Opening::default() };
    let desk = Desk::with(opening).await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let freshness = async |wanted: &str| {
        eventually(wanted, async || {
            let seen = developer.get(&path).await.expect(200).json();
            (seen["freshness"]["state"] == wanted && seen["lines"][0]["enforced"] == 2000).then_some(seen)
        })
        .await
    };
    freshness("live").await;
    give(&desk.as_(Role::Platform).await, "viewer", in_days(1)).await.expect(201);
    let n_orders = async || -> i64 {
        let n = sqlx::query_scalar("select count(*) from jobs where kind = 'sync_namespace'");
        n.fetch_one(desk.db()).await.expect("counts")
    };
    eventually("the cluster follows it", async || (n_orders().await == 0).then_some(())).await;
    wire.cut().await;
    freshness("stale").await;
    let away = freshness("unreachable").await;
    assert!(
        away["freshness"]["reason"].as_str().is_some_and(|reason| reason.contains("refused")),
        "{}",
        away["freshness"]
    );
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("does not answer"), "{page}");
    for path in ["/", "/namespaces", "/requests", "/readyz"] {
        developer.get(path).await.expect(200);
    }
    let clusters = desk.as_(Role::Platform).await.get("/api/v1/clusters").await.expect(200).json();
    assert_eq!(clusters[0]["freshness"]["state"], "unreachable");
    desk.asked().await;
    // Nobody is sent there in vain: neither by the sweep nor by what follows memberships.
    desk.forged().looks_due().await;
    desk.forged().found_right_an_hour_ago().await;
    let orders = async || -> (i64, bool) {
        let system = Ctx::system(desk.berth().clone(), "sweep_namespaces");
        namespaces::sweep(&system).await.expect("sweeps");
        memberships::resync_affected(&system).await.expect("follows");
        let due = sqlx::query_scalar("select next_look_at is null from namespaces");
        (n_orders().await, due.fetch_one(desk.db()).await.expect("is there"))
    };
    assert_eq!(orders().await, (0, true));
    wire.restore().await;
    freshness("live").await;
    assert!(!orders().await.1, "it has its turn again");
    eventually("it was followed", async || {
        let behind = "select count(*) from namespaces where synced_at < now() - interval '30 minutes'";
        let n: i64 = sqlx::query_scalar(behind).fetch_one(desk.db()).await.ok()?;
        (n == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_cluster_that_goes_away_while_it_is_provisioned_is_waited_for() {
    let mut wire = Wire::to_address(kubernetes::address().await).await;
    let desk =
        Desk::with(Opening { works: true, watches: true, cluster_at: Some(wire.address()), ..Opening::default() })
            .await;
    wire.cut().await;
    let number = desk.approved().await;
    let developer = desk.as_(Role::Developer).await;
    eventually("it is at a stalled_by", async || {
        let rows = developer.get("/api/v1/requests?queue=mine").await.expect(200).json();
        let said =
            [&desk.request(number).await["stalled_by"], &rows["items"][0]["stalled_by"]].map(|said| said == "away");
        (said == [true, true]).then_some(())
    })
    .await;
    let waiting = eventually("the reason is seen", async || {
        let request = desk.request(number).await;
        let detail = request["steps"][0]["detail"].as_str().unwrap_or_default().to_owned();
        (detail.contains("does not answer") && request["state"] == "applying").then_some(request)
    })
    .await;
    assert_eq!(waiting["failure"], Value::Null);
    let platform = desk.as_(Role::Platform).await;
    eventually("the job says why", async || {
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        let mut errors = jobs.as_array()?.iter().filter_map(|job| job["last_error"].as_str());
        errors.any(|error| error.contains("does not answer")).then_some(())
    })
    .await;
    wire.restore().await;
    assert_eq!(desk.until(number, "completed").await["stalled_by"], Value::Null);
}

#[tokio::test]
async fn a_database_that_goes_away_while_a_namespace_is_provisioned_is_waited_for() {
    let mut wire = Wire::to_socket(database_socket()).await;
    let desk = Desk::with(Opening { database_at: Some(wire.address()), ..Opening::default() }).await;
    let number = desk.approved().await;
    let (worker, nobody) = (desk.start_worker(), desk.nobody());
    eventually("a step is done", async || {
        let n: i64 =
            sqlx::query_scalar("select count(*) from steps where state = 'done'").fetch_one(desk.db()).await.ok()?;
        (n > 0).then_some(())
    })
    .await;
    wire.cut().await;
    eventually("not ready", async || (nobody.get("/readyz").await.status == 503).then_some(())).await;
    wire.restore().await;
    eventually("ready again", async || (nobody.get("/readyz").await.status == 200).then_some(())).await;
    desk.until_answers().await;
    // What the worker had in hand is taken up again when its lease ends.
    desk.forged().leases_end().await;
    desk.until(number, "completed").await;
    worker.stop().await;
}
