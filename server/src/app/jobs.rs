//! All jobs there are, and the admin's view of them.

use super::change::SYNC_NAMESPACE;
use super::{
    Berth, Change, Ctx, Error, Result, access, audit, catalog, change, clusters, memberships, namespaces,
    request_record, requests,
};
use crate::jobs::{Job, Kind, Worker};
use crate::store;
use domain::Action;
use domain::audit::EventKind;
use domain::id::NamespaceId;
use domain::view::JobRow;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Each job of this version of Berth.
const KINDS: &[Kind<Ctx>] = &[
    Kind::of::<namespaces::SyncNamespace>(),
    Kind::of::<namespaces::SweepNamespaces>(),
    Kind::of::<namespaces::FollowLifetimes>(),
    Kind::of::<access::ClearSessions>(),
    Kind::of::<access::RefreshGroups>(),
    Kind::of::<access::RevokeTokens>(),
    Kind::of::<clusters::CheckClusters>(),
    Kind::of::<requests::AdmitWaiting>(),
    Kind::of::<requests::ExpireRequests>(),
    Kind::of::<catalog::IngestChart>(),
    Kind::of::<catalog::JudgeVersion>(),
    Kind::of::<catalog::FollowSources>(),
    Kind::of::<catalog::ListVersions>(),
    Kind::of::<catalog::ForgetIngests>(),
    Kind::of::<audit::SignCheckpoint>(),
    Kind::of::<memberships::ResyncMemberships>(),
];

/// Does jobs until `stop`; then puts back what it has in hand.
pub async fn run(berth: Arc<Berth>, stop: CancellationToken) {
    let worker = Worker {
        db: berth.db.clone(),
        notifier: berth.notifier.clone(),
        concurrency: berth.config.worker.concurrency,
        kinds: KINDS,
        context: Box::new(move |name| Ctx::system(berth.clone(), name)),
    };
    crate::jobs::run(worker, stop).await;
}

/// Jobs that rest come first.
pub async fn list(ctx: &Ctx) -> Result<Vec<JobRow>> {
    ctx.allow(Action::SeeJobs)?;
    let jobs = store::jobs::list(ctx.db(), super::LARGEST_PAGE).await?;
    Ok(jobs.into_iter().map(row).collect())
}

/// Sets a job that gave up going again.
pub async fn retry(ctx: &Ctx, id: i64) -> Result<()> {
    ctx.allow(Action::RetryJob)?;
    change!(ctx, |tx| {
        let job = store::jobs::get(&mut **tx, id).await?;
        if job.kind == namespaces::SyncNamespace::NAME {
            retry_sync(tx, ctx, NamespaceId(job.key)).await?;
        } else {
            tx.enqueue(&job.kind, job.key);
            tx.record(ctx, format!("job {}", job.kind), None, EventKind::JobRetried { job: id });
        }
        Ok(())
    })
}

async fn retry_sync(tx: &mut Change, ctx: &Ctx, id: NamespaceId) -> Result<()> {
    if let Some(number) = store::requests::find_failed(&mut **tx, id).await? {
        // It was given up together with its job.
        let request = request_record::lock(tx, number).await?;
        return requests::restart(tx, ctx, request, id).await;
    }
    let namespace = store::namespaces::get(tx, id).await.map_err(|_| Error::NotFound)?.namespace;
    let number = store::requests::find_to_apply(&mut **tx, id).await?.unwrap_or(namespace.request);
    let request = request_record::lock(tx, number).await?;
    tx.sync(id);
    request_record::record_event(tx, ctx, &request, EventKind::RequestRetried { job: Some(SYNC_NAMESPACE) }).await
}

fn row(job: store::jobs::Job) -> JobRow {
    let subject = match job.namespace {
        Some(namespace) => namespace,
        None if job.key.is_nil() => String::new(),
        None => job.key.to_string(),
    };
    JobRow {
        id: job.id,
        subject,
        kind: job.kind,
        attempts: job.attempts,
        gave_up: job.gave_up_at.is_some(),
        last_error: job.last_error,
        run_at: job.run_at,
    }
}
