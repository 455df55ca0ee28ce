//! More or less of what a namespace has.

use super::is_about;
use crate::app::requests::blocker::TargetState;
use crate::app::requests::evaluate::{Evaluation, hold, refuse_beyond_ceiling, subject};
use crate::app::requests::facts::{Parties, amount, leaves, placement, plan, quota_facts};
use crate::app::requests::impact::{self, Impact};
use crate::app::requests::{Lock, forgotten, limits};
use crate::app::usage::used;
use crate::app::{Ctx, Result, quota_changes};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use domain::class::Class;
use domain::cluster::{OvercommitRatio, Placement};
use domain::form::{Amount, QuotaChange, RevisedContent, Revision};
use domain::gone::Gone;
use domain::id::NamespaceId;
use domain::namespace::Namespace;
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::{Ask, Grant, Kind, Request, SizedQuota};
use domain::usage::Leaves;
use domain::{Refusal, policy};

pub(super) async fn evaluate(conn: &mut Conn, ctx: &Ctx, change: &QuotaChange, lock: Lock) -> Result<Evaluation> {
    let (stored, supersedes) = subject(conn, ctx, Kind::Quota, (&change.cluster, &change.name), lock).await?;
    let (id, team) = (stored.namespace.id, stored.namespace.team.clone());
    let team_quota = limits::team_quota(conn, &team, lock).await?;
    // Whoever decides on this namespace holds the cluster: from here on it stays as it is read.
    placement(conn, ctx, &stored.namespace.cluster, lock, Quota::ZERO, OvercommitRatio::WHOLE).await?;
    let stored = match lock {
        Lock::None => store::namespaces::get(conn, id).await?,
        Lock::Grants => hold(conn, Kind::Quota, &stored).await?,
    };
    let overcommit = stored.namespace.class.spec.overcommit();
    let held = stored.held();
    let placement = placement(conn, ctx, &stored.namespace.cluster, Lock::None, held, overcommit).await?;
    let target_state = TargetState::of(Kind::Quota, &change.name, Some((stored.state, stored.condition)), None);
    let Stored { namespace, .. } = stored;
    let (size, asked) = amount(&namespace.class, &change.amount)?;
    if asked == namespace.quota {
        return Err(Refusal::Unchanged.into());
    }
    team_quota.admit_change(conn, &held, &asked).await?;
    refuse_beyond_ceiling(&placement.need(&asked), &placement)?;
    let asker = ctx.person()?.id;
    let parties = Parties { team: team.id, cluster: namespace.cluster.id, requester: asker, excluded: &[asker] };
    let plan = plan_of(conn, ctx, &namespace.class, asked, &placement, &parties, Some(&namespace)).await?;
    let leaves = leaves(ctx, &namespace, &asked);
    Ok(Evaluation {
        team,
        cluster: namespace.cluster,
        class: namespace.class,
        name: namespace.name,
        namespace: Some(namespace.id),
        ask: Ask::Quota { base: namespace.quota, asked: SizedQuota { size, quota: asked } },
        purpose: change.purpose.clone(),
        plan,
        impact: Impact { placement: Some(placement), leaves },
        is_taken: false,
        on_cluster: NameSeen::Held,
        takes_over: false,
        target_state,
        supersedes,
    })
}

/// Another revision, of a quota or of the quota of a new namespace, with the facts of now.
pub(super) async fn reevaluate(
    conn: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    revision: &Revision,
    lock: Lock,
) -> Result<Evaluation> {
    let stored = match request.namespace {
        Some(id) => Some(store::namespaces::get(conn, id).await?),
        None => None,
    };
    let team_quota = limits::team_quota(conn, &request.team, lock).await?;
    let held = stored.as_ref().map_or(Quota::ZERO, Stored::held);
    let found = stored.as_ref().map(|stored| (stored.state, stored.condition));
    let target_state = TargetState::of(request.kind(), &request.name, found, None);
    let namespace = stored.map(|stored| stored.namespace);
    let class = match &namespace {
        Some(namespace) => namespace.class.clone(),
        None => store::classes::get(&mut *conn, request.class.id).await?,
    };
    limits::hold_requester(conn, request.requester, lock).await?;
    let placement = placement(conn, ctx, &request.cluster, lock, held, class.spec.overcommit()).await?;
    let RevisedContent::Amount(revised) = &revision.content else {
        return Err(Refusal::invalid("size", "give a size or a quota").into());
    };
    let (size, asked) = amount(&class, revised)?;
    if let Some(namespace) = &namespace
        && asked == namespace.quota
    {
        return Err(Refusal::Unchanged.into());
    }
    match &namespace {
        Some(_) => team_quota.admit_change(conn, &held, &asked).await?,
        None => team_quota.admit_namespace(conn, &asked).await?,
    }
    refuse_beyond_ceiling(&placement.need(&asked), &placement)?;
    let excluded = [request.authors.as_slice(), &[ctx.person()?.id]].concat();
    let parties = Parties {
        team: request.team.id,
        cluster: request.cluster.id,
        requester: request.requester,
        excluded: &excluded,
    };
    let plan = plan_of(conn, ctx, &class, asked, &placement, &parties, namespace.as_ref()).await?;
    let takes_over = !request.kind().needs_namespace()
        && forgotten::find(conn, ctx, &request.cluster, &request.name, &request.team.slug).await?.is_some();
    let leaves = namespace.map_or(Leaves::Enough, |namespace| leaves(ctx, &namespace, &asked));
    let ask = request.ask.revised(&Grant::Quota(asked), size).unwrap_or_else(|| request.ask.clone());
    Ok(Evaluation {
        team: request.team.clone(),
        cluster: request.cluster.clone(),
        class,
        name: request.name.clone(),
        namespace: request.namespace,
        ask,
        purpose: revision.purpose.clone(),
        plan,
        impact: Impact { placement: Some(placement), leaves },
        is_taken: false,
        on_cluster: ctx.berth.caches.name(request.cluster.id, &request.name, ctx.now()),
        takes_over,
        target_state,
        supersedes: None,
    })
}

