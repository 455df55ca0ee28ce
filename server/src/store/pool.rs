//! The connections to Postgres, and whether its schema is the one this Berth needs.

use super::{MIGRATIONS, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Row};
use std::collections::BTreeSet;
use std::time::Duration;

/// `statement_timeout` of everything but migrations, in Postgres' own words.
const STATEMENT_LIMIT: &str = "10s";
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// Connects once to see that it works.
pub async fn connect(url: &str, max_connections: u32) -> Result<PgPool> {
    let options = options(url)?.options([
        ("statement_timeout", STATEMENT_LIMIT),
        // A transaction that its task forgot must not hold locks for ever.
        ("idle_in_transaction_session_timeout", "60s"),
    ]);
    PgPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_LIMIT).connect_with(options).await
}

/// Brings the schema up to date. Answers what was done, by name.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    let db = PgPoolOptions::new().max_connections(2).acquire_timeout(ACQUIRE_LIMIT).connect_with(options(url)?).await?;
    let missing = list_missing(&db).await?;
    MIGRATIONS.run(&db).await.map_err(|error| sqlx::Error::Migrate(Box::new(error)))?;
    db.close().await;
    Ok(missing)
}

/// Migrations that this Berth needs and the database has not seen, by name.
pub async fn list_missing(db: &PgPool) -> Result<Vec<String>> {
    let applied = list_applied(db).await?;
    let missing = MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.version));
    Ok(missing.map(|migration| migration.description.replace('_', " ")).collect())
}

/// Whether the database answers.
pub async fn ping(db: &PgPool) -> Result<()> {
    sqlx::query("select 1").execute(db).await?;
    Ok(())
}

async fn list_applied(db: &PgPool) -> Result<BTreeSet<i64>> {
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
