//! The tasks of one cluster: a heartbeat, and a watch for each kind of object.

use super::cluster_cache::ClusterCache;
use super::namespaced_store::{NamespacedStore, ObjectKey};
use super::{Watched, projection};
use crate::cluster::bounds::{LARGEST_KINDS, LIMITS, Limits, PAGE_SIZE};
use crate::cluster::credentials::WATCH_SECONDS;
use crate::cluster::error::status_of;
use crate::cluster::{BERTH, Credentials, Error, MANAGED_BY, identity};
use crate::supervise::supervise;
use domain::text;
use futures::StreamExt;
use k8s_openapi::api::{
    apps::v1 as appsv1, batch::v1 as batchv1, core::v1 as corev1, networking::v1 as netv1, rbac::v1 as rbacv1,
};
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::task::JoinSet;

/// Without these nothing of a cluster is shown: what runs, and what of its quota is used. Another kind that is forbidden or
/// late is said, and takes nothing else with it: a version of Berth that watches one more kind lacks the right at first.
pub const ESSENTIAL: &[&str] = &[PODS, QUOTAS];

/// What Berth made there, by which is seen that something differs.
pub const MANAGED: &[&str] =
    &[MANAGED_NAMESPACES, MANAGED_QUOTAS, MANAGED_LIMITS, MANAGED_POLICIES, MANAGED_ACCOUNTS, MANAGED_BINDINGS];

/// What there is of workloads, beside pods: without one of these nobody knows how many there are.
pub const WORKLOADS: &[&str] = &[DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, JOBS, CRON_JOBS];

/// The kinds that are watched.
pub const KINDS: &[&str] = &[
    PODS,
    DEPLOYMENTS,
    REPLICA_SETS,
    STATEFUL_SETS,
    DAEMON_SETS,
    JOBS,
    CRON_JOBS,
    QUOTAS,
    EVENTS,
    NODES,
    NAMESPACES,
    OTHER_BINDINGS,
    SERVICES,
    CLAIMS,
    MANAGED_NAMESPACES,
    MANAGED_QUOTAS,
    MANAGED_LIMITS,
    MANAGED_POLICIES,
    MANAGED_ACCOUNTS,
    MANAGED_BINDINGS,
];

const PODS: &str = "pods";
const DEPLOYMENTS: &str = "deployments";
const REPLICA_SETS: &str = "replicasets";
const STATEFUL_SETS: &str = "statefulsets";
const DAEMON_SETS: &str = "daemonsets";
const JOBS: &str = "jobs";
const CRON_JOBS: &str = "cronjobs";
const QUOTAS: &str = "resourcequotas";
pub const EVENTS: &str = "events";
pub const NODES: &str = "nodes";
/// All of them, whoever made them: a name that is there is not free.
pub const NAMESPACES: &str = "namespaces";
/// Those without Berth's label: what carries it and is not Berth's is removed.
pub const OTHER_BINDINGS: &str = "rolebindings";
pub const SERVICES: &str = "services";
pub const CLAIMS: &str = "persistentvolumeclaims";
/// Those that carry Berth's label, whole.
pub const MANAGED_NAMESPACES: &str = "Berth's namespaces";
const MANAGED_QUOTAS: &str = "Berth's resourcequotas";
const MANAGED_LIMITS: &str = "Berth's limitranges";
const MANAGED_POLICIES: &str = "Berth's networkpolicies";
const MANAGED_ACCOUNTS: &str = "Berth's serviceaccounts";
const MANAGED_BINDINGS: &str = "Berth's rolebindings";

/// How much is kept of a kind. Of pods there are the most; Berth's own objects are kept whole.
pub fn limits(kind: &str) -> Limits {
    if kind == PODS || MANAGED.contains(&kind) { LARGEST_KINDS } else { LIMITS }
}

/// What a watch is called among the parts of the program.
const WATCH: &str = "watch";

const HEARTBEAT: Duration = Duration::from_secs(15);
/// After a missed heartbeat the next comes sooner.
const HEARTBEAT_AFTER_MISS: Duration = Duration::from_secs(5);
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(10);

/// Between tries of a watch that fails; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Before a kind is read again of which a cluster had more than is kept.
const PAUSE_AFTER_TOO_MUCH: Duration = Duration::from_secs(300);

/// What a watch does with the objects of one kind.
struct Kind<K, T> {
    name: &'static str,
    store: fn(&mut ClusterCache) -> &mut NamespacedStore<T>,
    project: fn(&K) -> T,
    /// Only what carries Berth's label.
    is_managed: bool,
}

