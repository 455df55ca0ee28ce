//! How namespaces stand on their clusters, and what was found there to differ.

use super::{Result, from_serde_str};
use domain::Quota;
use domain::drift::{Condition, Drift};
use domain::id::{ClassId, ClusterId, NamespaceId};
use domain::name::RequestNumber;
use domain::view::{DriftRow, UnappliedQuota};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// Rows kept of one namespace.
const KEPT: i64 = 200;

/// What the last look at a namespace left behind.
pub struct Record {
    pub looked_at: Option<OffsetDateTime>,
    /// When the sweep looks at it at the latest; none where it has no place in line yet.
    pub next_look_at: Option<OffsetDateTime>,
    pub applied_digest: Option<Vec<u8>>,
    /// The version of its class that the cluster has; none where that is not known.
    pub applied_version: Option<i32>,
    pub condition: Option<(Condition, String, OffsetDateTime)>,
    pub ahead: Option<Ahead>,
    pub remake_ordered_at: Option<OffsetDateTime>,
    /// A look is ordered or under way.
    pub is_ordered: bool,
    /// Nobody works any more on what was ordered last.
    pub has_given_up: bool,
    /// The request that granted this namespace a quota and is not over.
    pub unapplied: Option<UnappliedQuota>,
}

/// What a cluster has of a namespace beyond what the database knows.
pub struct Ahead {
    pub revision: i64,
    /// None where it cannot be read.
    pub quota: Option<Quota>,
}

