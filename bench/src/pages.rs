//! What pages and API calls take: time at the client, processor time of Berth and of Postgres, beside the bare server
//! that answers the same bytes.

use crate::bare::Bare;
use crate::ground::{Ground, Keys, Running};
use crate::http::{Connection, Target, at_once, one_by_one};
use crate::process::Process;
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

const CONNECTIONS: usize = 8;
/// Berth and the bare server take turns, so that what else the machine does meets both.
const TURNS: usize = 4;

/// A page or a call, by the name it has in the table.
struct Case {
    name: String,
    target: Target,
}

/// What one takes. Times in milliseconds.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub name: String,
    /// As they went over the wire.
    pub bytes: usize,
    /// One after another.
    pub alone: Percentiles,
    /// Over several connections.
    pub together: Percentiles,
    pub cpu_ms: f64,
    pub postgres_cpu_ms: f64,
    pub bare: Percentiles,
    pub bare_cpu_ms: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Percentiles {
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Measures all of them, `n` requests one after another and as many over several connections.
pub async fn measure(ground: &Ground, berth: &Running, keys: &Keys, n: usize) -> Result<Vec<Figures>> {
    let cases = cases(ground, keys).await?;
    let mut answers = Vec::new();
    for case in &cases {
        let answer = Connection::open(ground.at()).await?.ask(&case.target).await?;
        let says = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
        ensure!(answer.status.is_success(), "{} answers {}: {}", case.name, answer.status, says());
        answers.push((case.target.clone(), answer));
    }
    let bare = Bare::start(&ground.settings.dir, &answers).await?;
    let mut figures = Vec::new();
    for (case, (_, answer)) in cases.iter().zip(&answers) {
        // Warms up: each connection to the database makes the plan of a query once.
        one_by_one(ground.at(), &case.target, n.div_ceil(10)).await?;
        at_once(ground.at(), &case.target, n.div_ceil(2), CONNECTIONS).await?;
        one_by_one(bare.at, &case.target, n.div_ceil(10)).await?;
        let measured = one(ground, berth.process, &bare, case, n).await.with_context(|| case.name.clone())?;
        figures.push(Figures { bytes: answer.body.len(), ..measured });
    }
    Ok(figures)
}

async fn one(ground: &Ground, berth: Process, bare: &Bare, case: &Case, n: usize) -> Result<Figures> {
    let (mut alone, mut together, mut of_bare) = (Vec::new(), Vec::new(), Vec::new());
    let (mut cpu, mut postgres_cpu, mut bare_cpu) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let each = n.div_ceil(TURNS);
    for _ in 0..TURNS {
        let before = (berth.cpu()?, ground.postgres.cpu_of_children()?);
        alone.extend(one_by_one(ground.at(), &case.target, each).await?);
        together.extend(at_once(ground.at(), &case.target, each, CONNECTIONS).await?);
        cpu += berth.cpu()? - before.0;
        postgres_cpu += ground.postgres.cpu_of_children()?.saturating_sub(before.1);
        let before = bare.process().cpu()?;
        // The bare server needs so little that more of them are needed to see it.
        of_bare.extend(one_by_one(bare.at, &case.target, each).await?);
        at_once(bare.at, &case.target, each * 4, CONNECTIONS).await?;
        bare_cpu += bare.process().cpu()? - before;
    }
    let requests = (alone.len() + together.len()) as f64;
    Ok(Figures {
        name: case.name.clone(),
        bytes: 0,
        cpu_ms: ms(cpu) / requests,
        postgres_cpu_ms: ms(postgres_cpu) / requests,
        bare_cpu_ms: ms(bare_cpu) / (of_bare.len() * 5) as f64,
        alone: Percentiles::of(alone),
        together: Percentiles::of(together),
        bare: Percentiles::of(of_bare),
    })
}

async fn cases(ground: &Ground, keys: &Keys) -> Result<Vec<Case>> {
    let credentials = |role: &str| keys.get(role).with_context(|| format!("{role} has no key"));
    let (developer, owner, platform, auditor) =
        (credentials("developer")?, credentials("owner")?, credentials("platform")?, credentials("auditor")?);
    let waiting: i64 = sqlx::query_scalar(
        "select number from requests r join teams t on t.id = r.team_id
         where t.slug = 'payments' and r.state = 'in_review' order by number desc limit 1",
    )
    .fetch_one(&ground.db)
    .await?;
    let person: uuid::Uuid =
        sqlx::query_scalar("select id from people where subject = 'owner'").fetch_one(&ground.db).await?;
    let space = format!("/namespaces/{}/payments-0000", stack::seed::CLUSTER);
    let check = json!({
        "kind": "new_namespace", "team": "payments", "cluster": stack::seed::CLUSTER, "class": "standard",
        "name": "payments-bench", "size": "S", "purpose": "A look at what would come of it",
    });
    let mut cases = Vec::new();
    let mut case =
        |name: &str, target: Result<Target>| target.map(|target| cases.push(Case { name: name.to_owned(), target }));
    case("Home, of an owner", owner.page("/"))?;
    case("Home, of Platform", platform.page("/"))?;
    case("Requests to decide, of Platform", platform.page("/requests?queue=to_decide"))?;
    case("Requests, all 10,000", platform.page("/requests?queue=all"))?;
    case("Requests, a text among all", platform.page("/requests?queue=all&text=part+77"))?;
    case("Requests, of a team", developer.page("/requests?queue=my_teams"))?;
    case("A request in review", owner.page(format!("/requests/{waiting}")))?;
    case("Namespaces, of a team", developer.page("/namespaces"))?;
    case("Namespaces, all 2,000", platform.page("/namespaces"))?;
    case("A namespace", developer.page(space.clone()))?;
    case("A namespace's quota", developer.page(format!("{space}/quota")))?;
    case("A namespace's quota history", developer.page(format!("{space}/quota-history")))?;
    case("Request a namespace", developer.page("/namespaces/new"))?;
    case("The catalog, 500 entries of 50 versions", developer.page("/catalog"))?;
    case(
        "The catalog, for a namespace",
        developer.page(format!("/catalog?namespace={}/payments-0000", stack::seed::CLUSTER)),
    )?;
    case("The catalog, a text", developer.page("/catalog?q=entry+77"))?;
    case("An entry of the catalog", developer.page("/catalog/entry-0077"))?;
    case("Curation", platform.page("/admin/catalog"))?;
    case("A curated entry", platform.page("/admin/catalog/entry-0077"))?;
    case("A version in review", platform.page("/admin/catalog/entry-0077/versions/1.50.0"))?;
    case("The form of an entry", platform.page("/admin/catalog/entry-0077/form"))?;
    case("Teams", platform.page("/teams"))?;
    case("A team", owner.page("/teams/payments"))?;
    case("Clusters", platform.page("/clusters"))?;
    case("A cluster", platform.page(format!("/clusters/{}", stack::seed::CLUSTER)))?;
    case("Classes", platform.page("/admin/classes"))?;
    case("People", platform.page("/admin/people"))?;
    case("A person", platform.page(format!("/admin/people/{person}")))?;
    case("Audit", auditor.page("/admin/audit"))?;
    case("Audit, a text", auditor.page("/admin/audit?text=withdrawn"))?;
    case("Jobs", platform.page("/admin/jobs"))?;
    case("Search", developer.page("/search?q=payments-00"))?;
    case("Me", developer.page("/me"))?;
    case("GET /api/v1/me", developer.api("/api/v1/me"))?;
    case("GET /api/v1/requests", platform.api("/api/v1/requests?queue=all"))?;
    case("GET /api/v1/requests/{number}", owner.api(format!("/api/v1/requests/{waiting}")))?;
    case("POST /api/v1/requests/check", developer.api_post("/api/v1/requests/check", &check))?;
    case("GET /api/v1/namespaces", platform.api("/api/v1/namespaces"))?;
    case("GET /api/v1/namespaces/{cluster}/{name}", developer.api(format!("/api/v1{space}")))?;
    case("GET /api/v1/teams", platform.api("/api/v1/teams"))?;
    case("GET /api/v1/catalog", developer.api("/api/v1/catalog"))?;
    case("GET /api/v1/audit", auditor.api("/api/v1/audit"))?;
    Ok(cases)
}

impl Percentiles {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        let at = |percent| at(percent).copied().map(ms).unwrap_or_default();
        Self { p50_ms: at(50), p99_ms: at(99) }
    }
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
