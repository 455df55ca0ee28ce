//! Keeping namespaces as they were granted: looks at one on its cluster, puts back what differs, and writes down what it
//! was. When to look is said by whoever changes what is desired, by the sweep, by the watch ([`watch_for_drift`]) and by people.

use super::record_event;
use super::{applied, site};
use crate::app::audit::CorrelationId;
use crate::app::{Berth, Change, Ctx, Error, Result, change, clusters};
use crate::cluster;
use crate::cluster::apply::{Presence, Provisioner};
use crate::cluster::repair::{DesiredChange, Repaired};
use crate::cluster::watch::Touched;
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::drift::Record;
use crate::supervise::supervise;
use domain::audit::EventKind;
use domain::audit::detail::DriftField;
use domain::drift::{Condition, Drift};
use domain::name::{ClusterName, NamespaceName};
use domain::namespace::{Namespace, NamespaceState};
use domain::{Action, Refusal};
use std::collections::BTreeSet;
use std::sync::Arc;
use time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A namespace is to be looked at this often, even when nothing is heard of it; `store::drift` writes it down.
const SWEEP: Duration = Duration::minutes(10);
/// Namespaces ordered to be looked at by one sweep, spread over the time until the next. Ten sweeps are one round: where
/// there are more than ten times as many, a round takes longer, and each namespace says when its look is due.
const SWEPT_AT_ONCE: i64 = 1000;
const SWEEPS_APART: Duration = Duration::minutes(1);

/// Changes closer together than this are looked at once.
const GATHER: std::time::Duration = std::time::Duration::from_secs(1);
/// Places gathered at most; what is beyond is left to the sweep.
const GATHERED_MOST: usize = 1000;
/// Who changes something back so often is not argued with at once: the next look is later.
const PATIENCE: i64 = 3;
const PATIENCE_FOR: Duration = Duration::minutes(10);
const LATER: Duration = Duration::minutes(5);

/// Fields named in one audit event; `n_fields` there counts all.
const NAMED_MOST: usize = 20;

/// For nobody: puts right what differs.
pub(super) async fn reconcile(
    ctx: &Ctx,
    namespace: &Namespace,
    presence: Result<Presence, cluster::Error>,
    provisioner: &Provisioner,
    correlation_id: &CorrelationId,
) -> Result<Outcome> {
    match look(ctx, namespace, presence, provisioner, correlation_id).await {
        Ok(()) => Ok(Outcome::Done),
        Err(Fault::Away { reason, not_before }) => Ok(Outcome::Later {
            why: format!("Cluster {} does not answer ({reason}).", namespace.cluster.name),
            not_before,
        }),
        Err(Fault::Ours(error)) => Err(error),
    }
}

/// Looks at a namespace now; one that has vanished from its cluster is made again, empty.
pub async fn sync_now(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName) -> Result<()> {
    change!(ctx, |tx| {
        let stored = store::namespaces::find(tx, cluster, name).await?.ok_or(Error::NotFound)?;
        let namespace = &stored.namespace;
        ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
        ctx.allow(Action::Sync(namespace.team.id))?;
        if stored.state != NamespaceState::Ready {
            let why = match stored.state {
                NamespaceState::Removing => "it is being deleted: there is nothing to sync any more",
                _ => "it is not ready: the request that is being applied says how far it is",
            };
            return Err(Refusal::NotAllowed(why.into()).into());
        }
        clusters::refuse_stopped(ctx, &store::clusters::get(&mut **tx, namespace.cluster.id).await?)?;
        let record = store::drift::get_record(&mut **tx, namespace.id).await?;
        // Made again empty, one that is suspended could not be restored any more.
        let is_missing = matches!(record.condition, Some((Condition::Missing, ..))) && stored.ending.is_none();
        if is_missing {
            store::drift::request_remake(&mut **tx, namespace.id, ctx.now()).await?;
        }
        tx.sync(namespace.id);
        let kind = if is_missing { EventKind::NamespaceRemakeOrdered {} } else { EventKind::NamespaceSyncOrdered {} };
        record_event(tx, ctx, namespace, kind);
        Ok(())
    })
}

