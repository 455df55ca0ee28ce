//! Whether this replica can serve. The clusters are not asked: one that is away must not take Berth away with it.

use super::Berth;
use crate::store::{Conn, Fault, pool};
use futures::FutureExt;
use secrecy::ExposeSecret;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

const DATABASE_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// The database lacks migrations of this Berth.
    SchemaMissing,
    /// All that this replica may have: `database.max_connections`.
    ConnectionsTaken,
    /// It answers, and takes no changes: one that was replaced by another, as a rule.
    ReadOnly,
    DatabaseAway,
}

pub async fn readiness(berth: &Berth, heartbeat: &DatabaseHeartbeat) -> Readiness {
    if heartbeat.is_away() {
        return Readiness::DatabaseAway;
    }
    let looked = async { Ok::<_, Fault>((pool::is_read_only(&berth.db).await?, pool::list_missing(&berth.db).await?)) };
    match timeout(DATABASE_LIMIT, looked).await {
        Ok(Ok((true, _))) => Readiness::ReadOnly,
        Ok(Ok((false, missing))) if missing.is_empty() => Readiness::Ready,
        Ok(Ok((false, _))) => Readiness::SchemaMissing,
        Ok(Err(_)) | Err(_) if pool::is_full(&berth.db) => Readiness::ConnectionsTaken,
        Ok(Err(_)) | Err(_) => Readiness::DatabaseAway,
    }
}

/// Whether the database answers at all, asked over a connection of its own: one that is paused, or cut off, leaves whoever
/// asks it waiting without a word.
pub struct DatabaseHeartbeat(watch::Sender<bool>);

/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);
const BEAT_LIMIT: Duration = Duration::from_secs(3);

impl Default for DatabaseHeartbeat {
    fn default() -> Self {
        Self(watch::channel(false).0)
    }
}

impl DatabaseHeartbeat {
    pub fn is_away(&self) -> bool {
        *self.0.borrow()
    }

    pub async fn until_away(&self) {
        // It lives as long as its sender does, which is here.
        let _ = self.0.subscribe().wait_for(|is_away| *is_away).await;
    }

    pub async fn beat(&self, berth: &Berth) -> Infallible {
        let mut line = None;
        loop {
            let is_away = match timeout(BEAT_LIMIT, ask(&mut line, berth).boxed()).await {
                Ok(Ok(())) => false,
                // It answered; what is the matter is told to who asks for something.
                Ok(Err(fault)) => fault.as_database_error().is_none(),
                Err(_) => true,
            };
            if self.0.send_replace(is_away) != is_away {
                tracing::warn!(is_away, "whether the database answers has changed");
            }
            sleep(BEAT).await;
        }
    }
}

/// Over the line there is, or a new one: a line that broke says only that the database was away since the last beat.
async fn ask(line: &mut Option<Conn>, berth: &Berth) -> Result<(), Fault> {
    if let Some(mut conn) = line.take()
        && pool::ping(&mut conn).await.is_ok()
    {
        *line = Some(conn);
        return Ok(());
    }
    let mut conn = pool::connect_alone(berth.config.database.url.expose_secret()).await?;
    pool::ping(&mut conn).await?;
    *line = Some(conn);
    Ok(())
}
