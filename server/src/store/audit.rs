//! The audit trail: appended to under a lock, read in order.

use super::Result;
use domain::audit::{Event, Hash, Link};
use futures::stream::{BoxStream, StreamExt};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Appends an event; the chain's end is locked to the end of the transaction.
pub async fn append(conn: &mut PgConnection, event: &Event) -> Result<()> {
    let head = sqlx::query!("select seq, hash from audit_head for update").fetch_one(&mut *conn).await?;
    let (seq, previous) = (head.seq + 1, hash(&head.hash)?);
    let hash = event.hash(seq, &previous);
    sqlx::query!(
        "insert into audit_events
            (seq, at, actor_kind, actor_id, actor_label, action, subject, team_id, request_id, detail, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        seq,
        event.at,
        event.actor_kind,
        id(event.actor_id.as_deref())?,
        event.actor_label,
        event.action,
        event.subject,
        id(event.team.as_deref())?,
        event.request_id,
        event.detail,
        &previous.0[..],
        &hash.0[..],
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update audit_head set seq = $1, hash = $2", seq, &hash.0[..]).execute(conn).await?;
    Ok(())
}

/// Every read of this transaction sees the same moment; must be its first statement.
pub async fn hold_snapshot(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("set transaction isolation level repeatable read, read only").execute(conn).await?;
    Ok(())
}

/// The end of the chain as it was last written.
pub async fn head(db: impl PgExecutor<'_>) -> Result<(i64, Hash)> {
    let head = sqlx::query!("select seq, hash from audit_head").fetch_one(db).await?;
    Ok((head.seq, hash(&head.hash)?))
}

/// Everything, in order, without holding it all.
pub fn stream<'a>(db: impl PgExecutor<'a> + 'a) -> BoxStream<'a, Result<Link>> {
    sqlx::query_as!(Record, "select * from audit_events order by seq")
        .fetch(db)
        .map(|record| record?.into_link())
        .boxed()
}

/// What a list is narrowed to; an empty text narrows nothing.
pub struct Filter<'a> {
    pub actor: &'a str,
    pub action: &'a str,
    pub subject: &'a str,
    /// Only events before this number.
    pub before: Option<i64>,
    pub limit: i64,
}

/// Newest first.
pub async fn list(db: impl PgExecutor<'_>, filter: &Filter<'_>) -> Result<Vec<Link>> {
    let records = sqlx::query_as!(
        Record,
        "select * from audit_events
         where ($1 = '' or strpos(lower(actor_label), lower($1)) > 0)
           and ($2 = '' or starts_with(action, $2))
           and ($3 = '' or strpos(subject, $3) > 0)
           and ($4::bigint is null or seq < $4)
         order by seq desc limit $5",
        filter.actor,
        filter.action,
        filter.subject,
        filter.before,
        filter.limit,
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_link).collect()
}

/// Of one thing, newest first.
pub async fn list_of_subject(db: impl PgExecutor<'_>, subject: &str, limit: i64) -> Result<Vec<Link>> {
    let records = sqlx::query_as!(
        Record,
        "select * from audit_events where subject = $1 order by seq desc limit $2",
        subject,
        limit
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_link).collect()
}

struct Record {
    seq: i64,
    at: time::OffsetDateTime,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_label: String,
    action: String,
    subject: String,
    team_id: Option<Uuid>,
    request_id: Option<String>,
    detail: serde_json::Value,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

impl Record {
    fn into_link(self) -> Result<Link> {
        let (previous, hash) = (hash(&self.previous)?, hash(&self.hash)?);
        let event = Event {
            at: self.at,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id.map(|id| id.to_string()),
            actor_label: self.actor_label,
            action: self.action,
            subject: self.subject,
            team: self.team_id.map(|id| id.to_string()),
            request_id: self.request_id,
            detail: self.detail,
        };
        Ok(Link { seq: self.seq, event, previous, hash })
    }
}

fn hash(bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map(Hash).map_err(|_| sqlx::Error::Decode("a hash has 32 bytes".into()))
}

fn id(text: Option<&str>) -> Result<Option<Uuid>> {
    text.map(str::parse).transpose().map_err(|error: uuid::Error| sqlx::Error::Encode(error.into()))
}
