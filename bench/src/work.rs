//! What the background work takes: one namespace beside the same objects applied one after another by a bare Kubernetes
//! client, many namespaces by one and by two workers, and jobs that find nothing to do.

use crate::ground::{Credentials, Ground, Keys, Running};
use crate::http::Connection;
use crate::objects::Objects;
use crate::pages::Percentiles;
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use stack::berth::Part;
use stack::describe::StackFile;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How long any of it may take before the bench gives up.
const LIMIT: Duration = Duration::from_secs(240);
const LOOK: Duration = Duration::from_millis(50);

#[derive(Debug, Serialize)]
pub struct Figures {
    /// From the approval to the request completed.
    pub provisioning: Percentiles,
    pub n_objects: usize,
    /// The same objects, one after another.
    pub bare: Percentiles,
    pub per_second: Vec<Rate>,
    pub jobs_per_second: Vec<Rate>,
}

#[derive(Debug, Serialize)]
pub struct Rate {
    pub workers: usize,
    pub waiting: usize,
    pub per_second: f64,
}

/// How often, and how much at once.
#[derive(Clone, Copy)]
pub struct Amounts {
    pub one_by_one: usize,
    pub waiting: usize,
    pub jobs: usize,
}

pub async fn measure(ground: &Ground, stack: &StackFile, keys: &Keys, amounts: Amounts) -> Result<Figures> {
    let mark = OffsetDateTime::now_utc().unix_timestamp();
    let desk = Desk { ground, developer: key(keys, "developer")?, owner: key(keys, "owner")?, mark };
    let serving = ground.start(Part::Desk).await?;
    let (provisioning, bare, n_objects) = one_by_one(&desk, stack, amounts.one_by_one).await?;
    let (mut per_second, mut jobs_per_second) = (Vec::new(), Vec::new());
    for workers in [1, 2] {
        per_second.push(many(&desk, workers, amounts.waiting).await?);
        jobs_per_second.push(jobs(ground, workers, amounts.jobs).await?);
    }
    drop(serving);
    Ok(Figures { provisioning, n_objects, bare, per_second, jobs_per_second })
}

/// Berth and the bare client take turns.
async fn one_by_one(desk: &Desk<'_>, stack: &StackFile, n: usize) -> Result<(Percentiles, Percentiles, usize)> {
    let (mut by_berth, mut by_bare, mut n_objects) = (Vec::new(), Vec::new(), 0);
    let _worker = start_workers(desk.ground, 1).await?;
    for i in 0..=n {
        let name = desk.name("one", i);
        let number = desk.approved(&name).await?;
        desk.completed(&[number]).await?;
        let took = desk.took(number).await?;
        let objects = Objects::made_in(stack, &name).await?;
        n_objects = objects.len();
        let bare = objects.apply_in(&desk.name("bare", i)).await?;
        // The first opens connections and loads rules on both sides.
        if i > 0 {
            by_berth.push(took);
            by_bare.push(bare);
        }
    }
    Ok((Percentiles::of(by_berth), Percentiles::of(by_bare), n_objects))
}

/// All are approved before a worker starts.
async fn many(desk: &Desk<'_>, workers: usize, waiting: usize) -> Result<Rate> {
    let mut numbers = Vec::new();
    for i in 0..waiting {
        numbers.push(desk.approved(&desk.name(&format!("many-{workers}"), i)).await?);
    }
    let _workers = start_workers(desk.ground, workers).await?;
    desk.completed(&numbers).await?;
    let (first, last): (OffsetDateTime, OffsetDateTime) = sqlx::query_as(
        "select min(at) filter (where action = 'request.applying'), max(at) filter (where action = 'request.completed')
         from audit_events where subject = any($1)",
    )
    .bind(numbers.iter().map(|number| format!("REQ-{number}")).collect::<Vec<_>>())
    .fetch_one(&desk.ground.db)
    .await?;
    Ok(Rate { workers, waiting, per_second: waiting as f64 / (last - first).as_seconds_f64() })
}

