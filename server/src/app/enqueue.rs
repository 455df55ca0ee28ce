//! Orders of background work, put into the transaction of the change that needs them: a name and keys, never content.

use super::Result;
use crate::store;
use crate::store::Conn;
use domain::id::NamespaceId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Names in the table; what they do stands beside the use cases.
pub(super) const SYNC_NAMESPACE: &str = "sync_namespace";
pub(super) const ADMIT_WAITING: &str = "let_in";

/// That a namespace is made what it should be.
pub(super) async fn sync(tx: &mut Conn, namespace: NamespaceId, run_at: OffsetDateTime) -> Result<()> {
    syncs(tx, &[namespace], run_at).await
}

pub(super) async fn syncs(tx: &mut Conn, namespaces: &[NamespaceId], run_at: OffsetDateTime) -> Result<()> {
    let keys: Vec<_> = namespaces.iter().map(|id| id.0).collect();
    Ok(store::jobs::enqueue(tx, SYNC_NAMESPACE, &keys, run_at).await?)
}

/// The same for what nobody has asked for anew, one after another: what was given up stays given up.
pub(super) async fn looks(
    tx: &mut Conn,
    namespaces: &[NamespaceId],
    from: OffsetDateTime,
    apart: Duration,
) -> Result<()> {
    let keys: Vec<_> = namespaces.iter().map(|id| id.0).collect();
    Ok(store::jobs::enqueue_routine(tx, SYNC_NAMESPACE, &keys, from, apart).await?)
}

/// Capacity may have been given back: that those who wait for it are looked at.
pub(super) async fn admit_waiting(tx: &mut Conn, run_at: OffsetDateTime) -> Result<()> {
    Ok(store::jobs::enqueue(tx, ADMIT_WAITING, &[Uuid::nil()], run_at).await?)
}
