//! Deciding: approve, reject, send back; and taking one's own request back.

use super::{facts, grant, impact, kinds, obstacle};
use crate::app::request_record::{lock, record_event, save};
use crate::app::{Ctx, Result, change};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::Refusal;
use domain::audit::EventKind;
use domain::audit::detail::{ApprovedBy, Decided};
use domain::field_error::FieldErrors;
use domain::form::Amount;
use domain::name::{Comment, RequestNumber};
use domain::request::{Approval, Grant, Request, Seen};

/// One approval; the last one that the plan needs sets the work going. `read` reads what was sent as an approval of the
/// request, as it is now. `is_meant` says that less than is used, or than may be
/// used where that is not known, is what it shall be.
pub async fn approve(
    ctx: &Ctx,
    number: RequestNumber,
    read: impl Fn(&Request) -> Result<Approval, Refusal>,
    is_meant: bool,
) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?; // select … for no key update
        ctx.allow(Action::Decide(&request))?; // domain::allow
        let approval = read(&request)?;
        let team_quota = impact::hold(tx, &request).await?; // nobody else grants there meanwhile
        if request.state.is_in_review() {
            obstacle::refuse(tx, ctx, &request).await?; // cluster and namespace can have it
        }
        let grant = approval.grant.unwrap_or_else(|| request.grantable());
        let impact = impact::of(tx, ctx, &request, &grant).await?; // what is used, and the capacity there is
        if let Some(less) = grant.quota().filter(|_| grant != request.ask.whole()) {
            facts::require_a_container(&store::classes::get(&mut **tx, request.class.id).await?, &less)?;
        }
        let decided = request.approve(ctx.person()?, approval, impact.placement.as_ref(), ctx.now())?; // pure, in domain
        impact.leaves.require_meant(is_meant)?; // since it was asked, more may have come to be used
        if let Some(team_quota) = team_quota {
            team_quota.admit_decided(tx, &decided).await?;
        }
        save_decision(tx, ctx, &decided).await?; // decision and state; both notify
        let by = ApprovedBy::Person(Decided::last(&decided));
        record_event(tx, ctx, &decided, EventKind::RequestApproved { by }).await?; // audit, same transaction
        let request = kinds::carry_out(tx, ctx, decided).await?; // what follows from it, and the order to make it so
        grant::record_outcome(tx, ctx, &request, impact.placement.as_ref()).await?;
        Ok(())
    })
}

pub async fn reject(ctx: &Ctx, number: RequestNumber, seen: Seen, reason: Comment) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Decide(&request))?;
        let decided = request.reject(ctx.person()?, seen, reason.clone(), ctx.now())?;
        save_decision(tx, ctx, &decided).await?;
        let decision = Decided::last(&decided);
        record_event(tx, ctx, &decided, EventKind::RequestRejected { decision }).await?;
        Ok(())
    })
}

/// Sends it back, with a comment and perhaps with what would be approved, which `read` reads.
pub async fn request_changes(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    comment: Comment,
    read: impl Fn(&Request) -> Result<Option<Grant>, FieldErrors>,
) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Decide(&request))?;
        let suggestion = read(&request)?;
        // Nobody could answer with another revision.
        if request.state.is_in_review()
            && let Some(obstacle) = obstacle::find(tx, ctx, &request).await?.filter(|found| !found.lets_answer())
        {
            return Err(obstacle.refusal(&request.cluster.name).into());
        }
        if let Some(quota) = suggestion.and_then(|suggestion| suggestion.quota()) {
            let class = store::classes::get(&mut **tx, request.class.id).await?;
            facts::amount(&class, &Amount::Own(quota))?;
        }
        let (revision, comment) = (request.revision, comment.clone());
        let sent_back = request.request_changes(ctx.person()?, seen, comment.clone(), suggestion)?;
        save(tx, ctx, &sent_back).await?;
        let kind = EventKind::RequestChangesRequested { revision, comment, suggestion };
        record_event(tx, ctx, &sent_back, kind).await?;
        Ok(())
    })
}

pub async fn withdraw(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Withdraw(&request))?;
        let was_in_line = request.state.is_in_line();
        let withdrawn = request.withdraw()?;
        save(tx, ctx, &withdrawn).await?;
        if was_in_line {
            tx.admit_waiting();
        }
        record_event(tx, ctx, &withdrawn, EventKind::RequestWithdrawn { reason: None }).await?;
        Ok(())
    })
}

async fn save_decision(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    if let Some(decision) = request.decisions.last() {
        store::requests::insert_decision(tx, request, decision).await?;
    }
    save(tx, ctx, request).await
}
