//! What would happen to an ask: the verdict before it is submitted, and the plan when it is.

mod elsewhere;
mod facts;
mod verdict;

pub(super) use elsewhere::with_capacity;
pub(super) use facts::{amount, leaves, placement, require_a_container, used};
pub(super) use verdict::{capacity_view, unknown_capacity};
pub use verdict::{check, check_revision};

use super::hindrance::Standing;
use super::{forgotten, limits, obstacle, signed_in};
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use domain::ask::{New, NewNamespace, QuotaChange, Revision};
use domain::class::Class;
use domain::cluster::{OvercommitRatio, Placement};
use domain::id::{NamespaceId, TeamId};
use domain::name::{NamespaceName, Purpose, RequestNumber, SizeName};
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::{ClassRef, ClusterRef, Kind, Obstacle, Request, Revised, TeamRef, can_have_quota};
use domain::usage::Leaves;
use domain::{Action, Refusal};
use facts::Parties;

/// An ask with all that was looked up for it.
#[derive(Clone)]
pub(super) struct Evaluation {
    pub kind: Kind,
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: Class,
    pub name: NamespaceName,
    pub namespace: Option<NamespaceId>,
    pub base: Quota,
    pub size: Option<SizeName>,
    pub asked: Quota,
    pub purpose: Purpose,
    pub placement: Placement,
    pub plan: Plan,
    /// What it leaves of what is used now.
    pub leaves: Leaves,
    /// The name of a new namespace is held already.
    pub is_taken: bool,
    /// Whether the cluster has a namespace of that name already.
    pub on_cluster: NameSeen,
    /// Berth made it for this team, and has forgotten it: granting takes it over.
    pub takes_over: bool,
    /// How the namespace stands that is there already.
    pub standing: Standing,
    /// One's own open request whose place it takes.
    pub supersedes: Option<RequestNumber>,
}

/// Whether anybody else may grant, on the cluster or to the team, before the transaction ends.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    None,
    Grants,
}

pub(super) async fn evaluate(conn: &mut Conn, ctx: &Ctx, new: &New, lock: Lock) -> Result<Evaluation> {
    match new {
        New::Namespace(new) => evaluate_namespace(conn, ctx, new, lock).await,
        New::Quota(change) => evaluate_quota(conn, ctx, change, lock).await,
    }
}

async fn evaluate_namespace(conn: &mut Conn, ctx: &Ctx, new: &NewNamespace, lock: Lock) -> Result<Evaluation> {
    let team = store::teams::find(&mut *conn, &new.team).await?.ok_or_else(|| unknown("team"))?;
    // A team one may not see is a team that does not exist.
    ctx.allow(Action::SeeTeam(team.id)).map_err(|_| unknown("team"))?;
    ctx.allow(Action::Ask(team.id))?;
    require_own_name(conn, team.id, &new.name).await?;
    let cluster = store::clusters::find(&mut *conn, &new.cluster).await?.ok_or_else(|| unknown("cluster"))?;
    obstacle::refuse_cluster(ctx, &cluster)?;
    let cluster = ClusterRef { id: cluster.id, name: cluster.name };
    let class = store::classes::find_latest(&mut *conn, &new.class).await?.ok_or_else(|| unknown("class"))?;
    refuse_off_offer(conn, &class, &cluster).await?;
    let (size, asked) = amount(&class, &new.amount)?;
    limits::team_quota(conn, &team, lock).await?.admit_namespace(conn, &asked).await?;
    let asker = signed_in(ctx)?.id;
    limits::hold_requester(conn, asker, lock).await?;
    let placement = placement(conn, ctx, &cluster, lock, Quota::ZERO, class.spec.overcommit()).await?;
    refuse_beyond_ceiling(&placement.need(&asked), &placement)?;
    let parties = Parties { team: team.id, cluster: cluster.id, requester: asker, excluded: &[asker] };
    let plan = facts::plan(conn, ctx, &class, asked, &placement, parties, None).await?;
    crate::app::namespaces::refuse_reserved(conn, ctx, cluster.id, &new.name, team.id).await?;
    let is_taken = store::namespaces::is_taken(&mut *conn, cluster.id, &new.name).await?;
    let on_cluster = ctx.berth.caches.name(cluster.id, &new.name, ctx.now());
    let takes_over = forgotten::find(conn, ctx, &cluster, &new.name, &team.slug).await?.is_some();
    Ok(Evaluation {
        kind: Kind::NewNamespace,
        team,
        cluster,
        class,
        name: new.name.clone(),
        namespace: None,
        base: Quota::ZERO,
        size,
        asked,
        purpose: new.purpose.clone(),
        placement,
        plan,
        leaves: Leaves::Enough,
        is_taken,
        on_cluster,
        takes_over,
        standing: Standing::Usable,
        supersedes: None,
    })
}

