//! The SQL, in plain functions on a connection. `find_` gives an Option, `get_` fails with
//! `RowNotFound`, `lock_` holds the row to the end of the transaction.
//!
//! No rules here, but the constraints that keep them: [`classify`] gives a broken one its reason.
//! Floors above name no database library; they use the types of this module.

pub mod audit;
pub mod bindings;
pub mod catalog_entries;
pub mod catalog_lists;
pub mod chart_archives;
pub mod chart_ingests;
pub mod chart_listings;
pub mod chart_sources;
pub mod chart_versions;
pub mod class_drafts;
pub mod classes;
pub mod clusters;
pub mod comments;
pub mod directory;
pub mod drift;
pub mod endings;
pub mod favourites;
pub mod frame;
pub mod icons;
pub mod jobs;
pub mod left_tokens;
pub mod line;
pub mod memberships;
pub mod namespaces;
pub mod notifier;
pub mod overview;
pub mod own_roles;
pub mod pace;
pub mod people;
pub mod places;
pub mod pool;
pub mod queues;
pub mod quota_changes;
pub mod requests;
pub mod review;
pub mod revisions;
pub mod sealed;
pub mod search;
pub mod sessions;
pub mod steps;
pub mod suspensions;
pub mod teams;
pub mod tokens;
pub mod wants;

use domain::actor::Person;
use domain::cluster::OvercommitRatio;
use domain::field_error::FieldErrors;
use domain::{Quota, Refusal};
use sqlx::{Postgres, QueryBuilder};
use std::collections::BTreeMap;
use std::io;
use uuid::Uuid;

pub use sqlx::types::Json;
pub use sqlx::{PgConnection as Conn, PgPool as Pool};

pub type Fault = sqlx::Error;
pub type Result<T, E = Fault> = std::result::Result<T, E>;
/// A transaction: what is not committed never was.
pub type Tx = sqlx::Transaction<'static, sqlx::Postgres>;

pub async fn begin(db: &Pool) -> Result<Tx> {
    begin_with(db, None).await
}

/// A transaction that reads, all of it as of its first query, and writes nothing.
pub async fn begin_snapshot(db: &Pool) -> Result<Tx> {
    begin_with(db, Some("begin isolation level repeatable read, read only")).await
}

/// In a task of its own. sqlx counts a transaction once `begin` is answered: who stops waiting before that would leave the
/// connection inside of one, for whoever has it next.
async fn begin_with(db: &Pool, statement: Option<&'static str>) -> Result<Tx> {
    let db = db.clone();
    let begun = tokio::spawn(async move {
        match statement {
            None => db.begin().await,
            Some(statement) => db.begin_with(statement).await,
        }
    });
    begun.await.map_err(|_| Fault::WorkerCrashed)?
}

/// The schema, in the binary.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Whose things a list may show: in a list's `where`, the fragment `($1 or team_id = any($2))` or what
/// [`narrow`](Self::narrow) says.
pub struct Visible {
    pub everything: bool,
    pub teams: Vec<Uuid>,
}

impl Visible {
    pub const EVERYTHING: Self = Self { everything: true, teams: Vec::new() };

    pub fn to(person: &Person) -> Self {
        Self { everything: person.sees_everything(), teams: person.teams.iter().map(|m| m.team.0).collect() }
    }

    /// What is of one's own teams only, also for those who see everything.
    pub fn own(person: &Person) -> Self {
        Self { everything: false, ..Self::to(person) }
    }

    /// The condition on this column with ids of teams, for a query that is put together.
    fn narrow(&self, query: &mut QueryBuilder<Postgres>, column: &str) {
        if self.everything {
            query.push("true");
        } else {
            query.push(column).push(" = any(").push_bind(self.teams.clone()).push(")");
        }
    }
}

/// The condition that a text stands somewhere in this column, in capitals or not.
fn push_holds(query: &mut QueryBuilder<Postgres>, column: &str, text: &str) {
    query.push("strpos(lower(").push(column).push("), lower(").push_bind(text.to_owned()).push(")) > 0");
}

/// What a database error means to whoever asked.
pub enum ErrorKind {
    Missing,
    /// The database does not answer, and was asked for nothing.
    Away,
    /// The database went away while it was asked: what it did is not known.
    Lost,
    /// The database has no space left to write.
    Full,
    /// The database answers, and takes no changes.
    ReadOnly,
    /// Two transactions were in each other's way, and this one was undone.
    Entangled,
    Refused(Refusal),
    /// Ours.
    Mistake,
}

/// Postgres' codes for a text with a zero byte in it, as such and inside of JSON: a filter or a draft, as a rule, since
/// names are parsed.
const NOT_A_TEXT: [&str; 2] = ["22021", "22P05"];

/// Postgres' codes for a transaction that had to give way to another: a deadlock, or what cannot be put in one order.
const ENTANGLED: [&str; 2] = ["40P01", "40001"];

/// What `sqlx` says of a connection that ended as soon as it began, before it was asked for anything: of a server that dies,
/// or a proxy that has none. It takes the end for an answer.
const BROKEN_OFF: &str = "unexpected response from SSLRequest";

