//! The notifier: tells every replica that something changed, through Postgres NOTIFY.
//!
//! It only wakes; whoever hears it reads the truth from the tables. A notification that is missed costs
//! time, never correctness: everybody who waits also looks now and then.
//!
//! Rows that people see notify by themselves: triggers in the schema do, whoever changed them. [`notify`] is for what
//! changed without a row that says so.

use super::Result;
use crate::supervise::supervise;
use domain::id::{IngestId, NamespaceId, PersonId};
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

const CHANNEL: &str = "berth";

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Request(i64),
    /// What it has, or how it stands on its cluster; also that it was looked at.
    Namespace(NamespaceId),
    /// What a list of namespaces says of one of them.
    Namespaces,
    Jobs,
    Clusters,
    /// Teams, or who is in them by which group: what anybody may do may have changed.
    Teams,
    Classes,
    /// Entries of the catalog, or their versions.
    Catalog,
    /// What is being taken into it.
    Ingest(IngestId),
    /// What a person may do has changed, or a way in of theirs has ended.
    Access(PersonId),
}

/// Hands changes to everybody in this process who subscribed.
#[derive(Clone)]
pub struct Notifier(broadcast::Sender<Change>);

impl Default for Notifier {
    fn default() -> Self {
        Self(broadcast::channel(256).0)
    }
}

impl Notifier {
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    /// Listens until `stop`; reconnects by itself.
    pub async fn listen(self, db: PgPool, stop: CancellationToken) {
        supervise("notifications", || self.relay_until(&db, &stop)).await;
    }

    async fn relay_until(&self, db: &PgPool, stop: &CancellationToken) {
        loop {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.relay(db) => ended,
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "not listening to the database for a moment");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    async fn relay(&self, db: &PgPool) -> Result<()> {
        let mut listener = PgListener::connect_with(db).await?;
        listener.listen(CHANNEL).await?;
        loop {
            if let Some(change) = Change::parse(listener.recv().await?.payload()) {
                // Nobody listening is fine.
                let _ = self.0.send(change);
            }
        }
    }
}

/// Heard when the transaction commits.
pub async fn notify(conn: &mut PgConnection, change: Change) -> Result<()> {
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, change.payload()).execute(conn).await?;
    Ok(())
}

impl Change {
    fn payload(self) -> String {
        match self {
            Self::Request(number) => format!("request {number}"),
            Self::Namespace(id) => format!("namespace {id}"),
            Self::Namespaces => "namespaces".into(),
            Self::Jobs => "jobs".into(),
            Self::Clusters => "clusters".into(),
            Self::Teams => "teams".into(),
            Self::Classes => "classes".into(),
            Self::Catalog => "catalog".into(),
            Self::Ingest(id) => format!("ingest {id}"),
            Self::Access(person) => format!("access {person}"),
        }
    }

    fn parse(payload: &str) -> Option<Self> {
        match payload.split_once(' ') {
            Some(("request", number)) => number.parse().ok().map(Self::Request),
            Some(("namespace", id)) => id.parse().ok().map(|id| Self::Namespace(NamespaceId(id))),
            Some(("ingest", id)) => id.parse().ok().map(|id| Self::Ingest(IngestId(id))),
            Some(("access", person)) => person.parse().ok().map(|id| Self::Access(PersonId(id))),
            Some(_) => None,
            None => match payload {
                "namespaces" => Some(Self::Namespaces),
                "jobs" => Some(Self::Jobs),
                "clusters" => Some(Self::Clusters),
                "teams" => Some(Self::Teams),
                "classes" => Some(Self::Classes),
                "catalog" => Some(Self::Catalog),
                _ => None,
            },
        }
    }
}
