//! A new namespace.

use super::is_about;
use super::quota::is_same_amount;
use crate::app::namespaces::refuse_reserved;
use crate::app::quota_changes::{self, QuotaChange, decider};
use crate::app::requests::blocker::TargetState;
use crate::app::requests::evaluate::{Evaluation, refuse_beyond_ceiling, refuse_off_offer, require_own_name, unknown};
use crate::app::requests::facts::{Parties, amount, placement, plan, quota_facts};
use crate::app::requests::impact::Impact;
use crate::app::requests::{Lock, forgotten, limits, obstacle};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::form::NewNamespace;
use domain::id::NamespaceId;
use domain::namespace::ClusterRef;
use domain::quota::Quota;
use domain::request::{Ask, Kind, Request, SizedQuota};
use domain::usage::Leaves;
use domain::{Action, policy};
use uuid::Uuid;

pub(super) async fn evaluate(conn: &mut Conn, ctx: &Ctx, new: &NewNamespace, lock: Lock) -> Result<Evaluation> {
    let team = store::teams::find(&mut *conn, &new.team).await?.ok_or_else(|| unknown("team"))?;
    // A team one may not see is a team that does not exist.
    ctx.allow(Action::SeeTeam(team.id)).map_err(|_| unknown("team"))?;
    ctx.allow(Action::Ask(team.id))?;
    require_own_name(conn, team.id, &new.name).await?;
    let cluster = store::clusters::find(&mut *conn, &new.cluster).await?.ok_or_else(|| unknown("cluster"))?;
    obstacle::refuse_cluster(ctx, Kind::NewNamespace, &cluster)?;
    let cluster = ClusterRef { id: cluster.id, name: cluster.name };
    let class = store::classes::find_latest(&mut *conn, &new.class).await?.ok_or_else(|| unknown("class"))?;
    refuse_off_offer(conn, &class, &cluster).await?;
    let (size, asked) = amount(&class, &new.amount)?;
    limits::team_quota(conn, &team, lock).await?.admit_namespace(conn, &asked).await?;
    let asker = ctx.person()?.id;
    limits::hold_requester(conn, asker, lock).await?;
    let placement = placement(conn, ctx, &cluster, lock, Quota::ZERO, class.spec.overcommit()).await?;
    refuse_beyond_ceiling(&placement.need(&asked), &placement)?;
    let parties = Parties { team: team.id, cluster: cluster.id, requester: asker, excluded: &[asker] };
    let facts = quota_facts(conn, &parties, asked, &placement).await?;
    let plan = plan(conn, &class, &parties, policy::Subject::NewNamespace(facts)).await?;
    refuse_reserved(conn, ctx, cluster.id, &new.name, team.id).await?;
    let is_taken = store::namespaces::is_taken(&mut *conn, cluster.id, &new.name).await?;
    let on_cluster = ctx.berth.caches.name(cluster.id, &new.name, ctx.now());
    let takes_over = forgotten::find(conn, ctx, &cluster, &new.name, &team.slug).await?.is_some();
    Ok(Evaluation {
        team,
        cluster,
        class,
        name: new.name.clone(),
        namespace: None,
        ask: Ask::NewNamespace(SizedQuota { size, quota: asked }),
        purpose: new.purpose.clone(),
        plan,
        impact: Impact { placement: Some(placement), leaves: Leaves::Enough },
        is_taken,
        on_cluster,
        takes_over,
        target_state: TargetState::Usable,
        supersedes: None,
    })
}

pub(super) fn is_same(before: &Request, new: &NewNamespace) -> bool {
    before.kind() == Kind::NewNamespace
        && before.team.slug == new.team
        && before.class.name == new.class
        && is_about(before, &new.cluster, &new.name, &new.purpose)
        && is_same_amount(before, &new.amount)
}

/// The desired namespace, and the steps that make it.
pub(super) async fn carry_out(tx: &mut Conn, ctx: &Ctx, request: &Request, grant: &Quota) -> Result<NamespaceId> {
    let forgotten = forgotten::find(tx, ctx, &request.cluster, &request.name, &request.team.slug).await?;
    let id = forgotten.as_ref().map_or_else(|| NamespaceId(Uuid::now_v7()), |managed_namespace| managed_namespace.id);
    let revision = forgotten.map_or(0, |managed_namespace| managed_namespace.revision);
    let class = store::classes::get(&mut *tx, request.class.id).await?;
    let now = ctx.now();
    store::namespaces::insert(tx, id, request, grant, now, class.spec.expiry(now), revision).await?;
    store::requests::save_namespace(&mut *tx, request.id, id).await?;
    let (reason, decided_by) = (&request.purpose, decider(ctx, request));
    let change = QuotaChange { id, before: Quota::ZERO, after: *grant, used: None, reason, decided_by };
    quota_changes::insert(tx, ctx, request, change).await?;
    store::steps::reset(tx, id).await?;
    Ok(id)
}
