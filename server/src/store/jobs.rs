//! The jobs table: orders with a key, leased one at a time.

use super::Result;
use super::notifier::{Change, notify};
use domain::id::NamespaceId;
use sqlx::{PgConnection, PgExecutor};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A job in hand.
pub struct Leased {
    pub id: i64,
    pub kind: String,
    pub key: Uuid,
    /// This attempt included.
    pub attempts: i32,
    pub created_at: OffsetDateTime,
}

/// Orders a job for each key, for `run_at`. Ordered twice it is one order; ordered while somebody works on it, it runs once more.
/// A new order begins anew: what broke before counts no more, also where it had been given up or is at its last attempt.
/// The rows are locked in the order of their keys.
pub async fn enqueue(conn: &mut PgConnection, kind: &str, keys: &[Uuid], run_at: OffsetDateTime) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into jobs (kind, key, run_at, created_at)
         select distinct on (key) $1, key, $3::timestamptz, $3::timestamptz from unnest($2::uuid[]) as ordered (key) order by key
         on conflict on constraint job_single do update set
            run_at = least(jobs.run_at, excluded.run_at),
            is_wanted_again = jobs.leased_by is not null,
            attempts = case when jobs.gave_up_at is null then jobs.attempts else 0 end,
            n_broken = 0,
            created_at = case when jobs.gave_up_at is null then jobs.created_at else excluded.created_at end,
            gave_up_at = null",
        kind,
        keys,
        run_at
    )
    .execute(&mut *conn)
    .await?;
    notify(conn, Change::Jobs).await
}

/// Orders what nobody has asked for anew, spread over the time from `from` on: what was given up stays given up until
/// somebody says otherwise.
pub async fn enqueue_routine(
    conn: &mut PgConnection,
    kind: &str,
    keys: &[Uuid],
    from: OffsetDateTime,
    apart: Duration,
) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into jobs (kind, key, run_at, created_at)
         select $1, key, $3::timestamptz + (place - 1) * $4::float8 * interval '1 second', $3::timestamptz
         from unnest($2::uuid[]) with ordinality as ordered (key, place) order by key
         on conflict on constraint job_single do update set
            run_at = least(jobs.run_at, excluded.run_at),
            is_wanted_again = jobs.leased_by is not null
         where jobs.gave_up_at is null",
        kind,
        keys,
        from,
        apart.as_seconds_f64()
    )
    .execute(&mut *conn)
    .await?;
    notify(conn, Change::Jobs).await
}

