//! The audit trail: appended to under a lock, read in order.

use super::{Result, push_holds};
use domain::audit::{Checkpoint, Event, Hash, Link};
use domain::id::TeamId;
use sqlx::{PgConnection, PgExecutor, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// Appends an event and answers its number; the chain's end is locked to the end of the transaction.
pub async fn append(conn: &mut PgConnection, event: &Event) -> Result<i64> {
    let head = sqlx::query!("select seq, hash from audit_head for update").fetch_one(&mut *conn).await?;
    let (seq, previous) = (head.seq + 1, hash(&head.hash)?);
    let hash = event.hash(seq, &previous);
    sqlx::query!(
        "insert into audit_events
            (seq, at, actor_kind, actor_id, actor_label, action, subject, team_id, request_id, detail, previous, hash,
             on_behalf_id, on_behalf_label, format)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
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
        id(event.on_behalf_id.as_deref())?,
        event.on_behalf_label,
        event.format,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update audit_head set seq = $1, hash = $2", seq, &hash.0[..]).execute(conn).await?;
    Ok(seq)
}

/// The end of the chain as it was last written.
pub async fn head(db: impl PgExecutor<'_>) -> Result<(i64, Hash)> {
    let head = sqlx::query!("select seq, hash from audit_head").fetch_one(db).await?;
    Ok((head.seq, hash(&head.hash)?))
}

/// In order, after row `after`; a whole chain is read in such parts.
pub async fn list_after(db: impl PgExecutor<'_>, after: i64, limit: i64) -> Result<Vec<Link>> {
    let records =
        sqlx::query_as!(Record, "select * from audit_events where seq > $1 order by seq limit $2", after, limit);
    records.fetch_all(db).await?.into_iter().map(Record::into_link).collect()
}

/// What a list is narrowed to; an empty text narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub actor: String,
    pub behalf: String,
    pub action: String,
    pub subject: String,
    /// Slug.
    pub team: String,
    pub from: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
    pub text: String,
}

/// Newest first; those before the number `before`.
pub async fn list(db: impl PgExecutor<'_>, filter: &Filter, before: Option<i64>, limit: i64) -> Result<Vec<Link>> {
    let mut query = QueryBuilder::new("select * from audit_events where seq < ");
    query.push_bind(before.unwrap_or(i64::MAX));
    narrow(&mut query, filter);
    query.push(" order by seq desc limit ").push_bind(limit);
    query.build_query_as::<Record>().fetch_all(db).await?.into_iter().map(Record::into_link).collect()
}

/// Oldest first, a batch at a time: those after the number `after`, up to `last`.
pub async fn list_batch(
    db: impl PgExecutor<'_>,
    filter: &Filter,
    after: i64,
    last: i64,
    limit: i64,
) -> Result<Vec<Link>> {
    let mut query = QueryBuilder::new("select * from audit_events where seq > ");
    query.push_bind(after).push(" and seq <= ").push_bind(last);
    narrow(&mut query, filter);
    query.push(" order by seq limit ").push_bind(limit);
    query.build_query_as::<Record>().fetch_all(db).await?.into_iter().map(Record::into_link).collect()
}

/// No condition but those that were set.
fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let Filter { actor, behalf, action, subject, team, from, until, text } = filter;
    if !actor.is_empty() {
        query.push(" and ");
        push_holds(query, "actor_label", actor);
    }
    if !behalf.is_empty() {
        query.push(" and ");
        push_holds(query, "on_behalf_label", behalf);
    }
    if !action.is_empty() {
        query.push(" and starts_with(action, ").push_bind(action.clone()).push(")");
    }
    if !subject.is_empty() {
        query.push(" and strpos(subject, ").push_bind(subject.clone()).push(") > 0");
    }
    if !team.is_empty() {
        query.push(" and team_id = (select id from teams where slug = ").push_bind(team.clone()).push(")");
    }
    if let Some(from) = *from {
        query.push(" and at >= ").push_bind(from);
    }
    if let Some(until) = *until {
        query.push(" and at < ").push_bind(until);
    }
    if !text.is_empty() {
        let all = "concat_ws(' ', actor_label, on_behalf_label, action, subject, request_id, detail)";
        query.push(" and ");
        push_holds(query, all, text);
    }
}

