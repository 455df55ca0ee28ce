//! Background work: takes orders from the jobs table, one lease at a time.
//!
//! A job carries a key, never content; running it twice, late or at the same time is harmless.
//! Several replicas may run this; a job whose holder died is taken over when its lease runs out.

use crate::app::{self, Berth, Ctx};
use crate::store;
use crate::store::Conn;
use crate::store::notifier::Change;
use crate::supervise::{supervise, words};
use domain::id::NamespaceId;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// An order. Its name and key are what the table keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Make the cluster what the desired state says.
    SyncNamespace(NamespaceId),
    /// Order a look at namespaces that nobody has looked at for long.
    SweepNamespaces,
    /// Let go of sessions that ran out.
    ClearSessions,
    /// Check every cluster, and keep what was found.
    CheckClusters,
    /// Grant what waits for room.
    AdmitWaiting,
    /// Close requests that nobody acted on for too long.
    ExpireRequests,
    /// Sign the end of the audit trail.
    SignCheckpoint,
    /// Have the clusters follow memberships that began or ended.
    FollowMemberships,
    /// Ask the identity provider again for the groups of who is signed in.
    RefreshGroups,
    /// Take back at the identity provider what ended sessions left there.
    TakeBackTokens,
}

/// Jobs that come again by themselves: one row each, in whatever replica's hand.
const PERIODIC: &[Job] = &[
    Job::SweepNamespaces,
    Job::ClearSessions,
    Job::CheckClusters,
    Job::AdmitWaiting,
    Job::ExpireRequests,
    Job::SignCheckpoint,
    Job::FollowMemberships,
    Job::RefreshGroups,
    Job::TakeBackTokens,
];

/// What came of one attempt.
pub enum Outcome {
    Done,
    /// Something outside does not answer; try again, as long as it takes, and not before it wants to be asked.
    Later {
        why: String,
        not_before: std::time::Duration,
    },
    /// An error of ours; try again a few times, then rest where people see it.
    Broken(String),
}

/// How long a job may go without a sign of life before another worker takes it.
const LEASE: time::Duration = time::Duration::seconds(30);
/// The longest wait between attempts.
const LONGEST_WAIT: time::Duration = time::Duration::seconds(60);
/// The longest that something outside may make it wait.
const LONGEST_ASKED_FOR: std::time::Duration = std::time::Duration::from_secs(300);
/// Attempts at a job that breaks before it is given up.
const ATTEMPTS: i32 = 8;
/// A look at the table even when no bell rang.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);

