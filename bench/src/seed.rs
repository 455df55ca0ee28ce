//! Fills a database that Berth has set up: through its schema with all constraints, with digests, plans and the audit
//! chain as Berth itself makes them, but many rows at a time.

mod catalog;
mod history;
mod people;
mod requests;
mod rows;

use crate::ground::Keys;
use anyhow::{Context, Result, ensure};
use domain::Quota;
use domain::namespace::{ClusterRef, TeamRef};
use domain::request::ClassRef;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    pub teams: usize,
    pub people: usize,
    pub namespaces: usize,
    pub requests: usize,
    /// Of the catalog, with as many versions each.
    pub entries: usize,
    pub versions: usize,
}

pub const FULL: Amounts =
    Amounts { teams: 200, people: 500, namespaces: 2_000, requests: 10_000, entries: 500, versions: 50 };
/// Only who is needed to ask and decide.
pub const EMPTY: Amounts = Amounts { teams: 2, people: 6, namespaces: 0, requests: 0, entries: 0, versions: 0 };

/// The same, and a namespace.
pub const ONE: Amounts = Amounts { namespaces: 1, requests: 1, ..EMPTY };

/// What the seeded rows refer to.
struct World {
    now: OffsetDateTime,
    amounts: Amounts,
    cluster: ClusterRef,
    class: ClassRef,
    production: ClassRef,
    teams: Vec<Team>,
}

struct Team {
    team: TeamRef,
    owner: Somebody,
    developers: Vec<Somebody>,
}

#[derive(Clone)]
struct Somebody {
    id: Uuid,
    name: String,
}

/// What every namespace has: little, so that there is room for all on the cluster.
const GRANTED: Quota = Quota { cpu_m: 100, memory_bytes: 128 << 20, storage_bytes: 1 << 30, pods: 5, ..Quota::ZERO };

/// Fills the database and answers how the accounts come in.
pub async fn fill(db: &PgPool, issuer: &str, amounts: Amounts) -> Result<Keys> {
    let mut tx = db.begin().await?;
    let world = people::people(&mut tx, issuer, amounts).await?;
    let keys = people::keys(&mut tx).await?;
    let seeded = requests::requests(&mut tx, &world).await?;
    history::audit(&mut tx, &world, &seeded).await?;
    catalog::catalog(&mut tx, amounts).await?;
    tx.commit().await?;
    sqlx::query("vacuum analyze").execute(db).await?;
    check(db, amounts).await?;
    Ok(keys)
}

async fn check(db: &PgPool, amounts: Amounts) -> Result<()> {
    for (table, wanted) in [
        ("teams", amounts.teams),
        ("people", amounts.people),
        ("namespaces", amounts.namespaces),
        ("requests", amounts.requests),
        ("catalog_entries", amounts.entries),
        ("chart_versions", amounts.entries * amounts.versions),
    ] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let found: i64 = sqlx::query_scalar(count).fetch_one(db).await.context(table)?;
        ensure!(usize::try_from(found) == Ok(wanted), "{found} {table} were made instead of {wanted}");
    }
    Ok(())
}

/// Ids that are in the order of their numbers, as those that Berth makes are in the order of their times.
fn id(kind: u8, number: usize) -> Uuid {
    Uuid::from_u128((number as u128) << 64 | u128::from(kind) << 8 | 1)
}
