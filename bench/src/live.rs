//! What it takes to keep a page as it is now for many who have it open: one namespace, in which something changes all the
//! time. By the stream of the page, and by what a program can do: to follow the view, and ask for the page at each event,
//! as browsers did once.

use crate::ground::{Credentials, Ground, Running};
use crate::http::{Connection, Target};
use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::{Event, Namespace, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde::Serialize;
use sha2::{Digest, Sha256};
use stack::berth::Part;
use stack::describe::StackFile;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

pub const CHANGES_PER_SECOND: u32 = 50;
/// As many pages as one person may have open.
pub const OF_ONE_PERSON: usize = 40;

#[derive(Debug, Serialize)]
pub struct Figures {
    pub methods: Vec<Method>,
}

/// One method to keep the page as it is now.
#[derive(Debug, Serialize)]
pub struct Method {
    pub name: &'static str,
    pub viewers: usize,
    pub seconds: f64,
    /// Times that a viewer's page was brought up to date, all viewers together.
    pub updates: u64,
    pub bytes: u64,
    pub berth_cpu_ms: f64,
    pub postgres_cpu_ms: f64,
    pub transactions: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Following {
    Slots,
    ViewAndPage,
}

/// By the stream of the page `viewers` look on; the other method costs so much more that a tenth of them are enough.
pub async fn measure(ground: &Ground, stack: &StackFile, viewers: usize, lasts: Duration) -> Result<Figures> {
    let place = "select c.name, n.name from namespaces n join clusters c on c.id = n.cluster_id limit 1";
    let (cluster, name): (String, String) = sqlx::query_as(place).fetch_one(&ground.db).await?;
    let keys = viewers_of(ground, viewers.div_ceil(OF_ONE_PERSON)).await?;
    let client = administrator(stack).await?;
    let metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
    let made = Namespace { metadata, ..Namespace::default() };
    let apply = PatchParams::apply("bench");
    Api::<Namespace>::all(client.clone()).patch(&name, &apply, &Patch::Apply(&made)).await?;
    let berth = ground.start(Part::Desk).await?;
    let path = format!("/namespaces/{cluster}/{name}");
    let watched = Watched { ground, berth: &berth, client: &client, name: &name, path: &path, lasts };
    crate::print_progress("looking on at one that changes, page by page");
    let by_page =
        watched.by("the view, and the page at each event", Following::ViewAndPage, &keys, viewers / 10).await?;
    crate::print_progress("looking on at one that changes, by what changes");
    let by_slots = watched.by("the slots that changed", Following::Slots, &keys, viewers).await?;
    Ok(Figures { methods: vec![by_page, by_slots] })
}

struct Watched<'a> {
    ground: &'a Ground,
    berth: &'a Running,
    client: &'a Client,
    name: &'a str,
    path: &'a str,
    lasts: Duration,
}

impl Watched<'_> {
    async fn by(
        &self,
        name: &'static str,
        following: Following,
        keys: &[Credentials],
        viewers: usize,
    ) -> Result<Method> {
        let counts = Arc::new(Counts::default());
        let mut tasks = JoinSet::new();
        for n in 0..viewers {
            let follower = Follower::begin(self.ground, &keys[n / OF_ONE_PERSON], self.path, following).await?;
            tasks.spawn(follower.follow(counts.clone()));
        }
        let first = counts.settled().await;
        let before = Used::read(self.ground, self.berth).await?;
        let began = Instant::now();
        change(self).await?;
        let seconds = began.elapsed().as_secs_f64();
        let (updates, bytes) = counts.read();
        let after = Used::read(self.ground, self.berth).await?;
        Ok(Method {
            name,
            viewers,
            seconds,
            updates: updates - first.0,
            bytes: bytes - first.1,
            berth_cpu_ms: (after.berth - before.berth).as_secs_f64() * 1000.0,
            postgres_cpu_ms: after.postgres.saturating_sub(before.postgres).as_secs_f64() * 1000.0,
            transactions: after.transactions - before.transactions,
        })
    }
}

