//! Whether this replica can serve. The clusters are not asked: one that is away must not take Berth away with it.

use super::Berth;
use crate::store::pool;
use std::time::Duration;

const DATABASE_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// The database lacks migrations of this Berth.
    SchemaMissing,
    /// All that this replica may have: `database.max_connections`.
    ConnectionsTaken,
    DatabaseAway,
}

pub async fn readiness(berth: &Berth) -> Readiness {
    match tokio::time::timeout(DATABASE_LIMIT, pool::list_missing(&berth.db)).await {
        Ok(Ok(missing)) if missing.is_empty() => Readiness::Ready,
        Ok(Ok(_)) => Readiness::SchemaMissing,
        Ok(Err(_)) | Err(_) if pool::is_full(&berth.db) => Readiness::ConnectionsTaken,
        Ok(Err(_)) | Err(_) => Readiness::DatabaseAway,
    }
}
