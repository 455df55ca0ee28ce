//! The configuration: a TOML file, and over it the environment as `BERTH_SECTION__KEY`.
//!
//! Read and checked once at start, with every mistake listed at once. Secrets are read from the
//! files that are named here, and are never printed.

mod read;
mod reader;

pub use reader::{Mistake, Mistakes};

use crate::seal::Key;
use ipnet::IpNet;
use secrecy::SecretString;
use sources::guard::Allowed;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use time::Duration;
use url::Url;

#[derive(Debug)]
pub struct Config {
    pub http: Http,
    pub database: Database,
    pub oidc: Oidc,
    pub secrets: Secrets,
    pub session: Session,
    pub limits: Limits,
    pub log: Log,
    pub worker: Worker,
    pub assets: Assets,
    pub help: Help,
    pub clusters: Clusters,
    pub catalog: Catalog,
}

#[derive(Debug)]
pub struct Http {
    pub listen: SocketAddr,
    /// Where browsers reach Berth: scheme, host and port only. https, unless it is a loopback address.
    pub public_url: Url,
    /// Whose word on where a request comes from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// None when it is set to `off`.
    pub metrics_listen: Option<SocketAddr>,
    /// When told to stop, Berth says so on `/readyz` and goes on serving for this long.
    pub grace: Duration,
}

#[derive(Debug)]
pub struct Database {
    /// Holds a password, as a rule.
    pub url: SecretString,
    pub max_connections: u32,
}

#[derive(Debug)]
pub struct Oidc {
    /// Exactly as the provider spells it; part of every person's key.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    pub scopes: Vec<String>,
    /// Its name, or with dots between them the names on the way to it.
    pub groups_claim: String,
    /// Where it is not set it follows from the provider.
    pub missing_groups: Option<MissingGroups>,
    /// Whether every address that the provider tells counts as verified, also when it does not say so.
    pub trust_emails: bool,
}

/// What it means that the provider says nothing of somebody's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingGroups {
    /// They are in none.
    None,
    /// Nothing: those it said before stay.
    Unknown,
}

#[derive(Debug)]
pub struct Secrets {
    pub key: Key,
    /// Keys of before, which still open what they sealed.
    pub old_keys: Vec<Key>,
}

#[derive(Debug)]
pub struct Session {
    /// A session that is not used for this long ends.
    pub idle: Duration,
    /// Every session ends after this long.
    pub absolute: Duration,
}

/// Requests in a minute; 0 for no limit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub person_per_minute: u32,
    pub token_per_minute: u32,
    /// Of those who are not signed in.
    pub address_per_minute: u32,
}

#[derive(Debug)]
pub struct Log {
    pub format: LogFormat,
    /// As `tracing` reads it: `info`, `info,sqlx=warn`.
    pub filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug)]
pub struct Worker {
    /// Jobs at the same time.
    pub concurrency: usize,
}

#[derive(Debug)]
pub struct Assets {
    /// The built site: scripts, styles, fonts and their manifest.
    pub dir: PathBuf,
}

#[derive(Debug)]
pub struct Catalog {
    /// The program Helm 4, which renders charts.
    pub helm: PathBuf,
    /// Hosts and networks that may be asked for charts although their addresses are not public.
    pub allowed_hosts: Allowed,
    /// Where bytes of charts are kept in files; none where they are kept in the database.
    pub archives_dir: Option<PathBuf>,
    /// Hosts whose images READMEs and documentation may show, as `images.example.org`.
    pub image_hosts: Vec<String>,
}

#[derive(Debug)]
pub struct Help {
    /// Whom to ask for a team, in words.
    pub contact: String,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Clusters {
    /// Whether the API server of a cluster that is added may be reached without TLS on a loopback address.
    pub allow_http_on_loopback: bool,
}

impl Config {
    /// From `file`, if there is one, and this process's environment.
    pub fn load(file: Option<&Path>) -> Result<Self, Mistakes> {
        read::config(file, std::env::vars_os())
    }
}

impl Http {
    /// Origin of [`Self::public_url`], as a browser sends it.
    pub fn public_origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl Oidc {
    /// Origin of the issuer, for the content security policy.
    pub fn issuer_origin(&self) -> String {
        Url::parse(&self.issuer).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
