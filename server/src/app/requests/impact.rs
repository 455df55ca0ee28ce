//! Where a grant would go, of what takes capacity: what the cluster and the team still have, and what it leaves of what is
//! used. Kinds that take none have none.

use super::facts;
use super::limits::{self, TeamQuota};
use crate::app::requests::Lock;
use crate::app::requests::facts::placement;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use domain::cluster::Placement;
use domain::quota::Quota;
use domain::request::{Grant, Request};
use domain::usage::Leaves;

#[derive(Clone)]
pub(in crate::app) struct Impact {
    /// None of what takes no capacity.
    pub placement: Option<Placement>,
    /// What it leaves of what is used now.
    pub leaves: Leaves,
}

impl Impact {
    pub(in crate::app) const NONE: Impact = Impact { placement: None, leaves: Leaves::Enough };
}

/// Nobody else grants to the team, or there, before the transaction ends; nothing is held for what takes nothing.
pub(in crate::app::requests) async fn hold(tx: &mut Conn, request: &Request) -> Result<Option<TeamQuota>> {
    if !request.kind().has_quota() {
        return Ok(None);
    }
    let team_quota = limits::team_quota(tx, &request.team, Lock::Grants).await?;
    store::clusters::lock_capacity(tx, request.cluster.id).await?;
    Ok(Some(team_quota))
}

/// For `grant`, while the transaction holds the cluster's capacity.
pub(in crate::app::requests) async fn of(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Grant) -> Result<Impact> {
    let Some(quota) = grant.quota() else { return Ok(Impact::NONE) };
    let stored = namespace_of(tx, request).await?;
    let leaves = |stored: &Stored| facts::leaves(ctx, &stored.namespace, &quota);
    let leaves = stored.as_ref().map_or(Leaves::Enough, leaves);
    Ok(Impact { placement: Some(placement_with(tx, ctx, request, stored.as_ref()).await?), leaves })
}

/// Where the grant of a request would go; whoever asks holds the cluster's capacity.
pub(in crate::app::requests) async fn placement_of(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Placement> {
    let stored = namespace_of(tx, request).await?;
    placement_with(tx, ctx, request, stored.as_ref()).await
}

async fn namespace_of(tx: &mut Conn, request: &Request) -> Result<Option<Stored>> {
    match request.namespace {
        Some(id) => Ok(Some(store::namespaces::get(tx, id).await?)),
        None => Ok(None),
    }
}

/// A namespace that is there may have followed to another version of its class since.
async fn placement_with(tx: &mut Conn, ctx: &Ctx, request: &Request, stored: Option<&Stored>) -> Result<Placement> {
    let (held, overcommit) = match stored {
        Some(stored) => (stored.held(), stored.namespace.class.spec.overcommit()),
        None => (Quota::ZERO, store::classes::get(&mut *tx, request.class.id).await?.spec.overcommit()),
    };
    placement(tx, ctx, &request.cluster, Lock::None, held, overcommit).await
}
