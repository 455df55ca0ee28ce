//! One change: a transaction, with the work it orders and the events it leaves.
//!
//! What a use case orders and tells is kept until it has ended, and then written in the one order in which everybody locks:
//! jobs by kind and key, last of all the end of the audit trail, for which everybody waits. Nothing else appends to the
//! trail or enqueues, so that no use case can do it in another order.

use super::{Ctx, Result};
use crate::store;
use crate::store::{Conn, Tx};
use domain::audit::{Event, EventKind, FORMAT, redact, redact_text};
use domain::id::{NamespaceId, TeamId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Names of jobs in the table; what they do stands beside the use cases.
pub(super) const SYNC_NAMESPACE: &str = "sync_namespace";
pub(super) const ADMIT_WAITING: &str = "let_in";

/// What a use case changes with: its transaction, which it also reads from, and what is written when it ends.
pub struct Change {
    tx: Tx,
    jobs: BTreeMap<String, BTreeSet<Uuid>>,
    looks: Vec<Looks>,
    events: Vec<Event>,
}

/// Work that nobody has asked for anew, one after another.
struct Looks {
    keys: Vec<Uuid>,
    from: OffsetDateTime,
    apart: Duration,
}

/// Makes one change, or none, and answers what its block answers: `change!(ctx, |tx| { … Ok(()) })`. Where Postgres ends it,
/// because another was in its way, it is made once more from the beginning: so the block does nothing outside of `tx`.
///
/// A macro and not a method, since the compiler does not see yet that the future of an async closure on `&mut Change` can be
/// sent to another thread.
macro_rules! change {
    ($ctx:expr, |$tx:ident| $body:block) => {{
        let mut is_second = false;
        loop {
            let attempt = async {
                let mut change = $crate::app::change::Change::begin($ctx).await?;
                let $tx = &mut change;
                let made = $crate::app::change::made(async { $body }).await?;
                change.commit($ctx.now()).await?;
                $crate::app::Result::Ok(made)
            };
            // On the heap: a use case is large, and whoever calls it is no larger by it.
            match Box::pin(attempt).await {
                Err($crate::app::Error::Entangled) if !is_second => is_second = true,
                done => break done,
            }
        }
    }};
}

pub(super) use change;

/// What a block answers; says its type.
pub(super) async fn made<T>(block: impl Future<Output = Result<T>>) -> Result<T> {
    block.await
}

impl Ctx {
    /// Notes what changes nothing here: what was refused, or handed out. Answers its number in the trail.
    pub(super) async fn record(&self, subject: String, team: Option<TeamId>, kind: EventKind) -> Result<i64> {
        let event = event(self, subject, team, &kind);
        let mut tx = store::begin(self.db()).await?;
        let seq = store::audit::append(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(seq)
    }
}

impl Change {
    /// What [`change`] begins with.
    pub async fn begin(ctx: &Ctx) -> Result<Self> {
        let tx = store::begin(ctx.db()).await?;
        Ok(Self { tx, jobs: BTreeMap::new(), looks: Vec::new(), events: Vec::new() })
    }

    /// And ends with.
    pub async fn commit(mut self, now: OffsetDateTime) -> Result<()> {
        for (kind, keys) in &self.jobs {
            let keys: Vec<_> = keys.iter().copied().collect();
            store::jobs::enqueue(&mut self.tx, kind, &keys, now).await?;
        }
        for Looks { keys, from, apart } in &self.looks {
            store::jobs::enqueue_routine(&mut self.tx, SYNC_NAMESPACE, keys, *from, *apart).await?;
        }
        for event in &self.events {
            store::audit::append(&mut self.tx, event).await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// Notes what happened, after what was noted before. It holds no secret; should there be one, it is taken out.
    pub(super) fn record(&mut self, ctx: &Ctx, subject: String, team: Option<TeamId>, kind: EventKind) {
        self.events.push(event(ctx, subject, team, &kind));
    }

    /// Orders that a namespace is made what it should be.
    pub(super) fn sync(&mut self, namespace: NamespaceId) {
        self.enqueue(SYNC_NAMESPACE, namespace.0);
    }

    pub(super) fn syncs(&mut self, namespaces: &[NamespaceId]) {
        namespaces.iter().for_each(|id| self.sync(*id));
    }

    /// The same for what nobody has asked for anew, one after another: what was given up stays given up.
    pub(super) fn looks(&mut self, namespaces: &[NamespaceId], from: OffsetDateTime, apart: Duration) {
        self.looks.push(Looks { keys: namespaces.iter().map(|id| id.0).collect(), from, apart });
    }

    /// Capacity may have been given back: that those who wait for it are looked at.
    pub(super) fn admit_waiting(&mut self) {
        self.enqueue(ADMIT_WAITING, Uuid::nil());
    }

    /// Orders work by a key; content it never has.
    pub(super) fn enqueue(&mut self, kind: &str, key: Uuid) {
        self.jobs.entry(kind.to_owned()).or_default().insert(key);
    }
}

impl Deref for Change {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.tx
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

fn event(ctx: &Ctx, subject: String, team: Option<TeamId>, kind: &EventKind) -> Event {
    Event {
        at: ctx.now(),
        actor_kind: ctx.actor.kind().into(),
        actor_id: ctx.actor.person_id().map(|id| id.to_string()),
        actor_label: ctx.actor.label().into(),
        action: kind.name().as_str().into(),
        subject: redact_text(&subject),
        team: team.map(|id| id.to_string()),
        request_id: ctx.request_id.clone(),
        detail: redact(kind.detail()),
        on_behalf_id: ctx.on_behalf_of.as_ref().map(|(id, _)| id.to_string()),
        on_behalf_label: ctx.on_behalf_of.as_ref().map(|(_, name)| name.clone()),
        format: FORMAT,
    }
}