impl Job {
    pub fn kind(self) -> &'static str {
        match self {
            Self::SyncNamespace(_) => "sync_namespace",
            Self::SweepNamespaces => "sweep_namespaces",
            Self::ClearSessions => "clear_sessions",
            Self::CheckClusters => "check_clusters",
            Self::AdmitWaiting => "let_in",
            Self::ExpireRequests => "expire_requests",
            Self::SignCheckpoint => "sign_checkpoint",
            Self::FollowMemberships => "follow_memberships",
            Self::RefreshGroups => "refresh_groups",
            Self::TakeBackTokens => "take_back_tokens",
        }
    }

    fn key(self) -> Uuid {
        match self {
            Self::SyncNamespace(id) => id.0,
            Self::SweepNamespaces
            | Self::ClearSessions
            | Self::CheckClusters
            | Self::AdmitWaiting
            | Self::ExpireRequests
            | Self::SignCheckpoint
            | Self::FollowMemberships
            | Self::RefreshGroups
            | Self::TakeBackTokens => Uuid::nil(),
        }
    }

    /// None for what this version of Berth does not know.
    pub fn parse(kind: &str, key: Uuid) -> Option<Self> {
        match kind {
            "sync_namespace" => Some(Self::SyncNamespace(NamespaceId(key))),
            "sweep_namespaces" => Some(Self::SweepNamespaces),
            "clear_sessions" => Some(Self::ClearSessions),
            "check_clusters" => Some(Self::CheckClusters),
            "let_in" => Some(Self::AdmitWaiting),
            "expire_requests" => Some(Self::ExpireRequests),
            "sign_checkpoint" => Some(Self::SignCheckpoint),
            "follow_memberships" => Some(Self::FollowMemberships),
            "refresh_groups" => Some(Self::RefreshGroups),
            "take_back_tokens" => Some(Self::TakeBackTokens),
            _ => None,
        }
    }

    /// How long after its end a periodic job runs again.
    fn every(self) -> Option<time::Duration> {
        match self {
            Self::SyncNamespace(_) => None,
            Self::CheckClusters => Some(time::Duration::minutes(30)),
            Self::ClearSessions | Self::ExpireRequests | Self::SignCheckpoint => Some(time::Duration::minutes(10)),
            // What is due is spread over the time until the next.
            Self::SweepNamespaces => Some(app::namespaces::SWEEPS_APART),
            // For room that nobody tells of: new nodes.
            Self::AdmitWaiting | Self::FollowMemberships => Some(time::Duration::minutes(1)),
            // Each session has its own quarter of an hour.
            Self::RefreshGroups => Some(time::Duration::minutes(1)),
            // What could not be taken back at once.
            Self::TakeBackTokens => Some(time::Duration::minutes(1)),
        }
    }

    async fn run(self, ctx: &Ctx) -> Outcome {
        match self {
            Self::SyncNamespace(id) => app::namespaces::sync(ctx, id).await,
            Self::SweepNamespaces => app::namespaces::sweep(ctx).await.into(),
            Self::ClearSessions => app::access::clear_sessions(ctx).await.into(),
            Self::CheckClusters => app::clusters::check_all(ctx).await.into(),
            Self::AdmitWaiting => app::requests::admit_waiting(ctx).await.into(),
            Self::ExpireRequests => app::requests::expire(ctx).await.into(),
            Self::SignCheckpoint => app::audit::sign_checkpoint(ctx).await.into(),
            Self::FollowMemberships => app::memberships::follow(ctx).await.into(),
            Self::RefreshGroups => app::access::refresh_groups(ctx).await.into(),
            Self::TakeBackTokens => app::access::take_back_tokens(ctx).await.into(),
        }
    }

    /// Tells those who wait for it that it will rest.
    async fn give_up(self, ctx: &Ctx) -> app::Result<()> {
        match self {
            Self::SyncNamespace(id) => app::namespaces::give_up(ctx, id).await,
            // Nobody waits for these, and they come again.
            Self::SweepNamespaces
            | Self::ClearSessions
            | Self::CheckClusters
            | Self::AdmitWaiting
            | Self::ExpireRequests
            | Self::SignCheckpoint
            | Self::FollowMemberships
            | Self::RefreshGroups
            | Self::TakeBackTokens => Ok(()),
        }
    }
}

/// Orders a job in the transaction of the change that needs it.
pub async fn enqueue(tx: &mut Conn, job: Job, run_at: OffsetDateTime) -> app::Result<()> {
    Ok(store::jobs::enqueue(tx, job.kind(), &[job.key()], run_at).await?)
}

/// Orders that these namespaces are made what they should be.
pub async fn enqueue_syncs(tx: &mut Conn, namespaces: &[NamespaceId], run_at: OffsetDateTime) -> app::Result<()> {
    let Some(first) = namespaces.first() else { return Ok(()) };
    let keys: Vec<_> = namespaces.iter().map(|id| id.0).collect();
    Ok(store::jobs::enqueue(tx, Job::SyncNamespace(*first).kind(), &keys, run_at).await?)
}

/// The same for what nobody has asked for anew, one after another: what was given up stays given up.
pub async fn enqueue_looks(
    tx: &mut Conn,
    namespaces: &[NamespaceId],
    from: OffsetDateTime,
    apart: time::Duration,
) -> app::Result<()> {
    let Some(first) = namespaces.first() else { return Ok(()) };
    let keys: Vec<_> = namespaces.iter().map(|id| id.0).collect();
    Ok(store::jobs::enqueue_routine(tx, Job::SyncNamespace(*first).kind(), &keys, from, apart).await?)
}

/// Works until `stop`; then puts back what it has in hand.
pub async fn run(berth: Arc<Berth>, stop: CancellationToken) {
    supervise("jobs", || take_orders(berth.clone(), stop.clone())).await;
}