/// `namespace` is the one whose quota it is about; none of a new one.
async fn plan_of(
    conn: &mut Conn,
    ctx: &Ctx,
    class: &Class,
    asked: Quota,
    placement: &Placement,
    parties: &Parties<'_>,
    namespace: Option<&Namespace>,
) -> Result<Plan> {
    let facts = quota_facts(conn, parties, asked, placement).await?;
    let subject = match namespace {
        Some(namespace) => policy::Subject::Quota(facts, current(conn, ctx, namespace).await?),
        None => policy::Subject::NewNamespace(facts),
    };
    plan(conn, class, parties, subject).await
}

async fn current(conn: &mut Conn, ctx: &Ctx, namespace: &Namespace) -> Result<policy::Current> {
    let since = ctx.now() - policy::AUTOMATIC_WINDOW;
    let n_automatic = store::quota_changes::count_automatic(&mut *conn, namespace.id, since).await?;
    Ok(policy::Current { quota: namespace.quota, used: used(ctx, namespace), n_automatic })
}

pub(super) fn is_same(before: &Request, change: &QuotaChange) -> bool {
    before.kind() == Kind::Quota
        && is_about(before, &change.cluster, &change.name, &change.purpose)
        && is_same_amount(before, &change.amount)
}

pub(super) fn is_same_amount(before: &Request, amount: &Amount) -> bool {
    let Some(asked) = before.ask.sized_quota() else { return false };
    match amount {
        Amount::Size(size) => asked.size.as_ref() == Some(size),
        Amount::Own(quota) => asked.size.is_none() && asked.quota == *quota,
    }
}

/// The desired quota, and the steps that make it so.
pub(super) async fn carry_out(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Quota) -> Result<NamespaceId> {
    let gone = || Refusal::NamespaceGone { namespace: request.name.clone(), how: Gone::NotKept };
    let id = request.namespace.ok_or_else(gone)?;
    quota_changes::save(tx, ctx, request, id, grant, &request.purpose).await?;
    store::steps::reset(tx, id).await?;
    Ok(id)
}

/// Where it failed while it was undone, its grant has to be desired anew, and needs its capacity again, and its part of what
/// the team may hold.
pub(super) async fn restore_desired(tx: &mut Conn, ctx: &Ctx, request: &Request, id: NamespaceId) -> Result<()> {
    let Some(grant) = request.granted().and_then(|grant| grant.quota()) else { return Ok(()) };
    if store::namespaces::get(tx, id).await?.namespace.quota == grant {
        return Ok(());
    }
    set_desired(tx, ctx, request, id, &grant).await
}

/// Makes this the desired quota of the namespace, if team and cluster have what it takes beyond what the namespace holds. Where it
/// takes nothing, nobody need know what capacity there is.
async fn set_desired(tx: &mut Conn, ctx: &Ctx, request: &Request, id: NamespaceId, quota: &Quota) -> Result<()> {
    let team_quota = limits::team_quota(tx, &request.team, Lock::Grants).await?;
    store::clusters::lock_capacity(tx, request.cluster.id).await?;
    let held = store::namespaces::get(tx, id).await?.held();
    team_quota.admit_change(tx, &held, quota).await?;
    if !quota.fits(&held) {
        let short = impact::placement_of(tx, ctx, request).await?.short_of(quota);
        if !short.is_empty() {
            return Err(Refusal::NoCapacity(short).into());
        }
    }
    quota_changes::save(tx, ctx, request, id, quota, &request.purpose).await
}

/// A size of the class where it is exactly that.
pub(super) async fn amount_of(conn: &mut Conn, request: &Request, quota: &Quota) -> Result<Amount> {
    let class = store::classes::get(&mut *conn, request.class.id).await?;
    let size = class.spec.sizes.into_iter().find(|size| size.quota == *quota);
    Ok(size.map_or(Amount::Own(*quota), |size| Amount::Size(size.name)))
}

/// Goes back to what it was. Nothing is asked of a cluster that is no longer Berth's.
pub(super) async fn undo(
    tx: &mut Conn,
    ctx: &Ctx,
    request: &Request,
    namespace: NamespaceId,
    base: &Quota,
) -> Result<()> {
    if store::clusters::get(&mut *tx, request.cluster.id).await?.removed_at.is_some() {
        quota_changes::save(tx, ctx, request, namespace, base, &request.purpose).await?;
    } else {
        set_desired(tx, ctx, request, namespace, base).await?;
    }
    Ok(store::steps::reset(tx, namespace).await?)
}
