//! A Keycloak for tests of its own: in memory, on 127.0.0.1, with an administrator and nothing else in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    identity::random_secret,
    ports::free_port,
    process::{End, Process},
    proxies, wait,
};

/// What is downloaded; the same goes for the directory in it.
pub const VERSION: &str = "26.7.3";
/// The variable that holds the path of a [`KeycloakFile`].
pub const KEYCLOAK_VARIABLE: &str = "BERTH_KEYCLOAK";
/// Java starts slowly on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(240);

/// Where it is, and who may do everything in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeycloakFile {
    pub port: u16,
    pub administrator: String,
    pub password: String,
}

/// A running Keycloak, ended on drop.
#[derive(Debug)]
pub struct Keycloak {
    pub file: PathBuf,
    _process: Process,
}

impl Keycloak {
    /// Starts the one in `home`. Its log, and the file about it, are in `dir`.
    pub async fn start(home: &Path, dir: &Path) -> Result<Self> {
        let port = free_port()?;
        let about = KeycloakFile { port, administrator: "administrator".to_owned(), password: random_secret() };
        let mut command = Command::new("sh");
        command
            .arg(home.join("bin/kc.sh"))
            .args(["start-dev", "--db=dev-mem", "--http-host=127.0.0.1"])
            .arg(format!("--http-port={port}"))
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", &about.administrator)
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", &about.password)
            .env("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
        let mut process = Process::start("Keycloak", &mut command, &dir.join("keycloak.log"), End::Terminate)?;
        let ready = format!("http://127.0.0.1:{port}/realms/master/.well-known/openid-configuration");
        let http = proxies::client().build()?;
        wait::until("starting Keycloak", START_LIMIT, async || {
            process.check()?;
            Ok(http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
        })
        .await?;
        let file = dir.join("keycloak.json");
        crate::describe::write(&file, &about)?;
        Ok(Self { file, _process: process })
    }
}

impl Drop for Keycloak {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file); // nothing is there any more
    }
}
