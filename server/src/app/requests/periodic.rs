//! What time brings: capacity for those who wait for it, and an end for what nobody acts on. Run as jobs.

use super::{kinds, limits, obstacle};
use crate::app::change::ADMIT_WAITING;
use crate::app::request_record::{lock, record_event, save};
use crate::app::requests::Lock;
use crate::app::{Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use domain::Action;
use domain::audit::EventKind;
use domain::cluster::Placement;
use domain::id::ClusterId;
use domain::name::RequestNumber;
use domain::quota::Quota;
use domain::request::{CHANGES_PENDING, Kind, PENDING, Progress, State};
use time::Duration;
use uuid::Uuid;

/// Requests looked at in one go; the rest has the next.
const BATCH: i64 = 200;

/// Grants what waits for capacity, where there is some, in the order of the approvals.
pub async fn admit_waiting(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let mut ended = Ok(());
    for cluster in store::line::list_clusters(ctx.db()).await? {
        ended = first_error(ended, admit_waiting_on(ctx, cluster).await);
    }
    ended
}

/// Closes what waited too long.
pub async fn expire(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let now = ctx.now();
    let mut ended = Ok(());
    for number in store::requests::list_expired(ctx.db(), now - PENDING, now - CHANGES_PENDING, BATCH).await? {
        ended = first_error(ended, expire_one(ctx, number).await);
    }
    ended
}

/// One that fails keeps no other from its turn; the first error is told in the end.
fn first_error(before: Result<()>, next: Result<()>) -> Result<()> {
    if let (Err(_), Err(error)) = (&before, &next) {
        tracing::error!(?error, "one more of the same run failed");
    }
    before.and(next)
}

async fn admit_waiting_on(ctx: &Ctx, cluster: ClusterId) -> Result<()> {
    change!(ctx, |tx| {
        let line = store::line::lock(tx, cluster, BATCH).await?;
        store::teams::lock_waiting(&mut **tx, cluster).await?;
        let Some(capacity) = store::clusters::lock_capacity(tx, cluster).await? else { return Ok(()) };
        // Where nothing can be granted the line stays as it is.
        let found = obstacle::of_cluster(ctx, Kind::Quota, &store::clusters::get(&mut **tx, cluster).await?);
        if found.is_some_and(|obstacle| !obstacle.lets_grant()) {
            return Ok(());
        }
        let mut ahead = Vec::new();
        for number in line {
            let request = lock(tx, number).await?;
            let Some(grant) = waiting_for(&request.state) else { continue };
            let (held, overcommit) = match request.namespace {
                Some(namespace) => {
                    let stored = store::namespaces::get(tx, namespace).await?;
                    // What is gone keeps its place until somebody sees to it, and keeps nobody else waiting.
                    if request.check_namespace(Some((stored.state, stored.condition))).is_err() {
                        continue;
                    }
                    (stored.held(), stored.namespace.class.spec.overcommit())
                }
                None => (Quota::ZERO, store::classes::get(&mut **tx, request.class.id).await?.spec.overcommit()),
            };
            // Those ahead who were admitted count as granted here, too.
            let placement = Placement { capacity: capacity.behind(&ahead), held, overcommit };
            // A team that has reached its limit keeps nobody else waiting.
            let team_quota = limits::team_quota(tx, &request.team, Lock::Grants).await?;
            match team_quota.admit_decided(tx, &request).await {
                Ok(()) => ahead.push(placement.need(&grant)),
                Err(Error::Refused(_)) => continue,
                Err(error) => return Err(error),
            }
            let Ok(approved) = request.admit_waiting(&placement) else { continue };
            save(tx, ctx, &approved).await?;
            record_event(tx, ctx, &approved, EventKind::RequestLetIn { grant }).await?;
            kinds::carry_out(tx, ctx, approved).await?;
        }
        Ok(())
    })
}

/// The quota it stands in line with.
fn waiting_for(state: &State) -> Option<Quota> {
    match state {
        State::Granted { grant, progress: Progress::Waiting } => grant.quota(),
        State::Open(_) | State::Granted { .. } | State::Closed(_) => None,
    }
}

async fn expire_one(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        let (since, state) = (request.since, request.state.as_str());
        let was_in_line = request.state.is_in_line();
        // Somebody may have acted just now.
        let Ok(expired) = request.expire(ctx.now()) else { return Ok(()) };
        save(tx, ctx, &expired).await?;
        let days = (ctx.now() - since).whole_days();
        if was_in_line {
            tx.admit_waiting();
        }
        record_event(tx, ctx, &expired, EventKind::RequestExpired { was: state, days }).await?;
        Ok(())
    })
}

/// Grants what waits for capacity. It comes again for capacity that nobody tells of: new nodes.
pub struct AdmitWaiting;

impl Job<Ctx> for AdmitWaiting {
    const NAME: &'static str = ADMIT_WAITING;
    const EVERY: Option<Duration> = Some(Duration::minutes(1));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        admit_waiting(ctx).await.into()
    }
}

/// Closes requests that nobody acted on for too long.
pub struct ExpireRequests;

impl Job<Ctx> for ExpireRequests {
    const NAME: &'static str = "expire_requests";
    const EVERY: Option<Duration> = Some(Duration::minutes(10));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        expire(ctx).await.into()
    }
}
