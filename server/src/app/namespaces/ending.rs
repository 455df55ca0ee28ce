//! The end of a namespace's life, as far as the database decides it: reminders, suspension, restoring, deletion. What follows on
//! the cluster is done by its sync ([`suspension`](super::suspension), [`deletion`](super::deletion)).
//!
//! The functions on a change lock the namespace: who calls them has locked everything before it already.

use super::{record_event, suspension};
use crate::app::request_record::{lock as lock_request, record_event as record_request, save as save_request};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use domain::audit::EventKind;
use domain::gone::Gone;
use domain::id::NamespaceId;
use domain::lifetime::{Cause, Due, Ending, grace};
use domain::name::{ClusterName, NamespaceName};
use domain::namespace::NamespaceState;
use domain::request::{Progress, Request};
use domain::{Action, Refusal};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Namespaces of which something is due that one run sees to; the rest has the next.
const BATCH: i64 = 200;
/// How long one lives at least that was restored after it had expired: time to ask for more.
pub const RESTORED_FOR: Duration = Duration::days(7);

/// Suspends a namespace from now on, and has it deleted after `grace`. One that is suspended already gets this cause and date.
pub async fn begin_ending(
    tx: &mut Change,
    ctx: &Ctx,
    id: NamespaceId,
    cause: Cause,
    grace: Duration,
) -> Result<Ending> {
    let stored = lock_ready(tx, id).await?;
    begin(tx, ctx, &stored, cause, grace).await
}

async fn begin(tx: &mut Change, ctx: &Ctx, stored: &Stored, cause: Cause, grace: Duration) -> Result<Ending> {
    let namespace = &stored.namespace;
    let begun = Ending::begin(cause, ctx.now(), grace);
    // Who asks once more gets no longer.
    let ending = stored.ending.map_or(begun, |now| Ending {
        suspended_at: now.suspended_at,
        delete_at: now.delete_at.min(begun.delete_at),
        ..begun
    });
    store::endings::save(&mut **tx, namespace.id, &ending).await?;
    tx.sync(namespace.id);
    record_event(tx, ctx, namespace, EventKind::NamespaceSuspended { ending });
    Ok(ending)
}

/// Takes back the end of a namespace: what ran in it runs again. One that has expired lives on for some days at least.
pub async fn stop_ending(tx: &mut Change, ctx: &Ctx, id: NamespaceId) -> Result<()> {
    let stored = lock_ready(tx, id).await?;
    let Some(ending) = stored.ending else {
        return Err(Refusal::NotPossible("it is not suspended: there is nothing to restore".into()).into());
    };
    let least = ctx.now() + RESTORED_FOR;
    let expires_at = stored.namespace.expires_at.map(|at| if at < least { least } else { at });
    store::endings::delete(&mut **tx, id).await?;
    if expires_at != stored.namespace.expires_at {
        store::endings::save_expiry(&mut **tx, id, expires_at, ctx.now()).await?;
    }
    tx.sync(id);
    record_event(tx, ctx, &stored.namespace, restored(&ending, expires_at));
    Ok(())
}

/// Gives a namespace another expiry, or none. That it had expired is over then; a deletion that was requested goes on.
pub async fn set_expiry(tx: &mut Change, ctx: &Ctx, id: NamespaceId, expires_at: Option<OffsetDateTime>) -> Result<()> {
    let stored = lock_ready(tx, id).await?;
    store::endings::save_expiry(&mut **tx, id, expires_at, ctx.now()).await?;
    let lifted = stored.ending.filter(|ending| ending.cause == Cause::Expired);
    if lifted.is_some() {
        store::endings::delete(&mut **tx, id).await?;
    }
    tx.sync(id);
    let (before, after) = (said(stored.namespace.expires_at), said(expires_at));
    record_event(tx, ctx, &stored.namespace, EventKind::NamespaceExpirySet { before, after });
    if let Some(ending) = lifted {
        record_event(tx, ctx, &stored.namespace, restored(&ending, expires_at));
    }
    Ok(())
}

