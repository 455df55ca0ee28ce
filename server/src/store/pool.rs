//! The connections to Postgres, and whether its schema is the one this Berth needs.

use super::{MIGRATIONS, Result};
use futures::FutureExt;
use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgExecutor, PgPool, Row};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;
use time::OffsetDateTime;

/// `statement_timeout` of everything but migrations, in Postgres' own words.
const STATEMENT_LIMIT: &str = "10s";
/// `lock_timeout` of the same: shorter than whoever waits for a connection waits, so that those who wait for one lock do not
/// keep all connections from those who do not.
const STATEMENT_LOCK_LIMIT: &str = "3s";
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);
/// Plans that a connection keeps: more than there are queries, so that none is made twice.
const PLANS_KEPT: usize = 400;
/// A connection that was used so shortly ago is taken to be there still.
const TRUSTED_FOR: Duration = Duration::from_millis(500);

/// How long a migration waits for a lock before it lets go: whoever asks for the same table waits behind it.
const LOCK_LIMIT: &str = "2s";
/// It tries so often, with a pause in which the others go on.
const LOCK_TRIES: u32 = 30;
const LOCK_PAUSE: Duration = Duration::from_secs(1);
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// One connection, to see what is the matter when there is none: a pool says only that it waited.
pub async fn try_out(url: &str) -> Result<()> {
    let options = options(url)?;
    let late = |_| sqlx::Error::Io(std::io::Error::new(ErrorKind::TimedOut, "no answer in time"));
    let connect = async { PgConnection::connect_with(&options).await?.close().await };
    tokio::time::timeout(ACQUIRE_LIMIT, connect.boxed()).await.map_err(late)?
}

/// Connects once to see that it works.
pub async fn connect(url: &str, max_connections: u32) -> Result<PgPool> {
    let options = options(url)?.statement_cache_capacity(PLANS_KEPT).options([
        ("statement_timeout", STATEMENT_LIMIT),
        ("lock_timeout", STATEMENT_LOCK_LIMIT),
        // A transaction that its task forgot must not hold locks for ever.
        ("idle_in_transaction_session_timeout", "60s"),
        // A query's plan is made once for each connection. Making it anew for each set of values took longer than
        // most queries themselves.
        ("plan_cache_mode", "force_generic_plan"),
    ]);
    let pool = PgPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_LIMIT);
    // A page asks many queries in a row; a connection that has just answered needs no question whether it is there.
    let pool = pool.test_before_acquire(false).before_acquire(|conn, meta| {
        async move {
            // One that takes no changes may lead to a server that was replaced: a new one leads to whoever serves now.
            Ok(meta.idle_for <= TRUSTED_FOR || !is_read_only(&mut *conn).await?)
        }
        .boxed()
    });
    pool.connect_with(options).await
}

/// How far this process's clock is ahead of the database's; negative where it is behind.
pub async fn clock_ahead(db: &PgPool) -> Result<time::Duration> {
    let asked_at = OffsetDateTime::now_utc();
    let theirs: OffsetDateTime = sqlx::query_scalar("select clock_timestamp()").fetch_one(db).await?;
    Ok(asked_at - theirs)
}

/// Whether every connection that there may be is there and in use.
pub fn is_full(db: &PgPool) -> bool {
    db.size() >= db.options().get_max_connections() && db.num_idle() == 0
}

/// Brings the schema up to date. Answers what was done, by name.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    apply(url, MIGRATIONS.migrations.to_vec()).await
}

/// The same with these migrations. What a later version of Berth has done beyond them stays.
pub async fn apply(url: &str, migrations: Vec<Migration>) -> Result<Vec<String>> {
    let options = options(url)?.options([("lock_timeout", LOCK_LIMIT)]);
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.set_ignore_missing(true);
    let mut tries = 1;
    loop {
        // A connection for each: what it has locked goes with it.
        let mut conn = PgConnection::connect_with(&options).await?;
        let missing = missing_of(&migrator, &list_applied(&mut conn).await?);
        match migrator.run(&mut conn).await {
            Ok(()) => return Ok(missing),
            Err(error) if is_locked_out(&error) && tries < LOCK_TRIES => {
                tracing::info!("somebody else holds a lock that a migration needs; trying again");
            }
            Err(error) => return Err(sqlx::Error::Migrate(Box::new(error))),
        }
        conn.close().await?;
        tokio::time::sleep(LOCK_PAUSE).await;
        tries += 1;
    }
}

fn is_locked_out(error: &MigrateError) -> bool {
    let (MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) = error else { return false };
    cause.as_database_error().and_then(|error| error.code()).as_deref() == Some(LOCK_NOT_AVAILABLE)
}

/// Migrations that this Berth needs and the database has not seen, by name.
pub async fn list_missing(db: &PgPool) -> Result<Vec<String>> {
    Ok(missing_of(&MIGRATIONS, &list_applied(db).await?))
}

fn missing_of(wanted: &Migrator, applied: &BTreeSet<i64>) -> Vec<String> {
    let missing = wanted.iter().filter(|migration| !applied.contains(&migration.version));
    missing.map(|migration| migration.description.replace('_', " ")).collect()
}

/// Whether the database answers.
pub async fn ping(db: impl PgExecutor<'_>) -> Result<()> {
    sqlx::query("select 1").execute(db).await?;
    Ok(())
}

/// What a connection is asked that has lain idle, before it is given to who asks something.
pub const IS_READ_ONLY: &str = "select current_setting('transaction_read_only')::bool";

/// Whether it takes no changes: it stands by for another, or was told not to.
pub async fn is_read_only(db: impl PgExecutor<'_>) -> Result<bool> {
    sqlx::query_scalar(IS_READ_ONLY).fetch_one(db).await
}

/// A connection beside the pool.
pub async fn connect_alone(url: &str) -> Result<PgConnection> {
    PgConnection::connect_with(&options(url)?).await
}

async fn list_applied(db: impl PgExecutor<'_>) -> Result<BTreeSet<i64>> {
    const UNDEFINED_TABLE: &str = "42P01";
    match sqlx::query("select version from _sqlx_migrations where success").fetch_all(db).await {
        Ok(rows) => rows.iter().map(|row| row.try_get(0)).collect(),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

fn options(url: &str) -> Result<PgConnectOptions> {
    Ok(url.parse::<PgConnectOptions>()?.application_name("berth"))
}
