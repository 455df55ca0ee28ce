//! How all clusters stand, as far as the database knows: what lists of requests and Home are told of them, in one query.

use super::clusters::{Availability, capacity};
use super::{Columns, Result, Visible, parsed, quota};
use domain::Quota;
use domain::cluster::Capacity;
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::view::{CheckRow, ClusterCheck, PausedBy, StoppedBy, StoppedCluster};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

pub struct Overview {
    pub id: ClusterId,
    pub name: ClusterName,
    pub availability: Availability,
    /// Of those that it was asked for, if their nodes were read.
    pub capacity: Option<Capacity>,
    /// What the last check found.
    pub check: Option<ClusterCheck>,
    /// Of one on which nothing is done until Platform says something: by whom, and what waits for it.
    pub stopped: Option<StoppedCluster>,
}

/// By name, without those that were removed. With the capacity of the clusters of these names. What waits for those that
/// are stopped is counted of what these eyes see.
pub async fn list(db: impl PgExecutor<'_>, visible: &Visible, capacity_of: &[String]) -> Result<Vec<Overview>> {
    select(db, visible, capacity_of, None).await
}

/// Those that are stopped, by name, with all that waits for them.
pub async fn list_stopped(db: impl PgExecutor<'_>) -> Result<Vec<(ClusterId, StoppedCluster)>> {
    let all = select(db, &Visible::EVERYTHING, &[], None).await?;
    Ok(all.into_iter().filter_map(|cluster| Some((cluster.id, cluster.stopped?))).collect())
}

/// One of them, with its capacity; none when it was removed.
pub async fn find(db: impl PgExecutor<'_>, id: ClusterId, name: &ClusterName) -> Result<Option<Overview>> {
    Ok(select(db, &Visible::EVERYTHING, &[name.to_string()], Some(id)).await?.pop())
}

/// There are few clusters. Who paused one is who did last, in the trail.
async fn select(
    db: impl PgExecutor<'_>,
    visible: &Visible,
    capacity_of: &[String],
    only: Option<ClusterId>,
) -> Result<Vec<Overview>> {
    let records = sqlx::query_as!(
        Record,
        r#"select c.id, c.name, c.seen_uid is not null as "is_another!", c.paused_reason, c.overcommit_percent,
                  c.allocatable as "allocatable: Json<Quota>", c.name = any($3) as "has_capacity!",
                  c.check_report as "check_report: Json<Vec<CheckRow>>", c.checked_at,
                  h.quota as "granted?: Json<Columns>",
                  p.actor_label as "paused_by?", p.at as "paused_at?",
                  case when c.paused_reason is not null or c.seen_uid is not null then
                    (select count(*) from requests r where r.cluster_id = c.id and r.state in ('approved', 'applying', 'undoing') and ($1 or r.team_id = any($2)))
                    + (select count(*) from requests r where r.cluster_id = c.id and r.state = 'waiting' and ($1 or r.team_id = any($2)))
                  end as n_waiting
           from clusters c
           left join lateral (select quota from cluster_holdings where cluster_id = c.id and c.name = any($3)) h on true
           left join lateral (
              select e.action, e.actor_label, e.at from audit_events e
              where e.subject = 'cluster ' || c.name and e.action in ('cluster.paused', 'cluster.resumed')
                and c.paused_reason is not null
              order by e.seq desc limit 1
           ) p on p.action = 'cluster.paused'
           where c.removed_at is null and ($4::uuid is null or c.id = $4) order by c.name"#,
        visible.everything,
        &visible.teams,
        capacity_of,
        only.map(|id| id.0)
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_overview).collect()
}

struct Record {
    id: Uuid,
    name: String,
    is_another: bool,
    paused_reason: Option<String>,
    overcommit_percent: i32,
    allocatable: Option<Json<Quota>>,
    has_capacity: bool,
    check_report: Option<Json<Vec<CheckRow>>>,
    checked_at: Option<OffsetDateTime>,
    granted: Option<Json<Columns>>,
    paused_by: Option<String>,
    paused_at: Option<OffsetDateTime>,
    n_waiting: Option<i64>,
}

impl Record {
    fn into_overview(mut self) -> Result<Overview> {
        let granted = self.granted.take().map(quota).unwrap_or_default();
        let allocatable = self.allocatable.as_ref().map(|json| json.0);
        let capacity_of = |allocatable| capacity(allocatable, self.overcommit_percent, granted);
        Ok(Overview {
            id: ClusterId(self.id),
            name: parsed(&self.name)?,
            stopped: self.stopped(),
            availability: Availability {
                is_removed: false,
                is_another: self.is_another,
                is_read: allocatable.is_some(),
                paused_reason: self.paused_reason,
            },
            capacity: allocatable.filter(|_| self.has_capacity).map(capacity_of),
            check: self.check_report.zip(self.checked_at).map(|(checks, at)| ClusterCheck { at, checks: checks.0 }),
        })
    }

    fn stopped(&self) -> Option<StoppedCluster> {
        Some(StoppedCluster {
            name: self.name.clone(),
            by: if self.is_another { StoppedBy::Another } else { StoppedBy::Paused },
            reason: self.paused_reason.clone(),
            paused_by: self.paused_by.clone().zip(self.paused_at).map(|(name, at)| PausedBy { name, at }),
            n_waiting: self.n_waiting?,
        })
    }
}