async fn take_orders(berth: Arc<Berth>, stop: CancellationToken) {
    let holder = Uuid::now_v7();
    let mut notifier = berth.notifier.subscribe();
    let mut running = JoinSet::new();
    let mut has_periodic = false;
    loop {
        // Once the database answers; no row is there twice.
        has_periodic = has_periodic || schedule_periodic(&berth).await;
        while let Some(ended) = running.try_join_next() {
            log_panic(ended);
        }
        match take(&berth, holder, running.len()).await {
            Some(job) => {
                running.spawn(work(berth.clone(), holder, job));
                continue;
            }
            None => tokio::select! {
                () = stop.cancelled() => break,
                () = until_ordered(&mut notifier) => {}
                Some(ended) = running.join_next() => log_panic(ended),
                () = tokio::time::sleep(wait(&berth).await) => {}
            },
        }
        if stop.is_cancelled() {
            break;
        }
    }
    running.shutdown().await;
    if let Ok(mut conn) = berth.db.acquire().await
        && let Err(error) = store::jobs::release_all(&mut conn, holder).await
    {
        tracing::warn!(%error, "jobs in hand could not be put back; they are taken over when their leases end");
    }
}

/// Until a job is ordered, or one may have been that was not heard of.
async fn until_ordered(notifier: &mut Receiver<Change>) {
    loop {
        match notifier.recv().await {
            Ok(Change::Jobs) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // It ends with the process.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Makes the rows of the periodic jobs, where there are none yet.
async fn schedule_periodic(berth: &Berth) -> bool {
    for &job in PERIODIC {
        let now = OffsetDateTime::now_utc();
        if let Err(error) = store::jobs::ensure(&berth.db, job.kind(), job.key(), now).await {
            tracing::warn!(%error, kind = job.kind(), "a periodic job could not be scheduled");
            return false;
        }
    }
    true
}

/// The next job, if a hand is free and one is due.
async fn take(berth: &Berth, holder: Uuid, n_running: usize) -> Option<store::jobs::Leased> {
    if n_running >= berth.config.worker.concurrency {
        return None;
    }
    // One hand stays free for what is elsewhere, where there are several.
    let most_on_one = i64::try_from(berth.config.worker.concurrency).unwrap_or(i64::MAX).saturating_sub(1).max(1);
    match store::jobs::lease(&berth.db, holder, most_on_one, OffsetDateTime::now_utc(), LEASE).await {
        Ok(job) => job,
        Err(error) => {
            tracing::warn!(%error, "the jobs table cannot be read");
            None
        }
    }
}

/// Until the next job is due, at most [`LOOK`].
async fn wait(berth: &Berth) -> std::time::Duration {
    let due = store::jobs::next_due(&berth.db).await.ok().flatten();
    let until = due.map(|at| at - OffsetDateTime::now_utc());
    let until = until.and_then(|left| std::time::Duration::try_from(left).ok()).unwrap_or(LOOK);
    // Never spins: when all hands are full the due job is somebody's already.
    until.clamp(std::time::Duration::from_millis(200), LOOK)
}

async fn work(berth: Arc<Berth>, holder: Uuid, leased: store::jobs::Leased) {
    let outcome = match Job::parse(&leased.kind, leased.key) {
        None => Outcome::Broken(format!("this version of Berth knows no job {}", leased.kind)),
        Some(job) => tokio::select! {
            outcome = attempt(&berth, job) => outcome,
            // Another has taken it over; what we did until here is harmless.
            () = keep_lease(&berth, holder, leased.id) => return,
        },
    };
    metrics::counter!("berth_jobs_total", "kind" => leased.kind.clone(), "outcome" => outcome.name()).increment(1);
    if let Err(error) = Box::pin(record_outcome(&berth, holder, &leased, outcome)).await {
        tracing::warn!(%error, job = leased.id, "the end of a job could not be written; it will run again");
    }
}

/// A panic is a mistake of ours like any other.
async fn attempt(berth: &Arc<Berth>, job: Job) -> Outcome {
    let ctx = Ctx::system(berth.clone(), job.kind());
    let ended = AssertUnwindSafe(job.run(&ctx)).catch_unwind().await;
    ended.unwrap_or_else(|panic| Outcome::Broken(format!("panicked: {}", words(&*panic))))
}

/// Before the job rests, so that nobody waits for it for ever.
async fn tell_given_up(berth: &Arc<Berth>, job: Job) {
    let ctx = Ctx::system(berth.clone(), job.kind());
    let error = match AssertUnwindSafe(job.give_up(&ctx)).catch_unwind().await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("{error:?}"),
        Err(panic) => format!("panicked: {}", words(&*panic)),
    };
    tracing::warn!(error, kind = job.kind(), "nobody could be told that a job is given up");
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job ended without a word; it is taken over when its lease ends");
    }
}

/// Renews the lease until it is lost.
async fn keep_lease(berth: &Berth, holder: Uuid, job: i64) {
    let third = std::time::Duration::from_secs(10);
    loop {
        tokio::time::sleep(third).await;
        let until = OffsetDateTime::now_utc() + LEASE;
        // A database that does not answer is no reason to stop: the lease may outlive it.
        if let Ok(false) = store::jobs::renew(&berth.db, job, holder, until).await {
            return;
        }
    }
}

async fn record_outcome(
    berth: &Arc<Berth>,
    holder: Uuid,
    job: &store::jobs::Leased,
    outcome: Outcome,
) -> store::Result<()> {
    let now = OffsetDateTime::now_utc();
    let parsed = Job::parse(&job.kind, job.key);
    let every = parsed.and_then(Job::every);
    // A periodic job never rests: what broke it may be mended by the next time.
    let most_broken = every.is_none().then_some(ATTEMPTS);
    if let (Outcome::Broken(_), Some(parsed), Some(most)) = (&outcome, parsed, most_broken)
        && let Some(n_broken) = store::jobs::find_n_broken(&berth.db, job.id, holder).await?
        && n_broken + 1 >= most
    {
        tell_given_up(berth, parsed).await;
    }
    let mut conn = berth.db.acquire().await?;
    let failed = match outcome {
        Outcome::Done => {
            return match every {
                None => store::jobs::finish(&mut conn, job.id, holder, now).await,
                Some(every) => store::jobs::finish_until(&mut *conn, job.id, holder, now, now + every).await,
            };
        }
        Outcome::Later { why, not_before } => {
            // Said once, not with each try.
            match job.attempts {
                ..=1 => tracing::info!(job = job.id, kind = job.kind, why, "job waits"),
                _ => tracing::debug!(job = job.id, kind = job.kind, why, "job still waits"),
            }
            let wait = back_off(job.attempts).max(not_before.min(LONGEST_ASKED_FOR).try_into().unwrap_or(LONGEST_WAIT));
            store::jobs::Failed { error: why, run_at: now + wait, is_broken: false, most_broken }
        }
        Outcome::Broken(why) => {
            tracing::error!(job = job.id, kind = job.kind, why, "job failed");
            store::jobs::Failed { error: why, run_at: now + back_off(job.attempts), is_broken: true, most_broken }
        }
    };
    if store::jobs::fail(&mut *conn, job.id, holder, &failed, now).await? {
        tracing::error!(job = job.id, kind = job.kind, "job given up");
    }
    Ok(())
}

/// 1, 2, 4 … 60 seconds.
fn back_off(attempts: i32) -> time::Duration {
    let seconds = 1i64 << (attempts - 1).clamp(0, 6);
    time::Duration::seconds(seconds).min(LONGEST_WAIT)
}

/// How a use case that needs nothing else ends as a job.
impl From<app::Result<()>> for Outcome {
    fn from(result: app::Result<()>) -> Self {
        result.map_or_else(Self::from, |()| Self::Done)
    }
}

impl From<app::Error> for Outcome {
    fn from(error: app::Error) -> Self {
        match error {
            // What it was about is gone: nothing is left to do.
            app::Error::NotFound => Self::Done,
            app::Error::Unavailable(why) => Self::later(why),
            app::Error::Internal(cause) => Self::Broken(format!("{cause:#}")),
            app::Error::SignInFirst | app::Error::Refused(_) => Self::Broken(error.to_string()),
        }
    }
}

impl Outcome {
    /// Whenever it suits.
    pub fn later(why: String) -> Self {
        Self::Later { why, not_before: std::time::Duration::ZERO }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Later { .. } => "later",
            Self::Broken(_) => "broken",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_further_and_further_apart_up_to_a_minute() {
        let waits: Vec<_> = (1..=9).map(|n| back_off(n).whole_seconds()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_job_is_what_its_row_says() {
        let job = Job::SyncNamespace(NamespaceId(Uuid::from_u128(7)));
        assert_eq!(Job::parse(job.kind(), job.key()), Some(job));
    }
}
