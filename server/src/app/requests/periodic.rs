//! What time brings: room for those who wait for it, and an end for what nobody acts on. Run as jobs.

use super::consider::Lock;
use super::{grant, limits, lock, note, save};
use crate::app::{Ctx, Error, Result};
use crate::store;
use domain::Action;
use domain::cluster::Place;
use domain::id::ClusterId;
use domain::name::RequestNumber;
use domain::quota::Quota;
use domain::request::{CHANGES_PENDING, PENDING, State};
use serde_json::json;

/// Requests looked at in one go; the rest has the next.
const BATCH: i64 = 200;

/// Grants what waits for room, where there is some, in the order of the approvals.
pub async fn let_in(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    for cluster in store::requests::list_clusters_with_waiting(ctx.db()).await? {
        let_in_on(ctx, cluster).await?;
    }
    Ok(())
}

/// Closes what waited too long.
pub async fn expire(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let now = ctx.now();
    for number in store::requests::list_expired(ctx.db(), now - PENDING, now - CHANGES_PENDING, BATCH).await? {
        expire_one(ctx, number).await?;
    }
    Ok(())
}

async fn let_in_on(ctx: &Ctx, cluster: ClusterId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let line = store::requests::lock_waiting(&mut tx, cluster, BATCH).await?;
    store::teams::lock_waiting(&mut *tx, cluster).await?;
    let Some(room) = store::clusters::lock_room(&mut tx, cluster).await? else { return Ok(()) };
    let mut ahead = Vec::new();
    for number in line {
        let request = lock(&mut tx, number).await?;
        let State::Waiting { grant } = request.state else { continue };
        let (held, share) = match request.namespace {
            Some(namespace) => {
                let stored = store::namespaces::get(&mut tx, namespace).await?;
                // What is gone keeps its place until somebody sees to it, and nobody from the room.
                if request.check_namespace(Some((stored.state, stored.trouble))).is_err() {
                    continue;
                }
                (stored.held(), stored.namespace.class.spec.share())
            }
            None => (Quota::ZERO, store::classes::get(&mut *tx, request.class.id).await?.spec.share()),
        };
        // Those ahead who were let in count as granted here, too.
        let place = Place { room: room.behind(&ahead), held, share };
        // A team that has reached its limit keeps nobody else from the room.
        let terms = limits::terms(&mut tx, &request.team, Lock::Room).await?;
        match terms.admit_decided(&mut tx, &request).await {
            Ok(()) => ahead.push(place.need(&grant)),
            Err(Error::Refused(_)) => continue,
            Err(error) => return Err(error),
        }
        let Ok(approved) = request.let_in(&place) else { continue };
        save(&mut tx, ctx, &approved).await?;
        note(&mut tx, ctx, &approved, "request.let_in", json!({"grant": grant})).await?;
        grant::carry_out(&mut tx, ctx, &approved, &place).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn expire_one(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    let (since, state) = (request.since, request.state.as_str());
    let was_in_line = matches!(request.state, State::Waiting { .. });
    // Somebody may have acted just now.
    let Ok(expired) = request.expire(ctx.now()) else { return Ok(()) };
    save(&mut tx, ctx, &expired).await?;
    let days = (ctx.now() - since).whole_days();
    note(&mut tx, ctx, &expired, "request.expired", json!({"was": state, "days": days})).await?;
    if was_in_line {
        grant::order_to_let_in(&mut tx, ctx).await?;
    }
    tx.commit().await?;
    Ok(())
}