/// Jobs for namespaces that are gone: leased, looked up, and let go of.
async fn jobs(ground: &Ground, workers: usize, waiting: usize) -> Result<Rate> {
    let _workers = start_workers(ground, workers).await?;
    let began = Instant::now();
    let mut tx = ground.db.begin().await?;
    let order = "insert into jobs (kind, key, run_at, created_at)
         select 'sync_namespace', gen_random_uuid(), now(), now() from generate_series(1, $1)";
    sqlx::query(order).bind(i64::try_from(waiting)?).execute(&mut *tx).await?;
    sqlx::query("select pg_notify('berth', 'jobs')").execute(&mut *tx).await?;
    tx.commit().await?;
    until("the jobs are done", async || {
        let left: i64 =
            sqlx::query_scalar("select count(*) from jobs where kind = 'sync_namespace'").fetch_one(&ground.db).await?;
        Ok(left == 0)
    })
    .await?;
    Ok(Rate { workers, waiting, per_second: waiting as f64 / began.elapsed().as_secs_f64() })
}

async fn start_workers(ground: &Ground, n: usize) -> Result<Vec<Running>> {
    let mut workers = Vec::new();
    for number in 0..n {
        workers.push(ground.start(Part::Worker(number)).await?);
    }
    Ok(workers)
}

/// People who ask and decide.
struct Desk<'a> {
    ground: &'a Ground,
    developer: &'a Credentials,
    owner: &'a Credentials,
    /// In every name: another run may have used the same cluster.
    mark: i64,
}

impl Desk<'_> {
    fn name(&self, what: &str, number: usize) -> String {
        format!("payments-{what}-{number}-{}", self.mark)
    }

    /// The number of a request for a small namespace, approved.
    async fn approved(&self, name: &str) -> Result<i64> {
        let ask = json!({
            "kind": "new_namespace", "team": "payments", "cluster": stack::seed::CLUSTER, "class": "sandbox", "name": name,
            "quota": {"cpu_m": 250, "memory_bytes": 256 << 20, "storage_bytes": 1 << 20, "pods": 1},
            "purpose": "To be measured",
        });
        let asked = self.post(self.developer, "/api/v1/requests", &ask).await?;
        let number = asked["number"].as_i64().context("an ask is answered with its number")?;
        if asked["state"] == "in_review" {
            let path = format!("/api/v1/requests/{number}/approve");
            self.post(self.owner, &path, &json!({"revision": 1})).await?;
        }
        Ok(number)
    }

    async fn post(&self, credentials: &Credentials, path: &str, body: &Value) -> Result<Value> {
        let answer = Connection::open(self.ground.at()).await?.ask(&credentials.api_post(path, body)?).await?;
        let says = String::from_utf8_lossy(&answer.body);
        ensure!(answer.status.is_success(), "{path} answered {}: {says}", answer.status);
        Ok(serde_json::from_str(&says)?)
    }

    async fn completed(&self, numbers: &[i64]) -> Result<()> {
        until("the requests are completed", async || {
            let states: Vec<String> = sqlx::query_scalar("select state from requests where number = any($1)")
                .bind(numbers)
                .fetch_all(&self.ground.db)
                .await?;
            let bad = states.iter().find(|state| ["failed", "waiting"].contains(&state.as_str()));
            ensure!(bad.is_none(), "a request is {bad:?}");
            Ok(states.iter().all(|state| state == "completed"))
        })
        .await
    }

    /// From the approval to its end, as the audit trail has it.
    async fn took(&self, number: i64) -> Result<Duration> {
        let took: f64 = sqlx::query_scalar(
            "select extract(epoch from max(at) filter (where action = 'request.completed')
                  - max(at) filter (where action = 'request.approved'))::float8
             from audit_events where subject = $1",
        )
        .bind(format!("REQ-{number}"))
        .fetch_one(&self.ground.db)
        .await?;
        Ok(Duration::from_secs_f64(took))
    }
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !is_so().await? {
        ensure!(began.elapsed() < LIMIT, "not within {} s: {what}", LIMIT.as_secs());
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn key<'a>(keys: &'a Keys, role: &str) -> Result<&'a Credentials> {
    keys.get(role).with_context(|| format!("{role} has no key"))
}

impl Figures {
    pub fn ratio(&self) -> f64 {
        self.provisioning.p50_ms / self.bare.p50_ms
    }
}
