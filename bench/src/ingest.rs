//! Taking charts in: many versions of one chart, and a large one. Memory is the worker's, which unpacks, reads, has them rendered by
//! Helm and judges them; Helm's own processes are not in it.

use crate::ground::{Credentials, Ground, Keys, Running};
use crate::http::Connection;
use anyhow::{Context, Result, ensure};
use charts::archive::{Files, Limits};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use rand::RngCore;
use serde::Serialize;
use serde_json::json;
use stack::berth::Part;
use std::time::{Duration, Instant};

/// How long any of it may take before the bench gives up.
const LIMIT: Duration = Duration::from_secs(1200);
const LOOK: Duration = Duration::from_millis(50);
/// Orders that wait at a time: Berth takes no more than 50.
const AHEAD: i64 = 30;
/// Versions after which the worker's memory is looked at first.
const EARLY: usize = 50;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: bench}}
  template:
    metadata: {labels: {app: bench}}
    spec:
      containers:
        - {name: bench, image: "registry.example.com/bench:{{ .Chart.Version }}", resources: {requests: {cpu: 10m, memory: 16Mi}}}
"#;

#[derive(Debug, Serialize)]
pub struct Figures {
    pub versions: usize,
    pub per_second: f64,
    /// Of the worker, after the first [`EARLY`] and after all of them.
    pub early_bytes: u64,
    pub end_bytes: u64,
    pub most_bytes: u64,
    pub large: Large,
}

/// A chart with a file that nothing compresses.
#[derive(Debug, Serialize)]
pub struct Large {
    pub archive_bytes: usize,
    /// From the first byte sent to the version being there.
    pub took_ms: f64,
    /// The most that a fresh worker ever had.
    pub most_bytes: u64,
    pub idle_bytes: u64,
}

pub async fn measure(ground: &Ground, keys: &Keys, versions: usize) -> Result<Figures> {
    let platform = keys.get("platform").context("platform has no key")?;
    let serving = ground.start(Part::Desk).await?;
    let large = large(ground, platform).await?;
    let figures = many(ground, platform, versions, large).await?;
    drop(serving);
    Ok(figures)
}

async fn many(ground: &Ground, platform: &Credentials, versions: usize, large: Large) -> Result<Figures> {
    entry(ground, platform, "many").await?;
    let worker = ground.start(Part::Worker(0)).await?;
    let (began, mut early_bytes) = (Instant::now(), 0);
    for number in 0..versions {
        upload(ground, platform, "many", &chart(&format!("1.{number}.0"), Vec::new())?).await?;
        until("some are taken in", async || {
            let running = "select count(*) from chart_ingests where state = 'running'";
            Ok(sqlx::query_scalar::<_, i64>(running).fetch_one(&ground.db).await? < AHEAD)
        })
        .await?;
        if number == EARLY {
            early_bytes = worker.process.resident()?;
        }
    }
    taken_in(ground, "many", versions).await?;
    let took = began.elapsed();
    let (end_bytes, most_bytes) = (worker.process.resident()?, worker.process.most_resident()?);
    Ok(Figures {
        versions,
        per_second: versions as f64 / took.as_secs_f64(),
        early_bytes,
        end_bytes,
        most_bytes,
        large,
    })
}

async fn large(ground: &Ground, platform: &Credentials) -> Result<Large> {
    entry(ground, platform, "large").await?;
    let mut noise = vec![0; 10 << 20];
    rand::rng().fill_bytes(&mut noise);
    let archive = chart("1.0.0", vec![("files/noise.bin".to_owned(), noise)])?;
    let worker: Running = ground.start(Part::Worker(0)).await?;
    let idle_bytes = worker.process.resident()?;
    let began = Instant::now();
    upload(ground, platform, "large", &archive).await?;
    taken_in(ground, "large", 1).await?;
    let took_ms = crate::pages::ms(began.elapsed());
    Ok(Large { archive_bytes: archive.len(), took_ms, most_bytes: worker.process.most_resident()?, idle_bytes })
}

fn chart(version: &str, more: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>> {
    let about = format!("apiVersion: v2\nname: bench\nversion: {version}\n");
    let files =
        [("Chart.yaml", about.as_str()), ("values.yaml", "replicas: 2\n"), ("templates/deployment.yaml", DEPLOYMENT)];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).chain(more);
    Ok(Files::from_folder("bench", files, &Limits::default())?.pack()?)
}

async fn entry(ground: &Ground, platform: &Credentials, name: &str) -> Result<()> {
    let spec = json!({"title": "Bench", "summary": "For the bench.", "category": "other", "owner": "Platform team"});
    let mut target = platform.api_post(format!("/api/v1/curation/{name}"), &json!({"spec": spec}))?;
    target.method = Method::PUT;
    let answer = Connection::open(ground.at()).await?.ask(&target).await?;
    ensure!(answer.status.is_success(), "an entry is answered with {}", answer.status);
    Ok(())
}

async fn upload(ground: &Ground, platform: &Credentials, name: &str, archive: &[u8]) -> Result<()> {
    let mut target = platform.api(format!("/api/v1/curation/{name}/versions"))?;
    target.method = Method::POST;
    target.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/gzip"));
    target.body = archive.to_vec().into();
    let answer = Connection::open(ground.at()).await?.ask(&target).await?;
    let says = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
    ensure!(answer.status.is_success(), "an upload is answered with {}: {}", answer.status, says());
    Ok(())
}

async fn taken_in(ground: &Ground, name: &str, versions: usize) -> Result<()> {
    until("all are taken in", async || {
        let states =
            "select count(*) filter (where state = 'taken_in'), count(*) filter (where state in ('refused', 'failed'))
                      from chart_ingests where entry = $1";
        let (done, bad): (i64, i64) = sqlx::query_as(states).bind(name).fetch_one(&ground.db).await?;
        ensure!(bad == 0, "{bad} versions were not taken in");
        Ok(usize::try_from(done) == Ok(versions))
    })
    .await
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !is_so().await? {
        ensure!(began.elapsed() < LIMIT, "not within {} s: {what}", LIMIT.as_secs());
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