/// Orders a look at those whose look is due, and at requests that everybody has forgotten.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let now = ctx.now();
    change!(ctx, |tx| {
        let mut due = store::drift::take_due(&mut **tx, now, now + SWEEP, &clusters::away(ctx), SWEPT_AT_ONCE).await?;
        due.extend(store::drift::list_orphans(&mut **tx, SWEPT_AT_ONCE).await?);
        due.sort_by_key(|id| id.0);
        due.dedup();
        let apart = SWEEPS_APART / i32::try_from(due.len().max(1)).unwrap_or(i32::MAX);
        tx.looks(&due, now, apart);
        Ok(())
    })
}

/// Orders a look wherever an object of Berth is seen to change, until `stop`. Each replica may: the same order twice is one.
pub async fn watch_for_drift(berth: Arc<Berth>, stop: CancellationToken) {
    supervise("changes on clusters", || enqueue_touched(berth.clone(), stop.clone())).await;
}

async fn enqueue_touched(berth: Arc<Berth>, stop: CancellationToken) {
    let mut touched = berth.caches.touched();
    loop {
        let first = tokio::select! {
            () = stop.cancelled() => return,
            first = touched.recv() => first,
        };
        let mut places = BTreeSet::new();
        match first {
            Ok(place) => places.insert(place),
            // Those that were missed are found by the sweep.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(GATHER) => {}
        }
        while places.len() < GATHERED_MOST
            && let Ok(place) = touched.try_recv()
        {
            places.insert(place);
        }
        let ctx = Ctx::system(berth.clone(), "watch_for_drift");
        for place in places {
            if let Err(error) = enqueue_if_it_differs(&ctx, &place).await {
                tracing::warn!(?error, namespace = place.namespace, "a change on the cluster is left to the sweep");
            }
        }
    }
}

async fn enqueue_if_it_differs(ctx: &Ctx, place: &Touched) -> Result<()> {
    let mut conn = ctx.db().acquire().await?;
    let Some(id) = store::drift::find_ready(&mut *conn, place.cluster, &place.namespace).await? else { return Ok(()) };
    let namespace = store::namespaces::get(&mut conn, id).await?.namespace;
    let cluster = store::clusters::get(&mut *conn, place.cluster).await?;
    if ctx.berth.caches.differs(&namespace, &site(ctx, &cluster)) != Some(true) {
        return Ok(());
    }
    let recently = store::drift::count_put_back(&mut *conn, id, ctx.now() - PATIENCE_FOR).await?;
    let wait = if recently >= PATIENCE { LATER } else { Duration::ZERO };
    drop(conn);
    change!(ctx, |tx| {
        tx.looks(&[id], ctx.now() + wait, Duration::ZERO);
        Ok(())
    })
}

