//! Asking: for a namespace, or for another quota of one that is there.

use super::evaluate::{Evaluation, Lock, evaluate};
use super::{grant, lock, record_approved_by_rule, record_event, save, signed_in};
use crate::app::enqueue;
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use domain::Refusal;
use domain::actor::Person;
use domain::ask::{Amount, New};
use domain::id::RequestId;
use domain::name::RequestNumber;
use domain::request::{Ask, Request, State};
use serde_json::json;
use uuid::Uuid;

/// Asks. Where the plan is automatic, it is approved in the same breath.
///
/// `key` is the caller's own mark of this submit: sent again, the first answer comes back; sent again
/// with another ask, it is refused.
pub async fn submit(ctx: &Ctx, new: &New, key: Option<&str>) -> Result<RequestNumber> {
    let person = signed_in(ctx)?;
    let mut tx = ctx.begin().await?;
    if let Some(number) = submitted_before(&mut tx, person, new, key).await? {
        return Ok(number);
    }
    let evaluation = evaluate(&mut tx, ctx, new, Lock::Grants).await;
    if matches!(evaluation, Ok(_) | Err(Error::Refused(_)))
        // This very submit may have been sent twice at once: the other one has just let go of the lock.
        && let Some(number) = submitted_before(&mut tx, person, new, key).await?
    {
        return Ok(number);
    }
    let evaluation = evaluation?;
    refuse(&evaluation, new)?;
    let (placement, supersedes) = (evaluation.placement, evaluation.supersedes);
    let leaves = evaluation.leaves.clone();
    let request = draft(&mut tx, ctx, person, evaluation).await?.settle(&placement);
    let superseded = match supersedes {
        Some(number) => Some(supersede(&mut tx, ctx, number, request.number).await?),
        None => None,
    };
    store::requests::insert(&mut tx, &request, key).await?;
    let sync = grant::carry_out(&mut tx, ctx, &request).await?;
    enqueue::syncs(&mut tx, sync.as_slice(), ctx.now()).await?;
    if let Some(superseded) = superseded {
        record_event(&mut tx, ctx, &superseded, "request.superseded", json!({"by": request.number.to_string()}))
            .await?;
    }
    let detail = json!({
        "ask": request.ask.quota, "base": request.base, "plan": request.plan, "below_use": leaves.below(), "use_unknown": leaves.unknown(),
        "supersedes": supersedes.map(|number| number.to_string()),
    });
    record_event(&mut tx, ctx, &request, "request.submitted", detail).await?;
    record_approved_by_rule(&mut tx, ctx, &request).await?;
    grant::record_waiting(&mut tx, ctx, &request, &placement).await?;
    tx.commit().await?;
    Ok(request.number)
}

fn refuse(evaluation: &Evaluation, new: &New) -> Result<()> {
    let acknowledged = match new {
        New::Namespace(_) => true,
        New::Quota(change) => change.acknowledge_below_use,
    };
    match evaluation.name_refusal() {
        Some(refusal) => Err(refusal.into()),
        None => Ok(evaluation.leaves.clone().require_meant(acknowledged)?),
    }
}

async fn supersede(tx: &mut Conn, ctx: &Ctx, number: RequestNumber, by: RequestNumber) -> Result<Request> {
    let superseded = lock(tx, number).await?.supersede(by)?;
    save(tx, ctx, &superseded).await?;
    Ok(superseded)
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
    if is_same(&before, new) {
        Ok(Some(number))
    } else {
        Err(Refusal::invalid("Idempotency-Key", "was used for another ask before").into())
    }
}

fn is_same(before: &Request, new: &New) -> bool {
    use domain::request::Kind;
    let (where_to, amount) = match new {
        New::Namespace(new) => (
            before.kind == Kind::NewNamespace
                && before.ask.name == new.name
                && before.team.slug == new.team
                && before.cluster.name == new.cluster
                && before.class.name == new.class
                && before.ask.purpose == new.purpose,
            &new.amount,
        ),
        New::Quota(change) => (
            before.kind == Kind::Quota
                && before.ask.name == change.name
                && before.cluster.name == change.cluster
                && before.ask.purpose == change.purpose,
            &change.amount,
        ),
    };
    let same_amount = match amount {
        Amount::Size(size) => before.ask.size.as_ref() == Some(size),
        Amount::Own(quota) => before.ask.size.is_none() && before.ask.quota == *quota,
    };
    where_to && same_amount
}

async fn draft(tx: &mut Conn, ctx: &Ctx, person: &Person, evaluation: Evaluation) -> Result<Request> {
    let class = evaluation.class_ref();
    let Evaluation { kind, team, cluster, name, namespace, base, size, asked, purpose, plan, .. } = evaluation;
    Ok(Request {
        id: RequestId(Uuid::now_v7()),
        number: store::requests::next_number(tx).await?,
        kind,
        team,
        cluster,
        class,
        ask: Ask { name, size, quota: asked, purpose },
        namespace,
        base,
        revision: 1,
        version: 1,
        requester: person.id,
        revised_by: person.id,
        authors: vec![person.id],
        plan,
        decisions: Vec::new(),
        state: State::InReview,
        submitted_at: ctx.now(),
        since: ctx.now(),
    })
}