pub async fn get_record(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<Record> {
    let row = sqlx::query!(
        r#"select looked_at, next_look_at, applied_digest, trouble, trouble_detail, trouble_since, remake_ordered_at,
                  ahead_revision, ahead_quota as "ahead_quota: Json<Quota>",
                  (select version from classes k where k.id = n.applied_class_id) as applied_version,
                  exists (select from jobs j where j.kind = 'sync_namespace' and j.key = n.id and j.gave_up_at is null) as "is_ordered!",
                  exists (select from jobs j where j.kind = 'sync_namespace' and j.key = n.id and j.gave_up_at is not null) as "has_given_up!",
                  r.number as "unapplied?", r.state as "unapplied_state?"
           from namespaces n
           left join lateral (
              select number, state from requests where namespace_id = n.id and kind = 'quota'
                and state in ('approved', 'applying', 'failed', 'undoing') limit 1
           ) r on true
           where n.id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    let condition = match (row.trouble, row.trouble_detail, row.trouble_since) {
        (Some(condition), Some(detail), Some(since)) => Some((from_serde_str(&condition)?, detail, since)),
        _ => None,
    };
    let unapplied = match (row.unapplied, row.unapplied_state) {
        (Some(number), Some(state)) => {
            Some(UnappliedQuota { number: RequestNumber(number), state: from_serde_str(&state)? })
        }
        _ => None,
    };
    Ok(Record {
        unapplied,
        looked_at: row.looked_at,
        next_look_at: row.next_look_at,
        applied_digest: row.applied_digest,
        applied_version: row.applied_version,
        condition,
        ahead: row.ahead_revision.map(|revision| Ahead { revision, quota: row.ahead_quota.map(|json| json.0) }),
        remake_ordered_at: row.remake_ordered_at,
        is_ordered: row.is_ordered,
        has_given_up: row.has_given_up,
    })
}

/// The namespace is as it should be: these objects were applied. Answers the condition that is over.
pub async fn save_right(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    class: ClassId,
    digest: &[u8],
    at: OffsetDateTime,
) -> Result<Option<Condition>> {
    let over = sqlx::query_scalar!(
        r#"update namespaces n set looked_at = $3, next_look_at = $3::timestamptz + interval '10 minutes', synced_at = $3, applied_digest = $2, applied_class_id = $4, remake_ordered_at = null,
              trouble = null, trouble_detail = null, trouble_since = null, ahead_revision = null, ahead_quota = null, terminating = null
           from (select id, trouble from namespaces where id = $1 for no key update) before
           where n.id = before.id returning before.trouble as "trouble?""#,
        id.0,
        digest,
        at,
        class.0
    )
    .fetch_optional(db)
    .await?;
    over.flatten().as_deref().map(from_serde_str).transpose()
}

/// The same condition lasts since it was first seen. Answers whether it is another than before.
pub async fn save_condition(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    condition: Condition,
    detail: &str,
    at: OffsetDateTime,
) -> Result<bool> {
    let was = sqlx::query_scalar!(
        r#"update namespaces n set looked_at = $4, next_look_at = $4::timestamptz + interval '10 minutes', trouble = $2, trouble_detail = $3,
              trouble_since = case when before.was then n.trouble_since else $4 end, ahead_revision = null, ahead_quota = null,
              terminating = case when $2 = 'leaving' then n.terminating end
           from (select id, trouble is not distinct from $2 as was from namespaces where id = $1 for no key update) before
           where n.id = before.id returning before.was as "was!""#,
        id.0,
        condition.as_str(),
        detail,
        at
    )
    .fetch_optional(db)
    .await?;
    Ok(was == Some(false))
}

/// The cluster is ahead: what it has. Answers whether that is news.
pub async fn save_ahead(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    ahead: &Ahead,
    detail: &str,
    at: OffsetDateTime,
) -> Result<bool> {
    let row = sqlx::query!(
        r#"update namespaces n set looked_at = $5, next_look_at = $5::timestamptz + interval '10 minutes', trouble = 'ahead',
              trouble_detail = $4, trouble_since = case when before.was then n.trouble_since else $5 end,
              ahead_revision = $2, ahead_quota = $3
           from (select id, trouble is not distinct from 'ahead' as was from namespaces where id = $1 for no key update) before
           where n.id = before.id returning before.was as "was!""#,
        id.0,
        ahead.revision,
        ahead.quota.map(Json) as _,
        detail,
        at
    )
    .fetch_one(db)
    .await?;
    Ok(!row.was)
}

/// What the cluster has beyond the database, if it is ahead. Nobody else chooses before the transaction ends.
pub async fn lock_ahead(conn: &mut PgConnection, id: NamespaceId) -> Result<Option<Ahead>> {
    let row = sqlx::query!(
        r#"select ahead_revision, ahead_quota as "quota: Json<Quota>" from namespaces where id = $1 for no key update"#,
        id.0
    )
    .fetch_one(conn)
    .await?;
    Ok(row.ahead_revision.map(|revision| Ahead { revision, quota: row.quota.map(|json| json.0) }))
}

/// The database is right from now on, and its next write is later than what the cluster has.
pub async fn overtake(db: impl PgExecutor<'_>, id: NamespaceId, ahead: &Ahead) -> Result<()> {
    sqlx::query!(
        "update namespaces set revision = $2::bigint + 1, trouble = null, trouble_detail = null, trouble_since = null,
            ahead_revision = null, ahead_quota = null
         where id = $1",
        id.0,
        ahead.revision
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn request_remake(db: impl PgExecutor<'_>, id: NamespaceId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!("update namespaces set remake_ordered_at = $2 where id = $1", id.0, at).execute(db).await?;
    Ok(())
}

/// Writes down what was found to differ; what is known already stays one row. Answers what is new.
pub async fn save_found(
    conn: &mut PgConnection,
    id: NamespaceId,
    found: &[Drift],
    at: OffsetDateTime,
) -> Result<Vec<Drift>> {
    let mut rows = Rows::default();
    found.iter().for_each(|drift| rows.push(drift));
    let new = rows.insert(conn, id, at).await?;
    trim(conn, id).await?;
    Ok(new)
}

/// Of what was found, now or before, all that is not left has been put back. Answers it.
pub async fn save_left(
    conn: &mut PgConnection,
    id: NamespaceId,
    left: &[Drift],
    at: OffsetDateTime,
) -> Result<Vec<Drift>> {
    let left: Vec<_> = left.iter().map(|drift| format!("{} {}", drift.object(), drift.field)).collect();
    sqlx::query_as!(
        Drift,
        "update namespace_drift set put_back_at = $3
         where namespace_id = $1 and put_back_at is null and not (kind || ' ' || name || ' ' || field = any($2))
         returning kind, name, field, wished as desired, found, manager, changed_at",
        id.0,
        &left,
        at
    )
    .fetch_all(conn)
    .await
}

/// Newest first. `before` is the id of the last row of the page before.
pub async fn list(db: impl PgExecutor<'_>, id: NamespaceId, before: Option<i64>, limit: i64) -> Result<Vec<DriftRow>> {
    sqlx::query_as!(
        DriftRow,
        "select id, kind, name, field, wished as desired, found, manager, changed_at, seen_at, put_back_at
         from namespace_drift where namespace_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3",
        id.0,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many times something was put back since.
pub async fn count_put_back(db: impl PgExecutor<'_>, id: NamespaceId, since: OffsetDateTime) -> Result<i64> {
    let row = sqlx::query!(
        r#"select count(distinct put_back_at) as "n!" from namespace_drift where namespace_id = $1 and put_back_at > $2"#,
        id.0,
        since
    )
    .fetch_one(db)
    .await?;
    Ok(row.n)
}

/// Namespaces whose next look is due by `now`, and moves that on to `next`: whatever comes of the look, they stand behind
/// the others then. Each cluster has its turn; those that nothing can be done on, paused, removed, replaced by another or `away`, have none.
pub async fn take_due(
    db: impl PgExecutor<'_>,
    now: OffsetDateTime,
    next: OffsetDateTime,
    away: &[ClusterId],
    limit: i64,
) -> Result<Vec<NamespaceId>> {
    let away: Vec<_> = away.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "with due as (
            select n.id, n.next_look_at, row_number() over (partition by n.cluster_id order by n.next_look_at nulls first, n.id) as turn
            from namespaces n join clusters c on c.id = n.cluster_id
            where n.state = 'ready' and (n.next_look_at is null or n.next_look_at <= $1)
              and c.removed_at is null and c.paused_reason is null and c.seen_uid is null and c.id <> all($3::uuid[])
         ), chosen as (select id from due order by turn, next_look_at nulls first limit $4)
         update namespaces set next_look_at = $2 where id in (select id from chosen) returning id",
        now,
        next,
        &away,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| NamespaceId(row.id)).collect())
}

/// Namespaces with a request that is at work, and without an order for it: nobody would ever go on with it.
pub async fn list_orphans(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<NamespaceId>> {
    let rows = sqlx::query_scalar!(
        r#"select r.namespace_id as "id!" from requests r
         where r.state in ('approved', 'applying', 'undoing') and r.namespace_id is not null
           and not exists (select from jobs j where j.kind = 'sync_namespace' and j.key = r.namespace_id)
         order by r.namespace_id limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(NamespaceId).collect())
}

pub async fn find_ready(db: impl PgExecutor<'_>, cluster: ClusterId, name: &str) -> Result<Option<NamespaceId>> {
    let row = sqlx::query!(
        "select id from namespaces where cluster_id = $1 and name = $2 and state = 'ready'",
        cluster.0,
        name
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| NamespaceId(row.id)))
}

/// Columns of rows to be inserted at once.
#[derive(Default)]
struct Rows {
    kinds: Vec<String>,
    names: Vec<String>,
    fields: Vec<String>,
    desired: Vec<Option<String>>,
    found: Vec<Option<String>>,
    managers: Vec<Option<String>>,
    changed_at: Vec<Option<OffsetDateTime>>,
}

impl Rows {
    fn push(&mut self, drift: &Drift) {
        self.kinds.push(drift.kind.clone());
        self.names.push(drift.name.clone());
        self.fields.push(drift.field.clone());
        self.desired.push(drift.desired.clone());
        self.found.push(drift.found.clone());
        self.managers.push(drift.manager.clone());
        self.changed_at.push(drift.changed_at);
    }

    /// Answers those that are new: what was known keeps the time it was first seen at.
    async fn insert(self, conn: &mut PgConnection, id: NamespaceId, at: OffsetDateTime) -> Result<Vec<Drift>> {
        sqlx::query_as!(
            Drift,
            "with kept as (
                insert into namespace_drift
                    (namespace_id, kind, name, field, wished, found, manager, changed_at, seen_at)
                select $1, kind, name, field, wished, found, manager, changed_at, $9
                from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
                    as d (kind, name, field, wished, found, manager, changed_at)
                on conflict (namespace_id, kind, name, field) where put_back_at is null do update set
                    wished = excluded.wished, found = excluded.found, manager = excluded.manager,
                    changed_at = excluded.changed_at
                returning id, kind, name, field, wished, found, manager, changed_at, seen_at
             )
             select kind, name, field, wished as desired, found, manager, changed_at from kept where seen_at = $9 order by id",
            id.0,
            &self.kinds,
            &self.names,
            &self.fields,
            &self.desired as &[Option<String>],
            &self.found as &[Option<String>],
            &self.managers as &[Option<String>],
            &self.changed_at as &[Option<OffsetDateTime>],
            at
        )
        .fetch_all(conn)
        .await
    }
}

async fn trim(conn: &mut PgConnection, id: NamespaceId) -> Result<()> {
    sqlx::query!(
        "delete from namespace_drift where namespace_id = $1 and id <= (
            select id from namespace_drift where namespace_id = $1 order by id desc offset $2 limit 1)",
        id.0,
        KEPT
    )
    .execute(conn)
    .await?;
    Ok(())
}
