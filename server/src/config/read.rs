//! Which settings there are, what each must be, and what it is when nobody says.

use super::reader::{Mistakes, Reader};
use super::{
    Assets, Catalog, Clusters, Config, Database, Help, Http, Limits, Log, LogFormat, MissingGroups, Oidc, Secrets,
    Session, Worker,
};
use crate::seal::Key;
use ipnet::IpNet;
use secrecy::SecretString;
use sources::guard::Allowed;
use std::collections::HashMap;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use time::Duration;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

/// The configuration from a file and an environment.
pub(super) fn config(
    file: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Config, Mistakes> {
    let (ours, database_url) = split(environment);
    let mut reader = Reader::open(file, ours)?;
    let config = Config {
        http: http(&mut reader),
        database: database(&mut reader, database_url),
        oidc: oidc(&mut reader),
        secrets: Secrets { key: key(&mut reader), old_keys: old_keys(&mut reader) },
        session: session(&mut reader),
        limits: limits(&mut reader),
        log: log(&mut reader),
        worker: Worker { concurrency: reader.number("worker.concurrency", 4, 1..=64) },
        assets: Assets { dir: reader.text("assets.dir").unwrap_or_else(|| "target/site".into()).into() },
        help: Help { contact: reader.text("help.contact").unwrap_or_else(|| "your platform team".into()) },
        clusters: Clusters {
            allow_http_on_loopback: reader
                .parsed("clusters.allow_http_on_loopback", "true or false")
                .unwrap_or_default(),
        },
        catalog: Catalog {
            helm: program(&reader.text("catalog.helm").unwrap_or_else(|| "helm".into())),
            allowed_hosts: allowed_hosts(&mut reader),
            archives_dir: archives_dir(&mut reader),
            image_hosts: image_hosts(&mut reader),
        },
    };
    reader.finish(config)
}

/// A program by its path; by its name alone, where the system finds programs. Whether it is one shows when it is run.
fn program(name: &str) -> PathBuf {
    let search =
        || std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(name)).find(|file| file.is_file());
    match name.contains('/') {
        true => name.into(),
        false => search().unwrap_or_else(|| name.into()),
    }
}

/// Hosts that may be asked for charts although they are not public.
fn allowed_hosts(reader: &mut Reader) -> Allowed {
    const KEY: &str = "catalog.allowed_hosts";
    let lines = reader.list(KEY).unwrap_or_default();
    Allowed::parse(lines.iter().map(String::as_str)).unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|line| reader.mistake(KEY, line.to_string()));
        Allowed::nothing()
    })
}

/// The same for each process, whatever directory it is started in.
fn archives_dir(reader: &mut Reader) -> Option<PathBuf> {
    const KEY: &str = "catalog.archives_dir";
    let dir = PathBuf::from(reader.text(KEY)?);
    if !dir.is_absolute() {
        reader.mistake(KEY, format!("must be an absolute path, not {:?}", dir.display().to_string()));
    }
    Some(dir)
}

/// Names only: they become part of the content security policy.
fn image_hosts(reader: &mut Reader) -> Vec<String> {
    const KEY: &str = "catalog.image_hosts";
    let mut hosts = reader.list(KEY).unwrap_or_default();
    for host in &mut hosts {
        match Host::parse(host) {
            Ok(Host::Domain(name))
                if name.contains('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) =>
            {
                *host = name;
            }
            _ => reader.mistake(KEY, format!("must be names of hosts like images.example.org, not {host:?}")),
        }
    }
    hosts
}

fn http(reader: &mut Reader) -> Http {
    let local = |port| ([127, 0, 0, 1], port).into();
    Http {
        listen: reader.parsed("http.listen", "an address with a port, like 127.0.0.1:8080").unwrap_or(local(8080)),
        public_url: public_url(reader),
        trusted_proxies: trusted_proxies(reader),
        grace: Duration::seconds(reader.number("http.grace_seconds", 5, 0..=120)),
        metrics_listen: match reader.text("http.metrics_listen").as_deref() {
            Some("off") => None,
            _ => Some(
                reader
                    .parsed("http.metrics_listen", "an address with a port, like 127.0.0.1:9090, or off")
                    .unwrap_or(local(9090)),
            ),
        },
    }
}

fn trusted_proxies(reader: &mut Reader) -> Vec<IpNet> {
    const KEY: &str = "http.trusted_proxies";
    let mut networks = Vec::new();
    for text in reader.list(KEY).unwrap_or_default() {
        match text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            Ok(network) => networks.push(network),
            Err(_) => {
                reader.mistake(KEY, format!("must be networks like 10.0.0.0/8 or addresses, not {text:?}"));
            }
        }
    }
    networks
}

fn public_url(reader: &mut Reader) -> Url {
    const KEY: &str = "http.public_url";
    let url: Url = reader
        .parsed(KEY, "an address like https://berth.example.org")
        .unwrap_or_else(|| Url::parse("http://127.0.0.1:8080").expect("is an address"));
    if let Some(problem) = transport_problem(&url) {
        reader.mistake(KEY, problem);
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        reader.mistake(KEY, "must be scheme, host and port only: Berth lives at the root of its host");
    }
    url
}

fn database(reader: &mut Reader, fallback: Option<String>) -> Database {
    const KEY: &str = "database.url";
    let url = reader.text(KEY).or(fallback).unwrap_or_default();
    if url.is_empty() {
        reader.mistake(KEY, "is missing: postgres://USER@HOST/DATABASE (DATABASE_URL would do, too)");
    } else if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        reader.mistake(KEY, "must begin with postgres://");
    } else if names_several(&url) {
        let one = "must name one address, without target_session_attrs: one that leads to the primary, also after a \
                   fail-over, such as a virtual address, a name or a proxy";
        reader.mistake(KEY, one);
    }
    Database { url: url.into(), max_connections: reader.number("database.max_connections", 10, 2..=1000) }
}

