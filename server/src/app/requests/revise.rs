//! Another revision of an open request, and taking the suggestion of who sent it back.

use super::evaluate::{Lock, reevaluate};
use super::{grant, lock, obstacle, record_approved_by_rule, record_event, save, signed_in};
use crate::app::enqueue;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::ask::{Amount, Revision};
use domain::name::RequestNumber;
use domain::request::{Request, Seen};
use domain::{Action, Quota, Refusal};
use serde_json::json;

pub async fn revise(ctx: &Ctx, number: RequestNumber, seen: Seen, revision: Revision) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Revise(&request))?;
    make(&mut tx, ctx, request, seen, revision).await?;
    tx.commit().await?;
    Ok(())
}

/// The suggestion becomes the next revision; who takes it is its author.
pub async fn accept_suggestion(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    acknowledge_below_use: bool,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Revise(&request))?;
    let Some(suggestion) = request.suggestion() else {
        return Err(Refusal::NotAllowed("nothing is suggested that could be accepted".into()).into());
    };
    let amount = as_size(&mut tx, &request, &suggestion).await?;
    let revision = Revision { amount, purpose: request.ask.purpose.clone(), acknowledge_below_use };
    make(&mut tx, ctx, request, seen, revision).await?;
    tx.commit().await?;
    Ok(())
}

async fn make(tx: &mut Conn, ctx: &Ctx, request: Request, seen: Seen, revision: Revision) -> Result<()> {
    // Before anything is looked up: what is closed is said to be closed, whatever else is wrong.
    request.check_revisable(seen)?;
    obstacle::refuse(tx, ctx, &request).await?;
    let evaluation = reevaluate(tx, ctx, &request, &revision, Lock::Grants).await?;
    evaluation.leaves.clone().require_meant(revision.acknowledge_below_use)?;
    let (before, n_before) = (request.ask.quota, request.decisions.len());
    let placement = evaluation.placement;
    let revised = request.revise(signed_in(ctx)?, seen, evaluation.into_revised(), &placement)?;
    save(tx, ctx, &revised).await?;
    store::requests::insert_revision(tx, &revised, ctx.now()).await?;
    let sync = grant::carry_out(tx, ctx, &revised).await?;
    enqueue::syncs(tx, sync.as_slice(), ctx.now()).await?;
    let detail = json!({
        "revision": revised.revision, "before": before, "ask": revised.ask.quota, "plan": revised.plan,
        "approvals_dropped": n_before - revised.decisions.len(),
    });
    record_event(tx, ctx, &revised, "request.revised", detail).await?;
    record_approved_by_rule(tx, ctx, &revised).await?;
    grant::record_waiting(tx, ctx, &revised, &placement).await
}

/// A size of the class where the suggestion is exactly that.
async fn as_size(tx: &mut Conn, request: &Request, suggestion: &Quota) -> Result<Amount> {
    let class = store::classes::get(&mut *tx, request.class.id).await?;
    let size = class.spec.sizes.into_iter().find(|size| size.quota == *suggestion);
    Ok(size.map_or(Amount::Own(*suggestion), |size| Amount::Size(size.name)))
}
