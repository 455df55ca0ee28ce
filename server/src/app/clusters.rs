//! Clusters: adding them, checking them, watching them, and how much capacity they have.

mod add;
mod agreement;
mod identity;
mod manage;
mod settings;

pub use add::{Renewal, add, renew};
pub(in crate::app) use agreement::{
    Lacking, ask_agreement, disagreement, disagreements, disagreements_at, disagreements_of_all, disagreements_on,
    lacking, why_refused,
};
pub use identity::{accept, other, recognize};
pub use manage::{CheckClusters, check_and_keep, manifests, pause, remove, resume, stopped, stopped_view};
pub(in crate::app) use manage::{no_answer, refuse_stopped, stopped_with_who};
pub(in crate::app) use settings::save as save_settings;
pub use settings::{change, settings_form};

use super::{Berth, Ctx, Error, Result, change};
use crate::cluster;
use crate::cluster::check::Report;
use crate::cluster::watch::{Allocatable, CapacitySeen, ClusterCaches};
use crate::cluster::{Connection, Credentials};
use crate::store;
use crate::store::notifier::Change;
use crate::supervise::supervise;
use domain::cluster::{Capacity, Freshness};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::setup::ClusterChanges;
use domain::view::{CapacityLine, NotShown};
use domain::{Action, Refusal};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What `berth cluster add` is told.
pub struct NewCluster {
    pub name: ClusterName,
    /// Of an administrator; read once, never kept.
    pub kubeconfig: AdminConfig,
    pub context: Option<String>,
    /// Settings: of one that is there, those that are left out stay.
    pub changes: ClusterChanges,
}

/// Where an administrator's kubeconfig comes from.
pub enum AdminConfig {
    /// The operator's own: it may name files and programs, as kubectl allows.
    File(PathBuf),
    /// Sent by somebody: it may hold data only.
    Text(SecretString),
}

/// What credentials are sealed for: one sealed for another purpose does not open.
pub(super) const SEALED_FOR: &str = "cluster credentials";
/// How long a cluster may take to tell of its nodes when it is added.
const FIRST_LOOK: Duration = Duration::from_secs(30);
/// A look at the list of clusters and their nodes even when nothing was heard.
const LOOK: Duration = Duration::from_secs(10);

/// Whether Berth can do its work there, point by point.
pub async fn check(ctx: &Ctx, name: &ClusterName) -> Result<Report> {
    ctx.allow(Action::SeeClusters)?;
    let unknown = || Refusal::invalid("cluster", &format!("there is no cluster {name}"));
    let stored = store::clusters::find(ctx.db(), name).await?.ok_or_else(unknown)?;
    let (observer, provisioner) = (open(ctx, &stored.observer)?, open(ctx, &stored.provisioner)?);
    ask_everything(observer, provisioner, public_url(ctx), stored.uid).await
}

/// In a task of its own: whoever waits for it may go.
async fn ask_everything(
    observer: Credentials,
    provisioner: Credentials,
    public_url: String,
    uid: Option<String>,
) -> Result<Report> {
    let asking = async move { cluster::check::check(&observer, &provisioner, &public_url, uid.as_deref()).await };
    tokio::spawn(asking).await.map_err(Error::internal)
}

/// Where the cluster sends people whom it refuses what they should ask Berth for.
fn public_url(ctx: &Ctx) -> String {
    ctx.berth.config.http.public_url.to_string()
}

/// What this replica does not see of the cluster, and why.
pub fn not_shown(ctx: &Ctx, cluster: ClusterId) -> Vec<NotShown> {
    let missing = ctx.berth.caches.missing(cluster, ctx.now()).into_iter();
    missing.map(|(kind, reason)| NotShown { kind: kind.to_owned(), reason }).collect()
}

/// How fresh what this replica knows of the cluster is.
pub fn freshness(ctx: &Ctx, cluster: ClusterId) -> Freshness {
    ctx.berth.caches.freshness(cluster, ctx.now())
}

/// Clusters that this replica knows not to answer.
pub(super) fn away(ctx: &Ctx) -> Vec<ClusterId> {
    let is_away = |id: &ClusterId| matches!(freshness(ctx, *id), Freshness::Unreachable { .. });
    ctx.berth.caches.clusters().into_iter().filter(is_away).collect()
}

/// Keeps the watch caches in step with the list of clusters, and the table with what their nodes offer.
pub async fn watch(berth: Arc<Berth>, stop: CancellationToken) {
    supervise("clusters", || look_after(berth.clone(), stop.clone())).await;
}

