//! Where a grant would go, of what takes capacity: what the cluster and the team still have, and what it leaves of what is
//! used. Kinds that take none have none.

use super::evaluate::{self, Lock, placement};
use super::limits::{self, TeamQuota};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::cluster::Placement;
use domain::quota::Quota;
use domain::request::{Grant, Request};
use domain::usage::Leaves;

#[derive(Clone)]
pub(super) struct Impact {
    /// None of what takes no capacity.
    pub placement: Option<Placement>,
    /// What it leaves of what is used now.
    pub leaves: Leaves,
}

impl Impact {
    pub(super) const NONE: Impact = Impact { placement: None, leaves: Leaves::Enough };
}

/// Nobody else grants to the team, or there, before the transaction ends; nothing is held for what takes nothing.
pub(super) async fn hold(tx: &mut Conn, request: &Request) -> Result<Option<TeamQuota>> {
    if !request.kind().has_quota() {
        return Ok(None);
    }
    let team_quota = limits::team_quota(tx, &request.team, Lock::Grants).await?;
    store::clusters::lock_capacity(tx, request.cluster.id).await?;
    Ok(Some(team_quota))
}

/// For `grant`, while the transaction holds the cluster's capacity.
pub(super) async fn of(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Grant) -> Result<Impact> {
    let Some(quota) = grant.quota() else { return Ok(Impact::NONE) };
    let leaves = match request.namespace {
        Some(id) => {
            let found = store::namespaces::find_by_id(tx, id).await?;
            found.map_or(Leaves::Enough, |stored| evaluate::leaves(ctx, &stored.namespace, &quota))
        }
        None => Leaves::Enough,
    };
    Ok(Impact { placement: Some(placement_of(tx, ctx, request).await?), leaves })
}

/// Where the grant of a request would go; whoever asks holds the cluster's capacity.
pub(super) async fn placement_of(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Placement> {
    let class = store::classes::get(&mut *tx, request.class.id).await?;
    let mut placement = placement(tx, ctx, &request.cluster, Lock::None, Quota::ZERO, class.spec.overcommit()).await?;
    if let Some(namespace) = request.namespace {
        let stored = store::namespaces::get(tx, namespace).await?;
        placement.held = stored.held();
        // It may have followed to another version since.
        placement.overcommit = stored.namespace.class.spec.overcommit();
    }
    Ok(placement)
}
