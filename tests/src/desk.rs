//! One Berth in this process, with a database of its own.

use crate::balancer::without_pool;
use crate::run::{Keys, database_url, furnish, run, stack, stack_dir};
use crate::{Actor, Forged, Program, Role, ask, eventually, quota, seen};
use reqwest::Client;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use server::app::catalog::{FollowSources, ForgetIngests};
use server::app::namespaces::SyncNamespace;
use server::app::{Berth, Ctx, clusters, namespaces};
use server::cluster::Credentials as ClusterCredentials;
use server::config::{
    Assets, Catalog, Clusters, Config, Database, Help, Http, Limits, Log, LogFormat, Oidc, Secrets, Session, Worker,
};
use server::jobs::{Job, Outcome};
use server::seal::Key;
use server::store::pool;
use server::{app, start, web};
use sources::guard::Allowed;
use sqlx::PgPool;
use stack::identity::Account as Credentials;
use stack::sign_in::{Browser, Session as SignedIn};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// Each has some connections to Postgres and ten watches of the cluster.
const DESKS_MAX: usize = 8;
static SEATS: Semaphore = Semaphore::const_new(DESKS_MAX);

/// What runs beside the pages and the API, and what stands in between.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    /// Does jobs.
    pub works: bool,
    /// Watches the cluster.
    pub watches: bool,
    /// Where Berth believes the database to be.
    pub database_at: Option<SocketAddr>,
    /// Where Berth believes the cluster to be.
    pub cluster_at: Option<SocketAddr>,
    /// Whom it trusts there, when it is not the cluster's own authority.
    pub cluster_ca: Option<&'static str>,
    /// Where Berth believes the identity provider to be.
    pub provider_at: Option<SocketAddr>,
    /// How often somebody may ask; as often as they like otherwise.
    pub limits: Option<Limits>,
    /// Whose word on where a request comes from is taken.
    pub proxy: Option<&'static str>,
}

/// A Berth for one test. What it made, here and on the cluster, goes when it is dropped.
pub struct Desk {
    serving: Serving,
    database: String,
    /// On the cluster.
    namespaces: Mutex<Vec<String>>,
    _seat: SemaphorePermit<'static>,
}

impl Desk {
    /// All of Berth.
    pub async fn open() -> Self {
        Self::with(Opening { works: true, watches: true, ..Opening::default() }).await
    }

    /// Pages and API only: what is approved stays approved, and what is known of the cluster stays as it is.
    pub async fn quiet() -> Self {
        Self::with(Opening::default()).await
    }

    pub async fn with(opening: Opening) -> Self {
        Self::configured(opening, |_| ()).await
    }

    /// The same, with settings that `change` changes.
    pub async fn configured(opening: Opening, change: impl FnOnce(&mut Config)) -> Self {
        let seat = SEATS.acquire().await.expect("is never closed");
        let run = run().await;
        let database = run.caretaker.create(Some(run.template.clone())).await;
        let url = opening.database_at.map_or_else(|| database_url(&database), |at| over_tcp(&database, at));
        let serving = Serving::start_with(url.as_str(), &opening, change).await;
        Self { serving, database, namespaces: Mutex::default(), _seat: seat }
    }

    /// In a database that nothing is in yet, of a server of the test's own.
    pub async fn on(database: &Url, opening: Opening) -> Self {
        run().await;
        let seat = SEATS.acquire().await.expect("is never closed");
        pool::migrate(database.as_str()).await.expect("the schema is made");
        let serving = Serving::start(database.as_str(), &opening).await;
        furnish(&serving).await;
        let database = "berth_private".to_owned(); // not of the stack's server: nothing there is to be dropped
        Self { serving, database, namespaces: Mutex::default(), _seat: seat }
    }

    pub fn url(&self) -> &str {
        &self.serving.url
    }

    /// Its database, as the server's superuser.
    pub fn database_url(&self) -> Url {
        database_url(&self.database)
    }

    /// The same, through what listens there for connections to the server's socket.
    pub fn database_at(&self, at: SocketAddr) -> Url {
        over_tcp(&self.database, at)
    }

    pub fn berth(&self) -> &Arc<Berth> {
        &self.serving.berth
    }

    /// What another Berth on the same database is configured with.
    pub fn config(&self) -> Config {
        config(database_url(&self.database).as_str(), self.serving.berth.config.http.listen)
    }

    /// The program on the same database.
    pub fn program(&self) -> Program {
        Program::on(database_url(&self.database))
    }