/// Why a look came to nothing.
enum Fault {
    /// The cluster does not answer.
    Away {
        reason: String,
        not_before: std::time::Duration,
    },
    Ours(Error),
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

async fn look(
    ctx: &Ctx,
    namespace: &Namespace,
    presence: Result<Presence, cluster::Error>,
    provisioner: &Provisioner,
    correlation_id: &CorrelationId,
) -> Result<(), Fault> {
    let record = store::drift::get_record(ctx.db(), namespace.id).await?;
    let digest = provisioner.digest(namespace);
    let is_absent = matches!(presence, Ok(Presence::Absent));
    let desired = match presence {
        Ok(Presence::Owned { .. }) if record.applied_digest.as_deref() == Some(&digest) => DesiredChange::Unchanged,
        Ok(Presence::Owned { .. }) => DesiredChange::Changed,
        Ok(Presence::Absent) if record.remake_ordered_at.is_some() => DesiredChange::Changed,
        Ok(Presence::Absent) => return Ok(save_condition(ctx, namespace, Condition::Missing, vanished(&record)).await?),
        Ok(Presence::Terminating(found)) => {
            store::endings::save_terminating(ctx.db(), namespace.id, Some(&found.why)).await?;
            return Ok(save_condition(ctx, namespace, Condition::Leaving, found.says).await?);
        }
        Ok(Presence::Foreign) => {
            return Ok(save_condition(ctx, namespace, Condition::Replaced, replaced(namespace)).await?);
        }
        Err(error) => return break_off(ctx, namespace, provisioner, error).await,
    };
    let repairs = match provisioner.diff(namespace, desired).await {
        Ok(repairs) => repairs,
        Err(error) => return break_off(ctx, namespace, provisioner, error).await,
    };
    let look = Look { record, digest, desired, is_absent, correlation_id, found: repairs.drift() };
    save_found(ctx, namespace, &look.found).await?;
    let mut repaired = provisioner.repair(namespace, desired, repairs).await;
    let broke_off = repaired.broke_off.take();
    let why = match &repaired.refused {
        Some(error) => clusters::why_refused(ctx, provisioner, namespace, error).await,
        None => String::new(),
    };
    if desired == DesiredChange::Changed && repaired.refused.is_none() && broke_off.is_none() {
        // Nothing that was known to stand in its way does.
        let _ = clusters::ask_agreement(ctx, provisioner, namespace).await;
    }
    save(ctx, namespace, &look, (&repaired, &why), broke_off.is_none()).await?;
    match broke_off {
        None => Ok(()),
        Some(error) => break_off(ctx, namespace, provisioner, error).await,
    }
}

/// A cluster that is away is asked again; one that does not even let itself be read stands as the condition.
async fn break_off(
    ctx: &Ctx,
    namespace: &Namespace,
    provisioner: &Provisioner,
    error: cluster::Error,
) -> Result<(), Fault> {
    match error {
        cluster::Error::Unreachable { reason, not_before, .. } => Err(Fault::Away { reason, not_before }),
        cluster::Error::Refused { .. } | cluster::Error::Collision { .. } => {
            let why = clusters::why_refused(ctx, provisioner, namespace, &error).await;
            Ok(save_condition(ctx, namespace, Condition::Refused, why).await?)
        }
    }
}

/// One look: what it began with, and what it found.
struct Look<'a> {
    record: Record,
    digest: [u8; 32],
    desired: DesiredChange,
    /// It is to be made again.
    is_absent: bool,
    correlation_id: &'a CorrelationId,
    found: Vec<Drift>,
}

/// Since when, as far as Berth knows.
fn vanished(record: &Record) -> String {
    let seen = match record.looked_at {
        Some(_) => "It was there when Berth last found it in order.",
        None => "It was there when Berth made it.",
    };
    format!(
        "Somebody deleted it on the cluster, with everything in it. {seen} Berth does not make it again by itself, \
         because what ran in it is lost; it can be made again, empty."
    )
}

fn not_made(why: &str) -> String {
    format!("It is not on the cluster, and could not be made again, empty: {why}. Berth retries automatically.")
}

fn replaced(namespace: &Namespace) -> String {
    format!(
        "There is a namespace {name} on the cluster without this one's mark, so Berth leaves it as it is. Either \
         somebody made another one, or took off the label berth.dev/namespace-id: a cluster administrator can put it \
         back with `kubectl label namespace {name} berth.dev/namespace-id={id}`, or delete what is there.",
        name = namespace.name,
        id = namespace.id
    )
}

/// Before any of it is put back: whatever becomes of this run, people read that it was so.
async fn save_found(ctx: &Ctx, namespace: &Namespace, found: &[Drift]) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    change!(ctx, |tx| {
        let new = store::drift::save_found(tx, namespace.id, found, ctx.now()).await?;
        record_found(tx, ctx, namespace, &new);
        Ok(())
    })
}

/// What was not known before leaves an event, once.
pub(super) fn record_found(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, new: &[Drift]) {
    if !new.is_empty() {
        let (fields, n_fields) = (named(new), new.len());
        record_event(tx, ctx, namespace, EventKind::NamespaceDriftFound { fields, n_fields });
    }
}

