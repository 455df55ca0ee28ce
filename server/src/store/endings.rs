//! The end of namespaces: what is due, those that are suspended, and names that are kept for their former teams.

use super::{Result, from_serde_str};
use domain::id::{ClusterId, NamespaceId, TeamId};
use domain::lifetime::{Ending, REMINDERS};
use domain::name::{NamespaceName, RequestNumber};
use domain::namespace::{ClusterRef, TeamRef};
use domain::terminating::DeletionBlocker;
use domain::view::NotMade;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// How far an ending is, and what is kept to take it back.
pub struct Record {
    pub ending: Option<Ending>,
    /// When everything in it was last found scaled to zero.
    pub scaled_at: Option<OffsetDateTime>,
    /// Why it cannot be suspended or, once that is taken back, why it is not restored yet.
    pub refused: Option<String>,
    pub export: Option<Export>,
    /// Workloads that are to be started again.
    pub n_suspended: i64,
    /// Why it is still being deleted, as seen last.
    pub terminating: Option<Vec<DeletionBlocker>>,
}

impl Record {
    /// Whether its end was taken back, and something of it is still to be brought back.
    pub fn is_restoring(&self) -> bool {
        self.ending.is_none() && (self.export.is_some() || self.n_suspended > 0)
    }
}

/// Of the exported objects, all but these themselves.
pub struct Export {
    pub n_objects: i32,
    /// What is not among them.
    pub incomplete: Option<String>,
    pub taken_at: OffsetDateTime,
    /// The namespace is made again with them.
    pub is_wanted: bool,
    /// Of the namespace on the cluster; none where that was not kept.
    pub namespace_uid: Option<String>,
    /// When the suspension began that it is of; none where that was not kept.
    pub suspended_at: Option<OffsetDateTime>,
    /// The namespace in which all but `not_made` was made again; none where nothing was yet.
    pub filled_uid: Option<String>,
    /// What the cluster refused of it.
    pub not_made: Vec<NotMade>,
}

impl Export {
    /// Whether the namespace that is there lacks some of it: it was made again since, by Berth or by somebody else.
    pub fn is_missing_in(&self, namespace_uid: &str) -> bool {
        self.is_wanted || self.namespace_uid.as_deref().is_some_and(|uid| uid != namespace_uid)
    }

    /// Whether this namespace has all of it but what was refused.
    pub fn is_filled_in(&self, namespace_uid: &str) -> bool {
        self.filled_uid.as_deref() == Some(namespace_uid)
    }

    /// Whether it is of this suspension, not of one that was taken back before all was there again.
    pub fn is_of(&self, ending: &Ending) -> bool {
        self.suspended_at.is_none_or(|at| at == ending.suspended_at)
    }
}

/// Namespaces of which something is due: a reminder, their suspension or their deletion. Those that are due longest come first.
pub async fn list_due(db: impl PgExecutor<'_>, now: OffsetDateTime, limit: i64) -> Result<Vec<NamespaceId>> {
    let ids = sqlx::query_scalar!(
        "select n.id from namespaces n
         join clusters c on c.id = n.cluster_id and c.removed_at is null
         left join endings e on e.namespace_id = n.id
         where n.state = 'ready' and (
            e.delete_at <= $1 and e.scaled_at is not null
            or e.namespace_id is null and n.expires_at <= $1
            or e.namespace_id is null and exists (
               select from unnest($2::bigint[]) as reminder (days)
               where n.expires_at - days * interval '1 day' <= $1
                 and n.expires_at - days * interval '1 day' > coalesce(n.expiry_set_at, n.created_at)
                 and (n.reminded_days is null or days < n.reminded_days)))
         order by coalesce(e.delete_at, n.expires_at), n.id limit $3",
        now,
        &REMINDERS,
        limit
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(NamespaceId).collect())
}

