//! Every change of what a namespace is to have, written down with what was known when it was made.

use super::{Ctx, Error, Result, usage};
use crate::store;
use crate::store::Conn;
use crate::store::quota_changes::QuotaChange as StoredChange;
use domain::id::{NamespaceId, PersonId};
use domain::name::Purpose;
use domain::namespace::Namespace;
use domain::quota::Quota;
use domain::request::{Progress, Request};

/// What a namespace is to have from now on, written down with what is known now.
pub(super) async fn save(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    id: NamespaceId,
    quota: &Quota,
    reason: &Purpose,
) -> Result<()> {
    let namespace = store::namespaces::get(tx, id).await?.namespace;
    store::namespaces::save_quota(&mut *tx, id, quota).await?;
    let (used, decided_by) = (usage::used(ctx, &namespace), decider(ctx, request));
    let change = QuotaChange { id, before: namespace.quota, after: *quota, used, reason, decided_by };
    insert(tx, ctx, request, change).await
}

/// What a namespace has on its cluster, written down as its quota: somebody of Platform says that it was granted.
pub(super) async fn adopt(tx: &mut Conn, ctx: &Ctx, namespace: &Namespace, quota: &Quota) -> Result<()> {
    let request = store::requests::find(tx, namespace.request).await?.ok_or(Error::NotFound)?;
    store::namespaces::save_quota(&mut *tx, namespace.id, quota).await?;
    let reason = "Taken over from the cluster, which was ahead of the database".parse()?;
    let (used, decided_by) = (usage::used(ctx, namespace), ctx.actor.person_id());
    let change =
        QuotaChange { id: namespace.id, before: namespace.quota, after: *quota, used, reason: &reason, decided_by };
    insert(tx, ctx, &request, change).await
}

/// Who decided that the namespace has this now. Undoing is decided by whoever undoes.
pub(super) fn decider(ctx: &Ctx, request: &Request) -> Option<PersonId> {
    match request.state.progress() {
        Some(Progress::Undoing) => ctx.actor.person_id(),
        Some(_) | None => request.decisions.last().map(|decision| decision.person),
    }
}

pub(super) struct QuotaChange<'a> {
    pub id: NamespaceId,
    pub before: Quota,
    pub after: Quota,
    pub used: Option<Quota>,
    pub reason: &'a Purpose,
    /// None when the rules did.
    pub decided_by: Option<PersonId>,
}

pub(super) async fn insert(tx: &mut Conn, ctx: &Ctx, request: &Request, change: QuotaChange<'_>) -> Result<()> {
    let capacity = store::clusters::find_capacity(tx, request.cluster.id).await?;
    let free = capacity.iter().flat_map(|capacity| capacity.bounded().map(|r| (r, capacity.free().get(r)))).collect();
    let change = StoredChange {
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
