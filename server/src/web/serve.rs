//! Puts the edge together and serves it until told to stop.

use super::connections::{self, ConnectionLimits};
use super::{Shared, Site, live, router, security, sse};
use crate::app::Berth;
use crate::app::health::DatabaseHeartbeat;
use anyhow::{Context, anyhow};
use axum::Router;
use frontend::Assets;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Listens where the configuration says.
pub async fn serve(berth: Arc<Berth>, stop: CancellationToken) -> anyhow::Result<()> {
    let at = berth.config.http.listen;
    let listener = TcpListener::bind(at).await.with_context(|| format!("http.listen: cannot listen on {at}"))?;
    serve_on(listener, berth, stop).await
}

/// Serves on a listener that is there already. When told to stop it says so for the time of grace, then takes nothing new
/// and ends what is under way.
pub async fn serve_on(listener: TcpListener, berth: Arc<Berth>, stop: CancellationToken) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let closing = CancellationToken::new();
    let heartbeat = Arc::new(DatabaseHeartbeat::default());
    let router = site(berth.clone(), heartbeat.clone(), stop.clone(), closing.clone())?;
    tracing::info!(%address, public_url = %berth.config.http.public_url, "serving");
    let (grace, limits) =
        (berth.config.http.grace.unsigned_abs(), ConnectionLimits::of_site(&berth.config.http.trusted_proxies));
    let serving = connections::serve(listener, router, limits, closing.clone());
    tokio::select! {
        ((), ()) = async { tokio::join!(serving, close_after(stop, grace, closing)) } => Ok(()),
        never = heartbeat.beat(&berth) => match never {},
    }
}

async fn close_after(stop: CancellationToken, grace: Duration, closing: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(grace).await;
    closing.cancel();
}

fn site(
    berth: Arc<Berth>,
    heartbeat: Arc<DatabaseHeartbeat>,
    stop: CancellationToken,
    closing: CancellationToken,
) -> anyhow::Result<Router> {
    let (routes, document) = router::routes();
    let assets = Arc::new(read_assets(&berth.config.assets.dir)?);
    let openapi = serde_json::to_value(document)?;
    let shared: Shared = Arc::new(Site {
        berth: berth.clone(),
        openapi,
        streams: sse::Seats::default(),
        channels: live::Channels::default(),
        heartbeat: heartbeat.clone(),
        stop,
        closing,
    });
    security::apply_layers(routes.with_state(shared), &berth, heartbeat, &assets)
}

/// The manifest of the built site: logical name → name with a hash.
fn read_assets(dir: &Path) -> anyhow::Result<Assets> {
    let file = dir.join("manifest.json");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("assets.dir: cannot read {}; `cargo xtask wasm` makes it", file.display()))?;
    let manifest: BTreeMap<String, String> =
        serde_json::from_str(&text).with_context(|| format!("{} is no manifest", file.display()))?;
    Assets::from_manifest("/assets", &manifest).map_err(|missing| anyhow!("{}: {missing}", file.display()))
}
