//! What is seen on the clusters, kept fresh: one set of watches per cluster, shared by everybody who looks.
//!
//! Nothing is fetched per reader and nothing here is the truth about who may have what: it can be lost and read again.
//! A cluster that does not answer costs its own rows their freshness and nothing else.

mod cluster_cache;
mod follow;
mod kinds;
mod managed;
mod namespaced_store;
pub(super) mod projection;
mod summary;
mod watch_health;
#[cfg(test)]
mod why;

use super::bounds::Limits;
use super::manifests::Site;
use super::{Credentials, Error};
use domain::cluster::Freshness;
use domain::diagnosis::{Pod, Warning, Workload};
use domain::id::{ClusterId, NamespaceId};
use domain::name::{ClusterName, NamespaceName};
use domain::namespace::Namespace;
use domain::quota::Quota;
pub(super) use kinds::KINDS;
use kinds::{ClusterCache, Lacks, Only};
pub use projection::{SeenBinding, SeenClaim};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use summary::Summaries;
pub use summary::{Diagnosed, Summary, Verdict};
use time::OffsetDateTime;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
pub use watch_health::LIST_PATIENCE;
use watch_health::WatchHealth;

/// Changes kept for a slow listener; past that it is told that it missed some.
const CHANGES_KEPT: usize = 1024;

/// The watched clusters. Clones share them; the watches end with the last clone.
#[derive(Clone)]
pub struct ClusterCaches {
    members: Arc<RwLock<HashMap<ClusterId, Member>>>,
    changes: broadcast::Sender<Change>,
    touched: broadcast::Sender<Touched>,
}

/// An object of Berth has changed, come or gone in a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    pub cluster: ClusterId,
    pub namespace: String,
}

/// Something is different now from what was seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub cluster: ClusterId,
    /// None: something about the cluster as a whole, such as its freshness or its nodes.
    pub namespace: Option<String>,
}

/// What is seen in one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// None: the quota Berth set has not been seen.
    pub quota: Option<QuotaSeen>,
    /// By kind and name. Pods that no workload owns are workloads of their own.
    pub workloads: Vec<Workload>,
    /// By name.
    pub pods: Vec<Pod>,
    /// Newest first, at most 50; `n_warnings` counts all.
    pub warnings: Vec<Warning>,
    pub n_warnings: usize,
    /// Not all kinds of workload could be read: there may be more than these.
    pub lacks_workloads: bool,
    /// Warnings could not be read.
    pub lacks_warnings: bool,
}

/// Quota as the cluster counts and enforces it; none for what it does not say, or not so that it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSeen {
    /// When the cluster last counted, or was last told to enforce, something else.
    pub changed_at: Option<OffsetDateTime>,
    pub used: Option<Quota>,
    pub enforced: Option<Quota>,
}

/// The capacity of a cluster's nodes that take pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocatable {
    pub quota: Quota,
    pub n_nodes: usize,
}

/// What is known of the capacity of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapacitySeen {
    NotRead,
    /// There are more nodes than are kept, and why: a sum of some would be too small.
    TooMuch {
        reason: String,
    },
    /// This node takes pods, and what it has cannot be read: the sum would be too small.
    Unreadable {
        node: String,
    },
    Known(Allocatable),
}

/// Whether a namespace of some name is on a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameSeen {
    Free,
    Held,
    Unknown,
}

/// A namespace on a cluster that carries Berth's labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedNamespace {
    pub name: String,
    /// The row of Berth that it belonged to when it was made.
    pub id: NamespaceId,
    /// The slug of its team, and its class.
    pub team: String,
    pub class: String,
    /// The revision it was written with last.
    pub revision: i64,
}

/// One cluster's cache and the health of its watches, shared by its watches and those who read.
struct Watched {
    id: ClusterId,
    name: ClusterName,
    cache: RwLock<ClusterCache>,
    /// What is made of the cache is put there only by who holds it.
    summaries: Mutex<Summaries>,
    /// How much is kept of each kind.
    limits: fn(&str) -> Limits,
    health: Mutex<WatchHealth>,
    changes: broadcast::Sender<Change>,
    touched: broadcast::Sender<Touched>,
}

struct Member {
    watched: Arc<Watched>,
    /// Ends the tasks when it is dropped.
    _tasks: JoinSet<()>,
}

impl ClusterCaches {
    #[expect(clippy::new_without_default, reason = "watching no cluster is a decision, not a default")]
    pub fn new() -> Self {
        Self {
            members: Arc::default(),
            changes: broadcast::channel(CHANGES_KEPT).0,
            touched: broadcast::channel(CHANGES_KEPT).0,
        }
    }

