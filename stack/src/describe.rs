//! The files that tell other programs (tests, browsers, people) where the parts are.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    cluster::Cluster,
    identity::{Account, CLIENT_ID, Identity, write_secret},
    registry::Address,
};

/// The variable that holds the path of a [`StackFile`].
pub const STACK_VARIABLE: &str = "BERTH_STACK";
/// The variable that holds the path of the program `helm`, for tests that need no stack.
pub const HELM_VARIABLE: &str = "BERTH_HELM";
/// The variable that holds the path of a [`DemoFile`].
pub const DEMO_VARIABLE: &str = "BERTH_DEMO";

/// What `cargo xtask up` leaves in `target/stack/stack.json`: the parts, without a Berth.
#[derive(Debug, Serialize, Deserialize)]
pub struct StackFile {
    /// As a superuser, who may create a database per test.
    pub database_url: Url,
    pub kubeconfig: PathBuf,
    pub issuer: String,
    pub client_id: String,
    pub client_secret_file: PathBuf,
    pub cluster_issuer: String,
    pub cluster_issuer_ca: PathBuf,
    /// The program, which is `kubectl` too.
    pub devcluster: PathBuf,
    /// The program `helm`.
    pub helm: PathBuf,
    /// Where charts are pushed to and come from.
    pub registry: Address,
    /// The program `berth`.
    pub berth: PathBuf,
    pub site_dir: PathBuf,
    pub accounts: Vec<Account>,
}

/// Programs by their paths.
pub struct Programs {
    pub devcluster: PathBuf,
    pub helm: PathBuf,
    pub berth: PathBuf,
}

impl StackFile {
    pub fn new(
        database_url: &Url,
        cluster: &Cluster,
        identity: &Identity,
        registry: &Address,
        programs: Programs,
        site_dir: PathBuf,
    ) -> Self {
        let Programs { devcluster, helm, berth } = programs;
        Self {
            database_url: database_url.clone(),
            kubeconfig: cluster.kubeconfig.clone(),
            issuer: identity.issuer.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret_file: identity.client_secret_file.clone(),
            cluster_issuer: identity.cluster_issuer.clone(),
            cluster_issuer_ca: identity.cluster_issuer_ca.clone(),
            devcluster,
            helm,
            registry: registry.clone(),
            berth,
            site_dir,
            accounts: identity.accounts.clone(),
        }
    }

    /// Reads the file that the environment names.
    pub fn from_env() -> Result<Self> {
        let file = env::var_os(STACK_VARIABLE)
            .with_context(|| format!("{STACK_VARIABLE} is not set; run `cargo xtask up` and set it to target/stack/stack.json, or run `cargo xtask test`"))?;
        read(Path::new(&file))
    }
}

/// What `cargo xtask demo` leaves in `target/demo/demo.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct DemoFile {
    pub url: String,
    pub issuer: String,
    pub database_url: Url,
    pub kubeconfig: PathBuf,
    pub accounts: Vec<DemoAccount>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoAccount {
    #[serde(flatten)]
    pub account: Account,
    /// A bearer token with the scope `write`.
    pub token: String,
}

/// Reads one of the files above.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not what it should be", file.display()))
}

/// Writes one of the files above, whole or not at all, for our eyes only: it holds passwords and tokens.
pub fn write<T: Serialize>(file: &Path, content: &T) -> Result<()> {
    let unfinished = file.with_extension("part");
    write_secret(&unfinished, &serde_json::to_string_pretty(content)?)?;
    fs::rename(&unfinished, file).with_context(|| format!("write {}", file.display()))
}