/// A namespace whose class gives it no lifetime any more has not expired: what was begun because of that is over. The caller
/// enqueues its sync.
pub(in crate::app) async fn lift_expired(tx: &mut Change, ctx: &Ctx, id: NamespaceId) -> Result<()> {
    let Some(stored) = store::namespaces::lock(tx, id).await? else { return Ok(()) };
    let is_over = stored.state == NamespaceState::Ready && stored.namespace.expires_at.is_none();
    let Some(ending) = stored.ending.filter(|ending| is_over && ending.cause == Cause::Expired) else { return Ok(()) };
    store::endings::delete(&mut **tx, id).await?;
    record_event(tx, ctx, &stored.namespace, restored(&ending, None));
    Ok(())
}

/// One that is being made, or is going, has no end to be changed.
async fn lock_ready(tx: &mut Conn, id: NamespaceId) -> Result<Stored> {
    let stored = store::namespaces::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let namespace = stored.namespace.name.clone();
    match stored.state {
        NamespaceState::Ready => Ok(stored),
        NamespaceState::Removing => Err(Refusal::NamespaceGone { namespace, how: Gone::Removing }.into()),
        NamespaceState::Provisioning | NamespaceState::Failed => Err(Refusal::NamespaceNotReady { namespace }.into()),
    }
}

fn restored(ending: &Ending, expires_at: Option<OffsetDateTime>) -> EventKind {
    let (cause, suspended_at) = (ending.cause, said(Some(ending.suspended_at)));
    EventKind::NamespaceRestored { cause, suspended_at, expires_at: said(expires_at) }
}

/// As JSON has times.
fn said(at: Option<OffsetDateTime>) -> Option<String> {
    at.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok())
}

/// What a person does with one click. `leaves_rest`: of one that is being restored, what could not be brought back so far is
/// left out for good.
pub async fn restore(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName, leaves_rest: bool) -> Result<()> {
    change!(ctx, |tx| {
        let stored = store::namespaces::find(tx, cluster, name).await?.ok_or(Error::NotFound)?;
        ctx.allow(Action::SeeNamespaces(stored.namespace.team.id))?;
        ctx.allow(Action::Restore(stored.namespace.team.id))?;
        if leaves_rest {
            leave_rest(tx, ctx, stored.namespace.id).await
        } else {
            stop_ending(tx, ctx, stored.namespace.id).await
        }
    })
}

/// What is kept of a namespace is not brought back any more.
async fn leave_rest(tx: &mut Change, ctx: &Ctx, id: NamespaceId) -> Result<()> {
    let stored = lock_ready(tx, id).await?;
    let record = store::endings::get_record(&mut **tx, id).await?;
    if !record.is_restoring() {
        return Err(Refusal::NotPossible("it is not being restored: nothing is left to bring back".into()).into());
    }
    if record.export.as_ref().is_some_and(|export| export.filled_uid.is_none()) {
        return Err(Refusal::NotPossible("nobody knows yet what cannot be made again: wait for it".into()).into());
    }
    let workloads = store::suspensions::list(&mut **tx, id).await?;
    store::suspensions::clear(tx, id).await?;
    tx.sync(id);
    let not_made = record.export.map(|export| export.not_made).unwrap_or_default();
    let kind = EventKind::NamespaceRestLeftOut {
        n_not_made: not_made.len(),
        not_made: not_made.into_iter().take(suspension::NAMED_MOST).collect(),
        n_workloads: workloads.len(),
        workloads: suspension::named(&workloads),
    };
    record_event(tx, ctx, &stored.namespace, kind);
    Ok(())
}

/// Refuses a name that is kept for the team of a namespace that was deleted.
pub(in crate::app) async fn refuse_reserved(
    conn: &mut Conn,
    ctx: &Ctx,
    cluster: domain::id::ClusterId,
    name: &NamespaceName,
    team: domain::id::TeamId,
) -> Result<()> {
    match store::endings::find_reserved_for_others(conn, cluster, name, team, ctx.now()).await? {
        Some(until) => Err(Refusal::NameReserved { name: name.clone(), until: until.date() }.into()),
        None => Ok(()),
    }
}

