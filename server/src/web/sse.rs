//! Live views by server-sent events: the view now, and again whenever it changed.
//!
//! Every view is asked for through its use case, as the actor: rights that are lost end the stream.

use super::Shared;
use crate::app::{Ctx, Result, namespaces, requests};
use crate::store::bell::Change;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::name::{ClusterName, NamespaceName, RequestNumber};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// A stream ends after this long; the browser opens a new one, with rights checked anew.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Changes closer together than this are sent as one.
const PAUSE: Duration = Duration::from_millis(250);

pub fn request(
    site: Shared,
    ctx: Ctx,
    number: RequestNumber,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let changes = site.berth.bell.subscribe();
    let is_ours = move |change: &Change| *change == Change::Request(number.0);
    views(site.stop.clone(), changes, is_ours, move || {
        let ctx = ctx.clone();
        async move { requests::get(&ctx, number).await }
    })
}

pub fn namespace(
    site: Shared,
    ctx: Ctx,
    cluster: ClusterName,
    name: NamespaceName,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let changes = site.berth.fleet.changes();
    let watched = name.clone();
    // Without a namespace it is about the whole cluster: its freshness shows on the page.
    let is_ours = move |change: &crate::cluster::watch::Change| {
        change.namespace.as_deref().is_none_or(|changed| changed == watched.as_str())
    };
    views(site.stop.clone(), changes, is_ours, move || {
        let (ctx, cluster, name) = (ctx.clone(), cluster.clone(), name.clone());
        async move { namespaces::get(&ctx, &cluster, &name).await }
    })
}

fn views<C, V, F>(
    stop: CancellationToken,
    changes: Receiver<C>,
    is_ours: impl Fn(&C) -> bool + Send + Sync + 'static,
    view: impl Fn() -> F + Send + Sync + 'static,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>
where
    C: Clone + Send + 'static,
    V: Serialize + Send,
    F: Future<Output = Result<V>> + Send,
{
    let ends_at = tokio::time::Instant::now() + LONGEST;
    let told = stop.cancelled_owned();
    let events = stream::unfold((changes, is_ours, view, true), move |(mut changes, is_ours, view, first)| async move {
        if !first {
            tokio::time::timeout_at(ends_at, next(&mut changes, &is_ours)).await.ok()??;
        }
        let event = Event::default().json_data(view().await.ok()?).ok()?;
        Some((Ok(event), (changes, is_ours, view, false)))
    });
    Sse::new(events.take_until(told)).keep_alive(KeepAlive::default())
}

/// Waits for a change that is ours, then lets those that follow at once gather. None when there will be no more.
async fn next<C: Clone + Send + 'static>(changes: &mut Receiver<C>, is_ours: &(impl Fn(&C) -> bool + Sync)) -> Option<()> {
    loop {
        match changes.recv().await {
            Ok(change) if is_ours(&change) => break,
            Ok(_) => {}
            // Some were missed: look at the view rather than guess.
            Err(RecvError::Lagged(_)) => break,
            Err(RecvError::Closed) => return None,
        }
    }
    tokio::time::sleep(PAUSE).await;
    *changes = changes.resubscribe();
    Some(())
}
