//! The tasks of one cluster: a heartbeat, and a watch for each kind of object.

use super::Watched;
use super::kinds::{self, Following, KINDS, Kind, Only};
use super::namespaced_store::{NamespacedStore, ObjectKey};
use crate::cluster::bounds::PAGE_SIZE;
use crate::cluster::credentials::WATCH_SECONDS;
use crate::cluster::error::status_of;
use crate::cluster::{Credentials, Error, identity};
use crate::supervise::supervise;
use domain::text;
use futures::StreamExt;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::task::JoinSet;

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

pub fn start(watched: &Arc<Watched>, observer: &Credentials) -> Result<JoinSet<()>, Error> {
    let mut tasks = JoinSet::new();
    let (beating, client) = (watched.clone(), observer.client()?);
    tasks.spawn(async move { supervise("heartbeat", || keep_heartbeat(beating.clone(), client.clone())).await });
    let mut following = Following { watched, client: observer.watch_client()?, tasks: &mut tasks };
    for kind in KINDS {
        (kind.begin)(&mut following);
    }
    Ok(tasks)
}

impl Following<'_> {
    /// One that panics costs its own kind, which is listed anew.
    pub fn follow<K, T>(&mut self, kind: impl Fn() -> Kind<K, T> + Send + 'static)
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
        watched.notify_expired(OffsetDateTime::now_utc());
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
    let mut events = pin!(watcher(api, kind.spec.only.narrow(config())));
    let mut pause = FIRST_PAUSE;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                pause = FIRST_PAUSE;
                watched.health().hear(OffsetDateTime::now_utc(), kind.spec.name);
                if let Err(reason) = take(watched, kind, event) {
                    tracing::warn!(cluster = %watched.name, kind = kind.spec.name, reason, "a cluster has more than is kept");
                    return;
                }
            }
            Err(error) => {
                let reason = reason(kind.spec.name, error);
                tracing::debug!(cluster = %watched.name, kind = kind.spec.name, reason, "a watch failed");
                watched.health().fail(OffsetDateTime::now_utc(), kind.spec.name, reason);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn config() -> Config {
    Config::default().page_size(PAGE_SIZE).timeout(WATCH_SECONDS)
}

/// An error says why nothing is kept of this kind any more.
fn take<K, T>(watched: &Watched, kind: &Kind<K, T>, event: Event<K>) -> Result<(), String>
where
    K: Resource<DynamicType = ()>,
    T: PartialEq + Debug,
{
    let was_loaded = watched.health().knows(OffsetDateTime::now_utc(), kind.spec.name);
    let changed = {
        let mut cache = watched.cache.write().unwrap_or_else(PoisonError::into_inner);
        let changed = apply_event((kind.store)(&mut cache), kind.project, &event);
        let mut summaries = watched.summaries.lock().unwrap_or_else(PoisonError::into_inner);
        for namespace in &changed {
            cache.trim(namespace);
            summaries.forget(namespace);
        }
        // Pods everywhere are as well as their nodes.
        if kind.spec.name == kinds::NODES && !changed.is_empty() {
            summaries.forget_all();
        }
        let store = (kind.store)(&mut cache);
        if let Some(reason) = store.load().beyond((watched.limits)(kind.spec.name)) {
            store.clear();
            summaries.forget_all();
            watched.health().discard(kind.spec.name, reason.clone());
            watched.notify_changed(None);
            return Err(reason);
        }
        changed
    };
    if matches!(event, Event::InitDone) {
        watched.health().load(kind.spec.name);
        watched.notify_changed(None);
    }
    for namespace in changed {
        // What the first list brings is no change: the sweep looks at it.
        if kind.spec.only == Only::Managed && was_loaded {
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
