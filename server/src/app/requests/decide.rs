//! Deciding: approve, reject, send back; and taking one's own request back.

use super::evaluate::placement;
use super::{evaluate, grant, limits, lock, obstacle, record_event, save, signed_in};
use crate::app::enqueue;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::name::{Comment, RequestNumber};
use domain::quota::Quota;
use domain::request::{Approval, Request, Seen, State, Word};
use domain::usage::Leaves;
use serde_json::json;

/// One approval; the last one that the plan needs sets the work going. `is_meant` says that less than is used, or than may be
/// used where that is not known, is what it shall be.
pub async fn approve(ctx: &Ctx, number: RequestNumber, approval: Approval, is_meant: bool) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?; // select … for no key update
    ctx.allow(Action::Decide(&request))?; // domain::allow
    let team_quota = limits::team_quota(&mut tx, &request.team, evaluate::Lock::Grants).await?;
    store::clusters::lock_capacity(&mut tx, request.cluster.id).await?; // nobody else grants there meanwhile
    if request.state == State::InReview {
        obstacle::refuse(&mut tx, ctx, &request).await?; // cluster and namespace can have it
    }
    let leaves = leaves(&mut tx, ctx, &request, &approval).await?;
    let placement = placement_of(&mut tx, ctx, &request).await?;
    if let Some(less) = approval.grant.filter(|grant| *grant != request.ask.quota) {
        evaluate::require_a_container(&store::classes::get(&mut *tx, request.class.id).await?, &less)?;
    }
    let decided = request.approve(signed_in(ctx)?, approval, &placement, ctx.now())?; // pure, in domain
    leaves.require_meant(is_meant)?; // since it was asked, more may have come to be used
    team_quota.admit_decided(&mut tx, &decided).await?;
    save_decision(&mut tx, ctx, &decided).await?; // decision and state; both notify
    let sync = grant::carry_out(&mut tx, ctx, &decided).await?; // desired state and its steps
    enqueue::syncs(&mut tx, sync.as_slice(), ctx.now()).await?; // the order to make it so
    record_event(&mut tx, ctx, &decided, "request.approved", said(&decided)).await?; // audit, same transaction, last
    grant::record_waiting(&mut tx, ctx, &decided, &placement).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn reject(ctx: &Ctx, number: RequestNumber, seen: Seen, reason: Comment) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Decide(&request))?;
    let decided = request.reject(signed_in(ctx)?, seen, reason, ctx.now())?;
    save_decision(&mut tx, ctx, &decided).await?;
    record_event(&mut tx, ctx, &decided, "request.rejected", said(&decided)).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends it back, with a comment and perhaps with what would be approved.
pub async fn request_changes(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    comment: Comment,
    suggestion: Option<Quota>,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Decide(&request))?;
    // Nobody could answer with another revision.
    if request.state == State::InReview
        && let Some(obstacle) = obstacle::find(&mut tx, ctx, &request).await?.filter(|found| !found.lets_answer())
    {
        return Err(obstacle.refusal(&request.cluster.name).into());
    }
    if let Some(suggestion) = suggestion {
        let class = store::classes::get(&mut *tx, request.class.id).await?;
        evaluate::amount(&class, &domain::ask::Amount::Own(suggestion))?;
    }
    let detail = json!({"revision": request.revision, "comment": comment, "suggestion": suggestion});
    let sent_back = request.request_changes(signed_in(ctx)?, seen, comment, suggestion)?;
    save(&mut tx, ctx, &sent_back).await?;
    record_event(&mut tx, ctx, &sent_back, "request.changes_requested", detail).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn withdraw(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Withdraw(&request))?;
    let was_in_line = matches!(request.state, State::Waiting { .. });
    let withdrawn = request.withdraw()?;
    save(&mut tx, ctx, &withdrawn).await?;
    if was_in_line {
        enqueue::admit_waiting(&mut tx, ctx.now()).await?;
    }
    record_event(&mut tx, ctx, &withdrawn, "request.withdrawn", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Where its grant would go; whoever asks holds the cluster's capacity.
pub(super) async fn placement_of(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<domain::cluster::Placement> {
    let class = store::classes::get(&mut *tx, request.class.id).await?;
    let mut placement =
        placement(tx, ctx, &request.cluster, evaluate::Lock::None, Quota::ZERO, class.spec.overcommit()).await?;
    if let Some(namespace) = request.namespace {
        let stored = store::namespaces::get(tx, namespace).await?;
        placement.held = stored.held();
        // It may have followed to another version since.
        placement.overcommit = stored.namespace.class.spec.overcommit();
    }
    Ok(placement)
}

/// What the grant leaves of what is used now.
async fn leaves(tx: &mut Conn, ctx: &Ctx, request: &Request, approval: &Approval) -> Result<Leaves> {
    let Some(id) = request.namespace else { return Ok(Leaves::Enough) };
    let found = store::namespaces::find_by_id(tx, id).await?;
    let grant = approval.grant.unwrap_or_else(|| request.grantable());
    Ok(found.map_or(Leaves::Enough, |stored| evaluate::leaves(ctx, &stored.namespace, &grant)))
}

async fn save_decision(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    if let Some(decision) = request.decisions.last() {
        store::requests::insert_decision(tx, request, decision).await?;
    }
    save(tx, ctx, request).await
}

/// What the audit trail keeps of the last decision.
fn said(request: &Request) -> serde_json::Value {
    let Some(decision) = request.decisions.last() else { return json!({}) };
    let grant = match decision.word {
        Word::Approve { grant } => Some(grant),
        Word::Reject => None,
    };
    json!({"revision": request.revision, "stage": decision.stage, "asked": request.ask.quota, "grant": grant, "comment": decision.comment})
}
