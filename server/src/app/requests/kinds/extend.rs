//! Another day on which a namespace expires.

use crate::app::requests::evaluate::{Evaluation, Lock, Parties, plan, subject};
use crate::app::requests::hindrance::Standing;
use crate::app::requests::impact::Impact;
use crate::app::requests::{limits, signed_in};
use crate::app::{Ctx, Error, Result, namespaces};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use domain::form::{Extension, RevisedContent, Revision};
use domain::id::{NamespaceId, PersonId};
use domain::lifetime::Cause;
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
    let Some(expires_at) = stored.namespace.expires_at else {
        return Err(Refusal::NotPossible(format!("{} does not expire", extension.name)).into());
    };
    if stored.ending.is_some_and(|ending| ending.cause == Cause::DeletionRequested) {
        let why = format!("the deletion of {} was requested: restore it first", extension.name);
        return Err(Refusal::NotPossible(why).into());
    }
    let base = UntilDate::of(expires_at);
    check(ctx, base, extension.until)?;
    let ask = Ask::Extend { base, until: extension.until };
    let asker = signed_in(ctx)?.id;
    let asked = Asked { ask, until: extension.until, purpose: extension.purpose.clone() };
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
    check(ctx, *base, *until)?;
    let stored = store::namespaces::get(conn, request.namespace.ok_or(Error::NotFound)?).await?;
    let excluded = [request.authors.as_slice(), &[signed_in(ctx)?.id]].concat();
    let asked =
        Asked { ask: Ask::Extend { base: *base, until: *until }, until: *until, purpose: revision.purpose.clone() };
    of_namespace(conn, ctx, stored.namespace, asked, (request.requester, &excluded)).await
}

struct Asked {
    ask: Ask,
    until: UntilDate,
    purpose: Purpose,
}

async fn of_namespace(
    conn: &mut Conn,
    ctx: &Ctx,
    namespace: Namespace,
    Asked { ask, until, purpose }: Asked,
    (requester, excluded): (PersonId, &[PersonId]),
) -> Result<Evaluation> {
    limits::team_quota(conn, &namespace.team, Lock::None).await?.require_active()?;
    let parties = Parties { team: namespace.team.id, cluster: namespace.cluster.id, requester, excluded };
    let facts = policy::Subject::Extend { until, now: ctx.now() };
    Ok(Evaluation {
        plan: plan(conn, &namespace.class, &parties, facts).await?,
        team: namespace.team,
        cluster: namespace.cluster,
        class: namespace.class,
        name: namespace.name,
        namespace: Some(namespace.id),
        ask,
        purpose,
        impact: Impact::NONE,
        is_taken: false,
        on_cluster: NameSeen::Held,
        takes_over: false,
        standing: Standing::Usable,
        supersedes: None,
    })
}

/// Whether it is a later day than there is, and one that comes.
fn check(ctx: &Ctx, base: UntilDate, until: UntilDate) -> Result<(), Refusal> {
    let latest = UntilDate::of(ctx.now() + LONGEST);
    if until <= base {
        return Err(Refusal::invalid("until", &format!("must be later than {base}, when it expires now")));
    }
    if until.end() <= ctx.now() {
        return Err(Refusal::invalid("until", "is over already"));
    }
    if until > latest { Err(Refusal::invalid("until", &format!("must be {latest} at the latest"))) } else { Ok(()) }
}

pub(super) fn is_same(before: &Request, extension: &Extension) -> bool {
    before.ask.whole() == Grant::Until { until: extension.until }
        && before.name == extension.name
        && before.cluster.name == extension.cluster
        && before.purpose == extension.purpose
}

/// The expiry is Berth's own: it is another one at once. What the cluster says of it follows.
pub(super) async fn carry_out(tx: &mut Conn, ctx: &Ctx, request: &Request, until: UntilDate) -> Result<NamespaceId> {
    let id = request.namespace.ok_or(Error::NotFound)?;
    let stored = store::endings::lock(tx, id).await?.ok_or(Error::NotFound)?;
    // It may have been decided late, or after another expiry was set.
    let is_later = stored.namespace.expires_at.is_some_and(|now| until > UntilDate::of(now));
    if !is_later || until.end() <= ctx.now() {
        let why = format!("{until} is over, or no later than it expires now: ask for a later day");
        return Err(Refusal::NotPossible(why).into());
    }
    namespaces::set_expiry(tx, ctx, id, Some(until.end())).await?;
    Ok(id)
}
