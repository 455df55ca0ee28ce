//! Asking and deciding.

mod consider;
mod show;

pub use consider::check;
pub(super) use show::timeline;
pub use show::{get, list};

use super::{Ctx, Error, Result, audit};
use crate::store::Conn;
use crate::{jobs, store};
use consider::Considered;
use domain::actor::{Actor, Person};
use domain::ask::NewNamespace;
use domain::id::{NamespaceId, RequestId};
use domain::name::{Comment, RequestNumber};
use domain::namespace::NamespaceState;
use domain::quota::Quota;
use domain::request::{Approval, Ask, ClassRef, ClusterRef, Kind, Request, State};
use domain::{Action, Refusal};
use serde_json::json;
use store::bell::{Change, ring};
use uuid::Uuid;

/// Asks for a namespace. Where the plan is automatic, it is approved in the same breath.
///
/// `key` is the caller's own mark of this submit: sent again, the first answer comes back; sent again
/// with another ask, it is refused.
pub async fn submit(ctx: &Ctx, new: &NewNamespace, key: Option<&str>) -> Result<RequestNumber> {
    let person = signed_in(ctx)?;
    let mut tx = ctx.begin().await?;
    if let Some(number) = submitted_before(&mut tx, person, new, key).await? {
        return Ok(number);
    }
    let considered = consider::consider(&mut tx, ctx, new, consider::Lock::Room).await?;
    if considered.is_taken {
        // Perhaps by this very submit, sent twice at once: the other one has just let go of the lock.
        let number = submitted_before(&mut tx, person, new, key).await?;
        return number.ok_or_else(|| Refusal::NameTaken(new.name.clone()).into());
    }
    let request = draft(&mut tx, ctx, person, new, considered).await?;
    store::requests::insert(&mut tx, &request, key).await?;
    note(&mut tx, ctx, &request, "request.submitted", json!({"ask": request.ask.quota, "plan": request.plan})).await?;
    if let State::Approved { grant } = request.state {
        provision(&mut tx, ctx, &request, &grant).await?;
        note(&mut tx, ctx, &request, "request.approved", json!({"grant": grant, "by": "policy"})).await?;
    }
    tx.commit().await?;
    Ok(request.number)
}

