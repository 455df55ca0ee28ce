//! Background work: takes orders from the jobs table, one lease at a time.
//!
//! A job carries a key, never content; running it twice, late or at the same time is harmless.
//! Several replicas may run this; a job whose holder died is taken over when its lease runs out.

use crate::store;
use crate::store::Pool;
use crate::store::notifier::{Change, Notifier};
use crate::supervise::{supervise, words};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Something to be done in the background. It stands beside its use case, in which it is one line of a list.
/// `C` is what it is given: who acts, and the parts of Berth.
pub trait Job<C>: 'static {
    /// Its name in the table.
    const NAME: &'static str;
    /// How long after its end it runs again by itself; none for what is ordered, with a key.
    const EVERY: Option<time::Duration> = None;

    /// `key` is nil for what comes again by itself.
    fn run(ctx: &C, key: Uuid) -> impl Future<Output = Outcome> + Send;

    /// Tells those who wait for it that it will rest. Nobody waits for what comes again.
    fn give_up(_ctx: &C, _key: Uuid) -> impl Future<Output = anyhow::Result<()>> + Send {
        async { Ok(()) }
    }
}

/// A job as the loop holds it.
pub struct Kind<C: 'static> {
    name: &'static str,
    every: Option<time::Duration>,
    run: for<'a> fn(&'a C, Uuid) -> BoxFuture<'a, Outcome>,
    give_up: for<'a> fn(&'a C, Uuid) -> BoxFuture<'a, anyhow::Result<()>>,
}

impl<C: Sync> Kind<C> {
    pub const fn of<J: Job<C>>() -> Self {
        fn run<C: Sync, J: Job<C>>(ctx: &C, key: Uuid) -> BoxFuture<'_, Outcome> {
            J::run(ctx, key).boxed()
        }
        fn give_up<C: Sync, J: Job<C>>(ctx: &C, key: Uuid) -> BoxFuture<'_, anyhow::Result<()>> {
            J::give_up(ctx, key).boxed()
        }
        Self { name: J::NAME, every: J::EVERY, run: run::<C, J>, give_up: give_up::<C, J> }
    }
}

/// What a process needs to do jobs.
pub struct Worker<C: 'static> {
    pub db: Pool,
    pub notifier: Notifier,
    /// Jobs at once.
    pub concurrency: usize,
    /// All there are; what else is in the table is of another version of Berth.
    pub kinds: &'static [Kind<C>],
    /// What a job of this name is given.
    pub context: Box<dyn Fn(&'static str) -> C + Send + Sync>,
}

/// What came of one attempt.
pub enum Outcome {
    Done,
    /// Something outside does not answer; try again, as long as it takes, and not before it wants to be asked.
    Later {
        why: String,
        not_before: std::time::Duration,
    },
    /// Others of its kind have all the hands that it may have: it takes its turn, and nothing was tried.
    Busy,
    /// An error of ours; try again a few times, then rest where people see it.
    Broken(String),
}

/// How long a job may go without a sign of life before another worker takes it.
const LEASE: time::Duration = time::Duration::seconds(30);
/// The longest wait between attempts.
const LONGEST_WAIT: time::Duration = time::Duration::seconds(60);
/// Until a job looks again whether a hand is free.
const TURN: time::Duration = time::Duration::milliseconds(500);
/// The longest that something outside may make it wait.
const LONGEST_ASKED_FOR: std::time::Duration = std::time::Duration::from_secs(300);
/// Attempts at a job that breaks before it is given up.
const ATTEMPTS: i32 = 8;
/// A look at the table even when nothing was heard.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);

