//! Deciding: approve, reject, send back; and taking one's own request back.

use super::kinds::CarriedOut;
use super::{evaluate, grant, impact, kinds, lock, obstacle, record_event, save, signed_in};
use crate::app::enqueue;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::Refusal;
use domain::form::Amount;
use domain::name::{Comment, RequestNumber};
use domain::request::{Approval, Grant, Request, Seen, Word};
use serde_json::json;

/// One approval; the last one that the plan needs sets the work going. `read` reads what was sent as an approval of the
/// request, as it is now. `is_meant` says that less than is used, or than may be
/// used where that is not known, is what it shall be.
pub async fn approve(
    ctx: &Ctx,
    number: RequestNumber,
    read: impl FnOnce(&Request) -> Result<Approval, Refusal>,
    is_meant: bool,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?; // select … for no key update
    ctx.allow(Action::Decide(&request))?; // domain::allow
    let approval = read(&request)?;
    let team_quota = impact::hold(&mut tx, &request).await?; // nobody else grants there meanwhile
    if request.state.is_in_review() {
        obstacle::refuse(&mut tx, ctx, &request).await?; // cluster and namespace can have it
    }
    let grant = approval.grant.unwrap_or_else(|| request.grantable());
    let impact = impact::of(&mut tx, ctx, &request, &grant).await?; // what is used, and the capacity there is
    if let Some(less) = grant.quota().filter(|_| grant != request.ask.whole()) {
        evaluate::require_a_container(&store::classes::get(&mut *tx, request.class.id).await?, &less)?;
    }
    let decided = request.approve(signed_in(ctx)?, approval, impact.placement.as_ref(), ctx.now())?; // pure, in domain
    impact.leaves.require_meant(is_meant)?; // since it was asked, more may have come to be used
    if let Some(team_quota) = team_quota {
        team_quota.admit_decided(&mut tx, &decided).await?;
    }
    save_decision(&mut tx, ctx, &decided).await?; // decision and state; both notify
    let CarriedOut { request, sync } = kinds::carry_out(&mut tx, ctx, decided).await?; // what follows from it
    enqueue::syncs(&mut tx, sync.as_slice(), ctx.now()).await?; // the order to make it so
    record_event(&mut tx, ctx, &request, "request.approved", said(&request)).await?; // audit, same transaction, last
    grant::record_outcome(&mut tx, ctx, &request, impact.placement.as_ref()).await?;
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

/// Sends it back, with a comment and perhaps with what would be approved, which `read` reads.
pub async fn request_changes(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    comment: Comment,
    read: impl FnOnce(&Request) -> Result<Option<Grant>, Refusal>,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Decide(&request))?;
    let suggestion = read(&request)?;
    // Nobody could answer with another revision.
    if request.state.is_in_review()
        && let Some(obstacle) = obstacle::find(&mut tx, ctx, &request).await?.filter(|found| !found.lets_answer())
    {
        return Err(obstacle.refusal(&request.cluster.name).into());
    }
    if let Some(quota) = suggestion.and_then(|suggestion| suggestion.quota()) {
        let class = store::classes::get(&mut *tx, request.class.id).await?;
        evaluate::amount(&class, &Amount::Own(quota))?;
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
    let was_in_line = request.state.is_in_line();
    let withdrawn = request.withdraw()?;
    save(&mut tx, ctx, &withdrawn).await?;
    if was_in_line {
        enqueue::admit_waiting(&mut tx, ctx.now()).await?;
    }
    record_event(&mut tx, ctx, &withdrawn, "request.withdrawn", json!({})).await?;
    tx.commit().await?;
    Ok(())
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
    json!({"revision": request.revision, "stage": decision.stage, "asked": request.ask.whole(), "grant": grant, "comment": decision.comment})
}