/// One approval; the last one that the plan needs sets the work going.
pub async fn approve(ctx: &Ctx, number: RequestNumber, approval: Approval) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Decide(&request))?;
    let room = store::clusters::lock_room(&mut tx, request.cluster.id).await?;
    let room = room.ok_or_else(|| consider::not_read_yet(&request.cluster.name))?;
    let decided = request.approve(signed_in(ctx)?, approval, &room, ctx.now())?; // pure, in domain
    save_decision(&mut tx, ctx, &decided).await?;
    note(&mut tx, ctx, &decided, "request.approved", said(&decided)).await?;
    if let State::Approved { grant } = decided.state {
        provision(&mut tx, ctx, &decided, &grant).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub async fn reject(ctx: &Ctx, number: RequestNumber, revision: i32, reason: Comment) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Decide(&request))?;
    let decided = request.reject(signed_in(ctx)?, revision, reason, ctx.now())?;
    save_decision(&mut tx, ctx, &decided).await?;
    note(&mut tx, ctx, &decided, "request.rejected", said(&decided)).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn withdraw(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::Withdraw(&request))?;
    let withdrawn = request.withdraw()?;
    save(&mut tx, ctx, &withdrawn).await?;
    note(&mut tx, ctx, &withdrawn, "request.withdrawn", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Provisions again what had failed.
pub async fn retry(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let request = lock(&mut tx, number).await?;
    ctx.allow(Action::SeeRequests(request.team.id))?;
    ctx.allow(Action::RetryJob)?;
    if !matches!(request.state, State::Failed { .. }) {
        let state = request.state.title().to_owned();
        return Err(Refusal::Closed { number, state }.into());
    }
    let namespace = store::namespaces::find_of_request(&mut *tx, request.id).await?.ok_or(Error::NotFound)?;
    begin_again(&mut tx, ctx, request, namespace).await?;
    tx.commit().await?;
    Ok(())
}

/// All steps anew, from the first.
pub(super) async fn begin_again(tx: &mut Conn, ctx: &Ctx, request: Request, namespace: NamespaceId) -> Result<()> {
    let again = request.begin_applying()?;
    save(tx, ctx, &again).await?;
    store::steps::reset(tx, namespace).await?;
    store::namespaces::save_state(&mut *tx, namespace, NamespaceState::Provisioning, None).await?;
    jobs::enqueue(tx, jobs::Job::SyncNamespace(namespace), ctx.now()).await?;
    note(tx, ctx, &again, "request.retried", json!({})).await
}

pub(super) async fn save(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    store::requests::save(tx, request, ctx.now()).await?;
    ring(tx, Change::Request(request.number.0)).await?;
    Ok(())
}

pub(super) async fn note(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    action: &str,
    detail: serde_json::Value,
) -> Result<()> {
    audit::note(tx, ctx, action, request.number.to_string(), Some(request.team.id), detail).await
}

pub(super) async fn lock(tx: &mut Conn, number: RequestNumber) -> Result<Request> {
    Ok(store::requests::lock(tx, number).await?)
}

pub(super) fn signed_in(ctx: &Ctx) -> Result<&Person> {
    match &ctx.actor {
        Actor::Person(person) => Ok(person),
        Actor::Nobody | Actor::Operator | Actor::System(_) => Err(Error::SignInFirst),
    }
}

/// The number this key was answered with, if the ask is the same.
async fn submitted_before(
    tx: &mut Conn,
    person: &Person,
    new: &NewNamespace,
    key: Option<&str>,
) -> Result<Option<RequestNumber>> {
    let Some(key) = key else { return Ok(None) };
    let Some(number) = store::requests::find_by_key(&mut *tx, person.id, key).await? else { return Ok(None) };
    let Some(before) = store::requests::find(tx, number).await? else { return Ok(None) };
    let same = before.ask.name == new.name
        && before.team.slug == new.team
        && before.cluster.name == new.cluster
        && before.class.name == new.class
        && before.ask.purpose == new.purpose
        && match &new.amount {
            domain::ask::Amount::Size(size) => before.ask.size.as_ref() == Some(size),
            domain::ask::Amount::Own(quota) => before.ask.size.is_none() && before.ask.quota == *quota,
        };
    if same {
        Ok(Some(number))
    } else {
        Err(Refusal::invalid("Idempotency-Key", "was used for another ask before").into())
    }
}

async fn draft(
    tx: &mut Conn,
    ctx: &Ctx,
    person: &Person,
    new: &NewNamespace,
    considered: Considered,
) -> Result<Request> {
    let Considered { team, cluster, class, size, asked, plan, .. } = considered;
    let state = if plan.is_automatic() { State::Approved { grant: asked } } else { State::InReview };
    Ok(Request {
        id: RequestId(Uuid::now_v7()),
        number: store::requests::next_number(tx).await?,
        kind: Kind::NewNamespace,
        team,
        cluster: ClusterRef { id: cluster.id, name: cluster.name },
        class: ClassRef { id: class.id, name: class.name, version: class.version },
        ask: Ask { name: new.name.clone(), size, quota: asked, purpose: new.purpose.clone() },
        base: Quota::ZERO,
        revision: 1,
        requester: person.id,
        revised_by: person.id,
        plan,
        decisions: Vec::new(),
        state,
        submitted_at: ctx.now(),
    })
}

async fn save_decision(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    if let Some(decision) = request.decisions.last() {
        store::requests::insert_decision(tx, request, decision).await?;
    }
    save(tx, ctx, request).await
}

/// What the audit trail keeps of the last decision.
fn said(request: &Request) -> serde_json::Value {
    use domain::request::Word;
    let Some(decision) = request.decisions.last() else { return json!({}) };
    let grant = match decision.word {
        Word::Approve { grant } => Some(grant),
        Word::Reject => None,
    };
    json!({"revision": request.revision, "stage": decision.stage, "asked": request.ask.quota, "grant": grant, "comment": decision.comment})
}

/// Desired state, its steps, and the order to make it so. The room is held from here on.
async fn provision(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Quota) -> Result<()> {
    let id = NamespaceId(Uuid::now_v7());
    store::namespaces::insert(tx, id, request, grant, ctx.now()).await?;
    store::steps::reset(tx, id).await?;
    jobs::enqueue(tx, jobs::Job::SyncNamespace(id), ctx.now()).await
}
