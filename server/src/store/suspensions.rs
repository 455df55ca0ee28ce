//! What is kept of a namespace that is suspended: how its workloads were, and its objects, sealed.

use super::Result;
use domain::id::{ClusterId, NamespaceId};
use domain::view::NotMade;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// A workload that was stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspended {
    pub kind: String,
    pub name: String,
    pub uid: String,
    /// The merge patch that brings it back.
    pub undo: Value,
    pub replicas: Option<i32>,
}

/// Writes down how it was, before it is stopped by the suspension that began then. What that knows already stays: somebody may
/// have scaled it up since. What an earlier one knew of a workload that runs again is over.
pub async fn keep(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    suspended_at: OffsetDateTime,
    all: &[Suspended],
) -> Result<()> {
    let column = |of: fn(&Suspended) -> &str| all.iter().map(|one| of(one).to_owned()).collect::<Vec<_>>();
    let undo: Vec<_> = all.iter().map(|one| one.undo.clone()).collect();
    let replicas: Vec<_> = all.iter().map(|one| one.replicas).collect();
    sqlx::query!(
        "insert into suspended_workloads (namespace_id, kind, name, uid, undo, replicas, suspended_at)
         select $1, kind, name, uid, undo, replicas, $7
         from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::int[]) as w (kind, name, uid, undo, replicas)
         on conflict (namespace_id, kind, name) do update
            set uid = excluded.uid, undo = excluded.undo, replicas = excluded.replicas, suspended_at = excluded.suspended_at
         where suspended_workloads.uid <> excluded.uid or suspended_workloads.suspended_at <> excluded.suspended_at",
        id.0,
        &column(|one| &one.kind),
        &column(|one| &one.name),
        &column(|one| &one.uid),
        &undo,
        &replicas as &[Option<i32>],
        suspended_at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<Vec<Suspended>> {
    sqlx::query_as!(
        Suspended,
        "select kind, name, uid, undo, replicas from suspended_workloads where namespace_id = $1 order by kind, name",
        id.0
    )
    .fetch_all(db)
    .await
}

/// It is as it was.
pub async fn forget(db: impl PgExecutor<'_>, id: NamespaceId, one: &Suspended) -> Result<()> {
    sqlx::query!(
        "delete from suspended_workloads where namespace_id = $1 and kind = $2 and name = $3",
        id.0,
        one.kind,
        one.name
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Nothing more is to be brought back.
pub async fn clear(conn: &mut PgConnection, id: NamespaceId) -> Result<()> {
    sqlx::query!("delete from suspended_workloads where namespace_id = $1", id.0).execute(&mut *conn).await?;
    drop_export(conn, id).await
}

/// The objects of a namespace, as they were when its suspension began.
pub struct NewExport<'a> {
    pub sealed: &'a [u8],
    pub n_objects: usize,
    pub incomplete: Option<&'a str>,
    /// Some of them are not in the namespace that was exported, and are to be made again.
    pub is_wanted: bool,
    pub namespace_uid: &'a str,
    pub suspended_at: OffsetDateTime,
    pub taken_at: OffsetDateTime,
}

/// The first export of a suspension stays: later ones would show what the suspension made of it.
pub async fn save_export(db: impl PgExecutor<'_>, id: NamespaceId, export: &NewExport<'_>) -> Result<()> {
    sqlx::query!(
        "insert into exports (namespace_id, objects, n_objects, incomplete, is_wanted, namespace_uid, suspended_at, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (namespace_id) do update
            set objects = excluded.objects, n_objects = excluded.n_objects, incomplete = excluded.incomplete,
                is_wanted = excluded.is_wanted, namespace_uid = excluded.namespace_uid, suspended_at = excluded.suspended_at,
                taken_at = excluded.taken_at, not_made = null, filled_uid = null
         where exports.suspended_at <> excluded.suspended_at",
        id.0,
        export.sealed,
        i32::try_from(export.n_objects).unwrap_or(i32::MAX),
        export.incomplete,
        export.is_wanted,
        export.namespace_uid,
        export.suspended_at,
        export.taken_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All but these were made again, in the namespace with that UID.
pub async fn save_filled(
    db: impl PgExecutor<'_>,
    id: NamespaceId,
    namespace_uid: &str,
    not_made: &[NotMade],
) -> Result<()> {
    sqlx::query!(
        "update exports set not_made = $2, filled_uid = $3, is_wanted = true where namespace_id = $1",
        id.0,
        Json(not_made) as _,
        namespace_uid
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All of it is there again.
pub async fn drop_export(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<()> {
    sqlx::query!("delete from exports where namespace_id = $1", id.0).execute(db).await?;
    Ok(())
}

pub async fn get_export(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<Vec<u8>> {
    sqlx::query_scalar!("select objects from exports where namespace_id = $1", id.0).fetch_one(db).await
}

/// The namespace is gone from its cluster: once it is there again, it gets these.
pub async fn want_export(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<()> {
    sqlx::query!("update exports set is_wanted = true where namespace_id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Nothing on a cluster that was removed comes back: what was kept of its namespaces goes.
pub async fn drop_exports(db: impl PgExecutor<'_>, cluster: ClusterId) -> Result<()> {
    sqlx::query!(
        "delete from exports x using namespaces n where n.id = x.namespace_id and n.cluster_id = $1",
        cluster.0
    )
    .execute(db)
    .await?;
    Ok(())
}
