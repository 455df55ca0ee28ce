//! Live views by server-sent events: the view now, and again whenever it changed.
//!
//! Every view is asked for through its use case, by whoever the one that began the stream is by then: who they are and what
//! they may see is asked anew for each. A stream is short, and ends at once when that person's access changes; what may be
//! somebody else's is looked into first, so that a change of one team does not make everybody come again.

use super::request_context::RequestContext;
use super::session;
use super::shares::{Full, Share, Shares};
use super::{Shared, problem::Problem};
use crate::app::live::{self, Access};
use crate::app::{self, Ctx, Error, views};
use axum::extract::FromRequestParts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::id::{NamespaceId, PersonId};
use domain::name::{ClusterName, NamespaceName, RequestNumber};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt, stream};
use http::request::Parts;
use serde::Serialize;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument, Span};

/// Streams at the same time, for all people of this replica.
const MOST: usize = 2000;
/// For one person: as many pages as somebody has open.
const MOST_OF_PERSON: usize = 50;
/// From one address, behind which an office may stand.
const MOST_OF_ADDRESS: usize = 500;
/// A stream ends after this long.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// Changes closer together than this are sent as one.
pub(super) const PAUSE: Duration = Duration::from_millis(250);
/// Lists change with everything in them, and a page of one costs more.
pub(super) const PAUSE_OF_LISTS: Duration = Duration::from_secs(2);
/// Streams that look at the same time whether a change was about them: pages need the database, too.
static LOOKS: Semaphore = Semaphore::const_new(4);

/// Of live views.
pub struct Seats {
    of_people: Arc<Shares<PersonId>>,
    of_addresses: Arc<Shares<IpAddr>>,
}

impl Default for Seats {
    fn default() -> Self {
        Self { of_people: Shares::new(MOST, MOST_OF_PERSON), of_addresses: Shares::new(MOST, MOST_OF_ADDRESS) }
    }
}

impl Seats {
    pub(super) fn take(
        &self,
        person: Option<PersonId>,
        address: Option<IpAddr>,
    ) -> Result<(Share<PersonId>, Share<IpAddr>), Full> {
        Ok((self.of_people.take(person)?, self.of_addresses.take(address)?))
    }
}

/// Who follows a view, so that it can be asked again who they are.
#[derive(Clone)]
pub struct Follower {
    ctx: Ctx,
    context: RequestContext,
    parts: Arc<Parts>,
    /// Of the request, which is answered long before the stream ends.
    span: Span,
}

impl<S: Send + Sync> FromRequestParts<S> for Follower {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        let context = RequestContext::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self { ctx, context, parts: Arc::new(parts.clone()), span: Span::current() })
    }
}

impl Follower {
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub fn context(&self) -> &RequestContext {
        &self.context
    }

    pub(super) async fn again(&self) -> Option<Ctx> {
        session::again(&self.context, &self.ctx, &self.parts).instrument(self.span.clone()).await
    }

    /// Until they may do other things than at the beginning.
    pub(super) async fn until_changed(self, mut changes: BoxStream<'static, Access>) {
        while let Some(Access::MayHaveChanged) = changes.next().await {
            let Ok(_look) = LOOKS.acquire().await else { return };
            // One look sees all that came until it begins.
            let is_over = drain(&mut changes).any(|access| matches!(access, Access::Changed));
            let again = if is_over { None } else { self.again().boxed().await };
            if again.is_none_or(|now| now.actor != self.ctx.actor) {
                return;
            }
        }
    }
}

pub(super) type Events<S> = Sse<axum::response::sse::KeepAliveStream<S>>;

pub fn request(
    site: &Shared,
    who: Follower,
    number: RequestNumber,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    views(site, who, live::of_request(&site.berth, number), PAUSE, move |ctx| async move {
        views::requests::get(&ctx, number).await
    })
}

/// The numbers on the tabs.
pub fn requests(
    site: &Shared,
    who: Follower,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    views(
        site,
        who,
        live::of_lists(&site.berth),
        PAUSE_OF_LISTS,
        |ctx| async move { views::requests::count(&ctx).await },
    )
}

pub fn namespace(
    site: &Shared,
    who: Follower,
    id: NamespaceId,
    cluster: ClusterName,
    name: NamespaceName,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    views(site, who, live::of_namespace(&site.berth, id, cluster.clone(), name.clone()), PAUSE, move |ctx| {
        let (cluster, name) = (cluster.clone(), name.clone());
        async move { views::namespaces::get_without_activity(&ctx, &cluster, &name).await }
    })
}

fn views<V, F, W>(
    site: &Shared,
    who: Follower,
    changes: BoxStream<'static, ()>,
    pause: Duration,
    view: W,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<V, F, W>>, Problem>
where
    W: Fn(Ctx) -> F + Send + Sync + 'static,
    V: Serialize + Send,
    F: Future<Output = app::Result<V>> + Send,
{
    let person = who.ctx.actor.person_id();
    let seat = site.streams.take(person, who.context.shareholder()).map_err(too_many)?;
    let (told, ends_at) = (site.closing.clone().cancelled_owned(), Instant::now() + LONGEST);
    let is_over = who.clone().until_changed(live::of_access(&site.berth, person));
    let events =
        stream::unfold((changes, view, who, seat, true), move |(mut changes, view, who, seat, first)| async move {
            let ctx = if first {
                who.ctx.clone()
            } else {
                timeout_at(ends_at, next(&mut changes, pause)).await.ok()??;
                who.again().boxed().await?
            };
            // In a place of its own: what looks something up is large, and most of the time nothing does.
            let event = Event::default().json_data(view(ctx).boxed().await.ok()?).ok()?;
            Some((Ok(event), (changes, view, who, seat, false)))
        });
    Ok(Sse::new(events.take_until(told).take_until(is_over)).keep_alive(KeepAlive::default()))
}

pub(super) fn too_many(full: Full) -> Problem {
    match full {
        Full::All => Error::Unavailable("Too many live views are open. This page still works without.".into()).into(),
        Full::One => Problem::too_many_views(),
    }
}

/// Waits for a change, then lets those that follow at once gather. None when there will be no more.
async fn next(changes: &mut BoxStream<'static, ()>, pause: Duration) -> Option<()> {
    changes.next().await?;
    sleep(pause).await;
    drain(changes).for_each(drop);
    Some(())
}

/// What is there by now.
pub(super) fn drain<T>(changes: &mut BoxStream<'static, T>) -> impl Iterator<Item = T> {
    std::iter::from_fn(|| changes.next().now_or_never().flatten())
}