pub fn start(watched: &Arc<Watched>, observer: &Credentials) -> Result<JoinSet<()>, Error> {
    let mut tasks = JoinSet::new();
    let (beating, client) = (watched.clone(), observer.client()?);
    tasks.spawn(async move { supervise("heartbeat", || keep_heartbeat(beating.clone(), client.clone())).await });
    let mut following = Following { watched, client: observer.watch_client()?, tasks: &mut tasks };
    following.kind::<corev1::Pod, _>(PODS, |cache| &mut cache.pods, projection::pod);
    following.kind::<appsv1::Deployment, _>(DEPLOYMENTS, |cache| &mut cache.deployments, projection::deployment);
    following.kind::<appsv1::ReplicaSet, _>(REPLICA_SETS, |cache| &mut cache.replica_sets, projection::replica_set);
    following.kind::<appsv1::StatefulSet, _>(STATEFUL_SETS, |cache| &mut cache.stateful_sets, projection::stateful_set);
    following.kind::<appsv1::DaemonSet, _>(DAEMON_SETS, |cache| &mut cache.daemon_sets, projection::daemon_set);
    following.kind::<batchv1::Job, _>(JOBS, |cache| &mut cache.jobs, projection::job);
    following.kind::<batchv1::CronJob, _>(CRON_JOBS, |cache| &mut cache.cron_jobs, projection::cron_job);
    following.kind::<corev1::ResourceQuota, _>(QUOTAS, |cache| &mut cache.quotas, projection::resource_quota);
    following.kind::<corev1::Event, _>(EVENTS, |cache| &mut cache.warnings, projection::warning);
    following.kind::<corev1::Node, _>(NODES, |cache| &mut cache.nodes, projection::node);
    following.kind::<corev1::Namespace, _>(NAMESPACES, |cache| &mut cache.namespaces, projection::namespace);
    following.kind::<rbacv1::RoleBinding, _>(OTHER_BINDINGS, |cache| &mut cache.other_bindings, projection::binding);
    following.kind::<corev1::Service, _>(SERVICES, |cache| &mut cache.services, projection::service);
    following.kind::<corev1::PersistentVolumeClaim, _>(CLAIMS, |cache| &mut cache.claims, projection::claim);
    following.managed::<corev1::Namespace>(
        MANAGED_NAMESPACES,
        |cache| &mut cache.managed.namespaces,
        projection::managed_with_status,
    );
    following.managed::<corev1::ResourceQuota>(MANAGED_QUOTAS, |cache| &mut cache.managed.quotas, projection::managed);
    following.managed::<corev1::LimitRange>(MANAGED_LIMITS, |cache| &mut cache.managed.limits, projection::managed);
    following.managed::<netv1::NetworkPolicy>(
        MANAGED_POLICIES,
        |cache| &mut cache.managed.policies,
        projection::managed,
    );
    following.managed::<corev1::ServiceAccount>(
        MANAGED_ACCOUNTS,
        |cache| &mut cache.managed.accounts,
        projection::managed,
    );
    following.managed::<rbacv1::RoleBinding>(
        MANAGED_BINDINGS,
        |cache| &mut cache.managed.bindings,
        projection::managed,
    );
    Ok(tasks)
}

struct Following<'a> {
    watched: &'a Arc<Watched>,
    client: Client,
    tasks: &'a mut JoinSet<()>,
}

impl Following<'_> {
    fn kind<K, T>(
        &mut self,
        name: &'static str,
        store: fn(&mut ClusterCache) -> &mut NamespacedStore<T>,
        project: fn(&K) -> T,
    ) where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
        T: PartialEq + Debug + Send + 'static,
    {
        self.follow(move || Kind { name, store, project, is_managed: false });
    }

    /// Objects of Berth: what changes in them may have to be put right.
    fn managed<K>(
        &mut self,
        name: &'static str,
        store: fn(&mut ClusterCache) -> &mut NamespacedStore<Value>,
        project: fn(&K) -> Value,
    ) where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    {
        self.follow(move || Kind { name, store, project, is_managed: true });
    }

    /// One that panics costs its own kind, which is listed anew.
    fn follow<K, T>(&mut self, kind: impl Fn() -> Kind<K, T> + Send + 'static)
    where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
        T: PartialEq + Debug + Send + 'static,
    {
        let (watched, client) = (self.watched.clone(), self.client.clone());
        let begin = move || follow(watched.clone(), Api::all(client.clone()), kind());
        self.tasks.spawn(async move { supervise(WATCH, begin).await });
    }
}

/// Asks for the version again and again: it is cheap, and says that the API server answers this identity.
async fn keep_heartbeat(watched: Arc<Watched>, client: Client) {
    let mut was_loaded = false;
    loop {
        let answer = tokio::time::timeout(HEARTBEAT_LIMIT, client.apiserver_version()).await;
        let pause = match answer.map_err(|_| "no answer in time".to_owned()) {
            Ok(Ok(info)) => {
                if watched.health().beat(OffsetDateTime::now_utc(), text::shown(&info.git_version, text::LONGEST_NAME))
                {
                    tracing::info!(cluster = %watched.name, "the cluster answers again");
                    watched.notify_changed(None);
                }
                identify(&watched, &client).await;
                HEARTBEAT
            }
            Ok(Err(error)) => missed(&watched, Error::from(error).reason()),
            Err(reason) => missed(&watched, reason),
        };
        // A kind that is late is waited for no more, and nothing else tells of it.
        let is_loaded = watched.health().is_loaded(OffsetDateTime::now_utc());
        if is_loaded != std::mem::replace(&mut was_loaded, is_loaded) {
            watched.notify_changed(None);
        }
        tokio::time::sleep(pause).await;
    }
}