/// As other clients of Postgres take it, which try one host after another.
fn names_several(url: &str) -> bool {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let (place, query) = place.split_once('?').unwrap_or((place, ""));
    let hosts = place.split('/').next().and_then(|authority| authority.rsplit('@').next()).unwrap_or_default();
    let is_several = |parameter: &str| {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let has_several = value.contains(',') || value.to_ascii_lowercase().contains("%2c");
        key == "target_session_attrs" || ["host", "hostaddr", "port"].contains(&key) && has_several
    };
    hosts.contains(',') || query.split('&').any(is_several)
}

fn oidc(reader: &mut Reader) -> Oidc {
    let issuer = reader.required("oidc.issuer");
    match Url::parse(&issuer).as_ref().map(transport_problem) {
        Ok(None) => {}
        Ok(Some(problem)) => reader.mistake("oidc.issuer", problem),
        Err(_) if issuer.is_empty() => {}
        Err(_) => reader.mistake("oidc.issuer", "must be an address like https://login.example.org"),
    }
    Oidc {
        issuer,
        client_id: reader.required("oidc.client_id"),
        client_secret: client_secret(reader),
        scopes: scopes(reader),
        groups_claim: reader.text("oidc.groups_claim").unwrap_or_else(|| "groups".into()),
        missing_groups: missing_groups(reader),
        trust_emails: reader.parsed("oidc.trust_emails", "true or false").unwrap_or(false),
    }
}

fn missing_groups(reader: &mut Reader) -> Option<MissingGroups> {
    const KEY: &str = "oidc.missing_groups";
    match reader.text(KEY).as_deref() {
        None => None,
        Some("none") => Some(MissingGroups::None),
        Some("unknown") => Some(MissingGroups::Unknown),
        Some(_) => {
            reader.mistake(KEY, "must be none or unknown");
            None
        }
    }
}

fn client_secret(reader: &mut Reader) -> SecretString {
    const KEY: &str = "oidc.client_secret_file";
    let path = reader.required(KEY);
    if path.is_empty() {
        return SecretString::default();
    }
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => reader.mistake(KEY, format!("{path} is empty")),
        Ok(text) => return text.trim().to_owned().into(),
        Err(error) => reader.mistake(KEY, format!("{path} cannot be read: {error}")),
    }
    SecretString::default()
}

fn scopes(reader: &mut Reader) -> Vec<String> {
    let standard = || ["openid", "profile", "email", "groups"].map(str::to_owned).to_vec();
    let scopes = reader.list("oidc.scopes").unwrap_or_else(standard);
    if !scopes.iter().any(|scope| scope == "openid") {
        reader.mistake("oidc.scopes", "must contain openid");
    }
    scopes
}

fn key(reader: &mut Reader) -> Key {
    const KEY: &str = "secrets.key_file";
    let path = reader.text(KEY).unwrap_or_default();
    if path.is_empty() {
        reader.mistake(KEY, "is missing: make a key with `berth key new FILE` and name the file here");
        return Key::generate();
    }
    Key::read(Path::new(&path)).unwrap_or_else(|error| {
        reader.mistake(KEY, format!("{path} {error}"));
        Key::generate()
    })
}

/// Keys that were replaced, as long as something may be sealed with them.
fn old_keys(reader: &mut Reader) -> Vec<Key> {
    const KEY: &str = "secrets.old_key_files";
    let mut keys = Vec::new();
    for path in reader.list(KEY).unwrap_or_default() {
        match Key::read(Path::new(&path)) {
            Ok(key) => keys.push(key),
            Err(error) => reader.mistake(KEY, format!("{path} {error}")),
        }
    }
    keys
}

fn session(reader: &mut Reader) -> Session {
    Session {
        idle: Duration::minutes(reader.number("session.idle_minutes", 60, 1..=7 * 24 * 60)),
        absolute: Duration::hours(reader.number("session.absolute_hours", 12, 1..=30 * 24)),
    }
}

fn limits(reader: &mut Reader) -> Limits {
    Limits {
        person_per_minute: reader.number("limits.person_per_minute", 1200, 0..=1_000_000),
        token_per_minute: reader.number("limits.token_per_minute", 600, 0..=1_000_000),
        address_per_minute: reader.number("limits.address_per_minute", 600, 0..=1_000_000),
    }
}

fn log(reader: &mut Reader) -> Log {
    let format = match reader.text("log.format").as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(_) => {
            reader.mistake("log.format", "must be text or json");
            LogFormat::Text
        }
    };
    let filter = reader.text("log.filter").unwrap_or_else(|| "info,sqlx=warn".into());
    if let Err(error) = EnvFilter::try_new(&filter) {
        reader.mistake("log.filter", format!("is no log filter: {error}"));
    }
    Log { format, filter }
}

/// Cookies and codes must not travel in the clear.
fn transport_problem(url: &Url) -> Option<&'static str> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("must name a host"),
    };
    match url.scheme() {
        "https" => None,
        "http" if loopback => None,
        "http" => Some("must be https (http is for loopback addresses only)"),
        _ => Some("must begin with https://"),
    }
}

/// The variables that are configuration, and `DATABASE_URL`.
fn split(environment: impl Iterator<Item = (OsString, OsString)>) -> (HashMap<String, String>, Option<String>) {
    let texts = environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (mut ours, mut database_url) = (HashMap::new(), None);
    for (name, value) in texts {
        if name == "DATABASE_URL" {
            database_url = Some(value);
        } else if name.strip_prefix("BERTH_").is_some_and(|rest| rest.contains("__")) {
            ours.insert(name, value);
        }
    }
    (ours, database_url)
}
