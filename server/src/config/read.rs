//! Reads the configuration key by key, and collects what is wrong with it.

use super::{Assets, Config, Database, Help, Http, Log, LogFormat, Oidc, Secrets, Session, Worker};
use crate::seal::Key;
use config::{Environment, File, FileFormat, Source, ValueKind};
use secrecy::SecretString;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use time::Duration;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `section.key`; empty when it is about the whole file.
    pub key: String,
    pub says: String,
}

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
        secrets: Secrets { key: key(&mut reader) },
        session: session(&mut reader),
        log: log(&mut reader),
        worker: Worker { concurrency: reader.number("worker.concurrency", 4, 1..=64) },
        assets: Assets { dir: reader.text("assets.dir").unwrap_or_else(|| "target/site".into()).into() },
        help: Help { contact: reader.text("help.contact").unwrap_or_else(|| "your platform team".into()) },
    };
    reader.finish(config)
}

fn http(reader: &mut Reader) -> Http {
    let local = |port| ([127, 0, 0, 1], port).into();
    Http {
        listen: reader.parsed("http.listen", "an address with a port, like 127.0.0.1:8080").unwrap_or(local(8080)),
        public_url: public_url(reader),
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
    }
    Database { url: url.into(), max_connections: reader.number("database.max_connections", 10, 2..=1000) }
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

fn session(reader: &mut Reader) -> Session {
    Session {
        idle: Duration::minutes(reader.number("session.idle_minutes", 60, 1..=7 * 24 * 60)),
        absolute: Duration::hours(reader.number("session.absolute_hours", 12, 1..=30 * 24)),
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

/// Hands out values and remembers which keys exist and what was wrong. After a mistake it hands out
/// something harmless, so that reading goes on; [`Reader::finish`] lets none of it through.
struct Reader {
    values: config::Config,
    known: BTreeSet<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn open(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Self, Mistakes> {
        let mut sources = config::Config::builder();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| whole(path, &error))?;
            sources = sources.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let environment =
            Environment::with_prefix("BERTH").prefix_separator("_").separator("__").source(Some(environment));
        let values =
            sources.add_source(environment).build().map_err(|error| whole(file.unwrap_or(Path::new("")), &error))?;
        Ok(Self { values, known: BTreeSet::new(), mistakes: Vec::new() })
    }

    /// An empty text is as good as none.
    fn text(&mut self, key: &'static str) -> Option<String> {
        self.known.insert(key);
        match self.values.get_string(key) {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(config::ConfigError::NotFound(_)) => None,
            Err(_) => {
                self.mistake(key, "must be a text");
                None
            }
        }
    }

    fn required(&mut self, key: &'static str) -> String {
        let before = self.mistakes.len();
        let text = self.text(key);
        if text.is_none() && self.mistakes.len() == before {
            self.mistake(key, "is missing");
        }
        text.unwrap_or_default()
    }

    fn parsed<T: FromStr>(&mut self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.mistake(key, format!("must be {what}, not {text:?}"));
        }
        parsed
    }

    fn number<T>(&mut self, key: &'static str, standard: T, allowed: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let what = format!("a number from {} to {}", allowed.start(), allowed.end());
        let Some(number) = self.parsed(key, &what) else { return standard };
        if !allowed.contains(&number) {
            self.mistake(key, format!("must be {what}, not {number}"));
        }
        number
    }

    /// A list in the file, or words with blanks between them.
    fn list(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.known.insert(key);
        match self.values.get_array(key) {
            Ok(values) => Some(values.into_iter().map(|value| value.to_string()).collect()),
            Err(_) => Some(self.text(key)?.split_whitespace().map(str::to_owned).collect()),
        }
    }

    fn mistake(&mut self, key: &str, says: impl Into<String>) {
        let mistake = Mistake { key: key.to_owned(), says: says.into() };
        // A value that is asked for twice is wrong once.
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    fn finish(mut self, config: Config) -> Result<Config, Mistakes> {
        for key in self.unknown() {
            self.mistake(&key, "is not a setting of Berth");
        }
        if self.mistakes.is_empty() { Ok(config) } else { Err(Mistakes(self.mistakes)) }
    }

    /// Keys that nobody asked for: misspelt, as a rule.
    fn unknown(&self) -> BTreeSet<String> {
        let sections = self.values.collect().unwrap_or_default();
        let keys = sections.into_iter().flat_map(|(section, value)| match value.kind {
            ValueKind::Table(keys) => keys.into_keys().map(|key| format!("{section}.{key}")).collect(),
            _ => vec![section],
        });
        keys.filter(|key| !self.known.contains(key.as_str())).collect()
    }
}

fn whole(file: &Path, problem: &dyn fmt::Display) -> Mistakes {
    Mistakes(vec![Mistake { key: String::new(), says: format!("{}: {problem}", file.display()) }])
}

impl Mistake {
    /// The environment variable that sets the same.
    fn variable(&self) -> String {
        format!("BERTH_{}", self.key.replace('.', "__").to_uppercase())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            f.write_str(&self.says)
        } else {
            write!(f, "{} ({}) {}", self.key, self.variable(), self.says)
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {}:", count(self.0.len()))?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

fn count(n: usize) -> String {
    if n == 1 { "a mistake".to_owned() } else { format!("{n} mistakes") }
}

impl std::error::Error for Mistakes {}
