//! The two commands that stay: serving, and working in the background.

use crate::app;
use crate::app::{Berth, clusters, namespaces};
use crate::config::Config;
use crate::{start, web};
use anyhow::anyhow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What is under way when Berth takes nothing new may take this long to end.
const LAST_CALL: Duration = Duration::from_secs(20);

pub async fn serve(config: Config, with_worker: bool) -> anyhow::Result<()> {
    let last_call = config.http.grace.unsigned_abs() + LAST_CALL;
    let (berth, stop, mut parts) = begin(config).await?;
    parts.spawn(web::serve(berth.clone(), stop.clone()));
    if with_worker {
        parts.spawn(done(app::jobs::run(berth, stop.clone())));
    }
    stand_by(parts, stop, last_call).await
}

pub async fn work(config: Config) -> anyhow::Result<()> {
    let (berth, stop, mut parts) = begin(config).await?;
    parts.spawn(done(app::jobs::run(berth, stop.clone())));
    stand_by(parts, stop, LAST_CALL).await
}

type Parts = JoinSet<anyhow::Result<()>>;

/// What both need: the database with its notifications, the clusters, the numbers.
async fn begin(config: Config) -> anyhow::Result<(Arc<Berth>, CancellationToken, Parts)> {
    start::await_database(&config).await?;
    let berth = start::connect(config).await?;
    start::require_schema(&berth).await?;
    start::require_key(&berth).await?;
    start::warn_if_clock_differs(&berth).await?;
    let (stop, mut parts) = (CancellationToken::new(), Parts::new());
    if let Some(at) = berth.config.http.metrics_listen {
        let numbers = web::health::collect_metrics()?;
        web::health::serve_metrics(at, numbers, stop.clone()).await?;
    }
    tokio::spawn(warn_if_nobody_can_sign_in(berth.clone()));
    parts.spawn(done(berth.notifier.clone().listen(berth.db.clone(), stop.clone())));
    parts.spawn(done(clusters::watch(berth.clone(), stop.clone())));
    parts.spawn(done(namespaces::watch_for_drift(berth.clone(), stop.clone())));
    Ok((berth, stop, parts))
}

/// No reason not to start: who is signed in works on, and the provider is asked again by whoever wants to sign in.
async fn warn_if_nobody_can_sign_in(berth: Arc<Berth>) {
    if let Err(error) = berth.provider.check().await {
        let (issuer, cause) = (&berth.config.oidc.issuer, format!("{error:#}"));
        tracing::warn!(issuer, cause, "the identity provider does not answer: nobody can sign in until it does");
    }
}

async fn done(part: impl Future<Output = ()>) -> anyhow::Result<()> {
    part.await;
    Ok(())
}

/// Until a signal says stop, or a part ends by itself: then all of it ends.
async fn stand_by(mut parts: Parts, stop: CancellationToken, last_call: Duration) -> anyhow::Result<()> {
    let ended = tokio::select! {
        name = told_to_stop() => {
            tracing::info!(signal = name?, "stopping");
            Ok(())
        }
        Some(part) = parts.join_next() => match part {
            Ok(Ok(())) => Err(anyhow!("a part of Berth ended by itself")),
            Ok(Err(error)) => Err(error),
            Err(panic) => Err(panic.into()),
        },
    };
    stop.cancel();
    if tokio::time::timeout(last_call, async { while parts.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    ended
}

async fn told_to_stop() -> std::io::Result<&'static str> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}