async fn save(
    ctx: &Ctx,
    namespace: &Namespace,
    look: &Look<'_>,
    (repaired, why): (&Repaired, &str),
    is_whole: bool,
) -> Result<()> {
    change!(ctx, |tx| {
        let right = store::drift::save_left(tx, namespace.id, &repaired.left, ctx.now()).await?;
        let is_still_absent = look.is_absent && !repaired.has_changed;
        let (mut over, mut found) = (None, None);
        match &repaired.refused {
            None if is_whole => over = applied(tx, ctx, namespace, &look.digest).await?,
            None => {}
            Some(error) => {
                let condition = match error {
                    _ if is_still_absent => Condition::Missing,
                    cluster::Error::Collision { .. } => Condition::Foreign,
                    cluster::Error::Refused { .. } | cluster::Error::Unreachable { .. } => Condition::Refused,
                };
                let why = if is_still_absent { not_made(why) } else { why.to_owned() };
                let is_new = store::drift::save_condition(&mut **tx, namespace.id, condition, &why, ctx.now()).await?;
                found = is_new.then_some(condition);
            }
        }
        record_corrected(tx, ctx, namespace, look, right);
        if repaired.has_changed && look.desired == DesiredChange::Changed {
            let is_remade = look.record.remake_ordered_at.is_some();
            let mark = look.correlation_id.event.clone();
            let kind = if is_remade {
                EventKind::NamespaceRemade { mark }
            } else {
                EventKind::NamespaceBroughtUpToDate { mark }
            };
            record_event(tx, ctx, namespace, kind);
        }
        record_resolved(tx, ctx, namespace, over);
        if let Some(condition) = found {
            record_condition(tx, ctx, namespace, condition, why);
        }
        Ok(())
    })
}

/// What this look put back has its correlation ID. What an earlier one found, and this one did not find any more, was put right by a
/// run that broke off before it could say so, or by people.
fn record_corrected(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, look: &Look<'_>, right: Vec<Drift>) {
    let (put_back, again): (Vec<_>, Vec<_>) =
        right.into_iter().partition(|right| look.found.iter().any(|found| found.is_of_same_field(right)));
    if !put_back.is_empty() {
        let (fields, n_fields) = (named(&put_back), put_back.len());
        let mark = look.correlation_id.event.clone();
        record_event(tx, ctx, namespace, EventKind::NamespaceDriftCorrected { fields, n_fields, mark });
    }
    if !again.is_empty() {
        let (fields, n_fields) = (named(&again), again.len());
        record_event(tx, ctx, namespace, EventKind::NamespaceDriftResolved { fields, n_fields });
    }
}

async fn save_condition(ctx: &Ctx, namespace: &Namespace, condition: Condition, detail: String) -> Result<()> {
    change!(ctx, |tx| {
        if store::drift::save_condition(&mut **tx, namespace.id, condition, &detail, ctx.now()).await? {
            record_condition(tx, ctx, namespace, condition, &detail);
        }
        Ok(())
    })
}

/// One that is another than before leaves an event.
fn record_condition(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, condition: Condition, says: &str) {
    let (trouble, reason) = (condition, says.to_owned());
    record_event(tx, ctx, namespace, EventKind::NamespaceTroubleFound { trouble, reason });
}

/// So does its end.
pub(super) fn record_resolved(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, over: Option<Condition>) {
    if let Some(condition) = over {
        record_event(tx, ctx, namespace, EventKind::NamespaceTroubleOver { trouble: condition });
    }
}

fn named(drift: &[Drift]) -> Vec<DriftField> {
    drift.iter().take(NAMED_MOST).map(DriftField::from).collect()
}

/// Enqueues a look at namespaces that nobody has looked at for long. What is due is spread over the time until the next.
pub struct SweepNamespaces;

impl Job<Ctx> for SweepNamespaces {
    const NAME: &'static str = "sweep_namespaces";
    const EVERY: Option<Duration> = Some(SWEEPS_APART);

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        sweep(ctx).await.into()
    }
}