/// A signed end of the chain.
pub struct Signed {
    pub checkpoint: Checkpoint,
    pub public_key: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Answers whether it is new: another replica may have been faster.
pub async fn insert_checkpoint(db: impl PgExecutor<'_>, signed: &Signed) -> Result<bool> {
    let done = sqlx::query!(
        "insert into audit_checkpoints (seq, hash, at, public_key, signature) values ($1, $2, $3, $4, $5) on conflict do nothing",
        signed.checkpoint.seq,
        &signed.checkpoint.hash.0[..],
        signed.checkpoint.at,
        signed.public_key,
        signed.signature,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The last one.
pub async fn find_checkpoint(db: impl PgExecutor<'_>) -> Result<Option<Signed>> {
    let record = sqlx::query_as!(SignedRecord, "select * from audit_checkpoints order by seq desc limit 1");
    record.fetch_optional(db).await?.map(SignedRecord::into_signed).transpose()
}

/// The next ones after row `after`, in order.
pub async fn list_checkpoints(db: impl PgExecutor<'_>, after: i64, limit: i64) -> Result<Vec<Signed>> {
    let records = sqlx::query_as!(
        SignedRecord,
        "select * from audit_checkpoints where seq > $1 order by seq limit $2",
        after,
        limit
    );
    records.fetch_all(db).await?.into_iter().map(SignedRecord::into_signed).collect()
}

struct SignedRecord {
    seq: i64,
    hash: Vec<u8>,
    at: OffsetDateTime,
    public_key: Vec<u8>,
    signature: Vec<u8>,
}

impl SignedRecord {
    fn into_signed(self) -> Result<Signed> {
        let checkpoint = Checkpoint { seq: self.seq, hash: hash(&self.hash)?, at: self.at };
        Ok(Signed { checkpoint, public_key: self.public_key, signature: self.signature })
    }
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

/// What a namespace's activity is made of.
pub struct Activity<'a> {
    /// Its requests.
    pub requests: &'a [String],
    /// `CLUSTER/NAME`: events of it since `made_at`, but for those named `untold`. What is older is of another that had
    /// the name.
    pub place: &'a str,
    pub made_at: OffsetDateTime,
    pub untold: &'a [String],
    /// `cluster NAME`: events of it since `made_at` that are named in `told`.
    pub cluster: &'a str,
    pub told: &'a [String],
    pub team: TeamId,
}

/// Newest first.
pub async fn list_activity(db: impl PgExecutor<'_>, of: Activity<'_>, limit: i64) -> Result<Vec<Link>> {
    let records = sqlx::query_as!(
        Record,
        r#"select e.seq as "seq!", e.at as "at!", e.actor_kind as "actor_kind!", e.actor_id, e.actor_label as "actor_label!",
                  e.action as "action!", e.subject as "subject!", e.team_id, e.request_id, e.detail as "detail!",
                  e.previous as "previous!", e.hash as "hash!", e.on_behalf_id, e.on_behalf_label, e.format as "format!"
           from (
              (select a.* from unnest($1::text[]) s (subject) cross join lateral (
                 select * from audit_events a where a.subject = s.subject and a.team_id = $2 order by a.seq desc limit $8
               ) a)
              union all
              (select * from audit_events where subject = $3 and team_id = $2 and at >= $4 and action <> all($5::text[])
               order by seq desc limit $8)
              union all
              (select * from audit_events where subject = $6 and at >= $4 and action = any($7::text[])
               order by seq desc limit $8)
           ) e order by e.seq desc limit $8"#,
        of.requests,
        of.team.0,
        of.place,
        of.made_at,
        of.untold,
        of.cluster,
        of.told,
        limit
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_link).collect()
}

#[derive(sqlx::FromRow)]
struct Record {
    seq: i64,
    at: OffsetDateTime,
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
    on_behalf_id: Option<Uuid>,
    on_behalf_label: Option<String>,
    format: i16,
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
            on_behalf_id: self.on_behalf_id.map(|id| id.to_string()),
            on_behalf_label: self.on_behalf_label,
            format: self.format,
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
