//! For machines that look after Berth: whether it lives, whether it can serve, and numbers.

use super::Shared;
use super::connections::{self, ConnectionLimits};
use super::problem::AsIs;
use crate::app::health::{Readiness, readiness};
use anyhow::Context;
use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Router};
use http::StatusCode;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Old measurements are let go this often.
const UPKEEP: Duration = Duration::from_secs(5);
/// Upper ends of the durations that are counted together, in seconds.
const DURATIONS_S: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Alive: the program answers.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Ready when the database answers and has the schema of this Berth, until Berth is told to stop.
pub async fn ready(State(site): State<Shared>) -> (StatusCode, Extension<AsIs>, &'static str) {
    if site.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Extension(AsIs), "Berth is stopping\n");
    }
    let (status, says) = match readiness(&site.berth, &site.heartbeat).await {
        Readiness::Ready => (StatusCode::OK, "ready\n"),
        Readiness::SchemaMissing => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database has not the schema of this Berth: run `berth migrate`\n")
        }
        Readiness::ConnectionsTaken => {
            (StatusCode::SERVICE_UNAVAILABLE, "every connection to the database is in use\n")
        }
        Readiness::ReadOnly => (StatusCode::SERVICE_UNAVAILABLE, "the database takes no changes\n"),
        Readiness::DatabaseAway => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    };
    (status, Extension(AsIs), says)
}

/// Collects what the rest of the program counts. Call once.
pub fn collect_metrics() -> anyhow::Result<PrometheusHandle> {
    let durations = Matcher::Suffix("_duration_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(durations, &DURATIONS_S)?.install_recorder()?)
}

/// Serves them on an address of their own, until `stop`.
pub async fn serve_metrics(at: SocketAddr, numbers: PrometheusHandle, stop: CancellationToken) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(at).await.with_context(|| format!("http.metrics_listen: cannot listen on {at}"))?;
    tokio::spawn(upkeep(numbers.clone(), stop.clone()));
    let routes = Router::new().route("/metrics", get(async move || numbers.render()));
    tokio::spawn(connections::serve(listener, routes, ConnectionLimits::of_few(), stop));
    Ok(())
}

async fn upkeep(numbers: PrometheusHandle, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        numbers.run_upkeep();
    }
}
