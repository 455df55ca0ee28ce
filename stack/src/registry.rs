//! Where charts come from in the demo and the tests: a real registry with the host of its tokens and a repository with an
//! index, over TLS that only those trust who are given its authority.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    identity::{make_certificates, random_secret, write_secret},
    ports,
};

const START_LIMIT: Duration = Duration::from_secs(30);
/// Who may sign in.
const USER: &str = "robot";

/// How it is reached, and as whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// Scheme, host and port of the registry.
    pub registry: String,
    /// Of the host that gives its tokens.
    pub tokens: String,
    /// Of the repository with an index.
    pub repository: String,
    /// Its files: whoever writes there writes what it has.
    pub repository_dir: PathBuf,
    pub ca: PathBuf,
    pub user: String,
    pub password: String,
}

/// A running registry; it ends when this is dropped.
#[derive(Debug)]
pub struct Registry {
    pub address: Address,
    dir: PathBuf,
    process: Child,
}

#[derive(Deserialize)]
struct Said {
    registry: String,
    tokens: String,
    repository: String,
}

impl Registry {
    /// Starts the `program` with its data below `dir/registry`, which is new if `is_new`. Ports, password and certificates
    /// survive a restart.
    pub async fn start(program: &Path, dir: &Path, is_new: bool) -> Result<Self> {
        let dir = dir.join("registry");
        if is_new && dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(dir.join("repository"))?;
        let [registry_port, tokens_port, repository_port] = ports::remembered(&dir.join("ports.json"))?;
        let ca = dir.join("ca.crt");
        if !ca.exists() {
            make_certificates(&dir, "Berth demo registry")?;
        }
        let secret = dir.join("password");
        if !secret.exists() {
            write_secret(&secret, &random_secret())?;
        }
        let password = fs::read_to_string(&secret)?;
        write_secret(&dir.join("users"), &format!("{USER}:{password}\n"))?;
        let log = fs::File::create(dir.join("registry.log"))?;
        let mut process = Command::new(program)
            .args(["--auth", "token", "--dir"])
            .arg(&dir)
            .arg("--repository")
            .arg(dir.join("repository"))
            .arg("--users")
            .arg(dir.join("users"))
            .arg("--certificate")
            .arg(dir.join("tls.crt"))
            .arg("--key")
            .arg(dir.join("tls.key"))
            .arg("--port")
            .arg(registry_port.to_string())
            .arg("--tokens-port")
            .arg(tokens_port.to_string())
            .arg("--repository-port")
            .arg(repository_port.to_string())
            // It ends when its input does: also when we are killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let stdout = process.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(START_LIMIT, lines.next_line()).await.context("the registry does not start")??;
        let Said { registry, tokens, repository } = match line {
            Some(line) => serde_json::from_str(&line)?,
            None => bail!("the registry ended: see {}", dir.join("registry.log").display()),
        };
        let repository_dir = dir.join("repository");
        let address = Address { registry, tokens, repository, repository_dir, ca, user: USER.into(), password };
        Ok(Self { address, dir, process })
    }

    /// Errs when it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the registry ended ({status}): see {}", self.dir.join("registry.log").display()),
        }
    }
}

/// With the real `helm`, as whoever makes charts does it.
impl Address {
    /// Packs the chart in a directory into another, and answers the archive.
    pub fn package(helm: &Path, chart: &Path, to: &Path) -> Result<PathBuf> {
        fs::create_dir_all(to)?;
        let said = run(helm, &["package".as_ref(), chart.as_os_str(), "--destination".as_ref(), to.as_os_str()])?;
        let archive = said.trim().rsplit(": ").next().map(PathBuf::from);
        archive.filter(|archive| archive.is_file()).with_context(|| format!("helm package says: {said}"))
    }

    /// Pushes an archive below this path of the registry.
    pub fn push(&self, helm: &Path, archive: &Path, path: &str) -> Result<()> {
        let to = format!("{}/{path}", self.registry.replacen("https://", "oci://", 1));
        let words = ["push".as_ref(), archive.as_os_str(), to.as_ref(), "--ca-file".as_ref(), self.ca.as_os_str()];
        let sign_in = ["--username", &self.user, "--password", &self.password].map(OsStr::new);
        run(helm, &[&words[..], &sign_in].concat()).map(drop)
    }

    /// Gives the archives in a directory of the repository an index.
    pub fn index(&self, helm: &Path, path: &str) -> Result<()> {
        let dir = self.repository_dir.join(path);
        run(helm, &["repo".as_ref(), "index".as_ref(), dir.as_os_str()]).map(drop)
    }
}

/// In a home of its own: what somebody has set up for their Helm is not for this one.
fn run(helm: &Path, words: &[&OsStr]) -> Result<String> {
    let home = helm.with_file_name("helm-home");
    let ended = std::process::Command::new(helm).args(words).env_clear().env("HOME", &home).output()?;
    if !ended.status.success() {
        let word = words.first().copied().unwrap_or_default().to_string_lossy().into_owned();
        bail!("helm {word}: {}", String::from_utf8_lossy(&ended.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}