/// Postgres' codes for errors that are not told like the rest of them.
const DISK_FULL: &str = "53100";
const READ_ONLY: &str = "25006";
const LOCK_NOT_AVAILABLE: &str = "55P03";
const ADMIN_SHUTDOWN: &str = "57P01";
const CRASH_SHUTDOWN: &str = "57P02";

pub fn classify(fault: &Fault) -> ErrorKind {
    match fault {
        sqlx::Error::RowNotFound => ErrorKind::Missing,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => ErrorKind::Away,
        sqlx::Error::Io(error)
            if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) =>
        {
            ErrorKind::Away
        }
        sqlx::Error::Io(_) => ErrorKind::Lost,
        sqlx::Error::Protocol(says) if says.starts_with(BROKEN_OFF) => ErrorKind::Away,
        sqlx::Error::Database(database) if database.code().is_some_and(|code| is_unavailable(&code)) => {
            match database.code().as_deref() {
                Some(DISK_FULL) => ErrorKind::Full,
                Some(READ_ONLY) => ErrorKind::ReadOnly,
                Some(ADMIN_SHUTDOWN | CRASH_SHUTDOWN) => ErrorKind::Lost,
                Some(_) | None => ErrorKind::Away,
            }
        }
        sqlx::Error::Database(database) if database.code().is_some_and(|code| ENTANGLED.contains(&&*code)) => {
            ErrorKind::Entangled
        }
        sqlx::Error::Database(database) if database.code().is_some_and(|code| NOT_A_TEXT.contains(&&*code)) => {
            ErrorKind::Refused(Refusal::invalid("text", "has characters that cannot be kept"))
        }
        sqlx::Error::Database(database) => {
            database.constraint().and_then(refusal_of).map_or(ErrorKind::Mistake, ErrorKind::Refused)
        }
        _ => ErrorKind::Mistake,
    }
}

/// Whether it may answer by itself later.
pub fn is_away(fault: &Fault) -> bool {
    match classify(fault) {
        ErrorKind::Away | ErrorKind::Lost | ErrorKind::ReadOnly => true,
        ErrorKind::Missing | ErrorKind::Full | ErrorKind::Entangled | ErrorKind::Refused(_) | ErrorKind::Mistake => {
            false
        }
    }
}

/// Whether Postgres says that it cannot now, rather than that we asked for something wrong
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): connections lost or refused, no
/// resources, shutting down, a time limit, a lock held for long, no changes taken.
fn is_unavailable(code: &str) -> bool {
    ["08", "53", "57"].iter().any(|class| code.starts_with(class))
        || ["55000", LOCK_NOT_AVAILABLE, READ_ONLY].contains(&code)
}

/// The reason behind a constraint that a race, and nothing else, can break.
fn refusal_of(constraint: &str) -> Option<Refusal> {
    match constraint {
        "request_name_open" => Some(Refusal::invalid("name", "is already asked for in an open request")),
        "request_idempotency" => Some(Refusal::invalid("Idempotency-Key", "was used for another ask before")),
        "class_version" => {
            Some(Refusal::NotPossible("somebody else has just published a version of this class: look again".into()))
        }
        "namespace_name_taken" => Some(Refusal::invalid("name", "is already taken on this cluster")),
        "cluster_uid_taken" => Some(Refusal::SameCluster { known_as: None }),
        "team_slug_taken" => Some(Refusal::invalid("slug", "is already the name of a team")),
        "decision_four_eyes" => Some(Refusal::OwnRequest),
        "membership_not_own" | "binding_not_own" => Some(Refusal::OwnRole),
        "request_quota_open" | "request_kind_open" => {
            Some(Refusal::invalid("name", "already has an open request: read it first"))
        }
        "request_changes_four_eyes" => Some(Refusal::OwnRequest),
        "version_approval_once" => Some(Refusal::VersionApproved),
        "chart_version_once" => {
            Some(Refusal::NotPossible("this version was taken in by somebody else just now: look again".into()))
        }
        "decision_once_per_person" | "decision_once_per_request" => Some(Refusal::AlreadyDecided),
        _ => None,
    }
}

/// Columns of a quota are `bigint`; amounts are bounded far below that.
fn column(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn amount(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

fn overcommit(percent: i32) -> OvercommitRatio {
    OvercommitRatio::new(u32::try_from(percent).unwrap_or(100))
}

/// A quota as the schema makes it of its columns. One that a later version of the schema made may have more resources.
type Columns = BTreeMap<String, i64>;

fn quota(Json(columns): Json<Columns>) -> Quota {
    Quota::from_fn(|resource| columns.get(resource.field()).map_or(0, |column| amount(*column)))
}

/// A text of ours. One that was kept when more characters were taken is shown with a sign in their place; one that is
/// wrong otherwise was changed by another hand.
fn parsed<T: std::str::FromStr<Err = FieldErrors>>(text: &str) -> Result<T> {
    let parse = |text: &str| text.parse().map_err(|errors: FieldErrors| sqlx::Error::Decode(errors.into()));
    parse(text).or_else(|fault| parse(&domain::text::shown(text, text.len())).map_err(|_| fault))
}

/// A word of a closed set, read by its serde name.
fn from_serde_str<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| sqlx::Error::Decode(error.into()))
}