async fn evaluate_quota(conn: &mut Conn, ctx: &Ctx, change: &QuotaChange, lock: Lock) -> Result<Evaluation> {
    let stored = store::namespaces::find(conn, &change.cluster, &change.name).await?.ok_or_else(|| unknown("name"))?;
    let team = stored.namespace.team.clone();
    ctx.allow(Action::SeeNamespaces(team.id)).map_err(|_| unknown("name"))?;
    ctx.allow(Action::Ask(team.id))?;
    let id = stored.namespace.id;
    obstacle::refuse_cluster(ctx, &store::clusters::get(&mut *conn, stored.namespace.cluster.id).await?)?;
    can_have_quota(&change.name, Some((stored.state, stored.condition)))?;
    let supersedes = superseded(conn, ctx, id, lock).await?;
    let team_quota = limits::team_quota(conn, &team, lock).await?;
    // Whoever decides on this namespace holds the cluster: from here on it stays as it is read.
    placement(conn, ctx, &stored.namespace.cluster, lock, Quota::ZERO, OvercommitRatio::WHOLE).await?;
    let stored = store::namespaces::get(conn, id).await?;
    let overcommit = stored.namespace.class.spec.overcommit();
    let held = stored.held();
    let placement = placement(conn, ctx, &stored.namespace.cluster, Lock::None, held, overcommit).await?;
    let standing = Standing::of(Kind::Quota, &change.name, Some((stored.state, stored.condition)));
    let Stored { namespace, .. } = stored;
    let (size, asked) = amount(&namespace.class, &change.amount)?;
    if asked == namespace.quota {
        return Err(Refusal::Unchanged.into());
    }
    team_quota.admit_change(conn, &held, &asked).await?;
    refuse_beyond_ceiling(&placement.need(&asked), &placement)?;
    let asker = signed_in(ctx)?.id;
    let parties = Parties { team: team.id, cluster: namespace.cluster.id, requester: asker, excluded: &[asker] };
    let plan = facts::plan(conn, ctx, &namespace.class, asked, &placement, parties, Some(&namespace)).await?;
    let leaves = leaves(ctx, &namespace, &asked);
    Ok(Evaluation {
        kind: Kind::Quota,
        team,
        leaves,
        cluster: namespace.cluster,
        class: namespace.class,
        name: namespace.name,
        namespace: Some(namespace.id),
        base: namespace.quota,
        size,
        asked,
        purpose: change.purpose.clone(),
        placement,
        plan,
        is_taken: false,
        on_cluster: NameSeen::Held,
        takes_over: false,
        standing,
        supersedes,
    })
}

