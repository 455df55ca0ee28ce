//! A channel: one page as one audience sees it, rendered again when something changed, for as long as somebody follows it.

use super::page::LivePage;
use crate::app::live::{self, News};
use crate::app::{Ctx, Error, Result, access, views};
use crate::supervise::once;
use crate::web::request_context::frame_of;
use crate::web::sse::{Follower, PAUSE, PAUSE_OF_LISTS, drain};
use domain::Action;
use domain::actor::{PlatformRole, TeamRole};
use domain::name::{ClusterName, NamespaceName};
use frontend::pages::namespace::Tab;
use frontend::{Assets, Slots, pages};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

/// What passes with time, or was told while nobody heard it, is looked after this often.
const LOOKED_AFTER: Duration = Duration::from_secs(30);

type Latest = watch::Sender<Option<Arc<Shown>>>;

/// The channels of this replica. Each ends with the last who follows it.
#[derive(Default)]
pub struct Channels(Mutex<HashMap<Key, Weak<Latest>>>);

/// Those who have the same key see the same. Never printed.
#[derive(PartialEq, Eq, Hash)]
pub struct Key {
    path: String,
    /// Roles, where nothing else of a person counts.
    roles: Option<(Option<TeamRole>, Vec<PlatformRole>)>,
    /// Where there are forms, which are given out to a session, or where it is about the person.
    session: Option<[u8; 32]>,
}

/// A page as it was rendered last.
pub struct Shown {
    pub version: String,
    /// Counts what the database told until then.
    pub n_told: u64,
    slots: Slots,
    /// The version before, and the slots that differ from it: their HTML as JSON. None where this is the first.
    changed: Option<(String, String)>,
}

impl Shown {
    /// For who has this version: what changed, or, where that is not known, all of it.
    pub fn since(&self, version: &str) -> Cow<'_, str> {
        match &self.changed {
            Some((before, changed)) if before == version => changed.into(),
            Some(_) | None => json(self.slots.html()).into(),
        }
    }
}

/// What one who follows is handed: always the newest. Nothing is queued, so a slow one costs nobody anything.
pub struct Feed {
    latest: watch::Receiver<Option<Arc<Shown>>>,
    /// The version of the page that they have.
    has: String,
    /// What was shown first was told by when they were let in.
    pub n_told_first: Option<u64>,
}

impl Feed {
    pub fn new(latest: watch::Receiver<Option<Arc<Shown>>>, has: String) -> Self {
        Self { latest, has, n_told_first: None }
    }

    /// What is not what they have, and the version that they had. None when there will be no more.
    pub async fn next(&mut self) -> Option<(Arc<Shown>, String)> {
        loop {
            let shown = self.latest.borrow_and_update().clone();
            if let Some(shown) = &shown {
                self.n_told_first.get_or_insert(shown.n_told);
            }
            if let Some(shown) = shown.filter(|shown| shown.version != self.has) {
                let before = std::mem::replace(&mut self.has, shown.version.clone());
                return Some((shown, before));
            }
            self.latest.changed().await.ok()?;
        }
    }
}

/// What a channel renders, and when.
pub struct Channel {
    source: Source,
    news: BoxStream<'static, News>,
    pause: Duration,
    /// As it was rendered to find out whether there is such a page for who asks.
    first: Option<String>,
}

enum Source {
    Namespace(Box<NamespacePage>),
    One { who: Box<Follower>, page: LivePage, path: String },
}

/// What is desired stays as it was read until the database tells of something; what is observed is looked up in memory.
struct NamespacePage {
    /// Has the roles of the audience, and nothing else of anybody.
    ctx: Ctx,
    assets: Arc<Assets>,
    path: String,
    place: (ClusterName, NamespaceName, Tab),
    desired: Option<views::namespaces::Desired>,
}