impl<C: Send + Sync> Worker<C> {
    /// None for what this version of Berth does not know.
    fn kind(&self, name: &str) -> Option<&'static Kind<C>> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}

/// Works until `stop`; then puts back what it has in hand.
pub async fn run<C: Send + Sync>(worker: Worker<C>, stop: CancellationToken) {
    let worker = Arc::new(worker);
    supervise("jobs", || take_jobs(worker.clone(), stop.clone())).await;
}

async fn take_jobs<C: Send + Sync>(worker: Arc<Worker<C>>, stop: CancellationToken) {
    let holder = Uuid::now_v7();
    let mut changes = worker.notifier.subscribe();
    let mut running = JoinSet::new();
    let mut has_periodic = false;
    loop {
        // Once the database answers; no row is there twice.
        has_periodic = has_periodic || schedule_periodic(&worker).await;
        while let Some(ended) = running.try_join_next() {
            log_panic(ended);
        }
        match take(&worker, holder, running.len()).await {
            Some(job) => {
                running.spawn(work(worker.clone(), holder, job));
                continue;
            }
            None => tokio::select! {
                () = stop.cancelled() => break,
                () = until_enqueued(&mut changes) => {}
                Some(ended) = running.join_next() => log_panic(ended),
                () = tokio::time::sleep(wait(&worker.db).await) => {}
            },
        }
        if stop.is_cancelled() {
            break;
        }
    }
    running.shutdown().await;
    if let Ok(mut conn) = worker.db.acquire().await
        && let Err(error) = store::jobs::release_all(&mut conn, holder).await
    {
        tracing::warn!(%error, "jobs in hand could not be put back; they are taken over when their leases end");
    }
}

/// Until a job is enqueued, or one may have been that was not heard of.
async fn until_enqueued(changes: &mut Receiver<Change>) {
    loop {
        match changes.recv().await {
            Ok(Change::Jobs) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // It ends with the process.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Makes the rows of the periodic jobs, where there are none yet.
async fn schedule_periodic<C>(worker: &Worker<C>) -> bool {
    for kind in worker.kinds.iter().filter(|kind| kind.every.is_some()) {
        let now = OffsetDateTime::now_utc();
        if let Err(error) = store::jobs::ensure(&worker.db, kind.name, Uuid::nil(), now).await {
            tracing::warn!(%error, kind = kind.name, "a periodic job could not be scheduled");
            return false;
        }
    }
    true
}

/// The next job, if a hand is free and one is due.
async fn take<C>(worker: &Worker<C>, holder: Uuid, n_running: usize) -> Option<store::jobs::Leased> {
    if n_running >= worker.concurrency {
        return None;
    }
    // One hand stays free for what is elsewhere, where there are several.
    let most_on_one = i64::try_from(worker.concurrency).unwrap_or(i64::MAX).saturating_sub(1).max(1);
    match store::jobs::lease(&worker.db, holder, most_on_one, OffsetDateTime::now_utc(), LEASE).await {
        Ok(job) => job,
        Err(error) => {
            tracing::warn!(%error, "the jobs table cannot be read");
            None
        }
    }
}

/// Until the next job is due, at most [`LOOK`].
async fn wait(db: &Pool) -> std::time::Duration {
    let due = store::jobs::next_due(db).await.ok().flatten();
    let until = due.map(|at| at - OffsetDateTime::now_utc());
    let until = until.and_then(|left| std::time::Duration::try_from(left).ok()).unwrap_or(LOOK);
    // Never spins: when all hands are full the due job is somebody's already.
    until.clamp(std::time::Duration::from_millis(200), LOOK)
}

async fn work<C: Send + Sync>(worker: Arc<Worker<C>>, holder: Uuid, leased: store::jobs::Leased) {
    let kind = worker.kind(&leased.kind);
    let outcome = match kind {
        None => Outcome::Broken(format!("this version of Berth knows no job {}", leased.kind)),
        Some(kind) => tokio::select! {
            outcome = attempt(&worker, kind, leased.key) => outcome,
            // Another has taken it over; what we did until here is harmless.
            () = keep_lease(&worker.db, holder, leased.id) => return,
        },
    };
    metrics::counter!("berth_jobs_total", "kind" => leased.kind.clone(), "outcome" => outcome.name()).increment(1);
    if let Err(error) = record_outcome(&worker, kind, holder, &leased, outcome).boxed().await {
        tracing::warn!(%error, job = leased.id, "the end of a job could not be written; it will run again");
    }
}

/// A panic is a mistake of ours like any other.
async fn attempt<C: Send + Sync>(worker: &Worker<C>, kind: &Kind<C>, key: Uuid) -> Outcome {
    let ctx = (worker.context)(kind.name);
    let ended = AssertUnwindSafe((kind.run)(&ctx, key)).catch_unwind().await;
    ended.unwrap_or_else(|panic| Outcome::Broken(format!("panicked: {}", words(&*panic))))
}

/// Before the job rests, so that nobody waits for it for ever.
async fn tell_given_up<C: Send + Sync>(worker: &Worker<C>, kind: &Kind<C>, key: Uuid) {
    let ctx = (worker.context)(kind.name);
    let error = match AssertUnwindSafe((kind.give_up)(&ctx, key)).catch_unwind().await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("{error:?}"),
        Err(panic) => format!("panicked: {}", words(&*panic)),
    };
    tracing::warn!(error, kind = kind.name, "nobody could be told that a job is given up");
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job ended without a word; it is taken over when its lease ends");
    }
}

/// Renews the lease until it is lost.
async fn keep_lease(db: &Pool, holder: Uuid, job: i64) {
    let third = std::time::Duration::from_secs(10);
    loop {
        tokio::time::sleep(third).await;
        let until = OffsetDateTime::now_utc() + LEASE;
        // A database that does not answer is no reason to stop: the lease may outlive it.
        if let Ok(false) = store::jobs::renew(db, job, holder, until).await {
            return;
        }
    }
}

async fn record_outcome<C: Send + Sync>(
    worker: &Worker<C>,
    kind: Option<&Kind<C>>,
    holder: Uuid,
    job: &store::jobs::Leased,
    outcome: Outcome,
) -> store::Result<()> {
    let now = OffsetDateTime::now_utc();
    let every = kind.and_then(|kind| kind.every);
    // A periodic job never rests: what broke it may be mended by the next time.
    let most_broken = every.is_none().then_some(ATTEMPTS);
    if let (Outcome::Broken(_), Some(kind), Some(most)) = (&outcome, kind, most_broken)
        && let Some(n_broken) = store::jobs::find_n_broken(&worker.db, job.id, holder).await?
        && n_broken + 1 >= most
    {
        tell_given_up(worker, kind, job.key).await;
    }
    let mut conn = worker.db.acquire().await?;
    let failed = match outcome {
        Outcome::Done => {
            return match every {
                None => store::jobs::finish(&mut conn, job.id, holder, now).await,
                Some(every) => store::jobs::finish_until(&mut *conn, job.id, holder, now, now + every).await,
            };
        }
        Outcome::Busy => return store::jobs::put_back(&mut *conn, job.id, holder, now + TURN).await,
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

impl Outcome {
    /// Whenever it suits.
    pub fn later(why: String) -> Self {
        Self::Later { why, not_before: std::time::Duration::ZERO }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Later { .. } => "later",
            Self::Busy => "busy",
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
}