/// Names that begin with the longer slug of another team are that team's. This is asked before anything is looked up
/// under the name, so that nobody learns which of them are taken.
async fn require_own_name(conn: &mut Conn, team: TeamId, name: &NamespaceName) -> Result<()> {
    match store::teams::find_owner_of(&mut *conn, name).await? {
        Some(owner) if owner != team => {
            Err(Refusal::invalid("name", "begins like the names of another team: choose another").into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Another revision of a request, with the facts of now.
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
    let standing = Standing::of(request.kind, &request.ask.name, found);
    let namespace = stored.map(|stored| stored.namespace);
    let class = match &namespace {
        Some(namespace) => namespace.class.clone(),
        None => store::classes::get(&mut *conn, request.class.id).await?,
    };
    limits::hold_requester(conn, request.requester, lock).await?;
    let placement = placement(conn, ctx, &request.cluster, lock, held, class.spec.overcommit()).await?;
    let (size, asked) = amount(&class, &revision.amount)?;
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
    let excluded = [request.authors.as_slice(), &[signed_in(ctx)?.id]].concat();
    let parties = Parties {
        team: request.team.id,
        cluster: request.cluster.id,
        requester: request.requester,
        excluded: &excluded,
    };
    let plan = facts::plan(conn, ctx, &class, asked, &placement, parties, namespace.as_ref()).await?;
    let takes_over = match request.kind {
        Kind::NewNamespace => {
            forgotten::find(conn, ctx, &request.cluster, &request.ask.name, &request.team.slug).await?.is_some()
        }
        Kind::Quota => false,
    };
    Ok(Evaluation {
        kind: request.kind,
        team: request.team.clone(),
        cluster: request.cluster.clone(),
        class,
        name: request.ask.name.clone(),
        namespace: request.namespace,
        base: request.base,
        size,
        asked,
        purpose: revision.purpose.clone(),
        placement,
        plan,
        leaves: namespace.map_or(Leaves::Enough, |namespace| leaves(ctx, &namespace, &asked)),
        is_taken: false,
        on_cluster: ctx.berth.caches.name(request.cluster.id, &request.ask.name, ctx.now()),
        takes_over,
        standing,
        supersedes: None,
    })
}

/// Why nothing is granted on a cluster whose capacity is not known.
async fn without_capacity(conn: &mut Conn, ctx: &Ctx, cluster: &ClusterRef) -> Result<Error> {
    let found = obstacle::of_cluster(ctx, &store::clusters::get(conn, cluster.id).await?);
    Ok(found.unwrap_or(Obstacle::CapacityUnknown { why: None }).refusal(&cluster.name).into())
}

/// One's own open request is superseded; somebody else's, or one that is decided, stands in the way. Who approves it
/// holds it before the team and the capacity, so it is held first here, too.
async fn superseded(conn: &mut Conn, ctx: &Ctx, namespace: NamespaceId, lock: Lock) -> Result<Option<RequestNumber>> {
    let Some(number) = store::requests::find_open_quota(&mut *conn, namespace).await? else { return Ok(None) };
    let open = match lock {
        Lock::None => store::requests::find(conn, number).await?,
        Lock::Grants => Some(store::requests::lock(conn, number).await?),
    };
    let Some(open) = open else { return Ok(None) };
    if open.requester == signed_in(ctx)?.id && open.state.is_pending() {
        return Ok(Some(number));
    }
    let state = open.state.title().to_owned();
    Err(Refusal::OpenRequest { namespace: open.ask.name, number, state }.into())
}

/// What the class says of where it may be used, and whether it still may.
async fn refuse_off_offer(conn: &mut Conn, class: &Class, cluster: &ClusterRef) -> Result<()> {
    if let Some(retired) = store::classes::find_retired(&mut *conn, &class.name).await? {
        let says = format!("class {} is retired: {}", class.name, retired.reason);
        return Err(Refusal::invalid("class", &says).into());
    }
    if !class.spec.may_be_on(&cluster.name) {
        let clusters: Vec<_> = class.spec.clusters.iter().map(ToString::to_string).collect();
        let says = format!("class {} is for {} only", class.name, clusters.join(", "));
        return Err(Refusal::invalid("cluster", &says).into());
    }
    Ok(())
}

/// What would never fit, however empty the cluster.
fn refuse_beyond_ceiling(need: &Quota, placement: &Placement) -> Result<()> {
    let beyond = need.beyond(&placement.capacity.ceiling);
    if beyond.is_empty() { Ok(()) } else { Err(Refusal::NoCapacity(beyond).into()) }
}

fn unknown(what: &str) -> Error {
    let thing = if what == "name" { "namespace" } else { what };
    Refusal::invalid(what, &format!("there is no such {thing}")).into()
}

impl Evaluation {
    /// Why the name cannot be had.
    pub fn name_refusal(&self) -> Option<Refusal> {
        match (self.is_taken, self.kind, self.on_cluster) {
            (true, ..) => Some(Refusal::NameTaken(self.name.clone())),
            (false, Kind::NewNamespace, NameSeen::Held) if !self.takes_over => {
                Some(Refusal::NameOnCluster(self.name.clone()))
            }
            (false, Kind::NewNamespace, NameSeen::Free | NameSeen::Held | NameSeen::Unknown)
            | (false, Kind::Quota, _) => None,
        }
    }

    pub fn into_revised(self) -> Revised {
        Revised { size: self.size, quota: self.asked, purpose: self.purpose, plan: self.plan }
    }

    pub fn class_ref(&self) -> ClassRef {
        ClassRef { id: self.class.id, name: self.class.name.clone(), version: self.class.version }
    }
}
