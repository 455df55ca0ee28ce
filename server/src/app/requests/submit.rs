//! Asking: for a namespace, or for another quota of one that is there.

use super::evaluate::Evaluation;
use super::{grant, kinds};
use crate::app::request_record::{lock, record_approved_by_rule, record_event, save};
use crate::app::requests::Lock;
use crate::app::{Change, Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use domain::Refusal;
use domain::actor::Person;
use domain::audit::EventKind;
use domain::form::New;
use domain::id::RequestId;
use domain::name::RequestNumber;
use domain::request::{Request, State};
use uuid::Uuid;

/// Asks. Where the plan is automatic, it is approved in the same breath.
///
/// `key` is the caller's own mark of this submit: sent again, the first answer comes back; sent again
/// with another ask, it is refused.
pub async fn submit(ctx: &Ctx, new: &New, key: Option<&str>) -> Result<RequestNumber> {
    let person = ctx.person()?;
    change!(ctx, |tx| {
        if let Some(number) = submitted_before(tx, person, new, key).await? {
            return Ok(number);
        }
        let evaluation = kinds::evaluate(tx, ctx, new, Lock::Grants).await;
        // This very submit may have been sent twice at once: the other one has just let go of the lock.
        if matches!(evaluation, Ok(_) | Err(Error::Refused(_)))
            && let Some(number) = submitted_before(tx, person, new, key).await?
        {
            return Ok(number);
        }
        let evaluation = evaluation?;
        refuse(&evaluation, new)?;
        let (impact, supersedes) = (evaluation.impact.clone(), evaluation.supersedes);
        let request = draft(tx, ctx, person, evaluation).await?.settle(impact.placement.as_ref());
        if let Some(number) = supersedes {
            supersede(tx, ctx, number, request.number).await?;
        }
        store::requests::insert(tx, &request, key).await?;
        let kind = EventKind::RequestSubmitted {
            kind: request.kind(),
            ask: request.ask.whole(),
            base: request.ask.base(),
            plan: request.plan.clone(),
            below_use: impact.leaves.below().to_vec(),
            use_unknown: impact.leaves.unknown().to_vec(),
            supersedes: supersedes.map(|number| number.to_string()),
        };
        record_event(tx, ctx, &request, kind).await?;
        record_approved_by_rule(tx, ctx, &request).await?;
        let request = kinds::carry_out(tx, ctx, request).await?;
        grant::record_outcome(tx, ctx, &request, impact.placement.as_ref()).await?;
        Ok(request.number)
    })
}

fn refuse(evaluation: &Evaluation, new: &New) -> Result<()> {
    match evaluation.name_refusal() {
        Some(refusal) => Err(refusal.into()),
        None => Ok(evaluation.impact.leaves.clone().require_meant(new.acknowledges_below_use())?),
    }
}

async fn supersede(tx: &mut Change, ctx: &Ctx, number: RequestNumber, by: RequestNumber) -> Result<()> {
    let superseded = lock(tx, number).await?.supersede(by)?;
    save(tx, ctx, &superseded).await?;
    record_event(tx, ctx, &superseded, EventKind::RequestSuperseded { by: by.to_string() }).await
}

/// The number this key was answered with, if the ask is the same.
async fn submitted_before(
    tx: &mut Conn,
    person: &Person,
    new: &New,
    key: Option<&str>,
) -> Result<Option<RequestNumber>> {
    let Some(key) = key else { return Ok(None) };
    let Some(number) = store::requests::find_by_key(&mut *tx, person.id, key).await? else { return Ok(None) };
    let Some(before) = store::requests::find_first_ask(tx, number).await? else { return Ok(None) };
    if kinds::is_same(&before, new) {
        Ok(Some(number))
    } else {
        Err(Refusal::invalid("Idempotency-Key", "was used for another ask before").into())
    }
}

async fn draft(tx: &mut Conn, ctx: &Ctx, person: &Person, evaluation: Evaluation) -> Result<Request> {
    let class = evaluation.class_ref();
    let Evaluation { team, cluster, name, namespace, ask, purpose, plan, .. } = evaluation;
    Ok(Request {
        id: RequestId(Uuid::now_v7()),
        number: store::requests::next_number(tx).await?,
        team,
        cluster,
        class,
        name,
        namespace,
        ask,
        purpose,
        revision: 1,
        version: 1,
        requester: person.id,
        revised_by: person.id,
        authors: vec![person.id],
        plan,
        decisions: Vec::new(),
        state: State::IN_REVIEW,
        submitted_at: ctx.now(),
        since: ctx.now(),
    })
}
