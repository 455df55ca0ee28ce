//! Clusters: adding them, checking them, watching them, and how much room they have.

mod connections;
mod manage;
mod settings;

pub use connections::{Connections, connection};
pub use manage::{check_all, check_and_keep, manifests, pause, paused, remove, resume};
pub(in crate::app) use settings::save as save_settings;
pub use settings::{change, settings_form};

use super::{Berth, Ctx, Error, Result, audit, requests};
use crate::cluster;
use crate::cluster::Credentials;
use crate::cluster::check::Report;
use crate::cluster::watch::{Allocatable, Fleet};
use crate::store;
use crate::store::bell::Change;
use crate::supervise::supervise;
use domain::cluster::{Freshness, Room};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::quota::Quota;
use domain::setup::ClusterSetup;
use domain::view::{ClusterDetail, ClusterView, RoomLine};
use domain::{Action, Refusal, allow};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What `berth cluster add` is told.
pub struct NewCluster {
    /// Of an administrator; read once, never kept.
    pub kubeconfig: AdminConfig,
    pub context: Option<String>,
    pub settings: ClusterSetup,
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
/// A look at the list of clusters and their nodes even when no bell rang.
const LOOK: Duration = Duration::from_secs(10);

/// All of adding one from outside; an answer takes no longer.
const ADD_LIMIT: Duration = Duration::from_secs(25);

/// Installs Berth's roles and identities with the administrator's kubeconfig, and keeps the identities' credentials.
/// Run again with the same name it gives the cluster new ones. Answers what was done, in lines.
pub async fn add(ctx: &Ctx, new: NewCluster) -> Result<Vec<String>> {
    ctx.allow(Action::SetUp)?;
    let NewCluster { kubeconfig, context, settings } = new;
    settings.check()?;
    let (context, desk_url) = (context.as_deref(), desk_url(ctx));
    let installed = match &kubeconfig {
        AdminConfig::File(file) => cluster::install::install(file, context, &desk_url).await.map_err(outside)?,
        AdminConfig::Text(text) => {
            let installing = cluster::install::install_from(text.expose_secret(), context, &desk_url);
            let late = |_| Error::Unavailable("the cluster took too long to answer; try again".into());
            tokio::time::timeout(ADD_LIMIT, installing).await.map_err(late)?.map_err(from_outside)?
        }
    };
    let (nodes, version) = first_look(&settings.name, &installed.observer).await?;
    // One that was removed comes back as what it was.
    let known = store::clusters::find_id(ctx.db(), &settings.name).await?;
    let id = known.unwrap_or_else(|| ClusterId(Uuid::now_v7()));
    let api_url = installed.observer.server.as_str();
    let (observer, provisioner) = (seal(ctx, &installed.observer)?, seal(ctx, &installed.provisioner)?);
    let access = store::clusters::Access { api_url, observer: &observer, provisioner: &provisioner };
    let mut tx = ctx.begin().await?;
    let before = match known {
        Some(id) => Some(store::clusters::get(&mut *tx, id).await?),
        None => None,
    };
    store::clusters::save(&mut *tx, id, &settings, access, ctx.actor.label(), ctx.now()).await?;
    let n_nodes = columns(nodes.n_nodes);
    store::clusters::save_observed(&mut *tx, id, &nodes.quota, n_nodes, version.as_deref(), ctx.now()).await?;
    settings::follow(&mut tx, ctx, id, before.as_ref().map(|before| before.settings()).as_ref(), &settings).await?;
    requests::order_to_let_in(&mut tx, ctx).await?;
    note_added(&mut tx, ctx, before.as_ref(), &settings, api_url).await?;
    tx.commit().await?;
    Ok(vec![
        format!("cluster {} ({api_url}), Kubernetes {}", settings.name, version.unwrap_or_default()),
        format!("{} nodes offer {}", nodes.n_nodes, nodes.quota.say()),
        "identities berth-observer and berth-provisioner are in place; the administrator's kubeconfig was not kept"
            .into(),
    ])
}

async fn note_added(
    tx: &mut store::Conn,
    ctx: &Ctx,
    before: Option<&store::clusters::Cluster>,
    settings: &ClusterSetup,
    api_url: &str,
) -> Result<()> {
    let (action, detail) = match before {
        Some(before) => {
            let before = json!({"api_url": before.api_url, "settings": before.settings()});
            ("cluster.changed", json!({"before": before, "after": {"api_url": api_url, "settings": settings}}))
        }
        None => ("cluster.added", json!({"after": {"api_url": api_url, "settings": settings}})),
    };
    audit::note(tx, ctx, action, manage::subject(&settings.name), None, detail).await
}

/// Whether Berth can do its work there, point by point.
pub async fn check(ctx: &Ctx, name: &ClusterName) -> Result<Report> {
    ctx.allow(Action::SeeClusters)?;
    let unknown = || Refusal::invalid("cluster", &format!("there is no cluster {name}"));
    let stored = store::clusters::find(ctx.db(), name).await?.ok_or_else(unknown)?;
    let (observer, provisioner) = (open(ctx, &stored.observer)?, open(ctx, &stored.provisioner)?);
    ask_everything(observer, provisioner, desk_url(ctx)).await
}

/// In a task of its own: whoever waits for it may go.
async fn ask_everything(observer: Credentials, provisioner: Credentials, desk_url: String) -> Result<Report> {
    let asking = async move { cluster::check::check(&observer, &provisioner, &desk_url).await };
    tokio::spawn(asking).await.map_err(Error::internal)
}

/// Where the cluster sends people whom it refuses what they should ask Berth for.
fn desk_url(ctx: &Ctx) -> String {
    ctx.berth.config.http.public_url.to_string()
}

pub async fn list(ctx: &Ctx) -> Result<Vec<ClusterView>> {
    ctx.allow(Action::SeeClusters)?;
    let granted: BTreeMap<_, _> =
        store::clusters::list_granted(ctx.db()).await?.into_iter().map(|(id, n, quota)| (id, (n, quota))).collect();
    let clusters = store::clusters::list(ctx.db()).await?;
    let view = |cluster: store::clusters::Cluster| {
        let (n_namespaces, granted) = granted.get(&cluster.id).copied().unwrap_or((0, Quota::ZERO));
        let room = cluster.room(granted);
        ClusterView {
            freshness: freshness(ctx, cluster.id),
            name: cluster.name.to_string(),
            paused: cluster.paused_reason,
            version: cluster.version,
            n_namespaces,
            n_nodes: i64::from(cluster.n_nodes),
            overcommit_percent: cluster.overcommit_percent,
            lines: room.as_ref().map(room_lines).unwrap_or_default(),
        }
    };
    Ok(clusters.into_iter().map(view).collect())
}

pub async fn get(ctx: &Ctx, name: &ClusterName) -> Result<ClusterDetail> {
    let all = list(ctx).await?;
    let row = all.into_iter().find(|c| c.name == name.as_str()).ok_or(Error::NotFound)?;
    let stored = store::clusters::find(ctx.db(), name).await?.ok_or(Error::NotFound)?;
    Ok(ClusterDetail {
        row,
        check: store::clusters::find_check(ctx.db(), stored.id).await?,
        api_url: stored.api_url,
        groups_prefix: stored.groups_prefix,
        users_prefix: stored.users_prefix,
        oidc: stored.oidc,
        settings_version: stored.settings_version,
        changed_by: stored.changed_by,
        changed_at: stored.changed_at,
        can_change: allow(&ctx.actor, Action::SetUp).is_ok(),
        refusal: None,
    })
}

/// How fresh what this replica knows of the cluster is.
pub fn freshness(ctx: &Ctx, cluster: ClusterId) -> Freshness {
    ctx.berth.fleet.freshness(cluster, ctx.now())
}

/// Clusters that this replica knows not to answer.
pub(super) fn away(ctx: &Ctx) -> Vec<ClusterId> {
    let is_away = |id: &ClusterId| matches!(freshness(ctx, *id), Freshness::Unreachable { .. });
    ctx.berth.fleet.clusters().into_iter().filter(is_away).collect()
}

/// Keeps the watch caches in step with the list of clusters, and the table with what their nodes offer.
pub async fn watch(berth: Arc<Berth>, stop: CancellationToken) {
    supervise("clusters", || look_after(berth.clone(), stop.clone())).await;
}

async fn look_after(berth: Arc<Berth>, stop: CancellationToken) {
    let mut bell = berth.bell.subscribe();
    let mut watched = BTreeMap::new();
    loop {
        if let Err(error) = keep_in_step(&berth, &mut watched).await {
            tracing::warn!(?error, "the clusters could not all be looked after");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
            () = rung(&mut bell) => {}
        }
    }
}

/// Until the list of clusters has changed.
async fn rung(bell: &mut tokio::sync::broadcast::Receiver<Change>) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match bell.recv().await {
            Ok(Change::Clusters) | Err(RecvError::Lagged(_)) => return,
            Ok(Change::Request(_) | Change::Namespace(_) | Change::Jobs | Change::Access(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// `watched` are the clusters with the sealed credentials they are watched with.
async fn keep_in_step(berth: &Arc<Berth>, watched: &mut BTreeMap<ClusterId, Vec<u8>>) -> Result<()> {
    let ctx = Ctx::system(berth.clone(), "watch_clusters");
    let clusters = store::clusters::list(ctx.db()).await?;
    watched.retain(|id, _| {
        let stays = clusters.iter().any(|c| c.id == *id);
        if !stays {
            berth.fleet.remove(*id);
        }
        stays
    });
    for cluster in clusters {
        // One that cannot be watched spoils no other.
        if watched.get(&cluster.id) != Some(&cluster.observer)
            && let Err(error) = begin_watch(&ctx, &cluster)
        {
            tracing::error!(cluster = %cluster.name, ?error, "the cluster cannot be watched; is the key the right one?");
            continue;
        }
        watched.insert(cluster.id, cluster.observer.clone());
        save_nodes(&ctx, &cluster).await?;
    }
    Ok(())
}

fn begin_watch(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<()> {
    let credentials = open(ctx, &cluster.observer)?;
    ctx.berth.fleet.set(cluster.id, cluster.name.clone(), &credentials).map_err(outside)
}

/// Writes down what the nodes offer, when that is news.
async fn save_nodes(ctx: &Ctx, cluster: &store::clusters::Cluster) -> Result<()> {
    let Some(nodes) = ctx.berth.fleet.allocatable(cluster.id) else { return Ok(()) };
    let version = ctx.berth.fleet.version(cluster.id);
    let n_nodes = columns(nodes.n_nodes);
    let is_known = cluster.allocatable == Some(nodes.quota)
        && cluster.n_nodes == n_nodes
        && (version.is_none() || cluster.version == version);
    if !is_known {
        let version = version.as_deref();
        let mut tx = ctx.begin().await?;
        store::clusters::save_observed(&mut *tx, cluster.id, &nodes.quota, n_nodes, version, ctx.now()).await?;
        // There may be more room than before.
        requests::order_to_let_in(&mut tx, ctx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Reads the cluster as the observer will, until its nodes are known.
async fn first_look(name: &ClusterName, observer: &Credentials) -> Result<(Allocatable, Option<String>)> {
    let fleet = Fleet::new();
    let mut changes = fleet.changes();
    let id = ClusterId(Uuid::now_v7());
    fleet.set(id, name.clone(), observer).map_err(outside)?;
    let read = async {
        loop {
            if let (Some(nodes), Some(version)) = (fleet.allocatable(id), fleet.version(id)) {
                return (nodes, Some(version));
            }
            let _ = changes.recv().await;
        }
    };
    tokio::time::timeout(FIRST_LOOK, read)
        .await
        .map_err(|_| Error::Unavailable("the cluster was prepared, but its nodes could not be read; try again".into()))
}

fn columns(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

pub(super) fn open(ctx: &Ctx, sealed: &[u8]) -> Result<Credentials> {
    let plain = ctx.berth.seal.open(SEALED_FOR, sealed).map_err(Error::internal)?;
    serde_json::from_slice(&plain).map_err(Error::internal)
}

fn seal(ctx: &Ctx, credentials: &Credentials) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(credentials).map_err(Error::internal)?;
    Ok(ctx.berth.seal.seal(SEALED_FOR, &plain))
}

fn room_lines(room: &Room) -> Vec<RoomLine> {
    let line = |resource| RoomLine {
        resource,
        granted: room.granted.get(resource),
        asked: 0,
        ceiling: room.ceiling.get(resource),
    };
    room.bounded().map(line).collect()
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
