//! The line of those who wait for capacity on a cluster, in the order of their approvals.

use super::wants::need;
use super::{Columns, Result, quota};
use domain::id::ClusterId;
use domain::name::RequestNumber;
use domain::quota::Quota;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

/// What those who wait for capacity on the cluster need of it, in the order of their approvals: the grant, without what the
/// namespace holds already.
pub async fn list_needs(db: impl PgExecutor<'_>, cluster: ClusterId) -> Result<Vec<Quota>> {
    let rows = sqlx::query!(
        r#"select r.granted as "granted!: Json<Quota>", case when n.id is not null then desired_quota(n) end as "desired?: Json<Columns>",
                  n.applied as "applied: Json<Quota>", k.overcommit_percent as "overcommit_percent!"
           from requests r
           left join namespaces n on n.id = r.namespace_id
           join classes k on k.id = coalesce(n.class_id, r.class_id)
           where r.cluster_id = $1 and r.state = 'waiting' order by r.state_since, r.number"#,
        cluster.0
    )
    .fetch_all(db)
    .await?;
    let needs = rows.into_iter().map(|r| {
        let desired = r.desired.map(quota).unwrap_or_default();
        need(&r.granted.0, desired, r.applied.map(|applied| applied.0), r.overcommit_percent)
    });
    Ok(needs.collect())
}

/// Those who wait for capacity on the cluster, in the order of their approvals. Nobody else changes them before the
/// transaction ends.
pub async fn lock(conn: &mut PgConnection, cluster: ClusterId, limit: i64) -> Result<Vec<RequestNumber>> {
    let numbers = sqlx::query_scalar!(
        "select number from requests where cluster_id = $1 and state = 'waiting'
         order by state_since, number limit $2 for no key update",
        cluster.0,
        limit
    );
    Ok(numbers.fetch_all(conn).await?.into_iter().map(RequestNumber).collect())
}

/// Clusters on which somebody waits for capacity.
pub async fn list_clusters(db: impl PgExecutor<'_>) -> Result<Vec<ClusterId>> {
    let clusters = sqlx::query_scalar!("select distinct cluster_id from requests where state = 'waiting'");
    Ok(clusters.fetch_all(db).await?.into_iter().map(ClusterId).collect())
}

/// How many wait for capacity on a cluster.
pub async fn count(db: impl PgExecutor<'_>, cluster: ClusterId) -> Result<i64> {
    let n = sqlx::query_scalar!(
        r#"select count(*) as "n!" from requests where cluster_id = $1 and state = 'waiting'"#,
        cluster.0
    );
    n.fetch_one(db).await
}