    /// Somebody in their browser, at another address of a Berth on the same database; no connection is used twice.
    pub async fn as_at(&self, role: Role, url: &str) -> Actor {
        Actor::nobody(without_pool(), url).with_cookie(&keys(role).await.cookie)
    }

    /// What this desk seals with.
    pub fn key(&self) -> Key {
        key()
    }

    /// Where Berth believes a cluster to be, from now on.
    pub async fn move_cluster(&self, name: &str, at: SocketAddr) {
        move_cluster(self.berth(), name, at, None).await;
        self.forged().notify("clusters").await;
    }

    /// For what cannot be seen through HTTP; what cannot be done through it is [`Desk::forged`].
    pub fn db(&self) -> &PgPool {
        &self.serving.berth.db
    }

    /// Who has not signed in.
    pub fn nobody(&self) -> Actor {
        Actor::nobody(self.serving.http.clone(), &self.serving.url)
    }

    /// Somebody in their browser.
    pub async fn as_(&self, role: Role) -> Actor {
        self.nobody().with_cookie(&keys(role).await.cookie)
    }

    /// The same person in one more browser, with a session of its own; and that session's id.
    pub async fn in_another_browser(&self, role: Role) -> (Actor, String) {
        let actor = self.sign_in(role.account()).await;
        let me = actor.get("/api/v1/me").await.expect(200).json();
        let sessions = me["sessions"].as_array().expect("is a list");
        let this = sessions.iter().find(|session| session["is_this"] == true).expect("is in the list");
        let id = this["id"].as_str().expect("is text").to_owned();
        (actor, id)
    }

    /// Signs an account in, for a session of its own.
    pub async fn sign_in(&self, account: &Credentials) -> Actor {
        self.sign_in_with_browser(account).await.0
    }

    /// The same, with the browser that is signed in at the provider.
    pub async fn sign_in_with_browser(&self, account: &Credentials) -> (Actor, Browser) {
        let (session, browser) = SignedIn::open_in(self.url(), account).await.expect("signs in");
        seen::learn("a session's cookie", session.cookie().rsplit('=').next().expect("has a value"));
        (self.nobody().with_cookie(session.cookie()), browser)
    }

    /// A program of somebody, which may do what they may.
    pub async fn program_of(&self, role: Role) -> Actor {
        self.nobody().with_token(&keys(role).await.write_token)
    }

    /// A program of somebody, which may only read.
    pub async fn reader_of(&self, role: Role) -> Actor {
        self.nobody().with_token(&keys(role).await.read_token)
    }

    /// A name on the cluster that nobody else uses; what gets this name there is deleted with the desk.
    pub fn new_name(&self, team: &str) -> String {
        let name = format!("{team}-{}", &Uuid::now_v7().simple().to_string()[20..]);
        self.namespaces.lock().expect("is not poisoned").push(name.clone());
        name
    }

    /// What the cluster can take, instead of what its nodes offer; no watch of this test's sees anything later.
    pub async fn set_capacity(&self, quota: &Value) {
        self.forged().offers(quota, Duration::HOUR).await;
    }

    /// The number of a developer's new request in review: class `standard`, size `S`.
    pub async fn asked(&self) -> i64 {
        let body = ask(&self.new_name("payments"), "standard", "S");
        let request = self.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
        assert_eq!(request["state"], "in_review");
        request["number"].as_i64().expect("is a number")
    }

    /// One like that, sent back by the team's owner, who suggests half of it.
    pub async fn sent_back(&self) -> i64 {
        let number = self.asked().await;
        let body = json!({"revision": 1, "comment": "Half is enough", "suggestion": quota(1000, 2)});
        let path = format!("/api/v1/requests/{number}/request-changes");
        self.as_(Role::Owner).await.post(&path, &body).await.expect(200);
        number
    }

    /// One like that, approved by the team's owner.
    pub async fn approved(&self) -> i64 {
        let number = self.asked().await;
        let path = format!("/api/v1/requests/{number}/approve");
        self.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
        number
    }

    /// The same, and provisioning gave up.
    pub async fn failed(&self) -> i64 {
        let number = self.approved().await;
        self.give_up(number).await;
        number
    }

    /// What is done for a request is given up, as a worker does whose job broke again and again.
    pub async fn give_up(&self, number: i64) {
        let namespace = sqlx::query_scalar("select namespace_id from requests where number = $1").bind(number);
        let namespace: Uuid = namespace.fetch_one(self.db()).await.expect("is decided");
        let ctx = Ctx::system(self.berth().clone(), SyncNamespace::NAME);
        SyncNamespace::give_up(&ctx, namespace).await.expect("is written down");
        assert_eq!(self.request(number).await["state"], "failed");
    }

