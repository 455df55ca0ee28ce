//! What only one kind of request knows: what is looked up when it is asked, and what follows when it is granted. Each kind is
//! a module; here is where they are told apart.

mod delete;
mod extend;
mod new_namespace;
mod quota;

use super::evaluate::Evaluation;
use crate::app::request_record::save;
use crate::app::requests::Lock;
use crate::app::{Change, Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use domain::form::{New, RevisedContent, Revision};
use domain::id::NamespaceId;
use domain::name::{ClusterName, NamespaceName, Purpose};
use domain::namespace::NamespaceState;
use domain::request::{Ask, Grant, Kind, Progress, Request, State};

pub(in crate::app) use extend::last_day;

/// Looks up what decides about an ask.
pub(in crate::app) async fn evaluate(conn: &mut Conn, ctx: &Ctx, new: &New, lock: Lock) -> Result<Evaluation> {
    match new {
        New::Namespace(new) => new_namespace::evaluate(conn, ctx, new, lock).await,
        New::Quota(change) => quota::evaluate(conn, ctx, change, lock).await,
        New::Extend(extension) => extend::evaluate(conn, ctx, extension, lock).await,
        New::Delete(deletion) => delete::evaluate(conn, ctx, deletion, lock).await,
    }
}

/// The same for another revision of a request, with the facts of now.
pub(in crate::app) async fn reevaluate(
    conn: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    revision: &Revision,
    lock: Lock,
) -> Result<Evaluation> {
    match request.kind() {
        Kind::NewNamespace | Kind::Quota => quota::reevaluate(conn, ctx, request, revision, lock).await,
        Kind::Extend => extend::reevaluate(conn, ctx, request, revision).await,
        Kind::Delete => delete::reevaluate(conn, ctx, request, revision).await,
    }
}

/// Whether a request asks for just this.
pub(in crate::app::requests) fn is_same(before: &Request, new: &New) -> bool {
    match new {
        New::Namespace(new) => new_namespace::is_same(before, new),
        New::Quota(change) => quota::is_same(before, change),
        New::Extend(extension) => extend::is_same(before, extension),
        New::Delete(deletion) => delete::is_same(before, deletion),
    }
}

/// Whether it is about a namespace of this name there, for this purpose.
fn is_about(before: &Request, cluster: &ClusterName, name: &NamespaceName, purpose: &Purpose) -> bool {
    before.cluster.name == *cluster && before.name == *name && before.purpose == *purpose
}

/// Carries out what the request's state says, if anything follows from it. Capacity is held from here on. What is done with
/// that is completed.
pub(in crate::app::requests) async fn carry_out(tx: &mut Change, ctx: &Ctx, request: Request) -> Result<Request> {
    let State::Granted { grant, progress: Progress::Approved } = &request.state else {
        return Ok(request);
    };
    let id = match (request.kind(), grant) {
        (Kind::NewNamespace, Grant::Quota(quota)) => new_namespace::carry_out(tx, ctx, &request, quota).await?,
        (Kind::Quota, Grant::Quota(quota)) => quota::carry_out(tx, ctx, &request, quota).await?,
        (Kind::Extend, Grant::Until { until }) => extend::carry_out(tx, ctx, &request, *until).await?,
        (Kind::Delete, Grant::Deletion { grace_days }) => delete::carry_out(tx, ctx, &request, *grace_days).await?,
        // Kinds and their grants belong together: `Grant::require_within`.
        (
            Kind::NewNamespace | Kind::Quota | Kind::Extend | Kind::Delete,
            Grant::Quota(_) | Grant::Until { .. } | Grant::Deletion { .. },
        ) => return Err(Error::internal(anyhow::anyhow!("{} was granted something of another kind", request.number))),
    };
    if request.kind().has_quota() {
        tx.sync(id);
        return Ok(request);
    }
    let completed = request.complete()?;
    save(tx, ctx, &completed).await?;
    Ok(completed)
}

/// What a suggestion asks for, as a revision does.
pub(in crate::app::requests) async fn as_revised(
    conn: &mut Conn,
    request: &Request,
    suggestion: &Grant,
) -> Result<RevisedContent> {
    match suggestion {
        Grant::Quota(quota) => Ok(RevisedContent::Amount(quota::amount_of(conn, request, quota).await?)),
        Grant::Until { until } => Ok(RevisedContent::Until(*until)),
        Grant::Deletion { .. } => Ok(RevisedContent::Nothing),
    }
}

/// What failed is tried again, from the first step on.
pub(in crate::app::requests) async fn restart(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    namespace: NamespaceId,
) -> Result<()> {
    match request.kind() {
        Kind::NewNamespace => {
            Ok(store::namespaces::save_state(&mut *tx, namespace, NamespaceState::Provisioning).await?)
        }
        Kind::Quota => quota::restore_desired(tx, ctx, request, namespace).await,
        // Never at work, so that they never fail.
        Kind::Extend | Kind::Delete => Ok(()),
    }
}

/// What there was before is desired again; of a new namespace, nothing.
pub(in crate::app::requests) async fn undo(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    namespace: NamespaceId,
) -> Result<()> {
    match &request.ask {
        Ask::NewNamespace(_) => Ok(store::namespaces::save_state(&mut *tx, namespace, NamespaceState::Removing).await?),
        Ask::Quota { base, .. } => quota::undo(tx, ctx, request, namespace, base).await,
        // Never at work, so that they never fail.
        Ask::Extend { .. } | Ask::Delete { .. } => Ok(()),
    }
}
