//! An identity provider of a test's own: the real program, which can be away, have a wrong clock and other keys.

use crate::run::stack;
use crate::seen::{self, LogsOf};
use crate::{Account, Wire};
use serde_json::{Value, json};
use stack::process::{End, Process};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use uuid::Uuid;

/// Ends with the test.
pub struct Provider {
    dir: PathBuf,
    /// By which Berth and browsers reach it.
    wire: Wire,
    /// Where it listens, in the clear and not.
    ports: [u16; 2],
    process: Option<Process>,
}

impl Provider {
    pub async fn start() -> Self {
        let dir = std::env::temp_dir().join(format!("berth-provider-{}", Uuid::now_v7().simple()));
        std::fs::create_dir(&dir).expect("is made");
        let ports = [stack::free_port(), stack::free_port()].map(|port| port.expect("is free"));
        let wire = Wire::to_address(SocketAddr::from(([127, 0, 0, 1], ports[0]))).await;
        let mut provider = Self { dir, wire, ports, process: None };
        provider.start_again(0).await;
        provider
    }

    /// Where Berth finds it.
    pub fn address(&self) -> SocketAddr {
        self.wire.address()
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.wire.address())
    }

    /// It does not answer.
    pub async fn cut(&mut self) {
        self.wire.cut().await;
    }

    /// It answers again.
    pub async fn restore(&mut self) {
        self.wire.restore().await;
    }

    /// Started anew, with its clock so far ahead (or behind). Its keys stay, what it knew of sessions is gone.
    pub async fn start_again(&mut self, clock_ahead_s: i64) {
        self.end();
        let with = |name: &str| stack().cluster_issuer_ca.with_file_name(name);
        let config = json!({
            "http_port": self.wire.address().port(),
            "http_listen_port": self.ports[0],
            "https_port": self.ports[1],
            "tls_cert_file": with("tls.crt"),
            "tls_key_file": with("tls.key"),
            "accounts_file": program().join("accounts.json"),
            "keys_file": self.dir.join("keys.json"),
            "client_secret_file": stack().client_secret_file,
            "clock_ahead_s": clock_ahead_s,
        });
        let file = self.dir.join("config.json");
        std::fs::write(&file, config.to_string()).expect("is written");
        let mut command = Command::new("node");
        command.arg(program().join("provider.mjs")).arg(&file);
        let process = Process::start("the test's provider", &mut command, &self.log(), End::Terminate);
        let mut process = process.expect("starts");
        let discovery = format!("http://127.0.0.1:{}/.well-known/openid-configuration", self.ports[0]);
        crate::eventually("the test's provider answers", async || {
            process.check().unwrap_or_else(|error| panic!("{error:#}"));
            reqwest::get(&discovery).await.ok().map(drop)
        })
        .await;
        self.process = Some(process);
        self.learn_keys();
    }

    fn learn_keys(&self) {
        let file = std::fs::read_to_string(self.dir.join("keys.json")).expect("can be read");
        let keys: Value = serde_json::from_str(&file).expect("is JSON");
        let [private, cookies] =
            ["/signing/0/d", "/cookies/0"].map(|place| keys.pointer(place).and_then(Value::as_str));
        seen::learn("a key that a provider signs with", private.expect("signs with one"));
        seen::learn("a key of a provider's cookies", cookies.expect("has one"));
    }

    /// Signs with new keys from the next start on.
    pub fn forget_keys(&self) {
        std::fs::remove_file(self.dir.join("keys.json")).expect("there were some");
    }

    /// How often somebody read its keys since its start.
    pub fn n_keys_read(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).expect("can be read");
        log.lines().filter(|line| *line == "GET /jwks").count()
    }

    /// How often it was told to take a token back, since its start.
    pub fn n_taken_back(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).expect("can be read");
        log.lines().filter(|line| *line == "POST /token/revocation").count()
    }

    /// How many answers it has held back since its start.
    pub fn n_held(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).expect("can be read");
        log.lines().filter(|line| *line == "an answer is held back").count()
    }

    /// Lays claims over those of every ID token from now on; null takes one away.
    pub async fn twist(&self, claims: Value) {
        control(&self.issuer(), "id-token", &claims).await;
    }

    /// A token with these claims, signed by it.
    pub async fn sign(&self, header: Value, claims: Value) -> String {
        control(&self.issuer(), "sign", &json!({"header": header, "claims": claims})).await
    }

    /// An account of a test's own there.
    pub async fn account(&self, groups: &[&str]) -> Account {
        Account::at(&self.issuer(), groups).await
    }

    fn end(&mut self) {
        drop(self.process.take());
        seen::keep_logs(LogsOf::Provider, &self.dir);
    }

    fn log(&self) -> PathBuf {
        self.dir.join("provider.log")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.end();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// What a provider of tests lets only those do who know the client's secret.
pub(crate) async fn control(issuer: &str, what: &str, body: &Value) -> String {
    let secret = std::fs::read_to_string(&stack().client_secret_file).expect("can be read");
    let request = reqwest::Client::new().post(format!("{issuer}/control/{what}"));
    let answer = request.bearer_auth(secret.trim()).json(body).send().await.expect("answers");
    assert!(answer.status().is_success(), "{what}: {}", answer.status());
    answer.text().await.expect("is text")
}

fn program() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../identity"))
}
