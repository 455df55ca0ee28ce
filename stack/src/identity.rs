//! The identity provider of the demo and the tests (`identity/provider.mjs`), its accounts, secrets and certificates.

use std::{
    fs,
    io::Write,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    ports,
    process::{End, Process},
    proxies, wait,
};

const START_LIMIT: Duration = Duration::from_secs(30);

/// The client that Berth is at the http issuer.
pub const CLIENT_ID: &str = "berth";
/// The client that people are at the https issuer when they talk to the cluster.
pub const CLUSTER_CLIENT_ID: &str = "kubernetes";

/// An account that can sign in. People are named by their role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub role: String,
    pub email: String,
    pub password: String,
}

/// A running identity provider, ended on drop.
#[derive(Debug)]
pub struct Identity {
    /// The issuer for Berth's sign-in.
    pub issuer: String,
    pub client_secret_file: PathBuf,
    /// The https issuer that the cluster trusts, with the same accounts.
    pub cluster_issuer: String,
    pub cluster_issuer_ca: PathBuf,
    pub accounts: Vec<Account>,
    process: Process,
}

impl Identity {
    /// Starts the provider in the directory `program` (with its packages installed). Keys, ports and the client's
    /// secret are in `dir/identity` and survive a restart.
    pub async fn start(program: &Path, dir: &Path) -> Result<Self> {
        let data = dir.join("identity");
        fs::create_dir_all(&data)?;
        let [http_port, https_port] = ports::remembered(&data.join("ports.json"))?;
        let client_secret_file = data.join("client-secret");
        if !client_secret_file.exists() {
            write_secret(&client_secret_file, &random_secret())?;
        }
        let cluster_issuer_ca = data.join("ca.crt");
        if !cluster_issuer_ca.exists() {
            make_certificates(&data, "Berth demo identity provider")?;
        }
        let accounts_file = program.join("accounts.json");
        let config = json!({
            "http_port": http_port,
            "https_port": https_port,
            "tls_cert_file": data.join("tls.crt"),
            "tls_key_file": data.join("tls.key"),
            "accounts_file": accounts_file,
            "keys_file": data.join("keys.json"),
            "client_secret_file": client_secret_file,
        });
        let config_file = data.join("config.json");
        fs::write(&config_file, serde_json::to_vec_pretty(&config)?)?;
        let mut command = Command::new("node");
        command.arg(program.join("provider.mjs")).arg(&config_file);
        let mut process =
            Process::start("The identity provider", &mut command, &dir.join("identity.log"), End::Terminate)?;

        let issuer = format!("http://127.0.0.1:{http_port}");
        let cluster_issuer = format!("https://127.0.0.1:{https_port}");
        for (issuer, http) in [(&issuer, proxies::client().build()?), (&cluster_issuer, trusting(&cluster_issuer_ca)?)]
        {
            let discovery = format!("{issuer}/.well-known/openid-configuration");
            wait::until("starting the identity provider", START_LIMIT, async || {
                process.check()?;
                Ok(http.get(&discovery).send().await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
            })
            .await?;
        }
        Ok(Self {
            issuer,
            client_secret_file,
            cluster_issuer,
            cluster_issuer_ca,
            accounts: read_accounts(&accounts_file)?,
            process,
        })
    }

    pub fn check(&mut self) -> Result<()> {
        self.process.check()
    }
}

/// An HTTP client that trusts the given certificate authority, follows no redirect and keeps no cookie.
pub(crate) fn trusting(ca: &Path) -> Result<reqwest::Client> {
    let ca = reqwest::Certificate::from_pem(&fs::read(ca)?)?;
    Ok(proxies::client().tls_certs_only([ca]).redirect(reqwest::redirect::Policy::none()).build()?)
}

pub(crate) fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Writes a file that only we can read.
pub(crate) fn write_secret(file: &Path, secret: &str) -> Result<()> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut open| open.write_all(secret.as_bytes()))
        .with_context(|| format!("write {}", file.display()))
}

fn read_accounts(file: &Path) -> Result<Vec<Account>> {
    let text = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a list of accounts", file.display()))
}

/// Makes a certificate authority and, signed by it, a certificate for 127.0.0.1. The authority's key is not kept.
pub(crate) fn make_certificates(dir: &Path, of: &str) -> Result<()> {
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Berth demo");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::default();
    server.distinguished_name.push(DnType::CommonName, of);
    server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let cert = server.signed_by(&key, &ca)?;
    write_secret(&dir.join("tls.key"), &key.serialize_pem())?;
    fs::write(dir.join("tls.crt"), cert.pem())?;
    fs::write(dir.join("ca.crt"), ca.pem())?; // last: it says that the others are there
    Ok(())
}