    /// The round that orders lists of sources which are due.
    pub async fn round_of_sources(&self) {
        let ctx = Ctx::system(self.berth().clone(), FollowSources::NAME);
        assert!(matches!(FollowSources::run(&ctx, Uuid::nil()).await, Outcome::Done));
    }

    /// The round that forgets when charts were taken in.
    pub async fn round_of_forgetting(&self) {
        let ctx = Ctx::system(self.berth().clone(), ForgetIngests::NAME);
        assert!(matches!(ForgetIngests::run(&ctx, Uuid::nil()).await, Outcome::Done));
    }

    /// Its request, after Berth has believed to make it: class `standard`, size `S`. On a desk that does no jobs.
    pub async fn ready(&self) -> Value {
        let number = self.approved().await;
        self.forged().carried_out(number).await;
        self.request(number).await
    }

    /// A namespace of `payments` on the cluster: its request.
    pub async fn provisioned(&self) -> Value {
        let number = self.approved().await;
        self.until(number, "completed").await
    }

    /// The same on a desk that does no jobs: a worker comes, makes it and goes.
    pub async fn made(&self) -> Value {
        let worker = self.start_worker();
        let request = self.provisioned().await;
        worker.stop().await;
        request
    }

    pub async fn request(&self, number: i64) -> Value {
        self.as_(Role::Platform).await.get(&format!("/api/v1/requests/{number}")).await.expect(200).json()
    }

    /// Waits until the request is in this state.
    pub async fn until(&self, number: i64, state: &str) -> Value {
        eventually(&format!("request {number} is {state}"), async || {
            let request = self.request(number).await;
            if state != "failed" {
                assert_ne!(request["state"], "failed", "{}", request["failure"]);
            }
            (request["state"] == state).then_some(request)
        })
        .await
    }

    /// Waits until the database is answered from again, on every connection: one that has just been used is taken to be
    /// there still, for a moment after an outage. The connections take turns.
    pub async fn until_answers(&self) {
        let who = self.as_(Role::Platform).await;
        let n_connections = self.config().database.max_connections;
        eventually("every connection answers", async || {
            for _ in 0..n_connections {
                if who.get("/api/v1/jobs").await.status != 200 {
                    return None;
                }
            }
            Some(())
        })
        .await;
    }

    /// Does jobs from now on, as one more process would.
    pub fn start_worker(&self) -> WorkerHandle {
        let stop = CancellationToken::new();
        let task = tokio::spawn(app::jobs::run(self.berth().clone(), stop.clone()));
        WorkerHandle { stop, task }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.serving.stop.cancel();
        self.serving.parts.abort_all();
        let (database, namespaces) = (self.database.clone(), self.namespaces.lock().map(|names| names.clone()));
        if let Some(run) = crate::run::begun() {
            run.caretaker.clear(database, namespaces.unwrap_or_default());
        }
    }
}

/// Somebody who does jobs.
pub struct WorkerHandle {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl WorkerHandle {
    /// As on SIGTERM: what is in hand is put back.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("ends");
    }

    /// As on SIGKILL: nothing is put back.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// The parts of a Berth, running.
pub(crate) struct Serving {
    pub berth: Arc<Berth>,
    pub url: String,
    pub http: Client,
    parts: JoinSet<()>,
    stop: CancellationToken,
}

impl Serving {
    pub async fn start(database_url: &str, opening: &Opening) -> Self {
        Self::start_with(database_url, opening, |_| ()).await
    }

    async fn start_with(database_url: &str, opening: &Opening, change: impl FnOnce(&mut Config)) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("has an address");
        let mut config = config(database_url, address);
        if let Some(at) = opening.provider_at {
            config.oidc.issuer = format!("http://{at}");
        }
        config.limits = opening.limits.unwrap_or(config.limits);
        config.http.trusted_proxies = opening.proxy.iter().map(|network| network.parse().expect("is one")).collect();
        change(&mut config);
        let berth = start::connect(config).await.expect("the database answers");
        if let Some(at) = opening.cluster_at {
            move_cluster(&berth, crate::CLUSTER, at, opening.cluster_ca).await;
        }
        let (stop, mut parts) = (CancellationToken::new(), JoinSet::new());
        let (serving, ends) = (berth.clone(), stop.clone());
        parts.spawn(async move { web::serve_on(listener, serving, ends).await.expect("serves") });
        parts.spawn(berth.notifier.clone().listen(berth.db.clone(), stop.clone()));
        if opening.works {
            parts.spawn(app::jobs::run(berth.clone(), stop.clone()));
        }
        if opening.watches {
            parts.spawn(clusters::watch(berth.clone(), stop.clone()));
            parts.spawn(namespaces::watch_for_drift(berth.clone(), stop.clone()));
        }
        let http = Client::builder().redirect(Policy::none()).build().expect("is a client");
        Self { berth, url: format!("http://{address}"), http, parts, stop }
    }

