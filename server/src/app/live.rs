//! When a view is worth asking for again: streams that say "now", and nothing else.

use super::Berth;
use crate::cluster::watch;
use crate::store::bell;
use domain::id::{NamespaceId, PersonId};
use domain::name::{ClusterName, NamespaceName, RequestNumber};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::broadcast::Receiver;
use tokio_stream::wrappers::BroadcastStream;

/// Whenever the request has changed.
pub fn of_request(berth: &Berth, number: RequestNumber) -> BoxStream<'static, ()> {
    matching(berth.bell.subscribe(), move |change| *change == bell::Change::Request(number.0))
}

/// Whenever any request has changed: who looks at a list looks again.
pub fn of_requests(berth: &Berth) -> BoxStream<'static, ()> {
    matching(berth.bell.subscribe(), |change| matches!(change, bell::Change::Request(_)))
}

/// Whenever something in the namespace has changed, or with the cluster it is on, or how it stands there was looked at.
pub fn of_namespace(
    berth: &Berth,
    id: NamespaceId,
    cluster: ClusterName,
    name: NamespaceName,
) -> BoxStream<'static, ()> {
    let fleet = berth.fleet.clone();
    let seen = matching(berth.fleet.changes(), move |change: &watch::Change| {
        let is_there = change.namespace.as_deref().is_none_or(|changed| changed == name.as_str());
        is_there && fleet.is_called(change.cluster, &cluster)
    });
    let looked_at = matching(berth.bell.subscribe(), move |change| *change == bell::Change::Namespace(id));
    futures::stream::select(seen, looked_at).boxed()
}

/// Until a way in of this person has ended, or their roles have changed.
pub fn until_access_changes(berth: &Berth, person: Option<PersonId>) -> impl Future<Output = ()> + Send + use<> {
    let mut changes = matching(berth.bell.subscribe(), move |change| match change {
        bell::Change::Access(of) => Some(*of) == person,
        bell::Change::Request(_) | bell::Change::Namespace(_) | bell::Change::Jobs | bell::Change::Clusters => false,
    });
    async move {
        changes.next().await;
    }
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
