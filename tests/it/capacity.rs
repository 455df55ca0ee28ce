//! What the nodes offer is written down by who sees it now, and by who saw it last.

use domain::cluster::Freshness;
use server::app::clusters::keep_in_step;
use server::cluster::watch::ClusterCaches;
use std::collections::BTreeMap;
use tests::{Desk, Opening, Wire, eventually, kubernetes, quota};
use time::{Duration, OffsetDateTime};

fn is_live(caches: &ClusterCaches) -> bool {
    let now = OffsetDateTime::now_utc();
    caches.clusters().into_iter().any(|id| matches!(caches.freshness(id, now), Freshness::Live { .. }))
}

/// What another replica has seen, and when.
async fn another_saw(desk: &Desk, seen_in: Duration) {
    desk.forged().offers(&quota(1000, 1), seen_in).await;
}

async fn cpu_m(desk: &Desk) -> i64 {
    let cpu = sqlx::query_scalar("select (allocatable->>'cpu_m')::bigint from clusters");
    cpu.fetch_one(desk.db()).await.expect("is there")
}

#[tokio::test]
async fn a_replica_that_is_cut_off_does_not_write_over_what_another_sees() {
    let mut wire = Wire::to_address(kubernetes::address().await).await;
    let desk = Desk::with(Opening { cluster_at: Some(wire.address()), ..Opening::default() }).await;
    let (berth, mut watched) = (desk.berth().clone(), BTreeMap::new());
    keep_in_step(&berth, &mut watched).await.expect("looks");
    eventually("it is live", async || is_live(&berth.caches).then_some(())).await;
    another_saw(&desk, -Duration::HOUR).await;
    eventually("who sees it now knows better", async || {
        keep_in_step(&berth, &mut watched).await.expect("looks");
        (cpu_m(&desk).await != 1000).then_some(())
    })
    .await;
    another_saw(&desk, Duration::HOUR).await;
    keep_in_step(&berth, &mut watched).await.expect("looks");
    assert_eq!(cpu_m(&desk).await, 1000, "who saw it last knows best");

    wire.cut().await;
    eventually("it is cut off", async || (!is_live(&berth.caches)).then_some(())).await;
    another_saw(&desk, -Duration::HOUR).await;
    keep_in_step(&berth, &mut watched).await.expect("looks");
    assert_eq!(cpu_m(&desk).await, 1000);
    wire.restore().await;
    eventually("it sees it again", async || {
        keep_in_step(&berth, &mut watched).await.expect("looks");
        (cpu_m(&desk).await != 1000).then_some(())
    })
    .await;
}
