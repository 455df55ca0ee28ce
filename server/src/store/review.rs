//! What stands beside a request on its page, as it is now, in one query.

use super::clusters::{Availability, capacity};
use super::teams::TeamLimits;
use super::{Columns, Result, amount, parsed, quota};
use domain::class::{Class, ClassSpec};
use domain::cluster::Capacity;
use domain::id::ClassId;
use domain::name::RequestNumber;
use domain::quota::Quota;
use domain::request::Request;
use domain::team::{Held, Limits};
use domain::view::{CheckRow, ClusterCheck};
use sqlx::PgExecutor;
use sqlx::types::Json;
use std::collections::BTreeMap;

pub struct Beside {
    pub requester: String,
    /// The version that it was asked of.
    pub class: Class,
    pub availability: Availability,
    /// None when the cluster's nodes were never read.
    pub capacity: Option<Capacity>,
    /// What the last check of the cluster found.
    pub check: Option<ClusterCheck>,
    pub team_limits: TeamLimits,
    pub team_held: Held,
    /// The request that this one took the place of.
    pub supersedes: Option<RequestNumber>,
    /// Whether somebody is ordered to work on its namespace.
    pub is_worked_on: bool,
    /// In the line on its cluster, from 1, where it waits there.
    pub place_in_line: Option<i64>,
    /// What people wrote, by id.
    pub comments: BTreeMap<i64, String>,
}

/// With the newest comments, at most so many.
pub async fn get(db: impl PgExecutor<'_>, request: &Request, n_comments: i64) -> Result<Beside> {
    let r = sqlx::query!(
        r#"select p.name as requester, k.id as class_id, k.name as class, k.version, k.spec as "spec: Json<ClassSpec>",
                  c.removed_at is not null as "is_removed!", c.seen_uid is not null as "is_another!", c.paused_reason,
                  c.overcommit_percent, c.allocatable as "allocatable: Json<Quota>",
                  c.check_report as "check_report: Json<Vec<CheckRow>>", c.checked_at,
                  h.quota as "granted?: Json<Columns>",
                  t.limits as "limits: Json<Limits>", t.archived_at, coalesce(m.n_namespaces, 0) as "n_namespaces!",
                  m.quota as "team_held?: Json<Columns>",
                  (select number from requests s where s.superseded_by = r.number limit 1) as supersedes,
                  exists (
                    select from jobs j where j.kind = 'sync_namespace' and j.key = r.namespace_id and j.gave_up_at is null
                  ) as "is_worked_on!",
                  case when r.state = 'waiting' then (
                    select count(*) + 1 from requests w
                    where w.cluster_id = r.cluster_id and w.state = 'waiting'
                      and (w.state_since, w.number) < (r.state_since, r.number)
                  ) end as place_in_line,
                  (select coalesce(json_object_agg(o.id, o.text), '{}') from (
                    select id, text from request_comments where request_id = r.id order by id desc limit $2
                  ) o) as "comments!: Json<BTreeMap<i64, String>>"
           from requests r
           join people p on p.id = r.requester_id
           join classes k on k.id = r.class_id
           join clusters c on c.id = r.cluster_id
           join teams t on t.id = r.team_id
           left join lateral (select quota from cluster_holdings where cluster_id = c.id) h on true
           left join lateral (select * from team_holdings where team_id = t.id) m on true
           where r.id = $1"#,
        request.id.0,
        n_comments
    )
    .fetch_one(db)
    .await?;
    let allocatable = r.allocatable.map(|json| json.0);
    let granted = r.granted.map(quota).unwrap_or_default();
    let team_held = r.team_held.map(quota).unwrap_or_default();
    Ok(Beside {
        requester: r.requester,
        class: Class { id: ClassId(r.class_id), name: parsed(&r.class)?, version: r.version, spec: r.spec.0 },
        availability: Availability {
            is_removed: r.is_removed,
            is_another: r.is_another,
            is_read: allocatable.is_some(),
            paused_reason: r.paused_reason,
        },
        capacity: allocatable.map(|allocatable| capacity(allocatable, r.overcommit_percent, granted)),
        check: r.check_report.zip(r.checked_at).map(|(checks, at)| ClusterCheck { at, checks: checks.0 }),
        team_limits: TeamLimits { limits: r.limits.0, is_archived: r.archived_at.is_some() },
        team_held: Held { n_namespaces: amount(r.n_namespaces), quota: team_held },
        supersedes: r.supersedes.map(RequestNumber),
        is_worked_on: r.is_worked_on,
        place_in_line: r.place_in_line,
        comments: r.comments.0,
    })
}