/// The channel of all who have the same roles for this namespace; where there are forms on it, of one session.
pub async fn of_namespace(
    who: &Follower,
    path: String,
    place: (ClusterName, NamespaceName, Tab),
    session: [u8; 32],
) -> Result<(Key, Channel)> {
    let (cluster, name, tab) = place;
    let (id, team) = views::namespaces::place(who.ctx(), &cluster, &name).await?;
    let session = has_forms(tab).then_some(session);
    let ctx = access::audience(who.ctx(), team, session)?;
    let key = Key { path: path.clone(), roles: access::roles(&ctx, team), session };
    let news = live::news_of_namespace(&ctx.berth, id, cluster.clone(), name.clone());
    let page =
        NamespacePage { ctx, assets: who.context().assets().clone(), path, place: (cluster, name, tab), desired: None };
    Ok((key, Channel { source: Source::Namespace(Box::new(page)), news, pause: PAUSE, first: None }))
}

/// The channel of one session. What the page answers instead of itself, such as that it is not there, is the answer: nobody
/// waits for news of it.
pub async fn of_one(who: &Follower, page: LivePage, path: String, session: [u8; 32]) -> Result<(Key, Channel)> {
    let key = Key { path: path.clone(), roles: None, session: Some(session) };
    let berth = &who.ctx().berth;
    let (changes, pause) = match &page {
        LivePage::Request(number) => (live::of_request(berth, *number), PAUSE),
        LivePage::Ingest { id, .. } => (live::of_ingest(berth, *id), PAUSE),
        LivePage::CuratedEntry(_) => (live::of_catalog(berth), PAUSE),
        LivePage::Home if who.ctx().allow(Action::SetUp).is_ok() => {
            let both = futures::stream::select(live::of_lists(berth), live::of_catalog(berth));
            (both.boxed(), PAUSE_OF_LISTS)
        }
        LivePage::Home | LivePage::Requests | LivePage::Namespace { .. } => (live::of_lists(berth), PAUSE_OF_LISTS),
    };
    // Heard from before the page is rendered, so that nothing is missed.
    let news = changes.map(|()| News::Told).boxed();
    let first = page.html(who.ctx(), who.context().assets(), &path).boxed().await?;
    tracing::debug!("rendered");
    let source = Source::One { who: Box::new(who.clone()), page, path };
    Ok((key, Channel { source, news, pause, first: Some(first) }))
}

/// Whether in the parts that change stands a form, which is of a session.
fn has_forms(tab: Tab) -> bool {
    match tab {
        Tab::Sync => true,
        Tab::Overview | Tab::Workloads | Tab::Events | Tab::Access | Tab::Activity => false,
    }
}

impl Channels {
    /// The channel of this key; where nobody is in it, this one.
    pub fn enter(&self, key: Key, channel: Channel) -> watch::Receiver<Option<Arc<Shown>>> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that the last has just left is about to end.
        let open = channels.get(&key).and_then(Weak::upgrade).filter(|latest| latest.receiver_count() > 0);
        if let Some(latest) = open {
            return latest.subscribe();
        }
        channels.retain(|_, channel| channel.strong_count() > 0);
        let (latest, reader) = watch::channel(None);
        let latest = Arc::new(latest);
        channels.insert(key, Arc::downgrade(&latest));
        tokio::spawn(once("live page", keep(channel, latest)).in_current_span());
        reader
    }
}

/// Until nobody follows any more, or the page can no longer be seen by this audience: then all streams of it end.
async fn keep(mut channel: Channel, latest: Arc<Latest>) {
    let (mut news, mut n_told, mut before): (_, _, Option<Arc<Shown>>) = (News::Told, 0, None);
    loop {
        n_told += u64::from(news == News::Told);
        let Ok(html) = channel.html(news).await else { return };
        let slots = Slots::of(&html);
        if before.as_ref().is_none_or(|before| before.version != slots.version()) {
            before = Some(Arc::new(shown(slots, before.as_deref(), n_told)));
            latest.send_replace(before.clone());
        }
        let next = timeout(LOOKED_AFTER, next(&mut channel.news, channel.pause));
        news = tokio::select! {
            () = latest.closed() => return,
            next = next => match next {
                Ok(Some(news)) => news,
                Ok(None) => return,
                Err(_) => News::Told,
            },
        };
    }
}

