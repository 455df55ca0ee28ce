//! Another revision of an open request, and taking the suggestion of who sent it back.

use super::{grant, kinds, obstacle};
use crate::app::request_record::{lock, record_approved_by_rule, record_event, save};
use crate::app::requests::Lock;
use crate::app::{Change, Ctx, Result, change};
use crate::store;
use domain::audit::EventKind;
use domain::field_error::FieldErrors;
use domain::form::Revision;
use domain::name::RequestNumber;
use domain::request::{Kind, Request, Seen};
use domain::{Action, Refusal};

/// `read` reads what was sent as a revision of a request of this kind.
pub async fn revise(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    read: impl Fn(Kind) -> Result<Revision, FieldErrors>,
) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Revise(&request))?;
        let revision = read(request.kind())?;
        make(tx, ctx, request, seen, revision).await?;
        Ok(())
    })
}

/// The suggestion becomes the next revision; who takes it is its author.
pub async fn accept_suggestion(
    ctx: &Ctx,
    number: RequestNumber,
    seen: Seen,
    acknowledge_below_use: bool,
) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Revise(&request))?;
        let Some(suggestion) = request.suggestion() else {
            return Err(Refusal::NotAllowed("nothing is suggested that could be accepted".into()).into());
        };
        let content = kinds::as_revised(tx, &request, &suggestion).await?;
        let revision = Revision { content, purpose: request.purpose.clone(), acknowledge_below_use };
        make(tx, ctx, request, seen, revision).await?;
        Ok(())
    })
}

async fn make(tx: &mut Change, ctx: &Ctx, request: Request, seen: Seen, revision: Revision) -> Result<()> {
    // Before anything is looked up: what is closed is said to be closed, whatever else is wrong.
    request.check_revisable(seen)?;
    obstacle::refuse(tx, ctx, &request).await?;
    let evaluation = kinds::reevaluate(tx, ctx, &request, &revision, Lock::Grants).await?;
    evaluation.impact.leaves.clone().require_meant(revision.acknowledge_below_use)?;
    let (before, n_before) = (request.ask.whole(), request.decisions.len());
    let placement = evaluation.impact.placement;
    let revised = request.revise(ctx.person()?, seen, evaluation.into_revised(), placement.as_ref())?;
    save(tx, ctx, &revised).await?;
    store::requests::insert_revision(tx, &revised, ctx.now()).await?;
    let kind = EventKind::RequestRevised {
        revision: revised.revision,
        before,
        ask: revised.ask.whole(),
        plan: revised.plan.clone(),
        approvals_dropped: n_before - revised.decisions.len(),
    };
    record_event(tx, ctx, &revised, kind).await?;
    record_approved_by_rule(tx, ctx, &revised).await?;
    let revised = kinds::carry_out(tx, ctx, revised).await?;
    grant::record_outcome(tx, ctx, &revised, placement.as_ref()).await
}
