//! What follows from a decision that stands: desired state, its steps, and the order to make it so.

use super::{evaluate, forgotten, record_event};
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use crate::store::quota_changes::QuotaChange;
use domain::Refusal;
use domain::actor::Actor;
use domain::cluster::Placement;
use domain::id::{NamespaceId, PersonId};
use domain::name::Purpose;
use domain::namespace::{Gone, Namespace};
use domain::quota::Quota;
use domain::request::{Kind, Request, State};
use serde_json::json;
use uuid::Uuid;

/// What Berth does by itself with what is approved and has no capacity.
const PUT_IN_LINE: &str = "put_in_line";

/// Carries out what the request's state says, if anything follows from it. The capacity is held from here on. Answers the
/// namespace that is to be synced then: the order locks jobs, and comes after everything but the audit trail.
pub async fn carry_out(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Option<NamespaceId>> {
    match &request.state {
        State::Approved { grant } => begin(tx, ctx, request, grant).await.map(Some),
        State::Waiting { .. }
        | State::InReview
        | State::ChangesRequested(_)
        | State::Applying { .. }
        | State::Completed { .. }
        | State::Failed { .. }
        | State::Undoing { .. }
        | State::Undone { .. }
        | State::Rejected
        | State::Withdrawn
        | State::Expired
        | State::Superseded { .. } => Ok(None),
    }
}

/// Where there is no capacity for what was granted, it stands in line.
pub async fn record_waiting(tx: &mut Conn, ctx: &Ctx, request: &Request, placement: &Placement) -> Result<()> {
    let State::Waiting { grant } = &request.state else { return Ok(()) };
    // Whoever decided did not: the cluster is full.
    let ctx = ctx.instead(Actor::System(PUT_IN_LINE));
    let detail = json!({"grant": grant, "short": placement.short_of(grant)});
    record_event(tx, &ctx, request, "request.waiting", detail).await
}

/// What a namespace is to have from now on, written down with what is known now.
pub(super) async fn save_quota(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    id: NamespaceId,
    quota: &Quota,
    reason: &Purpose,
) -> Result<()> {
    let namespace = store::namespaces::get(tx, id).await?.namespace;
    store::namespaces::save_quota(&mut *tx, id, quota).await?;
    let (used, decided_by) = (evaluate::used(ctx, &namespace), decider(ctx, request));
    let change = Change { id, before: namespace.quota, after: *quota, used, reason, decided_by };
    insert_change(tx, ctx, request, change).await
}

/// What a namespace has on its cluster, written down as its quota: somebody of Platform says that it was granted.
pub async fn adopt_quota(tx: &mut Conn, ctx: &Ctx, namespace: &Namespace, quota: &Quota) -> Result<()> {
    let request = store::requests::find(tx, namespace.request).await?.ok_or(Error::NotFound)?;
    store::namespaces::save_quota(&mut *tx, namespace.id, quota).await?;
    let reason = "Taken over from the cluster, which was ahead of the database".parse()?;
    let (used, decided_by) = (evaluate::used(ctx, namespace), ctx.actor.person_id());
    let change = Change { id: namespace.id, before: namespace.quota, after: *quota, used, reason: &reason, decided_by };
    insert_change(tx, ctx, &request, change).await
}

async fn begin(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Quota) -> Result<NamespaceId> {
    let id = match (request.kind, request.namespace) {
        (Kind::Quota, Some(id)) => {
            save_quota(tx, ctx, request, id, grant, &request.ask.purpose).await?;
            id
        }
        (Kind::Quota, None) => {
            let namespace = request.ask.name.clone();
            return Err(Refusal::NamespaceGone { namespace, how: Gone::NotKept }.into());
        }
        (Kind::NewNamespace, _) => {
            let forgotten = forgotten::find(tx, ctx, &request.cluster, &request.ask.name, &request.team.slug).await?;
            let id = forgotten
                .as_ref()
                .map_or_else(|| NamespaceId(Uuid::now_v7()), |managed_namespace| managed_namespace.id);
            let revision = forgotten.map_or(0, |managed_namespace| managed_namespace.revision);
            let class = store::classes::get(&mut *tx, request.class.id).await?;
            let now = ctx.now();
            store::namespaces::insert(tx, id, request, grant, now, class.spec.expiry(now), revision).await?;
            store::requests::save_namespace(&mut *tx, request.id, id).await?;
            let (reason, decided_by) = (&request.ask.purpose, decider(ctx, request));
            let change = Change { id, before: Quota::ZERO, after: *grant, used: None, reason, decided_by };
            insert_change(tx, ctx, request, change).await?;
            id
        }
    };
    store::steps::reset(tx, id).await?;
    Ok(id)
}

/// Who decided that the namespace has this now. Undoing is decided by whoever undoes.
fn decider(ctx: &Ctx, request: &Request) -> Option<PersonId> {
    match request.state {
        State::Undoing { .. } => ctx.actor.person_id(),
        State::InReview
        | State::ChangesRequested(_)
        | State::Approved { .. }
        | State::Waiting { .. }
        | State::Applying { .. }
        | State::Completed { .. }
        | State::Failed { .. }
        | State::Undone { .. }
        | State::Rejected
        | State::Withdrawn
        | State::Expired
        | State::Superseded { .. } => request.decisions.last().map(|decision| decision.person),
    }
}

struct Change<'a> {
    id: NamespaceId,
    before: Quota,
    after: Quota,
    used: Option<Quota>,
    reason: &'a Purpose,
    /// None when the rules did.
    decided_by: Option<PersonId>,
}

async fn insert_change(tx: &mut Conn, ctx: &Ctx, request: &Request, change: Change<'_>) -> Result<()> {
    let capacity = store::clusters::find_capacity(tx, request.cluster.id).await?;
    let free = capacity.iter().flat_map(|capacity| capacity.bounded().map(|r| (r, capacity.free().get(r)))).collect();
    let change = QuotaChange {
        namespace: change.id,
        request: request.id,
        before: change.before,
        after: change.after,
        reason: change.reason.as_str(),
        used: change.used,
        free,
        decided_by: change.decided_by,
        decided_at: ctx.now(),
    };
    Ok(store::quota_changes::insert(&mut *tx, &change).await?)
}
