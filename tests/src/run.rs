//! What all tests of one run share: the stack, and a database in which Berth is set up and everybody has signed in, for
//! each test to copy.

use crate::caretaker::Caretaker;
use crate::desk::{Opening, Serving, cluster_tokens};
use crate::seen::{self, Secret};
use crate::{Actor, CLUSTER, Forged, Role};
use domain::setup::{ClusterChanges, Oidc};
use serde_json::{Value, json};
use server::app::{Ctx, clusters, setup};
use server::store::pool;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, PgPool};
use stack::describe::{STACK_VARIABLE, StackFile};
use stack::identity::CLUSTER_CLIENT_ID;
use stack::sign_in::Session;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tokio::sync::OnceCell;
use url::Url;

/// The running stack.
pub fn stack() -> &'static StackFile {
    static STACK: OnceLock<StackFile> = OnceLock::new();
    STACK.get_or_init(|| StackFile::from_env().unwrap_or_else(|error| panic!("{error:#}")))
}

/// A directory that lives as long as the stack does.
pub(crate) fn stack_dir() -> PathBuf {
    let file = std::env::var_os(STACK_VARIABLE).expect("the stack was read from there");
    Path::new(&file).parent().expect("a file is in a directory").to_owned()
}

/// A database of the stack's server, as its superuser.
pub(crate) fn database_url(name: &str) -> Url {
    let mut url = stack().database_url.clone();
    url.set_path(name);
    url
}

/// Where the database server listens.
pub fn database_socket() -> PathBuf {
    let options: PgConnectOptions = stack().database_url.as_str().parse().expect("is an address");
    options.get_socket().expect("the stack's database is on a socket").join(".s.PGSQL.5432")
}

pub(crate) struct Run {
    pub caretaker: Caretaker,
    /// Name of the database to copy.
    pub template: String,
    /// How to come in; the same in every copy.
    pub keys: BTreeMap<Role, Keys>,
    /// Rows of [`OF_PEOPLE`], for a database that is no copy.
    of_people: Vec<(&'static str, Value)>,
}

/// The tables that say who has come in, and how.
const OF_PEOPLE: [&str; 3] = ["people", "sessions", "access_tokens"];

/// A database of the stack's server without anything in it; gone when this is dropped.
pub struct EmptyDatabase(String);

impl EmptyDatabase {
    pub async fn new() -> Self {
        Self(run().await.caretaker.create(None).await)
    }

    pub fn url(&self) -> Url {
        database_url(&self.0)
    }
}

impl Drop for EmptyDatabase {
    fn drop(&mut self) {
        if let Some(run) = begun() {
            run.caretaker.clear(std::mem::take(&mut self.0), Vec::new());
        }
    }
}

/// Everything a person can come in with.
pub(crate) struct Keys {
    /// Value of a `Cookie` header.
    pub cookie: String,
    pub write_token: String,
    pub read_token: String,
}

static RUN: OnceCell<Run> = OnceCell::const_new();

pub(crate) async fn run() -> &'static Run {
    RUN.get_or_init(begin).await
}

/// Where the numbers of all desks are served.
pub async fn metrics_url() -> &'static str {
    &run().await.caretaker.metrics_url
}

/// None as long as nobody has asked for it.
pub(crate) fn begun() -> Option<&'static Run> {
    RUN.get()
}

async fn begin() -> Run {
    seen::begin();
    let caretaker = Caretaker::begin().await;
    let template = caretaker.create(None).await;
    let url = database_url(&template);
    pool::migrate(url.as_str()).await.expect("the schema is made");
    let serving = Serving::start(url.as_str(), &Opening::default()).await;
    set_up(&serving).await;
    let keys = futures::future::join_all(Role::ALL.map(|role| sign_in(&serving, role))).await;
    let of_people = rows(&serving.berth.db).await;
    seen::keep_from_answers(secrets(&serving, &keys).await);
    serving.end().await;
    Run { caretaker, template, keys: Role::ALL.into_iter().zip(keys).collect(), of_people }
}

async fn rows(db: &PgPool) -> Vec<(&'static str, Value)> {
    let mut rows = Vec::new();
    for table in OF_PEOPLE {
        let all = AssertSqlSafe(format!("select to_jsonb(t) from {table} t"));
        let found: Vec<Value> = sqlx::query_scalar(all).fetch_all(db).await.expect("reads");
        rows.extend(found.into_iter().map(|row| (table, row)));
    }
    rows
}

/// Makes of an empty database what every test begins with.
pub(crate) async fn furnish(serving: &Serving) {
    set_up(serving).await;
    for (table, row) in &run().await.of_people {
        Forged::on(&serving.berth.db).row(table, row).await;
    }
}

/// Everything secret that is the same for every test.
async fn secrets(serving: &Serving, keys: &[Keys]) -> Vec<Secret> {
    let file = |file: &Path| std::fs::read_to_string(file).expect("can be read").trim().to_owned();
    let mut secrets = vec![
        ("the client's secret", file(&stack().client_secret_file)),
        ("the key file", file(&stack_dir().join("test-key"))),
    ];
    secrets.push(("an administrator's key", administrators_key(&file(&stack().kubeconfig))));
    for keys in keys {
        let (_, cookie) = keys.cookie.split_once('=').expect("is a cookie");
        secrets.push(("a session's cookie", cookie.to_owned()));
        secrets.extend([&keys.write_token, &keys.read_token].map(|token| ("an access token", token.clone())));
    }
    secrets.extend(cluster_tokens(&serving.berth).await.into_iter().map(|token| ("a cluster's token", token)));
    secrets
}

/// In the administrator's kubeconfig.
pub(crate) fn administrators_key(kubeconfig: &str) -> String {
    let key = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("client-key-data: "));
    key.expect("the administrator has one").to_owned()
}

/// As the platform team does it: the cluster, and the demo's teams and classes.
async fn set_up(serving: &Serving) {
    let operator = Ctx::operator(serving.berth.clone());
    let new = clusters::NewCluster {
        name: CLUSTER.parse().expect("is a name"),
        kubeconfig: clusters::AdminConfig::File(stack().kubeconfig.clone()),
        context: None,
        changes: ClusterChanges {
            overcommit_percent: Some(100),
            groups_prefix: Some("oidc:".into()),
            users_prefix: Some("oidc:".into()),
            oidc: Some(Oidc { issuer: stack().cluster_issuer.clone(), client_id: CLUSTER_CLIENT_ID.into() }),
        },
    };
    clusters::add(&operator, new).await.expect("the cluster is added");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/setup.yaml");
    let wanted = serde_saphyr::from_str(&std::fs::read_to_string(file).expect("can be read")).expect("is a setup");
    setup::apply(&operator, wanted, false).await.expect("the setup is applied");
}

async fn sign_in(serving: &Serving, role: Role) -> Keys {
    let session = Session::open(&serving.url, role.account()).await.expect("signs in");
    let person = Actor::nobody(serving.http.clone(), &serving.url).with_cookie(session.cookie());
    let token = async |scope: &str| {
        let made = person.post("/api/v1/me/tokens", &json!({"name": scope, "scope": scope, "days": 30})).await;
        made.expect(201).json()["token"].as_str().expect("is a text").to_owned()
    };
    let (write_token, read_token) = (token("write").await, token("read").await);
    Keys { cookie: session.cookie().to_owned(), write_token, read_token }
}
