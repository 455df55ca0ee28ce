//! How big it is: memory at rest, under load and for each live view; what is shipped; how soon it is ready.

use crate::ground::{Ground, Running};
use crate::http::Connection;
use crate::live::{OF_ONE_PERSON, viewers_of};
use crate::pages::ms;
use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use serde::Serialize;
use stack::berth::Part;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const STARTS: usize = 5;
/// A live view sends what there is at once.
const FIRST_EVENT_LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, Serialize)]
pub struct Figures {
    pub start_to_ready_ms: f64,
    pub idle_bytes: u64,
    pub under_load_bytes: u64,
    pub live_views: usize,
    pub bytes_per_live_view: u64,
    pub shipped: Shipped,
}

/// Bytes of what is shipped; what the browser loads as it goes over the wire.
#[derive(Debug, Serialize)]
pub struct Shipped {
    pub binary: u64,
    pub css: u64,
    pub program: u64,
    pub fonts: u64,
}

/// Half the starts it takes are faster.
pub async fn start_to_ready(ground: &Ground) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let berth = ground.start(Part::Desk).await?;
        times.push(began.elapsed());
        drop(berth);
    }
    times.sort();
    Ok(ms(times[STARTS / 2]))
}

/// Memory for each of `n` live views of a request that nothing happens to, which everybody in the first team may see.
pub async fn per_live_view(ground: &Ground, berth: &Running, n: usize) -> Result<u64> {
    let keys = viewers_of(ground, n.div_ceil(OF_ONE_PERSON)).await?;
    let before = berth.process.resident()?;
    let mut streams = Vec::with_capacity(n);
    for i in 0..n {
        let target = keys[i / OF_ONE_PERSON].page("/live?page=/requests/1")?;
        let mut connection = Connection::open(ground.at()).await?;
        let mut answer = connection.send(&target).await?;
        ensure!(answer.status().is_success(), "a live view answers {}", answer.status());
        let first = tokio::time::timeout(FIRST_EVENT_LIMIT, answer.frame()).await.context("no first event")?;
        first.context("the stream ended")??;
        streams.push((connection, answer));
    }
    let after = berth.process.resident()?;
    Ok(after.saturating_sub(before) / n as u64)
}

pub fn shipped(program: &Path, site: &Path) -> Result<Shipped> {
    let manifest: BTreeMap<String, String> = serde_json::from_slice(&fs::read(site.join("manifest.json"))?)?;
    let weight = |ending: &str| -> Result<u64> {
        let files = manifest.iter().filter(|(name, _)| name.ends_with(ending));
        files.map(|(_, file)| on_the_wire(&site.join(file))).sum()
    };
    Ok(Shipped {
        binary: fs::metadata(program)?.len(),
        css: weight(".css")?,
        program: weight(".js")? + weight(".wasm")?,
        fonts: weight(".woff2")?,
    })
}

/// Compressed, where there is such a file beside it.
fn on_the_wire(file: &Path) -> Result<u64> {
    let mut compressed = file.as_os_str().to_owned();
    compressed.push(".br");
    let meta = fs::metadata(&compressed).or_else(|_| fs::metadata(file));
    Ok(meta.with_context(|| file.display().to_string())?.len())
}
