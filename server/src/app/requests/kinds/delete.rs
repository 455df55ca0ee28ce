//! The end of a namespace: suspended when it is granted, deleted when the grace period is over.

use super::is_about;
use crate::app::requests::Lock;
use crate::app::requests::evaluate::{Evaluation, subject};
use crate::app::requests::facts::{Parties, plan};
use crate::app::{Change, Ctx, Error, Result, namespaces};
use crate::store;
use crate::store::Conn;
use domain::form::{Deletion, Revision};
use domain::id::{NamespaceId, PersonId};
use domain::lifetime::{Cause, grace};
use domain::name::Purpose;
use domain::namespace::Namespace;
use domain::policy;
use domain::request::{Ask, Kind, Request};
use time::Duration;

pub(super) async fn evaluate(conn: &mut Conn, ctx: &Ctx, deletion: &Deletion, lock: Lock) -> Result<Evaluation> {
    let of = (&deletion.cluster, &deletion.name);
    let (stored, supersedes) = subject(conn, ctx, Kind::Delete, of, lock).await?;
    Kind::Delete.require_no_deletion(&deletion.name, stored.ending)?;
    let asker = ctx.person()?.id;
    let evaluation = of_namespace(conn, stored.namespace, deletion.purpose.clone(), (asker, &[asker])).await?;
    Ok(Evaluation { supersedes, ..evaluation })
}

pub(super) async fn reevaluate(
    conn: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    revision: &Revision,
) -> Result<Evaluation> {
    let stored = store::namespaces::get(conn, request.namespace.ok_or(Error::NotFound)?).await?;
    let excluded = [request.authors.as_slice(), &[ctx.person()?.id]].concat();
    of_namespace(conn, stored.namespace, revision.purpose.clone(), (request.requester, &excluded)).await
}

async fn of_namespace(
    conn: &mut Conn,
    namespace: Namespace,
    purpose: Purpose,
    (requester, excluded): (PersonId, &[PersonId]),
) -> Result<Evaluation> {
    let parties = Parties { team: namespace.team.id, cluster: namespace.cluster.id, requester, excluded };
    let plan = plan(conn, &namespace.class, &parties, policy::Subject::Delete).await?;
    let grace = grace(namespace.class.spec.environment).whole_days();
    let ask = Ask::Delete { grace_days: u32::try_from(grace).unwrap_or_default() };
    Ok(Evaluation::of_namespace(namespace, ask, purpose, plan))
}

pub(super) fn is_same(before: &Request, deletion: &Deletion) -> bool {
    before.kind() == Kind::Delete && is_about(before, &deletion.cluster, &deletion.name, &deletion.purpose)
}

/// From here on the namespace is suspended; it can be restored until it is deleted.
pub(super) async fn carry_out(tx: &mut Change, ctx: &Ctx, request: &Request, grace_days: u32) -> Result<NamespaceId> {
    let id = request.namespace.ok_or(Error::NotFound)?;
    namespaces::begin_ending(tx, ctx, id, Cause::DeletionRequested, Duration::days(grace_days.into())).await?;
    Ok(id)
}
