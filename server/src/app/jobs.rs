//! The admin's view of background work.

use super::{Ctx, Error, Result, requests};
use crate::store;
use domain::Action;
use domain::id::NamespaceId;
use domain::request::State;
use domain::view::JobRow;

/// Jobs that rest come first.
pub async fn list(ctx: &Ctx) -> Result<Vec<JobRow>> {
    ctx.allow(Action::SeeJobs)?;
    let jobs = store::jobs::list(ctx.db(), super::LARGEST_PAGE).await?;
    Ok(jobs.into_iter().map(row).collect())
}

/// Sets a job that gave up going again.
pub async fn retry(ctx: &Ctx, id: i64) -> Result<()> {
    ctx.allow(Action::RetryJob)?;
    let mut tx = ctx.begin().await?;
    let job = store::jobs::get(&mut *tx, id).await?;
    let namespace = store::namespaces::get(&mut tx, NamespaceId(job.key)).await.map_err(|_| Error::NotFound)?.namespace;
    let request = requests::lock(&mut tx, namespace.request).await?;
    if matches!(request.state, State::Failed { .. }) {
        // It was given up together with its job.
        requests::begin_again(&mut tx, ctx, request, namespace.id).await?;
    } else {
        store::jobs::enqueue(&mut tx, &job.kind, job.key, ctx.now()).await?;
        requests::note(&mut tx, ctx, &request, "request.retried", serde_json::json!({"job": job.kind})).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn row(job: store::jobs::Job) -> JobRow {
    JobRow {
        id: job.id,
        subject: job.key.to_string(),
        kind: job.kind,
        attempts: job.attempts,
        gave_up: job.gave_up_at.is_some(),
        last_error: job.last_error,
        run_at: job.run_at,
    }
}