    /// Until nothing of it holds the database any more.
    pub async fn end(mut self) {
        drop(self.http);
        self.stop.cancel();
        while self.parts.join_next().await.is_some() {}
        self.berth.db.close().await;
    }
}

async fn keys(role: Role) -> &'static Keys {
    &run().await.keys[&role]
}

fn config(database_url: &str, at: SocketAddr) -> Config {
    let secret = std::fs::read_to_string(&stack().client_secret_file).expect("can be read");
    Config {
        http: Http {
            listen: at,
            public_url: format!("http://{at}").parse().expect("is an address"),
            trusted_proxies: Vec::new(),
            metrics_listen: None,
            grace: Duration::ZERO,
        },
        database: Database { url: database_url.into(), max_connections: 5 },
        oidc: Oidc {
            issuer: stack().issuer.clone(),
            client_id: stack().client_id.clone(),
            client_secret: SecretString::from(secret.trim()),
            scopes: ["openid", "profile", "email", "groups"].map(str::to_owned).into(),
            groups_claim: "groups".into(),
            missing_groups: None,
            trust_emails: false,
        },
        secrets: Secrets { key: key(), old_keys: Vec::new() },
        session: Session { idle: Duration::HOUR, absolute: Duration::hours(12) },
        limits: Limits { person_per_minute: 0, token_per_minute: 0, address_per_minute: 0 },
        log: Log { format: LogFormat::Text, filter: "off".into() },
        worker: Worker { concurrency: 4 },
        assets: Assets { dir: stack().site_dir.clone() },
        clusters: Clusters::default(),
        help: Help { contact: "the platform team (platform@berth.test)".into() },
        catalog: Catalog {
            helm: stack().helm.clone(),
            allowed_hosts: allowed_hosts(),
            archives_dir: None,
            image_hosts: vec!["images.berth.test".into()],
        },
    }
}

/// This machine, as a platform would allow a registry of its own; not its metadata service and other machines.
fn allowed_hosts() -> Allowed {
    Allowed::parse(["127.0.0.1"]).expect("is a list")
}

/// The same for every desk, so that what one sealed another opens.
fn key() -> Key {
    Key::read(&key_file()).expect("is a key")
}

pub(crate) fn key_file() -> PathBuf {
    let file = stack_dir().join("test-key");
    // Another run may have made it.
    let _ = Key::generate().write_new(&file);
    file
}

/// Through whatever listens there for connections to the server's socket.
fn over_tcp(database: &str, at: SocketAddr) -> Url {
    let user = stack().database_url.username();
    format!("postgres://{user}@{at}/{database}").parse().expect("is an address")
}

/// What Berth keeps of every cluster, as it is.
pub(crate) async fn cluster_tokens(berth: &Berth) -> Vec<String> {
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("select unnest(array[observer, provisioner]) from clusters")
        .fetch_all(&berth.db)
        .await
        .expect("there is a cluster");
    let open = |sealed: Vec<u8>| {
        let plain = berth.seal.open(CREDENTIALS, &sealed).expect("was sealed by us");
        let credentials: ClusterCredentials = serde_json::from_slice(&plain).expect("are credentials");
        credentials.token.expose_secret().to_owned()
    };
    sealed.into_iter().map(open).collect()
}

/// The purpose that credentials are sealed for.
const CREDENTIALS: &str = "cluster credentials";

async fn move_cluster(berth: &Berth, name: &str, at: SocketAddr, ca: Option<&str>) {
    let moved = |sealed: Vec<u8>| {
        let plain = berth.seal.open(CREDENTIALS, &sealed).expect("was sealed by us");
        let mut credentials: ClusterCredentials = serde_json::from_slice(&plain).expect("are credentials");
        credentials.server = format!("https://{at}");
        credentials.ca_pem = ca.map(str::to_owned).or(credentials.ca_pem);
        berth.seal.seal(CREDENTIALS, &serde_json::to_vec(&credentials).expect("can be written"))
    };
    let (observer, provisioner) =
        sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>("select observer, provisioner from clusters where name = $1")
            .bind(name)
            .fetch_one(&berth.db)
            .await
            .expect("there is a cluster");
    Forged::on(&berth.db).called_with(name, moved(observer), moved(provisioner)).await;
}
