//! Makes databases for tests, and takes away what they made, in a thread that outlives them.

use crate::kubernetes;
use crate::run::{database_url, stack};
use crate::seen;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::DeleteParams;
use server::web::health;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// What databases of tests are called, with the number of their run and one of their own behind it.
const PREFIX: &str = "berth_test_";

/// Numbers are many, and those of all desks are one.
const BETWEEN_NUMBERS: Duration = Duration::from_secs(5);

pub(crate) struct Caretaker {
    orders: UnboundedSender<Order>,
    /// Where the numbers of all desks are served.
    pub metrics_url: String,
}

type Done<T> = std::sync::mpsc::SyncSender<T>;

enum Order {
    /// A database, as a copy of another or empty.
    Create { template: Option<String>, done: tokio::sync::oneshot::Sender<String> },
    /// A database and namespaces on the cluster, gone.
    Clear { database: String, namespaces: Vec<String>, done: Done<()> },
}

impl Caretaker {
    /// Takes away what runs that were killed left behind, before anything else.
    pub async fn begin() -> Self {
        let (orders, received) = unbounded_channel();
        let url = stack().database_url.to_string();
        let metrics_at = SocketAddr::from(([127, 0, 0, 1], stack::free_port().expect("there is one")));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(work(&url, metrics_at, received));
        });
        Self { orders, metrics_url: format!("http://{metrics_at}/metrics") }
    }

    pub async fn create(&self, template: Option<String>) -> String {
        let (done, made) = tokio::sync::oneshot::channel();
        assert!(self.orders.send(Order::Create { template, done }).is_ok(), "the caretaker is there");
        made.await.expect("the database is made")
    }

    /// Waits, so that nothing is left when the last test has ended. Called while a test is torn down, where nothing
    /// can be awaited any more.
    pub fn clear(&self, database: String, namespaces: Vec<String>) {
        let (done, cleared) = std::sync::mpsc::sync_channel(1);
        if self.orders.send(Order::Clear { database, namespaces, done }).is_ok() {
            let _ = cleared.recv_timeout(std::time::Duration::from_secs(20));
        }
    }
}

async fn work(url: &str, metrics_at: SocketAddr, mut orders: UnboundedReceiver<Order>) {
    let numbers = health::collect_metrics().expect("nothing else in this process collects");
    health::serve_metrics(metrics_at, numbers.clone(), CancellationToken::new()).await.expect("the numbers are served");
    let mut numbers_noted: Option<Instant> = None;
    let mut db = PgConnection::connect(url).await.expect("the database server answers");
    let run = claim(&mut db).await;
    let mut n_made = 0;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Create { template, done } => {
                n_made += 1;
                let name = format!("{PREFIX}{run}_{n_made}");
                create(&mut db, &name, template.as_deref()).await;
                let _ = done.send(name);
            }
            Order::Clear { database, namespaces, done } => {
                note_trail(&database).await;
                if numbers_noted.is_none_or(|at| at.elapsed() > BETWEEN_NUMBERS) {
                    seen::note_numbers(&numbers.render());
                    numbers_noted = Some(Instant::now());
                }
                drop_database(&mut db, &database).await;
                delete_namespaces(namespaces).await;
                let _ = done.send(());
            }
        }
    }
}

/// A number for this run, locked as long as it lasts; what belongs to a number that nobody holds is dropped.
async fn claim(db: &mut PgConnection) -> i64 {
    static CLEARING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = CLEARING.lock();
    let names: Vec<String> = sqlx::query_scalar("select datname from pg_database where starts_with(datname, $1)")
        .bind(PREFIX)
        .fetch_all(&mut *db)
        .await
        .expect("databases are listed");
    for name in names {
        let Some(run) = run_of(&name) else { continue };
        if lock(db, run).await {
            drop_database(db, &name).await;
            sqlx::query("select pg_advisory_unlock($1)").bind(run).execute(&mut *db).await.expect("unlocks");
        }
    }
    let run = i64::from(std::process::id());
    assert!(lock(db, run).await, "no other run has this process's number");
    run
}

fn run_of(database: &str) -> Option<i64> {
    database.strip_prefix(PREFIX)?.split('_').next()?.parse().ok()
}

async fn lock(db: &mut PgConnection, run: i64) -> bool {
    sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(run).fetch_one(db).await.expect("answers")
}

/// The connections that made the template may take a moment to end.
async fn create(db: &mut PgConnection, name: &str, template: Option<&str>) {
    let from = template.map(|template| format!(" template {template}")).unwrap_or_default();
    let statement = format!("create database {name}{from}");
    for _ in 0..100 {
        match sqlx::query(AssertSqlSafe(statement.as_str())).execute(&mut *db).await {
            Ok(_) => return,
            Err(error) if error.to_string().contains("being accessed") => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(error) => panic!("{statement}: {error}"),
        }
    }
    panic!("{statement}: the template is still in use");
}

/// Keeps what its Berth wrote into the trail. A database that a test has spoiled has none.
async fn note_trail(database: &str) {
    let Ok(mut db) = PgConnection::connect(database_url(database).as_str()).await else { return };
    let rows = sqlx::query_scalar("select to_jsonb(e)::text from audit_events e order by seq").fetch_all(&mut db).await;
    seen::note_trail(&rows.unwrap_or_default());
    let _ = db.close().await;
}

async fn drop_database(db: &mut PgConnection, name: &str) {
    let statement = format!("drop database if exists {name} with (force)");
    if let Err(error) = sqlx::query(AssertSqlSafe(statement)).execute(db).await {
        eprintln!("{name} stays: {error}");
    }
}

async fn delete_namespaces(names: Vec<String>) {
    if names.is_empty() {
        return;
    }
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    for name in names {
        // One that was never made is gone already.
        let _ = namespaces.delete(&name, &DeleteParams::background()).await;
    }
}
