//! When a view is worth asking for again: streams that say "now", and nothing else.

use super::Berth;
use crate::cluster::watch;
use crate::store::notifier;
use domain::id::{IngestId, NamespaceId, PersonId};
use domain::name::{ClusterName, NamespaceName, RequestNumber};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::broadcast::Receiver;
use tokio_stream::wrappers::BroadcastStream;

/// Whenever the request has changed, or what decides on it: capacity, and what may be asked for.
pub fn of_request(berth: &Berth, number: RequestNumber) -> BoxStream<'static, ()> {
    matching(berth.notifier.subscribe(), move |change| match change {
        notifier::Change::Request(of) => *of == number.0,
        notifier::Change::Namespaces | notifier::Change::Clusters | notifier::Change::Classes => true,
        notifier::Change::Namespace(_)
        | notifier::Change::Jobs
        | notifier::Change::Teams
        | notifier::Change::Catalog
        | notifier::Change::Ingest(_)
        | notifier::Change::Access(_) => false,
    })
}

/// Whenever a step of taking it in has ended.
pub fn of_ingest(berth: &Berth, id: IngestId) -> BoxStream<'static, ()> {
    matching(berth.notifier.subscribe(), move |change| match change {
        notifier::Change::Ingest(of) => *of == id,
        notifier::Change::Request(_)
        | notifier::Change::Namespace(_)
        | notifier::Change::Namespaces
        | notifier::Change::Jobs
        | notifier::Change::Clusters
        | notifier::Change::Teams
        | notifier::Change::Classes
        | notifier::Change::Catalog
        | notifier::Change::Access(_) => false,
    })
}

/// Whenever an entry has changed, a version of one, what a source has, or what is being taken in.
pub fn of_catalog(berth: &Berth) -> BoxStream<'static, ()> {
    matching(berth.notifier.subscribe(), |change| match change {
        notifier::Change::Catalog | notifier::Change::Ingest(_) => true,
        notifier::Change::Request(_)
        | notifier::Change::Namespace(_)
        | notifier::Change::Namespaces
        | notifier::Change::Jobs
        | notifier::Change::Clusters
        | notifier::Change::Teams
        | notifier::Change::Classes
        | notifier::Change::Access(_) => false,
    })
}

/// Whenever anything has changed that stands in a list: who looks at one looks again.
pub fn of_lists(berth: &Berth) -> BoxStream<'static, ()> {
    matching(berth.notifier.subscribe(), |change| match change {
        notifier::Change::Request(_)
        | notifier::Change::Namespaces
        | notifier::Change::Clusters
        | notifier::Change::Classes => true,
        notifier::Change::Namespace(_)
        | notifier::Change::Jobs
        | notifier::Change::Teams
        | notifier::Change::Catalog
        | notifier::Change::Ingest(_)
        | notifier::Change::Access(_) => false,
    })
}

/// Who says that something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// It was seen on a cluster: the database knows nothing of it.
    Seen,
    /// The database.
    Told,
}

/// Whenever something in the namespace has changed, or with the cluster it is on, or how it stands there was looked at.
pub fn of_namespace(
    berth: &Berth,
    id: NamespaceId,
    cluster: ClusterName,
    name: NamespaceName,
) -> BoxStream<'static, ()> {
    news_of_namespace(berth, id, cluster, name).map(drop).boxed()
}

/// The same, and who says it.
pub fn news_of_namespace(
    berth: &Berth,
    id: NamespaceId,
    cluster: ClusterName,
    name: NamespaceName,
) -> BoxStream<'static, News> {
    let caches = berth.caches.clone();
    let seen = matching(berth.caches.changes(), move |change: &watch::Change| {
        let is_there = change.namespace.as_deref().is_none_or(|changed| changed == name.as_str());
        is_there && caches.is_called(change.cluster, &cluster)
    });
    let told = matching(berth.notifier.subscribe(), move |change| match change {
        notifier::Change::Namespace(of) => *of == id,
        notifier::Change::Clusters => true,
        notifier::Change::Request(_)
        | notifier::Change::Namespaces
        | notifier::Change::Jobs
        | notifier::Change::Teams
        | notifier::Change::Classes
        | notifier::Change::Catalog
        | notifier::Change::Ingest(_)
        | notifier::Change::Access(_) => false,
    });
    futures::stream::select(seen.map(|()| News::Seen), told.map(|()| News::Told)).boxed()
}

/// What a change means for what a person may do.
#[derive(Clone, Copy)]
pub enum Access {
    /// A way in of theirs has ended, or their roles are others.
    Changed,
    /// It may be about them: nobody knows before looking.
    MayHaveChanged,
}

/// Whenever somebody's access has changed that may be this person's.
pub fn of_access(berth: &Berth, person: Option<PersonId>) -> BoxStream<'static, Access> {
    let about = move |change: &notifier::Change| match change {
        notifier::Change::Access(of) => (Some(*of) == person).then_some(Access::Changed),
        notifier::Change::Teams => Some(Access::MayHaveChanged),
        notifier::Change::Request(_)
        | notifier::Change::Namespace(_)
        | notifier::Change::Namespaces
        | notifier::Change::Jobs
        | notifier::Change::Clusters
        | notifier::Change::Classes
        | notifier::Change::Catalog
        | notifier::Change::Ingest(_) => None,
    };
    let changes = BroadcastStream::new(berth.notifier.subscribe());
    changes
        .filter_map(move |change| {
            // Where some were missed, one may have been ours.
            std::future::ready(change.map_or(Some(Access::MayHaveChanged), |change| about(&change)))
        })
        .boxed()
}

fn matching<C: Clone + Send + 'static>(
    changes: Receiver<C>,
    is_ours: impl Fn(&C) -> bool + Send + Sync + 'static,
) -> BoxStream<'static, ()> {
    let ours = BroadcastStream::new(changes).filter_map(move |change| {
        // Where some were missed, one may have been ours: look rather than guess.
        let is_ours = change.map_or(true, |change| is_ours(&change));
        std::future::ready(is_ours.then_some(()))
    });
    ours.boxed()
}