fn shown(slots: Slots, before: Option<&Shown>, n_told: u64) -> Shown {
    let changed = before.map(|before| (before.version.clone(), json(slots.html_changed_since(&before.slots))));
    Shown { version: slots.version(), n_told, slots, changed }
}

fn json(html: String) -> String {
    serde_json::Value::String(html).to_string()
}

/// Waits for news, then lets those that follow at once gather.
async fn next(news: &mut BoxStream<'static, News>, pause: Duration) -> Option<News> {
    let first = news.next().await?;
    sleep(pause).await;
    Some(drain(news).chain([first]).max().unwrap_or(first))
}

impl Channel {
    async fn html(&mut self, news: News) -> Result<String> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        let html = self.source.html(news).await?;
        tracing::debug!("rendered");
        Ok(html)
    }
}

impl Source {
    async fn html(&mut self, news: News) -> Result<String> {
        match self {
            Self::Namespace(page) => page.html(news).await,
            Self::One { who, page, path } => {
                let ctx = who.again().await.ok_or(Error::SignInFirst)?;
                page.html(&ctx, who.context().assets(), path).await
            }
        }
    }
}

impl NamespacePage {
    async fn html(&mut self, news: News) -> Result<String> {
        let (cluster, name, tab) = &self.place;
        let desired = match self.desired.take().filter(|_| news == News::Seen) {
            Some(desired) => desired,
            None => views::namespaces::desired(&self.ctx, cluster, name, *tab == Tab::Activity).await?,
        };
        let view = desired.view(&self.ctx);
        self.desired = Some(desired);
        let frame =
            frame_of(self.assets.clone(), views::me::viewer_of(&self.ctx), self.ctx.session.as_ref(), &self.path);
        Ok(pages::namespace::page(frame, view, *tab))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(one: &str, two: &str) -> Slots {
        Slots::of(&format!("<p data-slot=\"one\">{one}</p><p data-slot=\"two\">{two}</p>"))
    }

    fn next_to(before: Option<&Arc<Shown>>, one: &str, two: &str) -> Arc<Shown> {
        Arc::new(shown(slots(one, two), before.map(|before| &**before), 1))
    }

    #[tokio::test]
    async fn a_slow_reader_is_handed_the_newest_and_all_of_it_and_a_fast_one_what_changed() {
        let first = next_to(None, "a", "b");
        let second = next_to(Some(&first), "a", "c");
        let third = next_to(Some(&second), "d", "c");
        let (channel, reader) = watch::channel(Some(first.clone()));
        let (mut fast, mut slow) =
            (Feed::new(reader.clone(), first.version.clone()), Feed::new(reader, first.version.clone()));
        channel.send_replace(Some(second));
        let (seen, before) = fast.next().await.expect("is news");
        assert_eq!(seen.since(&before), json("<p data-slot=\"two\">c</p>".to_owned()));
        channel.send_replace(Some(third.clone()));
        let (seen, before) = slow.next().await.expect("is news");
        assert_eq!((&seen.version, seen.since(&before).into_owned()), (&third.version, json(slots("d", "c").html())));
        let (seen, before) = fast.next().await.expect("is news");
        assert_eq!(seen.since(&before), json("<p data-slot=\"one\">d</p>".to_owned()));
        drop(channel);
        assert!(fast.next().await.is_none() && slow.next().await.is_none(), "there will be no more");
    }

    #[tokio::test]
    async fn who_has_the_version_is_handed_nothing_and_who_knows_none_all_of_it() {
        let first = next_to(None, "a", "b");
        let (channel, reader) = watch::channel(Some(first.clone()));
        let (mut knows, mut does_not) =
            (Feed::new(reader.clone(), first.version.clone()), Feed::new(reader, String::new()));
        let (seen, before) = does_not.next().await.expect("is news");
        assert_eq!(seen.since(&before), json(slots("a", "b").html()));
        drop(channel);
        assert!(knows.next().await.is_none());
    }
}