/// Reminds, suspends and begins to delete whatever it is time for.
pub async fn follow_lifetimes(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let mut ended = Ok(());
    for id in store::endings::list_due(ctx.db(), ctx.now(), BATCH).await? {
        let done = follow_one(ctx, id).await;
        if let Err(error) = &done {
            tracing::error!(?error, %id, "what is due of a namespace could not be done");
        }
        ended = ended.and(done);
    }
    store::endings::forget_reserved(ctx.db(), ctx.now()).await?;
    change!(ctx, |tx| {
        let left = store::endings::list_deleting_without_job(&mut **tx, BATCH).await?;
        tx.looks(&left, ctx.now(), Duration::ZERO);
        Ok(())
    })?;
    ended
}

async fn follow_one(ctx: &Ctx, id: NamespaceId) -> Result<()> {
    change!(ctx, |tx| {
        let open = lock_open_requests(tx, id).await?;
        let Some(stored) = store::namespaces::lock(tx, id).await? else { return Ok(()) };
        // What was asked or closed meanwhile is looked at with the next turn.
        let open_now = store::endings::list_open_requests(&mut **tx, id).await?;
        let is_as_listed = open.iter().map(|request| request.number).eq(open_now);
        if stored.state != NamespaceState::Ready || !is_as_listed {
            return Ok(());
        }
        let namespace = &stored.namespace;
        match stored.lifetime().due(ctx.now()) {
            Due::Nothing => return Ok(()),
            Due::Remind { days } => {
                store::endings::save_reminded(&mut **tx, id, days).await?;
                let expires_at = said(namespace.expires_at);
                record_event(tx, ctx, namespace, EventKind::NamespaceExpiryReminded { days, expires_at });
            }
            Due::Suspend => {
                let grace = grace(namespace.class.spec.environment);
                begin(tx, ctx, &stored, Cause::Expired, grace).await?;
            }
            // Nobody loses what still runs: the grace begins when everything is stopped.
            Due::Delete if store::endings::get_record(&mut **tx, id).await?.scaled_at.is_none() => return Ok(()),
            Due::Delete => begin_deletion(tx, ctx, &stored, open).await?,
        }
        Ok(())
    })
}

/// Requests come before namespaces in the order of locks.
pub(super) async fn lock_open_requests(tx: &mut Conn, id: NamespaceId) -> Result<Vec<Request>> {
    let mut open = Vec::new();
    for number in store::endings::list_open_requests(&mut *tx, id).await? {
        open.push(lock_request(tx, number).await?);
    }
    Ok(open)
}

/// From here on nobody restores it. What is asked of it ends with it; what is being done to it is done first.
async fn begin_deletion(tx: &mut Change, ctx: &Ctx, stored: &Stored, open: Vec<Request>) -> Result<()> {
    let namespace = &stored.namespace;
    if open.iter().any(|request| request.state.is_under_way()) {
        return Ok(());
    }
    end_requests(tx, ctx, open).await?;
    store::namespaces::save_state(&mut **tx, namespace.id, NamespaceState::Removing).await?;
    store::endings::clear_refusal(&mut **tx, namespace.id).await?;
    tx.sync(namespace.id);
    record_event(tx, ctx, namespace, EventKind::NamespaceDeletionBegun { ending: stored.ending });
    Ok(())
}

/// What is asked of a namespace that goes ends with it: nobody works on these.
pub(super) async fn end_requests(tx: &mut Change, ctx: &Ctx, open: Vec<Request>) -> Result<()> {
    for request in open {
        let has_failed = matches!(request.state.progress(), Some(Progress::Failed { .. }));
        let reason = Some("its namespace is deleted");
        let (request, kind) = if has_failed {
            let kind = EventKind::RequestUndone { quota: None, reason, mark: None };
            (request.undo()?.finish_undo()?, kind)
        } else {
            (request.withdraw()?, EventKind::RequestWithdrawn { reason })
        };
        save_request(tx, ctx, &request).await?;
        record_request(tx, ctx, &request, kind).await?;
    }
    Ok(())
}

/// Reminds of namespaces that expire, suspends those that have, and deletes those whose grace is over.
pub struct FollowLifetimes;

impl Job<Ctx> for FollowLifetimes {
    const NAME: &'static str = "follow_lifetimes";
    const EVERY: Option<Duration> = Some(Duration::minutes(10));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        follow_lifetimes(ctx).await.into()
    }
}
