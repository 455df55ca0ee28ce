//! Live pages: what changes on a page that somebody has open is sent as the HTML of its slots.
//!
//! A page is rendered once for all who may see the same of it, in a [`channel`]; whoever follows it is handed what changed. Who
//! has that version of the page already, because they loaded it or heard of it before, is sent nothing. A follower is let in
//! like anybody who asks for the page. When their roles may be others, or a way in of theirs ends, the stream ends at once
//! ([`Follower::until_changed`]); besides, they are asked for anew before an event of something that the database told, and
//! before any other when that was longer ago than [`ASKED_AGAIN`].

mod channel;
mod page;

use super::Shared;
use super::problem::Problem;
use super::sse::{Events, Follower, LONGEST, too_many};
use crate::app::Error;
use crate::app::live::of_access;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
pub use channel::Channels;
use channel::{Channel, Feed, Key, Shown};
use futures::{FutureExt, Stream, StreamExt, stream};
use http::HeaderMap;
use page::LivePage;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// So long somebody is trusted to see what changes in memory, which nobody's rights change with.
const ASKED_AGAIN: Duration = Duration::from_secs(15);
/// Longer addresses has no page.
const LONGEST_PATH: usize = 2000;

#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Path of the page, with its query.
    page: String,
    /// That of the page as it is shown.
    #[serde(default)]
    version: String,
}

/// The slots that change on a page, as server-sent events: the data of each is HTML, as a JSON string; its id is the version
/// that the page is then of.
pub async fn follow(
    State(site): State<Shared>,
    who: Follower,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Events<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let session = who.ctx().session.ok_or(Error::SignInFirst)?;
    let page = LivePage::parse(&asked.page).filter(|_| asked.page.len() <= LONGEST_PATH).ok_or(Error::NotFound)?;
    let person = who.ctx().actor.person_id();
    let seat = site.streams.take(person, who.context().shareholder()).map_err(too_many)?;
    let channel = page.enter(&site, &who, asked.page, session).await?;
    let latest = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let reader = Reader {
        feed: Feed::new(channel, latest.unwrap_or(asked.version)),
        who: who.clone(),
        n_told: None,
        asked_at: Instant::now(),
        ends_at: Instant::now() + LONGEST,
    };
    let is_over = who.until_changed(of_access(&site.berth, person));
    let told = site.closing.clone().cancelled_owned();
    let events = stream::unfold((reader, seat), |(mut reader, seat)| async move {
        let event = reader.next().await?;
        Some((Ok(event), (reader, seat)))
    });
    Ok(Sse::new(events.take_until(told).take_until(is_over)).keep_alive(KeepAlive::default()))
}

/// One who follows a page.
struct Reader {
    feed: Feed,
    who: Follower,
    /// How often the database had told of something when they were asked for again; none before.
    n_told: Option<u64>,
    asked_at: Instant,
    ends_at: Instant,
}

impl Reader {
    /// None when there will be no more.
    async fn next(&mut self) -> Option<Event> {
        let (shown, before) = timeout_at(self.ends_at, self.feed.next()).await.ok()??;
        self.may_see(shown.n_told).await?;
        Some(Event::default().id(&shown.version).data(shown.since(&before)))
    }

    /// None when they may no longer, or are somebody else now.
    async fn may_see(&mut self, n_told: u64) -> Option<()> {
        let asked_for = self.n_told.or(self.feed.n_told_first);
        if asked_for == Some(n_told) && self.asked_at.elapsed() < ASKED_AGAIN {
            return Some(());
        }
        // In a place of its own: most of the time nobody is asked for.
        let now = self.who.again().boxed().await?;
        (self.n_told, self.asked_at) = (Some(n_told), Instant::now());
        (now.actor == self.who.ctx().actor).then_some(())
    }
}

impl LivePage {
    /// The channel of those who may see what this one may.
    async fn enter(
        self,
        site: &Shared,
        who: &Follower,
        path: String,
        session: [u8; 32],
    ) -> Result<watch::Receiver<Option<Arc<Shown>>>, Error> {
        let (key, channel): (Key, Channel) = match self {
            Self::Namespace { cluster, name, tab } => {
                channel::of_namespace(who, path, (cluster, name, tab), session).await?
            }
            Self::Home | Self::Requests | Self::Request(_) | Self::CuratedEntry(_) | Self::Ingest { .. } => {
                channel::of_one(who, self, path, session).await?
            }
        };
        Ok(site.channels.enter(key, channel))
    }
}
