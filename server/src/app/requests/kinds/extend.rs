//! Another day on which a namespace expires.

use super::is_about;
use crate::app::requests::evaluate::{Evaluation, subject};
use crate::app::requests::facts::{Parties, plan};
use crate::app::requests::{Lock, limits};
use crate::app::{Change, Ctx, Error, Result, namespaces};
use crate::store;
use crate::store::Conn;
use domain::form::{Extension, RevisedContent, Revision};
use domain::id::{NamespaceId, PersonId};
use domain::name::Purpose;
use domain::namespace::Namespace;
use domain::request::{Ask, Grant, Kind, Request, UntilDate};
use domain::{Refusal, policy};
use time::Duration;

/// Nobody asks for longer.
const LONGEST: Duration = Duration::days(3650);

pub(super) async fn evaluate(conn: &mut Conn, ctx: &Ctx, extension: &Extension, lock: Lock) -> Result<Evaluation> {
    let of = (&extension.cluster, &extension.name);
    let (stored, supersedes) = subject(conn, ctx, Kind::Extend, of, lock).await?;
    let base = last_day(&stored.namespace)?;
    Kind::Extend.require_no_deletion(&extension.name, stored.ending)?;
    let asker = ctx.person()?.id;
    let asked = (base, extension.until, &extension.purpose);
    let evaluation = of_namespace(conn, ctx, stored.namespace, asked, (asker, &[asker])).await?;
    Ok(Evaluation { supersedes, ..evaluation })
}

pub(super) async fn reevaluate(
    conn: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    revision: &Revision,
) -> Result<Evaluation> {
    let (RevisedContent::Until(until), Ask::Extend { base, .. }) = (&revision.content, &request.ask) else {
        return Err(Refusal::invalid("until", "must be a date such as 2026-12-31").into());
    };
    let stored = store::namespaces::get(conn, request.namespace.ok_or(Error::NotFound)?).await?;
    last_day(&stored.namespace)?;
    Kind::Extend.require_no_deletion(&request.name, stored.ending)?;
    let excluded = [request.authors.as_slice(), &[ctx.person()?.id]].concat();
    let asked = (*base, *until, &revision.purpose);
    of_namespace(conn, ctx, stored.namespace, asked, (request.requester, &excluded)).await
}

async fn of_namespace(
    conn: &mut Conn,
    ctx: &Ctx,
    namespace: Namespace,
    (base, until, purpose): (UntilDate, UntilDate, &Purpose),
    (requester, excluded): (PersonId, &[PersonId]),
) -> Result<Evaluation> {
    let ask = Ask::Extend { base, until };
    check(ctx, &ask, until)?;
    limits::team_quota(conn, &namespace.team, Lock::None).await?.require_active()?;
    let parties = Parties { team: namespace.team.id, cluster: namespace.cluster.id, requester, excluded };
    let plan = plan(conn, &namespace.class, &parties, policy::Subject::Extend { until, now: ctx.now() }).await?;
    Ok(Evaluation::of_namespace(namespace, ask, purpose.clone(), plan))
}

/// The last day there is; refused of one that does not expire.
pub(in crate::app) fn last_day(namespace: &Namespace) -> Result<UntilDate, Refusal> {
    let forever = || Refusal::NotPossible(format!("{} does not expire", namespace.name));
    namespace.expires_at.map(UntilDate::of).ok_or_else(forever)
}

/// Whether it is a later day than there is, and one that comes.
fn check(ctx: &Ctx, ask: &Ask, until: UntilDate) -> Result<(), Refusal> {
    let latest = UntilDate::of(ctx.now() + LONGEST);
    ask.require_possible(&ask.whole())?;
    require_ahead(ctx, until)?;
    if until > latest { Err(Refusal::invalid("until", &format!("must be {latest} at the latest"))) } else { Ok(()) }
}

fn require_ahead(ctx: &Ctx, until: UntilDate) -> Result<(), Refusal> {
    if until.end() > ctx.now() { Ok(()) } else { Err(Refusal::invalid("until", "is over already")) }
}

pub(super) fn is_same(before: &Request, extension: &Extension) -> bool {
    before.ask.whole() == Grant::Until { until: extension.until }
        && is_about(before, &extension.cluster, &extension.name, &extension.purpose)
}

/// The expiry is Berth's own: it is another one at once. What the cluster says of it follows.
pub(super) async fn carry_out(tx: &mut Change, ctx: &Ctx, request: &Request, until: UntilDate) -> Result<NamespaceId> {
    let id = request.namespace.ok_or(Error::NotFound)?;
    let stored = store::namespaces::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let base = last_day(&stored.namespace)?;
    Kind::Extend.require_no_deletion(&request.name, stored.ending)?;
    // It may have been decided late, or after another expiry was set.
    until.require_after(base)?;
    require_ahead(ctx, until)?;
    namespaces::set_expiry(tx, ctx, id, Some(until.end())).await?;
    Ok(id)
}
