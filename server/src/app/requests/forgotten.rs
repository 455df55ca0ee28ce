//! Namespaces that Berth made and its database has forgotten, as after a restore from a backup. Their team asks for one
//! under its name as for a new one; granting it takes over what is there, with what runs in it.

use crate::app::{Ctx, Result};
use crate::cluster::watch::ManagedNamespace;
use crate::store;
use crate::store::Conn;
use domain::name::{NamespaceName, TeamSlug};
use domain::namespace::ClusterRef;

/// What a namespace of this name says of itself, where Berth made it for this team and no row is left of it.
pub(in crate::app) async fn find(
    conn: &mut Conn,
    ctx: &Ctx,
    cluster: &ClusterRef,
    name: &NamespaceName,
    team: &TeamSlug,
) -> Result<Option<ManagedNamespace>> {
    let Some(managed_namespace) = ctx.berth.caches.managed_namespace(cluster.id, name, ctx.now()) else {
        return Ok(None);
    };
    let is_of_team = managed_namespace.team == team.as_str();
    let is_forgotten = is_of_team && !store::namespaces::exists(&mut *conn, managed_namespace.id).await?;
    Ok(is_forgotten.then_some(managed_namespace))
}
