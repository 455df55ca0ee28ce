//! What requests would take of their clusters' capacity.

use super::{Columns, Result, overcommit, quota};
use domain::Quota;
use sqlx::PgExecutor;
use sqlx::types::Json;

pub struct Want {
    pub number: i64,
    pub cluster: String,
    /// Decided, and waiting for capacity: it comes before those that are not.
    pub is_in_line: bool,
    /// The grant, or what is asked for and nobody has granted less of yet, without what the namespace holds already.
    pub need: Quota,
}

/// Of those of these requests that take capacity, and of all that wait for capacity on these clusters in the order of their approvals.
pub async fn list(db: impl PgExecutor<'_>, clusters: &[String], numbers: &[i64]) -> Result<Vec<Want>> {
    let rows = sqlx::query!(
        r#"select r.number, c.name as cluster, r.state = 'waiting' as "is_in_line!",
                  coalesce(r.granted, least_granted.granted, r.asked) as "wanted!: Json<Quota>",
                  case when n.id is not null then desired_quota(n) end as "desired?: Json<Columns>",
                  n.applied as "applied: Json<Quota>", k.overcommit_percent as "overcommit_percent!"
           from requests r
           join clusters c on c.id = r.cluster_id
           left join namespaces n on n.id = r.namespace_id
           join classes k on k.id = coalesce(n.class_id, r.class_id)
           left join lateral (
              -- Nobody grants more than the one before.
              select granted from decisions d
              where d.request_id = r.id and d.dropped_in is null and d.word = 'approve'
              order by d.decided_at desc limit 1
           ) least_granted on true
           where r.kind in ('new_namespace', 'quota')
             and (r.number = any($2) or (r.state = 'waiting' and c.name = any($1)))
           order by r.state_since, r.number"#,
        clusters,
        numbers
    )
    .fetch_all(db)
    .await?;
    let wants = rows.into_iter().map(|r| {
        let desired = r.desired.map(quota).unwrap_or_default();
        let need = need(&r.wanted.0, desired, r.applied.map(|applied| applied.0), r.overcommit_percent);
        Want { number: r.number, cluster: r.cluster, is_in_line: r.is_in_line, need }
    });
    Ok(wants.collect())
}

/// What a grant takes beside what its namespace, if there is one yet, holds: the larger of what is desired and applied.
pub(super) fn need(grant: &Quota, desired: Quota, applied: Option<Quota>, overcommit_percent: i32) -> Quota {
    let held = applied.map_or(desired, |applied| desired.most(&applied));
    let overcommit = overcommit(overcommit_percent);
    overcommit.of(grant).minus(&overcommit.of(&held))
}