async fn look_after(berth: Arc<Berth>, stop: CancellationToken) {
    let mut changes = berth.notifier.subscribe();
    let mut watched = BTreeMap::new();
    loop {
        if let Err(error) = keep_in_step(&berth, &mut watched).await {
            tracing::warn!(?error, "the clusters could not all be looked after");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
            () = until_clusters_change(&mut changes) => {}
        }
    }
}

/// Until the list of clusters has changed.
async fn until_clusters_change(changes: &mut tokio::sync::broadcast::Receiver<Change>) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match changes.recv().await {
            Ok(Change::Clusters) | Err(RecvError::Lagged(_)) => return,
            Ok(
                Change::Request(_)
                | Change::Namespace(_)
                | Change::Namespaces
                | Change::Jobs
                | Change::Teams
                | Change::Classes
                | Change::Catalog
                | Change::Ingest(_)
                | Change::Access(_),
            ) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// A cluster that is watched.
pub struct Member {
    /// Sealed credentials, and who it should be.
    with: (Vec<u8>, Option<String>),
    /// It did not answer when it was last looked at.
    is_away: bool,
}

/// One look: `watched` are the clusters that are watched, and with what.
pub async fn keep_in_step(berth: &Arc<Berth>, watched: &mut BTreeMap<ClusterId, Member>) -> Result<()> {
    let ctx = Ctx::system(berth.clone(), "watch_clusters");
    let clusters = store::clusters::list(ctx.db()).await?;
    watched.retain(|id, _| {
        let stays = clusters.iter().any(|c| c.id == *id);
        if !stays {
            berth.caches.remove(*id);
        }
        stays
    });
    for cluster in clusters {
        // One that cannot be watched spoils no other.
        let with = (cluster.observer.clone(), cluster.uid.clone());
        let before = watched.get(&cluster.id);
        let was_away = before.is_some_and(|member| member.is_away);
        if before.is_none_or(|member| member.with != with)
            && let Err(error) = begin_watch(&ctx, &cluster)
        {
            tracing::error!(cluster = %cluster.name, ?error, "the cluster cannot be watched; is the key the right one?");
            continue;
        }
        let freshness = freshness(&ctx, cluster.id);
        let is_live = matches!(freshness, Freshness::Live { .. });
        // Not loaded is what it is, too, as long as it has more than is kept of something: it answers.
        let is_back = is_live || matches!(freshness, Freshness::NotLoaded);
        let is_away = matches!(freshness, Freshness::Unreachable { .. }) || was_away && !is_back;
        watched.insert(cluster.id, Member { with, is_away });
        if let Some(seen) = berth.caches.uid(cluster.id)
            && !recognize(&ctx, &cluster, &seen).await?
        {
            continue;
        }
        save_nodes(&ctx, &cluster).await?;
        if was_away && is_back {
            enqueue_looks(&ctx, &cluster).await?;
        }
    }
    Ok(())
}

/// The cluster is back: what waited for it need not wait for its next try, and what happened there was not heard.
async fn enqueue_looks(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<()> {
    change!(ctx, |tx| {
        let namespaces = store::namespaces::list_ids_on(&mut **tx, cluster.id).await?;
        tx.looks(&namespaces, ctx.now(), time::Duration::ZERO);
        Ok(())
    })
}

/// Everything on the cluster is to be made what it should be, also what was given up. Answers how many namespaces it is.
async fn enqueue_syncs(tx: &mut super::Change, cluster: ClusterId) -> Result<usize> {
    let namespaces = store::namespaces::list_ids_on(&mut **tx, cluster).await?;
    tx.syncs(&namespaces);
    Ok(namespaces.len())
}

fn begin_watch(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<()> {
    let credentials = open(ctx, &cluster.observer)?;
    ctx.berth.caches.set(cluster.id, cluster.name.clone(), &credentials, cluster.uid.clone()).map_err(outside)
}

/// Why nobody can say what fits on a cluster, where it is more than that it was not read yet.
pub(super) fn capacity_unknown(ctx: &Ctx, cluster: ClusterId) -> Option<String> {
    match ctx.berth.caches.allocatable(cluster) {
        CapacitySeen::Unreadable { node } => Some(unreadable(&node)),
        CapacitySeen::TooMuch { reason } => Some(too_many_nodes(&reason)),
        CapacitySeen::NotRead | CapacitySeen::Known(_) => None,
    }
}

fn unreadable(node: &str) -> String {
    format!("what node {node} can take cannot be read, so the capacity of the cluster is not known")
}

fn too_many_nodes(reason: &str) -> String {
    format!("its nodes are not read ({reason}), so the capacity of the cluster is not known")
}

/// Writes down what the nodes offer, when that is news. Who does not hear of the cluster now knows of no news.
async fn save_nodes(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<()> {
    let Freshness::Live { as_of } = freshness(ctx, cluster.id) else { return Ok(()) };
    let (allocatable, n_nodes) = match ctx.berth.caches.allocatable(cluster.id) {
        CapacitySeen::NotRead => return Ok(()),
        // A sum of the others would be too small: there is none until it can be read.
        CapacitySeen::Unreadable { .. } | CapacitySeen::TooMuch { .. } => (None, cluster.n_nodes),
        CapacitySeen::Known(nodes) => (Some(nodes.quota), columns(nodes.n_nodes)),
    };
    let version = ctx.berth.caches.version(cluster.id);
    let is_known = cluster.allocatable == allocatable
        && cluster.n_nodes == n_nodes
        && (version.is_none() || cluster.version == version);
    if !is_known {
        let version = version.as_deref();
        change!(ctx, |tx| {
            let seen_at = domain::audit::to_micros(as_of);
            if store::clusters::save_observed(&mut **tx, cluster.id, allocatable.as_ref(), n_nodes, version, seen_at)
                .await?
            {
                // There may be more capacity than before.
                tx.admit_waiting();
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Reads the cluster as the observer will, until its nodes are known.
async fn first_look(name: &ClusterName, observer: &Credentials) -> Result<(Allocatable, Option<String>)> {
    let caches = ClusterCaches::new();
    let mut changes = caches.changes();
    let id = ClusterId(Uuid::now_v7());
    caches.set(id, name.clone(), observer, None).map_err(outside)?;
    let read = async {
        loop {
            if let (CapacitySeen::Known(nodes), Some(version)) = (caches.allocatable(id), caches.version(id)) {
                return (nodes, Some(version));
            }
            let _ = changes.recv().await;
        }
    };
    tokio::time::timeout(FIRST_LOOK, read).await.map_err(|_| {
        let why = match caches.allocatable(id) {
            CapacitySeen::Unreadable { node } => unreadable(&node),
            CapacitySeen::TooMuch { reason } => too_many_nodes(&reason),
            CapacitySeen::NotRead | CapacitySeen::Known(_) => "its nodes could not be read".into(),
        };
        Error::Unavailable(format!("the cluster was prepared, but {why}; try again"))
    })
}

fn columns(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The provisioner's way to the cluster.
pub fn connection(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<Connection> {
    let open = || open(ctx, &cluster.provisioner)?.connect().map_err(Error::internal);
    ctx.berth.connections.get(cluster.id, &cluster.provisioner, open)
}

pub(super) fn open(ctx: &Ctx, sealed: &[u8]) -> Result<Credentials> {
    let plain = ctx.berth.seal.open(SEALED_FOR, sealed).map_err(Error::internal)?;
    serde_json::from_slice(&plain).map_err(Error::internal)
}

fn seal(ctx: &Ctx, credentials: &Credentials) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(credentials).map_err(Error::internal)?;
    Ok(ctx.berth.seal.seal(SEALED_FOR, &plain))
}

pub(in crate::app) fn capacity_lines(capacity: &Capacity) -> Vec<CapacityLine> {
    let line = |resource| CapacityLine {
        resource,
        granted: capacity.granted.get(resource),
        asked: 0,
        ceiling: capacity.ceiling.get(resource),
    };
    capacity.bounded().map(line).collect()
}

/// The same for whoever sent the kubeconfig.
fn from_outside(error: cluster::Error) -> Error {
    match outside(error) {
        Error::Refused(refusal) => {
            let says = refusal.fields().into_iter().next().map(|error| error.message).unwrap_or_default();
            Error::Refused(Refusal::invalid("kubeconfig", &says))
        }
        other => other,
    }
}

/// An error of the cluster, for whoever set it up.
fn outside(error: cluster::Error) -> Error {
    match error {
        cluster::Error::Unreachable { .. } => Error::Unavailable(error.to_string()),
        cluster::Error::Refused { .. } | cluster::Error::Collision { .. } => {
            Error::Refused(Refusal::invalid("cluster", &error.to_string()))
        }
    }
}

pub(in crate::app) fn subject(name: &ClusterName) -> String {
    format!("cluster {name}")
}
