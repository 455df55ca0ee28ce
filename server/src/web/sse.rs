//! Live views by server-sent events: the view now, and again whenever it changed.
//!
//! Every view is asked for through its use case. The actor is the one the stream began with, so a stream is
//! short, and ends at once when that person's access changes: the browser comes back, and who it is and what it may see is
//! asked anew.

use super::Shared;
use crate::app::{Ctx, Error, Result, live, namespaces, requests};
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::id::NamespaceId;
use domain::name::{ClusterName, NamespaceName, RequestNumber};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt, stream};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// Streams at the same time, for all people of this replica.
pub const MOST: usize = 2000;
/// A stream ends after this long.
const LONGEST: Duration = Duration::from_secs(60);
/// Changes closer together than this are sent as one.
const PAUSE: Duration = Duration::from_millis(250);
/// Lists change with everything in them, and a page of one costs more.
const PAUSE_OF_LISTS: Duration = Duration::from_secs(2);

type Events<S> = Sse<axum::response::sse::KeepAliveStream<S>>;

pub fn request(
    site: &Shared,
    ctx: Ctx,
    number: RequestNumber,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    views(site, &ctx.clone(), live::of_request(&site.berth, number), PAUSE, move || {
        let ctx = ctx.clone();
        async move { requests::get(&ctx, number).await }
    })
}

/// The numbers on the tabs.
pub fn requests(site: &Shared, ctx: Ctx) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    views(site, &ctx.clone(), live::of_lists(&site.berth), PAUSE_OF_LISTS, move || {
        let ctx = ctx.clone();
        async move { requests::count(&ctx).await }
    })
}

pub fn namespace(
    site: &Shared,
    ctx: Ctx,
    id: NamespaceId,
    cluster: ClusterName,
    name: NamespaceName,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    views(site, &ctx.clone(), live::of_namespace(&site.berth, id, name.clone()), PAUSE, move || {
        let (ctx, cluster, name) = (ctx.clone(), cluster.clone(), name.clone());
        async move { namespaces::get(&ctx, &cluster, &name).await }
    })
}

fn views<V, F, W>(
    site: &Shared,
    ctx: &Ctx,
    changes: BoxStream<'static, ()>,
    pause: Duration,
    view: W,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<V, F, W>>>
where
    W: Fn() -> F + Send + Sync + 'static,
    V: Serialize + Send,
    F: Future<Output = Result<V>> + Send,
{
    let busy = |_| Error::Unavailable("Too many live views are open. This page still works without.".into());
    let seat = site.streams.clone().try_acquire_owned().map_err(busy)?;
    let (told, ends_at) = (site.closing.clone().cancelled_owned(), Instant::now() + LONGEST);
    let is_over = live::until_access_changes(&site.berth, ctx.actor.person_id());
    let events = stream::unfold((changes, view, seat, true), move |(mut changes, view, seat, first)| async move {
        if !first {
            timeout_at(ends_at, next(&mut changes, pause)).await.ok()??;
        }
        // In a place of its own: what looks something up is large, and most of the time nothing does.
        let event = Event::default().json_data(view().boxed().await.ok()?).ok()?;
        Some((Ok(event), (changes, view, seat, false)))
    });
    Ok(Sse::new(events.take_until(told).take_until(is_over)).keep_alive(KeepAlive::default()))
}

/// Waits for a change, then lets those that follow at once gather. None when there will be no more.
async fn next(changes: &mut BoxStream<'static, ()>, pause: Duration) -> Option<()> {
    changes.next().await?;
    sleep(pause).await;
    while let Some(Some(())) = changes.next().now_or_never() {}
    Some(())
}
