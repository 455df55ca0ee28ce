//! How each namespace's quota came to be what it is.

use super::Result;
use domain::id::{NamespaceId, PersonId, RequestId};
use domain::name::RequestNumber;
use domain::view::{FreeLine, QuotaChangeView};
use domain::{Quota, Resource};
use sqlx::PgExecutor;
use sqlx::types::Json;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// One change, with what was known when it was decided.
pub struct QuotaChange<'a> {
    pub namespace: NamespaceId,
    pub request: RequestId,
    pub before: Quota,
    pub after: Quota,
    pub reason: &'a str,
    pub used: Option<Quota>,
    /// Of the resources that the cluster bounds.
    pub free: BTreeMap<Resource, u64>,
    /// None when the rules decided.
    pub decided_by: Option<PersonId>,
    pub decided_at: OffsetDateTime,
}

pub async fn insert(db: impl PgExecutor<'_>, change: &QuotaChange<'_>) -> Result<()> {
    sqlx::query!(
        "insert into quota_changes
            (namespace_id, request_id, before, after, reason, used, free, is_increase, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        change.namespace.0,
        change.request.0,
        Json(change.before) as _,
        Json(change.after) as _,
        change.reason,
        change.used.map(Json) as _,
        Json(&change.free) as _,
        !change.after.fits(&change.before),
        change.decided_by.map(|person| person.0),
        change.decided_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How often it grew without anybody's approval since then. What it began with does not count.
pub async fn count_automatic(db: impl PgExecutor<'_>, namespace: NamespaceId, since: OffsetDateTime) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from quota_changes c join requests r on r.id = c.request_id
           where c.namespace_id = $1 and r.kind = 'quota' and c.is_increase and c.decided_by is null and c.decided_at > $2"#,
        namespace.0,
        since
    )
    .fetch_one(db)
    .await
}

/// A page, newest first. `before` is the id of the last one of the page before.
pub async fn list(
    db: impl PgExecutor<'_>,
    namespace: NamespaceId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<QuotaChangeView>> {
    let rows = sqlx::query!(
        r#"select c.id, r.number, c.before as "before: Json<Quota>", c.after as "after: Json<Quota>", c.reason,
                  c.used as "used: Json<Quota>", c.free as "free: Json<BTreeMap<Resource, u64>>", p.name as "by?",
                  c.decided_at
           from quota_changes c
           join requests r on r.id = c.request_id
           left join people p on p.id = c.decided_by
           where c.namespace_id = $1 and ($2::bigint is null or c.id < $2) order by c.id desc limit $3"#,
        namespace.0,
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    let views = rows.into_iter().map(|r| QuotaChangeView {
        id: r.id,
        request: RequestNumber(r.number),
        before: r.before.0,
        after: r.after.0,
        reason: r.reason,
        used: r.used.map(|json| json.0),
        capacity: r.free.0.into_iter().map(|(resource, free)| FreeLine { resource, free }).collect(),
        by: r.by,
        at: r.decided_at,
    });
    Ok(views.collect())
}
