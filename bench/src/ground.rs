//! What is measured: a release build of Berth on databases of its own, beside the parts of a running stack.

use crate::process::Process;
use anyhow::{Context, Result};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use hyper::body::Bytes;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use stack::berth::{Berth, Part, Settings};
use stack::cluster::Cluster;
use stack::describe::StackFile;
use stack::process::run;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::http::Target;

/// What a browser says it takes.
const BROWSER_TAKES: &str = "gzip, deflate, br, zstd";

/// How the accounts come in, by role.
pub type Keys = HashMap<&'static str, Credentials>;

#[derive(Clone, Debug)]
pub struct Credentials {
    /// Value of a `Cookie` header.
    pub cookie: String,
    pub token: String,
}

/// One database with a Berth that is set up in it.
pub struct Ground {
    pub db: PgPool,
    pub settings: Settings,
    /// The server of the database.
    pub postgres: Process,
}

impl Ground {
    /// Makes the database `name` anew and sets Berth up in it, as the demo does.
    pub async fn lay(stack: &StackFile, root: &Path, dir: &Path, name: &str) -> Result<Self> {
        let server = PgPoolOptions::new().max_connections(1).connect(stack.database_url.as_str()).await?;
        for statement in [format!("drop database if exists {name} with (force)"), format!("create database {name}")] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&server).await?;
        }
        server.close().await;
        let mut database_url = stack.database_url.clone();
        database_url.set_path(name);
        let db = PgPoolOptions::new().max_connections(4).connect(database_url.as_str()).await?;
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&db).await?;
        let postgres = Process(Process(backend.unsigned_abs()).parent()?);
        let settings = Settings {
            program: stack.berth.clone(),
            dir: dir.join(name),
            port: stack::free_port()?,
            public_url: None,
            grace: Duration::ZERO,
            database_url,
            issuer: stack.issuer.clone(),
            client_secret_file: stack.client_secret_file.clone(),
            site_dir: stack.site_dir.clone(),
            helm: stack.helm.clone(),
        };
        std::fs::create_dir_all(&settings.dir)?;
        stack::seed::set_up(&settings, &Cluster::existing(stack.kubeconfig.clone()), &root.join("demo"))?;
        Ok(Self { db, settings, postgres })
    }

    pub fn at(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.settings.port))
    }

    pub async fn start(&self, part: Part) -> Result<Running> {
        let berth = self.settings.start_part(part).await?;
        Ok(Running { process: Process(berth.process.pid()), _berth: berth })
    }
}

/// A process of Berth; ended on drop.
pub struct Running {
    pub process: Process,
    _berth: Berth,
}

impl Credentials {
    /// As a browser asks for a page.
    pub fn page(&self, path: impl Into<String>) -> Result<Target> {
        let headers = HeaderMap::from_iter([
            (COOKIE, HeaderValue::from_str(&self.cookie)?),
            (ACCEPT_ENCODING, HeaderValue::from_static(BROWSER_TAKES)),
        ]);
        Ok(Target { method: Method::GET, path: path.into(), headers, body: Bytes::new() })
    }

    /// As a program asks.
    pub fn api(&self, path: impl Into<String>) -> Result<Target> {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.token))?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        Ok(Target { method: Method::GET, path: path.into(), headers, body: Bytes::new() })
    }

    pub fn api_post(&self, path: impl Into<String>, body: &serde_json::Value) -> Result<Target> {
        let mut target = self.api(path)?;
        target.method = Method::POST;
        target.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        target.body = serde_json::to_vec(body)?.into();
        Ok(target)
    }
}

/// What the program calls itself.
pub fn version(program: &Path) -> Result<String> {
    let said = run("berth --version", Command::new(program).arg("--version"))?;
    Ok(said.split_whitespace().nth(1).context("berth says no version")?.to_owned())
}