    /// Begins to watch a cluster with the observer's credentials, in place of what was watched under this id before.
    /// Needs a Tokio runtime. An error means that the credentials are of no use; the cluster is then not watched.
    /// Of a cluster that turns out to be another than `uid` says nothing is shown and nothing believed.
    pub fn set(
        &self,
        id: ClusterId,
        name: ClusterName,
        observer: &Credentials,
        uid: Option<String>,
    ) -> Result<(), Error> {
        let all: Vec<_> = kinds::names(|_| true).collect();
        let essential: Vec<_> = kinds::names(|spec| spec.without == Lacks::Everything).collect();
        let watched = Arc::new(Watched {
            id,
            name,
            cache: RwLock::default(),
            summaries: Mutex::default(),
            limits: kinds::limits,
            health: Mutex::new(WatchHealth::new(OffsetDateTime::now_utc(), &all, &essential, uid)),
            changes: self.changes.clone(),
            touched: self.touched.clone(),
        });
        let tasks = follow::start(&watched, observer)?;
        self.members
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Member { watched: watched.clone(), _tasks: tasks });
        watched.notify_changed(None);
        Ok(())
    }

    pub fn remove(&self, id: ClusterId) {
        self.members.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Ids of the clusters that are watched.
    pub fn clusters(&self) -> Vec<ClusterId> {
        self.members.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// A cluster that is not watched is not loaded.
    pub fn freshness(&self, id: ClusterId, now: OffsetDateTime) -> Freshness {
        self.watched(id).map_or(Freshness::NotLoaded, |watched| watched.health().freshness(now))
    }

    /// None until all has been read once; what fails or is late is not waited for, and is [`Self::missing`].
    pub fn namespace(&self, id: ClusterId, name: &NamespaceName) -> Option<Observed> {
        let watched = self.watched(id)?;
        let (lacks_workloads, lacks_warnings) = watched.lacks()?;
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        Some(Observed { lacks_workloads, lacks_warnings, ..cache.observe(name.as_str()) })
    }

    /// Somebody is shown of a namespace what time alone makes another: everybody who looks is told when it does.
    pub fn tell_at(&self, id: ClusterId, name: &NamespaceName, changes_at: OffsetDateTime) {
        if let Some(watched) = self.watched(id) {
            let mut summaries = watched.summaries.lock().unwrap_or_else(PoisonError::into_inner);
            summaries.set_clock(name.as_str(), changes_at);
        }
    }

    /// The same in short. What the cluster's part of it costs is paid once for each change, whoever asks.
    pub fn summary(&self, id: ClusterId, name: &NamespaceName, now: OffsetDateTime) -> Option<Arc<Summary>> {
        let watched = self.watched(id)?;
        let (lacks_workloads, _) = watched.lacks()?;
        Some(watched.summary(name.as_str(), lacks_workloads, now))
    }

    /// All namespaces with Berth's labels that are not being deleted, by name; none when that is not known.
    pub fn managed_namespaces(&self, id: ClusterId, now: OffsetDateTime) -> Option<Vec<ManagedNamespace>> {
        let watched = self.watched(id)?;
        if !watched.health().knows(now, kinds::MANAGED_NAMESPACES) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        Some(cache.managed.namespaces.iter().filter_map(managed::managed_namespace).collect())
    }

    /// The labels of one.
    pub fn managed_namespace(
        &self,
        id: ClusterId,
        name: &NamespaceName,
        now: OffsetDateTime,
    ) -> Option<ManagedNamespace> {
        let watched = self.watched(id)?;
        if !watched.health().knows(now, kinds::MANAGED_NAMESPACES) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        cache.managed.namespaces.get(name.as_str(), name.as_str()).and_then(managed::managed_namespace)
    }

    /// Whether a namespace of this name is there, as far as what is seen is fresh.
    pub fn name(&self, id: ClusterId, name: &NamespaceName, now: OffsetDateTime) -> NameSeen {
        let Some(watched) = self.watched(id) else { return NameSeen::Unknown };
        if !watched.health().knows(now, kinds::NAMESPACES) {
            return NameSeen::Unknown;
        }
        watched.cache.read().unwrap_or_else(PoisonError::into_inner).name(name.as_str())
    }

    /// RoleBindings in a namespace that Berth did not make, by name; none when that is not known.
    pub fn other_bindings(
        &self,
        id: ClusterId,
        name: &NamespaceName,
        now: OffsetDateTime,
    ) -> Option<Vec<(String, SeenBinding)>> {
        let watched = self.watched(id)?;
        if !watched.health().knows(now, kinds::OTHER_BINDINGS) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        Some(cache.other_bindings.of(name.as_str()).map(|(name, seen)| (name.to_owned(), seen.clone())).collect())
    }

    /// Services that are reached from outside, with their addresses, by name; none when that is not known.
    pub fn external_services(
        &self,
        id: ClusterId,
        name: &NamespaceName,
        now: OffsetDateTime,
    ) -> Option<Vec<(String, Vec<String>)>> {
        let watched = self.watched(id)?;
        if !watched.health().counts(now, kinds::SERVICES) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        let external = |(name, seen): (&str, &projection::SeenService)| Some((name.to_owned(), seen.external.clone()?));
        Some(cache.services.of(name.as_str()).filter_map(external).collect())
    }

    /// Claims for storage in a namespace, by name; none when that is not known.
    pub fn claims(&self, id: ClusterId, name: &NamespaceName, now: OffsetDateTime) -> Option<Vec<(String, SeenClaim)>> {
        let watched = self.watched(id)?;
        if !watched.health().counts(now, kinds::CLAIMS) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        Some(cache.claims.of(name.as_str()).map(|(name, seen)| (name.to_owned(), seen.clone())).collect())
    }

    /// What the nodes offer.
    pub fn allocatable(&self, id: ClusterId) -> CapacitySeen {
        let Some(watched) = self.watched(id) else { return CapacitySeen::NotRead };
        // What the nodes offered once is no news of what they offer.
        {
            let health = watched.health();
            if let Some(reason) = health.too_much(kinds::NODES) {
                return CapacitySeen::TooMuch { reason };
            }
            if !health.knows(OffsetDateTime::now_utc(), kinds::NODES) {
                return CapacitySeen::NotRead;
            }
        }
        watched.cache.read().unwrap_or_else(PoisonError::into_inner).allocatable()
    }

    /// Kinds that are not shown, or no longer as they are, and why.
    pub fn missing(&self, id: ClusterId, now: OffsetDateTime) -> Vec<(&'static str, String)> {
        self.watched(id).map(|watched| watched.health().missing(now)).unwrap_or_default()
    }

    /// Who the cluster says it is; none until it was asked.
    pub fn uid(&self, id: ClusterId) -> Option<String> {
        self.watched(id)?.health().uid()
    }

    /// Whether the cluster of this id has this name.
    pub fn is_called(&self, id: ClusterId, name: &ClusterName) -> bool {
        self.watched(id).is_some_and(|watched| watched.name == *name)
    }

    /// Version of Kubernetes, as the API server last said it: `v1.33.1`.
    pub fn version(&self, id: ClusterId) -> Option<String> {
        self.watched(id)?.health().version()
    }

    /// Tells of every change from now on. A listener that is too slow is told that it lagged; it then reads again.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Tells of every change to an object of Berth from now on.
    pub fn touched(&self) -> broadcast::Receiver<Touched> {
        self.touched.subscribe()
    }

    /// Whether what is seen of a namespace's objects differs from what they should be. None until all of them have
    /// been read once. What is not watched (ConfigMaps, objects without Berth's label) is left to the sweep.
    pub fn differs(&self, namespace: &Namespace, site: &Site) -> Option<bool> {
        let watched = self.watched(namespace.cluster.id)?;
        let now = OffsetDateTime::now_utc();
        if !kinds::names(|spec| spec.only == Only::Managed).all(|kind| watched.health().knows(now, kind)) {
            return None;
        }
        let cache = watched.cache.read().unwrap_or_else(PoisonError::into_inner);
        Some(managed::differs(&cache.managed, namespace, site))
    }

    fn watched(&self, id: ClusterId) -> Option<Arc<Watched>> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        members.get(&id).map(|member| member.watched.clone())
    }
}