/// Takes the job that is longest due, also one whose holder has let its lease run out. Of the namespaces on one cluster a
/// holder has at most `most_on_one` in hand: one that is slow to answer leaves a hand free for the others.
pub async fn lease(
    db: impl PgExecutor<'_>,
    holder: Uuid,
    most_on_one: i64,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Option<Leased>> {
    sqlx::query_as!(
        Leased,
        "update jobs set leased_by = $1, leased_until = $2, attempts = attempts + 1, is_wanted_again = false
         where id = (
            select j.id from jobs j left join namespaces n on n.id = j.key
            where j.gave_up_at is null and j.run_at <= $3 and (j.leased_until is null or j.leased_until < $3)
               and (n.cluster_id is null or n.cluster_id not in (
                  select m.cluster_id from jobs r join namespaces m on m.id = r.key
                  where r.leased_by = $1 and r.leased_until >= $3 group by m.cluster_id having count(*) >= $4))
            order by j.run_at limit 1 for update of j skip locked
         )
         returning id, kind, key, attempts, created_at",
        holder,
        now + lease,
        now,
        most_on_one
    )
    .fetch_optional(db)
    .await
}

/// Keeps a lease; false when another has taken the job over.
pub async fn renew(db: impl PgExecutor<'_>, id: i64, holder: Uuid, until: OffsetDateTime) -> Result<bool> {
    let done = sqlx::query!("update jobs set leased_until = $3 where id = $1 and leased_by = $2", id, holder, until)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The job is done: it goes, unless it was ordered again meanwhile.
pub async fn finish(conn: &mut PgConnection, id: i64, holder: Uuid, now: OffsetDateTime) -> Result<()> {
    let gone = sqlx::query!("delete from jobs where id = $1 and leased_by = $2 and not is_wanted_again", id, holder)
        .execute(&mut *conn)
        .await?;
    if gone.rows_affected() == 0 {
        sqlx::query!(
            "update jobs set leased_by = null, leased_until = null, run_at = $3, attempts = 0, n_broken = 0, last_error = null
             where id = $1 and leased_by = $2",
            id,
            holder,
            now
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// A periodic job is done: it waits until `run_at`, or runs at once if it was ordered meanwhile.
pub async fn finish_until(
    db: impl PgExecutor<'_>,
    id: i64,
    holder: Uuid,
    now: OffsetDateTime,
    run_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update jobs set leased_by = null, leased_until = null, attempts = 0, n_broken = 0, last_error = null,
            run_at = case when is_wanted_again then $3 else $4::timestamptz end
         where id = $1 and leased_by = $2",
        id,
        holder,
        now,
        run_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes the row of a periodic job, unless it is there.
pub async fn ensure(db: impl PgExecutor<'_>, kind: &str, key: Uuid, run_at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into jobs (kind, key, run_at, created_at) values ($1, $2, $3, $3) on conflict do nothing",
        kind,
        key,
        run_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An attempt that did not get through.
pub struct Failed {
    pub error: String,
    /// When it is tried again.
    pub run_at: OffsetDateTime,
    /// By a mistake of ours; waiting for something outside does not count.
    pub is_broken: bool,
    /// After so many attempts that broke it is not tried again, but rests where people can see it.
    pub most_broken: Option<i32>,
}

/// Answers whether it is given up now. An order that came meanwhile has begun the count anew.
pub async fn fail(
    db: impl PgExecutor<'_>,
    id: i64,
    holder: Uuid,
    failed: &Failed,
    now: OffsetDateTime,
) -> Result<bool> {
    let gave_up = sqlx::query_scalar!(
        r#"update jobs set leased_by = null, leased_until = null, last_error = $3, run_at = $4,
            gave_up_at = case when $5::bool and n_broken + 1 >= $6::int then $7::timestamptz end,
            n_broken = n_broken + $5::bool::int
         where id = $1 and leased_by = $2 returning gave_up_at is not null as "gave_up!""#,
        id,
        holder,
        failed.error,
        failed.run_at,
        failed.is_broken,
        failed.most_broken.unwrap_or(i32::MAX),
        now
    )
    .fetch_optional(db)
    .await?;
    Ok(gave_up.unwrap_or(false))
}

/// A job that was not tried: it is as before, and due then.
pub async fn put_back(db: impl PgExecutor<'_>, id: i64, holder: Uuid, run_at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update jobs set leased_by = null, leased_until = null, attempts = attempts - 1, run_at = $3
         where id = $1 and leased_by = $2",
        id,
        holder,
        run_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Attempts at a job in hand that broke so far; none when another has taken it over.
pub async fn find_n_broken(db: impl PgExecutor<'_>, id: i64, holder: Uuid) -> Result<Option<i32>> {
    sqlx::query_scalar!("select n_broken from jobs where id = $1 and leased_by = $2", id, holder)
        .fetch_optional(db)
        .await
}

/// Puts back at once what this holder has in hand, for others to take: it is shutting down.
pub async fn release_all(conn: &mut PgConnection, holder: Uuid) -> Result<()> {
    sqlx::query!(
        "update jobs set leased_by = null, leased_until = null, attempts = attempts - 1 where leased_by = $1",
        holder
    )
    .execute(&mut *conn)
    .await?;
    notify(conn, Change::Jobs).await
}

/// When the next job is due, if any.
pub async fn next_due(db: impl PgExecutor<'_>) -> Result<Option<OffsetDateTime>> {
    let row = sqlx::query!(
        r#"select min(greatest(run_at, coalesce(leased_until, run_at))) as at from jobs where gave_up_at is null"#
    )
    .fetch_one(db)
    .await?;
    Ok(row.at)
}

/// A job as the admin page shows it.
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub key: Uuid,
    /// `CLUSTER/NAME` of the namespace that is the key.
    pub namespace: Option<String>,
    pub attempts: i32,
    pub gave_up_at: Option<OffsetDateTime>,
    pub last_error: Option<String>,
    pub run_at: OffsetDateTime,
}

/// Those that gave up first, then those that failed, each by due time.
pub async fn list(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<Job>> {
    sqlx::query_as!(
        Job,
        r#"select j.id, j.kind, j.key, c.name || '/' || n.name as "namespace?", j.attempts, j.gave_up_at, j.last_error, j.run_at
         from jobs j left join namespaces n on n.id = j.key left join clusters c on c.id = n.cluster_id
         order by j.gave_up_at is null, j.attempts = 0, j.run_at limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> Result<Job> {
    sqlx::query_as!(
        Job,
        r#"select j.id, j.kind, j.key, c.name || '/' || n.name as "namespace?", j.attempts, j.gave_up_at, j.last_error, j.run_at
         from jobs j left join namespaces n on n.id = j.key left join clusters c on c.id = n.cluster_id
         where j.id = $1"#,
        id
    )
    .fetch_one(db)
    .await
}

/// Whether there is an order to work on this namespace that was not given up.
pub async fn is_ordered(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from jobs where kind = 'sync_namespace' and key = $1 and gave_up_at is null) as "is!""#,
        namespace.0
    )
    .fetch_one(db)
    .await
}