/// Asks who answers. What cannot be known now is asked again with the next heartbeat.
async fn identify(watched: &Watched, client: &Client) {
    let answer = tokio::time::timeout(HEARTBEAT_LIMIT, identity::uid(client)).await;
    if let Ok(Ok(uid)) = answer
        && watched.health().identify(uid)
    {
        watched.notify_changed(None);
    }
}

fn missed(watched: &Watched, reason: String) -> Duration {
    if watched.health().miss(reason.clone()) {
        tracing::warn!(cluster = %watched.name, reason, "the cluster does not answer");
        watched.notify_changed(None);
    }
    HEARTBEAT_AFTER_MISS
}

async fn follow<K, T>(watched: Arc<Watched>, api: Api<K>, kind: Kind<K, T>)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
    T: PartialEq + Debug,
{
    loop {
        follow_until_too_much(&watched, api.clone(), &kind).await;
        tokio::time::sleep(PAUSE_AFTER_TOO_MUCH).await;
    }
}

async fn follow_until_too_much<K, T>(watched: &Watched, api: Api<K>, kind: &Kind<K, T>)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
    T: PartialEq + Debug,
{
    let mut events = pin!(watcher(api, config(kind)));
    let mut pause = FIRST_PAUSE;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                pause = FIRST_PAUSE;
                watched.health().hear(OffsetDateTime::now_utc(), kind.name);
                if let Err(reason) = take(watched, kind, event) {
                    tracing::warn!(cluster = %watched.name, kind = kind.name, reason, "a cluster has more than is kept");
                    return;
                }
            }
            Err(error) => {
                let reason = reason(kind.name, error);
                tracing::debug!(cluster = %watched.name, kind = kind.name, reason, "a watch failed");
                watched.health().fail(OffsetDateTime::now_utc(), kind.name, reason);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn config<K, T>(kind: &Kind<K, T>) -> Config {
    let config = Config::default().page_size(PAGE_SIZE).timeout(WATCH_SECONDS);
    match kind.name {
        EVENTS => config.fields("type=Warning"),
        OTHER_BINDINGS => config.labels(&format!("{MANAGED_BY}!={BERTH}")),
        _ if kind.is_managed => config.labels(&format!("{MANAGED_BY}={BERTH}")),
        _ => config,
    }
}

/// An error says why nothing is kept of this kind any more.
fn take<K, T>(watched: &Watched, kind: &Kind<K, T>, event: Event<K>) -> Result<(), String>
where
    K: Resource<DynamicType = ()>,
    T: PartialEq + Debug,
{
    let was_loaded = watched.health().knows(OffsetDateTime::now_utc(), kind.name);
    let changed = {
        let mut cache = watched.cache.write().unwrap_or_else(PoisonError::into_inner);
        let changed = apply_event((kind.store)(&mut cache), kind.project, &event);
        for namespace in &changed {
            cache.trim(namespace);
        }
        let store = (kind.store)(&mut cache);
        if let Some(reason) = store.load().beyond((watched.limits)(kind.name)) {
            store.clear();
            watched.health().discard(kind.name, reason.clone());
            watched.notify_changed(None);
            return Err(reason);
        }
        changed
    };
    if matches!(event, Event::InitDone) {
        watched.health().load(kind.name);
        watched.notify_changed(None);
    }
    for namespace in changed {
        // What the first list brings is no change: the sweep looks at it.
        if kind.is_managed && was_loaded {
            watched.notify_touched(&namespace);
        }
        watched.notify_changed(Some(namespace).filter(|name| !name.is_empty()));
    }
    Ok(())
}

/// Puts one event into the store. Returns the namespaces in which something is different now.
fn apply_event<K, T>(store: &mut NamespacedStore<T>, project: fn(&K) -> T, event: &Event<K>) -> BTreeSet<String>
where
    K: Resource<DynamicType = ()>,
    T: PartialEq + Debug,
{
    let is_news = match event {
        Event::Init => {
            store.begin_list();
            return BTreeSet::new();
        }
        Event::InitApply(object) => {
            store.list(key_of(object), project(object));
            return BTreeSet::new();
        }
        Event::InitDone => return store.end_list(),
        Event::Apply(object) => (store.put(key_of(object), project(object)), object),
        Event::Delete(object) => (store.remove(&key_of(object)), object),
    };
    let (is_news, object) = is_news;
    is_news.then(|| key_of(object).0).into_iter().collect()
}

/// A namespace is in itself.
fn key_of<K: Resource<DynamicType = ()>>(object: &K) -> ObjectKey {
    let name = object.name_any();
    let namespace = if K::kind(&()) == "Namespace" { Some(name.clone()) } else { object.namespace() };
    (namespace.unwrap_or_default(), name)
}

fn reason(kind: &str, error: watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => match status_of(&error) {
            Some(403) => format!("Berth lacks the right to list {kind}; `berth cluster renew` gives it"),
            Some(_) | None => Error::from(error).reason(),
        },
        watcher::Error::WatchError(status) => Error::from(kube::Error::Api(status)).reason(),
        watcher::Error::NoResourceVersion => "a list without a version".into(),
    }
}

#[cfg(test)]
mod tests;