fn is_of_workloads(spec: &kinds::KindSpec) -> bool {
    spec.without == Lacks::Workloads
}

impl Watched {
    /// Whether workloads, and whether warnings cannot be counted. None until all has been read once.
    fn lacks(&self) -> Option<(bool, bool)> {
        let (now, health) = (OffsetDateTime::now_utc(), self.health());
        let lacks = |kind| !health.counts(now, kind);
        health.is_loaded(now).then(|| (kinds::names(is_of_workloads).any(lacks), lacks(kinds::EVENTS)))
    }

    /// The cache is held for as long, so that nothing old is kept for new.
    fn summary(&self, namespace: &str, lacks_workloads: bool, now: OffsetDateTime) -> Arc<Summary> {
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        let mut summaries = self.summaries.lock().unwrap_or_else(PoisonError::into_inner);
        summaries.get(namespace, lacks_workloads, now, || cache.observe(namespace))
    }

    /// Tells of namespaces in which something has waited too long: no event of the cluster does.
    fn notify_expired(&self, now: OffsetDateTime) {
        let expired = {
            let _cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            self.summaries.lock().unwrap_or_else(PoisonError::into_inner).take_expired(now)
        };
        for namespace in expired {
            self.notify_changed(Some(namespace));
        }
    }

    fn health(&self) -> MutexGuard<'_, WatchHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody may be listening; that is no error.
    fn notify_changed(&self, namespace: Option<String>) {
        let _ = self.changes.send(Change { cluster: self.id, namespace });
    }

    fn notify_touched(&self, namespace: &str) {
        let _ = self.touched.send(Touched { cluster: self.id, namespace: namespace.into() });
    }
}
