//! The parts that Berth stands on, started and watched.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Result, bail};
use stack::{
    berth::Berth,
    cluster::{Cluster, NodeParts},
    identity::Identity,
    postgres::Postgres,
    registry::Registry,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::sleep,
};
use url::Url;

use crate::{progress::Steps, project::Project};

/// What is somebody's own and what is made new.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub kubeconfig: Option<PathBuf>,
    pub database_url: Option<Url>,
    /// What a node that runs containers is made of; without it all are simulated.
    pub real_node: Option<NodeParts>,
    /// Use the data of the former start.
    pub keep: bool,
}

/// Running parts; dropped in this order, which is the order in which they need each other.
pub struct Running {
    pub cluster: Cluster,
    pub identity: Identity,
    pub registry: Registry,
    pub database_url: Url,
    postgres: Option<Postgres>,
}

impl Running {
    pub async fn start(project: &Project, steps: &Steps, dir: &Path, choice: Choice) -> Result<Self> {
        let (database_url, postgres) = match choice.database_url {
            Some(url) => (url, None),
            None => {
                let postgres = steps.wait("Start Postgres", Postgres::start(dir, !choice.keep)).await?;
                (postgres.url().clone(), Some(postgres))
            }
        };
        let identity = steps.wait("Start the identity provider", Identity::start(&project.identity(), dir)).await?;
        let program = project.registry();
        let registry = Registry::start(&program, dir, !choice.keep);
        let registry = steps.wait("Start the registry", registry).await?;
        let cluster = match choice.kubeconfig {
            Some(kubeconfig) => Cluster::existing(kubeconfig.canonicalize()?),
            None => {
                let program = project.devcluster();
                let trusted = (identity.cluster_issuer.as_str(), identity.cluster_issuer_ca.as_path());
                let start = Cluster::start(&program, dir, trusted, !choice.keep, choice.real_node.as_ref());
                steps.wait("Start the cluster", start).await?
            }
        };
        Ok(Self { cluster, identity, registry, database_url, postgres })
    }

    /// Returns, with an error, when a part ended by itself; `berth` counts as one.
    pub async fn watch(&mut self, mut berth: Option<&mut Berth>) -> Result<()> {
        loop {
            self.cluster.check()?;
            self.identity.check()?;
            self.registry.check()?;
            if let Some(postgres) = &mut self.postgres {
                postgres.check()?;
            }
            if let Some(berth) = &mut berth {
                berth.check()?;
            }
            sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Does `work` until it is done, or until somebody asks us to end: then what it started is dropped, and thereby ended.
pub fn until_asked_to_end(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        // Listen first: what is started may block before it waits for anything.
        let [mut interrupt, mut terminate, mut hangup] =
            [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
        tokio::select! {
            done = work => done,
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
            _ = hangup.recv() => Ok(()),
        }
    })
}

/// A directory that one start has to itself, and the file in it that says where the parts are. The file is there only
/// while they are: what a killed start left is removed by the next.
pub struct Place {
    pub dir: PathBuf,
    pub file: PathBuf,
    _lock: File,
}

impl Place {
    /// Errs if another start has the directory.
    pub fn take(dir: PathBuf, file_name: &str) -> Result<Self> {
        let Some(lock) = lock(&dir)? else { bail!("one runs in {} already; end it first", dir.display()) };
        let file = dir.join(file_name);
        let _ = fs::remove_file(&file);
        Ok(Self { dir, file, _lock: lock })
    }

    /// Whether a start has the directory.
    pub fn is_taken(dir: &Path) -> Result<bool> {
        Ok(lock(dir)?.is_none())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// None if another process holds it. A lock goes with the process that holds it.
fn lock(dir: &Path) -> Result<Option<File>> {
    let file = File::create(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