/// The namespace is suspended from now on. One that is already takes the cause and the date that are new.
pub async fn save(db: impl PgExecutor<'_>, id: NamespaceId, ending: &Ending) -> Result<()> {
    sqlx::query!(
        "insert into endings (namespace_id, cause, suspended_at, delete_at, grace) values ($1, $2, $3, $4, $4::timestamptz - $3::timestamptz)
         on conflict (namespace_id) do update
            set cause = excluded.cause, delete_at = greatest(excluded.delete_at, endings.suspended_at),
                grace = least(endings.grace, excluded.grace)",
        id.0,
        ending.cause.as_str(),
        ending.suspended_at,
        ending.delete_at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<()> {
    sqlx::query!("delete from endings where namespace_id = $1", id.0).execute(db).await?;
    Ok(())
}

pub async fn save_expiry(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    expires_at: Option<OffsetDateTime>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update namespaces set expires_at = $2, expiry_set_at = $3, reminded_days = null where id = $1",
        id.0,
        expires_at,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn save_reminded(db: impl PgExecutor<'_>, id: NamespaceId, days: i64) -> Result<()> {
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    sqlx::query!("update namespaces set reminded_days = $2 where id = $1", id.0, days).execute(db).await?;
    Ok(())
}

pub async fn get_record(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<Record> {
    let row = sqlx::query!(
        r#"select e.cause as "cause?", e.suspended_at as "suspended_at?", e.delete_at as "delete_at?", e.scaled_at as "scaled_at?",
                  coalesce(e.hindrance, case when e.namespace_id is null then (
                     select j.last_error from jobs j where j.kind = 'sync_namespace' and j.key = n.id and j.n_broken = 0) end) as "refused?", x.n_objects as "n_objects?", x.incomplete as "incomplete?", x.taken_at as "taken_at?",
                  x.is_wanted as "is_wanted?", x.namespace_uid, x.suspended_at as export_suspended_at,
                  x.filled_uid, x.not_made as "not_made?: Json<Vec<NotMade>>",
                  (select count(*) from suspended_workloads w where w.namespace_id = n.id) as "n_suspended!",
                  n.terminating as "terminating: Json<Vec<DeletionBlocker>>"
           from namespaces n left join endings e on e.namespace_id = n.id left join exports x on x.namespace_id = n.id
           where n.id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    let export = match (row.n_objects, row.taken_at, row.is_wanted) {
        (Some(n_objects), Some(taken_at), Some(is_wanted)) => Some(Export {
            n_objects,
            incomplete: row.incomplete,
            taken_at,
            is_wanted,
            namespace_uid: row.namespace_uid,
            suspended_at: row.export_suspended_at,
            filled_uid: row.filled_uid,
            not_made: row.not_made.map(|not_made| not_made.0).unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(Record {
        ending: ending(row.cause.as_deref(), row.suspended_at, row.delete_at)?,
        scaled_at: row.scaled_at,
        refused: row.refused,
        export,
        n_suspended: row.n_suspended,
        terminating: row.terminating.map(|json| json.0),
    })
}

/// From columns that are there together, or not at all.
pub fn ending(
    cause: Option<&str>,
    suspended_at: Option<OffsetDateTime>,
    delete_at: Option<OffsetDateTime>,
) -> Result<Option<Ending>> {
    match (cause, suspended_at, delete_at) {
        (Some(cause), Some(suspended_at), Some(delete_at)) => {
            Ok(Some(Ending { cause: from_serde_str(cause)?, suspended_at, delete_at }))
        }
        _ => Ok(None),
    }
}

/// Everything in it is at zero, and the grace begins where it was not before. Somebody may scale something up again, so the next look is soon.
pub async fn save_scaled(conn: &mut PgConnection, id: NamespaceId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!("update namespaces set next_look_at = $2::timestamptz + interval '1 minute' where id = $1", id.0, at)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "update endings set scaled_at = $2, hindrance = null,
            delete_at = case when scaled_at is null
                then greatest(delete_at, $2::timestamptz + coalesce(grace, delete_at - suspended_at)) else delete_at end
         where namespace_id = $1",
        id.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn clear_refusal(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<()> {
    sqlx::query!("update endings set hindrance = null where namespace_id = $1 and hindrance is not null", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Answers whether it is another than before.
pub async fn save_refusal(db: impl PgExecutor<'_>, id: NamespaceId, why: &str) -> Result<bool> {
    let changed = sqlx::query!(
        "update endings set hindrance = $2, scaled_at = null where namespace_id = $1 and hindrance is distinct from $2",
        id.0,
        why
    );
    Ok(changed.execute(db).await?.rows_affected() > 0)
}

/// What keeps a namespace that is being deleted on its cluster; none when it is not, or no longer.
pub async fn save_terminating(db: impl PgExecutor<'_>, id: NamespaceId, why: Option<&[DeletionBlocker]>) -> Result<()> {
    sqlx::query!(
        "update namespaces set terminating = $2 where id = $1 and terminating is distinct from $2",
        id.0,
        why.map(Json) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Requests come before namespaces in the order of locks: those that say which namespace they are about will not any more.
pub async fn lock_requests(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<()> {
    sqlx::query!("select id from requests where namespace_id = $1 order by number for no key update", id.0)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// Those that are being deleted, and that nobody is ordered to go on with.
pub async fn list_deleting_without_job(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<NamespaceId>> {
    let ids = sqlx::query_scalar!(
        "select n.id from namespaces n join endings e on e.namespace_id = n.id
         where n.state = 'removing' and not exists (select from jobs j where j.kind = 'sync_namespace' and j.key = n.id)
         order by n.id limit $1",
        limit
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(NamespaceId).collect())
}

/// Requests about the namespace that are not over: open, failed or at work.
pub async fn list_open_requests(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<Vec<RequestNumber>> {
    let numbers = sqlx::query_scalar!(
        "select number from requests where namespace_id = $1
           and state in ('in_review', 'changes_requested', 'waiting', 'approved', 'applying', 'failed', 'undoing')
         order by number",
        id.0
    );
    Ok(numbers.fetch_all(db).await?.into_iter().map(RequestNumber).collect())
}

/// Until then nobody but this team gets the name.
pub async fn reserve(
    db: impl PgExecutor<'_>,
    cluster: &ClusterRef,
    name: &NamespaceName,
    team: &TeamRef,
    until: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into reserved_names (cluster_id, name, team_id, until) values ($1, $2, $3, $4)
         on conflict (cluster_id, name) do update set team_id = excluded.team_id, until = excluded.until",
        cluster.id.0,
        name.as_str(),
        team.id.0,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Until when the name is kept for another team than this one.
pub async fn find_reserved_for_others(
    db: impl PgExecutor<'_>,
    cluster: ClusterId,
    name: &NamespaceName,
    team: TeamId,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>> {
    let until = sqlx::query_scalar!(
        "select until from reserved_names where cluster_id = $1 and name = $2 and team_id <> $3 and until > $4",
        cluster.0,
        name.as_str(),
        team.0,
        now
    );
    until.fetch_optional(db).await
}

/// Forgets names that anybody may have again.
pub async fn forget_reserved(db: impl PgExecutor<'_>, now: OffsetDateTime) -> Result<()> {
    sqlx::query!("delete from reserved_names where until <= $1", now).execute(db).await?;
    Ok(())
}
