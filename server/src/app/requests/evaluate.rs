//! An ask with all that was looked up for it: what verdict and submission start from. What only one kind looks at stands in
//! `kinds`.

use super::blocker::TargetState;
use super::impact::Impact;
use super::{Lock, obstacle};
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use domain::class::Class;
use domain::cluster::Placement;
use domain::id::{NamespaceId, TeamId};
use domain::name::{ClusterName, NamespaceName, Purpose, RequestNumber};
use domain::namespace::{ClusterRef, Namespace, TeamRef};
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::{Ask, ClassRef, Kind, Revised};
use domain::{Action, Refusal};

/// An ask with all that was looked up for it.
#[derive(Clone)]
pub(in crate::app) struct Evaluation {
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: Class,
    pub name: NamespaceName,
    pub namespace: Option<NamespaceId>,
    pub ask: Ask,
    pub purpose: Purpose,
    pub plan: Plan,
    /// Where it would go, of what takes capacity.
    pub impact: Impact,
    /// The name of a new namespace is held already.
    pub is_taken: bool,
    /// Whether the cluster has a namespace of that name already.
    pub on_cluster: NameSeen,
    /// Berth made it for this team, and has forgotten it: granting takes it over.
    pub takes_over: bool,
    /// How the namespace stands that is there already.
    pub target_state: TargetState,
    /// One's own open request whose place it takes.
    pub supersedes: Option<RequestNumber>,
}

/// A namespace that is there, for who may ask something of it, and the open request of theirs whose place that takes.
pub(in crate::app::requests) async fn subject(
    conn: &mut Conn,
    ctx: &Ctx,
    kind: Kind,
    (cluster, name): (&ClusterName, &NamespaceName),
    lock: Lock,
) -> Result<(Stored, Option<RequestNumber>)> {
    let stored = store::namespaces::find(conn, cluster, name).await?.ok_or_else(|| unknown("name"))?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id)).map_err(|_| unknown("name"))?;
    ctx.allow(Action::Ask(namespace.team.id))?;
    obstacle::refuse_cluster(ctx, kind, &store::clusters::get(&mut *conn, namespace.cluster.id).await?)?;
    kind.require_namespace(name, Some((stored.state, stored.condition)))?;
    let supersedes = superseded(conn, ctx, kind, namespace.id, lock).await?;
    match lock {
        Lock::Grants if !kind.has_quota() => Ok((hold(conn, kind, &stored).await?, supersedes)),
        // What takes capacity holds that first.
        Lock::Grants | Lock::None => Ok((stored, supersedes)),
    }
}

/// Nobody else changes the namespace, or begins to delete it, before the transaction ends.
pub(in crate::app::requests) async fn hold(conn: &mut Conn, kind: Kind, stored: &Stored) -> Result<Stored> {
    let held = store::namespaces::lock(conn, stored.namespace.id).await?.ok_or_else(|| unknown("name"))?;
    kind.require_namespace(&stored.namespace.name, Some((held.state, held.condition)))?;
    Ok(held)
}

/// Names that begin with the longer slug of another team are that team's. This is asked before anything is looked up
/// under the name, so that nobody learns which of them are taken.
pub(in crate::app::requests) async fn require_own_name(
    conn: &mut Conn,
    team: TeamId,
    name: &NamespaceName,
) -> Result<()> {
    match store::teams::find_owner_of(&mut *conn, name).await? {
        Some(owner) if owner != team => {
            Err(Refusal::invalid("name", "begins like the names of another team: choose another").into())
        }
        Some(_) | None => Ok(()),
    }
}

/// One's own open request is superseded; somebody else's, or one that is decided, stands in the way. Who approves it
/// holds it before the team and the capacity, so it is held first here, too.
async fn superseded(
    conn: &mut Conn,
    ctx: &Ctx,
    kind: Kind,
    namespace: NamespaceId,
    lock: Lock,
) -> Result<Option<RequestNumber>> {
    let Some(number) = store::requests::find_open(&mut *conn, namespace, kind).await? else { return Ok(None) };
    let open = match lock {
        Lock::None => store::requests::find(conn, number).await?,
        Lock::Grants => Some(store::requests::lock(conn, number).await?),
    };
    let Some(open) = open else { return Ok(None) };
    if open.requester == ctx.person()?.id && open.state.is_pending() {
        return Ok(Some(number));
    }
    let state = open.state.title().to_owned();
    Err(Refusal::OpenRequest { namespace: open.name, number, state }.into())
}

/// What the class says of where it may be used, and whether it still may.
pub(in crate::app::requests) async fn refuse_off_offer(
    conn: &mut Conn,
    class: &Class,
    cluster: &ClusterRef,
) -> Result<()> {
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
pub(in crate::app::requests) fn refuse_beyond_ceiling(need: &Quota, placement: &Placement) -> Result<()> {
    let beyond = need.beyond(&placement.capacity.ceiling);
    if beyond.is_empty() { Ok(()) } else { Err(Refusal::NoCapacity(beyond).into()) }
}

pub(in crate::app::requests) fn unknown(what: &str) -> Error {
    let thing = if what == "name" { "namespace" } else { what };
    Refusal::invalid(what, &format!("there is no such {thing}")).into()
}

impl Evaluation {
    /// Of what is asked of a namespace that is there, and takes no capacity.
    pub fn of_namespace(namespace: Namespace, ask: Ask, purpose: Purpose, plan: Plan) -> Self {
        Self {
            team: namespace.team,
            cluster: namespace.cluster,
            class: namespace.class,
            name: namespace.name,
            namespace: Some(namespace.id),
            ask,
            purpose,
            plan,
            impact: Impact::NONE,
            is_taken: false,
            on_cluster: NameSeen::Held,
            takes_over: false,
            target_state: TargetState::Usable,
            supersedes: None,
        }
    }

    /// Why the name cannot be had.
    pub fn name_refusal(&self) -> Option<Refusal> {
        match (self.is_taken, self.ask.kind().needs_namespace(), self.on_cluster) {
            (true, ..) => Some(Refusal::NameTaken(self.name.clone())),
            (false, false, NameSeen::Held) if !self.takes_over => Some(Refusal::NameOnCluster(self.name.clone())),
            (false, false, NameSeen::Free | NameSeen::Held | NameSeen::Unknown) | (false, true, _) => None,
        }
    }

    /// What is asked for, where it is a quota.
    pub fn asked_quota(&self) -> Option<Quota> {
        self.ask.whole().quota()
    }

    pub fn into_revised(self) -> Revised {
        Revised { ask: self.ask, purpose: self.purpose, plan: self.plan }
    }

    pub fn class_ref(&self) -> ClassRef {
        ClassRef { id: self.class.id, name: self.class.name.clone(), version: self.class.version }
    }
}