/// Updates and bytes of all viewers.
#[derive(Default)]
struct Counts {
    updates: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    fn read(&self) -> (u64, u64) {
        (self.updates.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    /// Once what everybody is sent at first has been read.
    async fn settled(&self) -> (u64, u64) {
        loop {
            let before = self.read();
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.read() == before {
                return before;
            }
        }
    }
}

/// Something is written in the namespace, again and again.
async fn change(watched: &Watched<'_>) -> Result<()> {
    let events: Api<Event> = Api::namespaced(watched.client.clone(), watched.name);
    let mut tick = tokio::time::interval(Duration::from_secs(1) / CHANGES_PER_SECOND);
    let until = Instant::now() + watched.lasts;
    let mut sent = JoinSet::new();
    while Instant::now() < until {
        tick.tick().await;
        let (events, name) = (events.clone(), watched.name.to_owned());
        sent.spawn(async move { events.create(&PostParams::default(), &warning(&name)).await });
    }
    while let Some(sent) = sent.join_next().await {
        sent??;
    }
    Ok(())
}

fn warning(namespace: &str) -> Event {
    let id = Uuid::new_v4().simple().to_string();
    Event {
        metadata: ObjectMeta { name: Some(format!("bench-{id}")), ..ObjectMeta::default() },
        involved_object: ObjectReference {
            namespace: Some(namespace.to_owned()),
            kind: Some("Pod".to_owned()),
            name: Some(format!("web-{}", &id[..2])),
            ..ObjectReference::default()
        },
        reason: Some("BackOff".to_owned()),
        message: Some(format!("Back-off restarting failed container {}", &id[..6])),
        type_: Some("Warning".to_owned()),
        ..Event::default()
    }
}

/// What Berth and its database have used so far.
struct Used {
    berth: Duration,
    postgres: Duration,
    transactions: i64,
}

impl Used {
    async fn read(ground: &Ground, berth: &Running) -> Result<Self> {
        let count = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()";
        Ok(Self {
            berth: berth.process.cpu()?,
            postgres: ground.postgres.cpu_of_children()?,
            transactions: sqlx::query_scalar(count).fetch_one(&ground.db).await?,
        })
    }
}

/// One with the page open.
struct Follower {
    _connection: Connection,
    stream: hyper::body::Incoming,
    /// Asked for at each event.
    page: Option<(Connection, Target)>,
}

impl Follower {
    async fn begin(ground: &Ground, who: &Credentials, path: &str, following: Following) -> Result<Self> {
        let target = match following {
            Following::Slots => who.page(format!("/live?page={path}"))?,
            Following::ViewAndPage => who.page(format!("/api/v1{path}/events"))?,
        };
        let mut connection = Connection::open(ground.at()).await?;
        let answer = connection.send(&target).await?;
        ensure!(answer.status().is_success(), "a live page answers {}", answer.status());
        let page = match following {
            Following::Slots => None,
            Following::ViewAndPage => Some((Connection::open(ground.at()).await?, who.page(path)?)),
        };
        Ok(Self { _connection: connection, stream: answer.into_body(), page })
    }

    /// Until it ends; what comes while the page is asked for is waited for no more.
    async fn follow(mut self, counts: Arc<Counts>) -> Result<()> {
        while let Some(frame) = self.stream.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            let mut bytes = data.len() as u64;
            // A sign of life begins with a colon; one event may come in several frames.
            if data.windows(5).any(|part| part == b"data:") {
                if let Some((connection, page)) = &mut self.page {
                    let answer = connection.ask(page).await?;
                    ensure!(answer.status.is_success(), "the page answers {}", answer.status);
                    bytes += answer.body.len() as u64;
                }
                counts.updates.fetch_add(1, Ordering::Relaxed);
            }
            counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Developers of the first team, signed in.
pub async fn viewers_of(ground: &Ground, n: usize) -> Result<Vec<Credentials>> {
    let mut keys = Vec::new();
    for i in 0..n {
        let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let person = "insert into people (id, issuer, subject, email, name, groups, groups_at, created_at, has_known_groups, vouched_at)
             select gen_random_uuid(), issuer, 'viewer-' || $1, '', 'Viewer ' || $1, array['payments-developers'], now(), now(), true, now()
             from people limit 1 returning id";
        let person: Uuid = sqlx::query_scalar(person).bind(i32::try_from(i)?).fetch_one(&ground.db).await?;
        let session = "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
             values ($1, $2, 'bench', now(), now(), now() + interval '12 hours')";
        let hash = Sha256::digest(secret.as_bytes()).to_vec();
        sqlx::query(session).bind(hash).bind(person).execute(&ground.db).await?;
        keys.push(Credentials { cookie: format!("__Host-berth={secret}"), token: String::new() });
    }
    Ok(keys)
}

async fn administrator(stack: &StackFile) -> Result<Client> {
    let kubeconfig = Kubeconfig::read_from(&stack.kubeconfig)?;
    let config =
        Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.context("the cluster")?;
    Ok(Client::try_from(config)?)
}
