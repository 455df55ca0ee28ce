//! Runs the real helm as a child process: without any cluster, to see what charts render to ([`Helm`]), and as one account in one
//! namespace, to do something about releases ([`Releases`]).
//!
//! A chart is somebody else's program: its templates may loop, ask for a terabyte, or look for what is not theirs. What keeps it
//! in is, in this order:
//!
//! - **Files.** Chart and values are written into a folder of the run (0700), which is the only one helm is told of and is
//!   removed afterwards. Helm's own functions read files of the chart only; there are no links in it, because none are written.
//! - **Environment.** Cleared. `HOME`, helm's own folders and `KUBECONFIG` point into the folder of the run, where there is no
//!   kubeconfig but for operations; without `KUBERNETES_SERVICE_HOST` the account of Berth's own pod is not found either.
//! - **Network.** `helm template` looks up neither cluster nor names unless told to, and is not. What it does load by itself is
//!   what a `values.schema.json` refers to, by `https:` or `file:`: such schemas are left unchecked ([`SchemaCheck`]). Where the
//!   kernel lets us, helm has a network of its own with nothing in it besides; where not, its proxy is one that does not answer,
//!   which addresses of this machine itself go past.
//! - **Time and memory.** Processor time, memory and file sizes are limited by `ulimit`; above [`Limits::time`] and above the
//!   bounds of output, the whole process group is ended.
//! - **Death.** A shell between Berth and helm waits for the end of a pipe that Berth holds: when Berth is gone, however it
//!   went, helm and the folder go too.

mod chart_files;
mod connection;
mod error;
mod failure;
mod folder;
mod follow;
mod history;
mod lines;
mod lint;
mod message;
mod process;
mod release;
pub mod release_secret;
mod releases;
mod schema;

pub use chart_files::{ChartFiles, UnsafePath};
pub use connection::{Connection, NotAServer};
pub use error::HelmError;
pub use failure::{Admission, Cause, Failure, Forbidden, Undone, Waited};
pub use follow::{Cancel, Follow, LONGEST_LINE, Line, MOST_LINES, Stream};
pub use history::{Recovery, Revision, recovery};
pub use lint::{Finding, Lint, Severity};
pub use process::Limits;
pub use release::{ChartMetadata, Hook, Info, LastRun, Release, Status};
pub use releases::{
    Deploy, Labels, Left, Metadata, OnFailure, OperationError, Releases, Rollback, ServerSide, StoppedBy, Test,
    Uninstall, Uninstalled, Wait,
};
pub use schema::{SchemaCheck, Unchecked};

use folder::Folder;
use process::Finished;
use releases::Kind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A helm whose version was looked at.
#[derive(Debug, Clone)]
pub struct Helm {
    program: PathBuf,
    version: String,
    permits: Arc<Semaphore>,
    limits: Limits,
}

/// What a chart is rendered with.
#[derive(Debug, Clone)]
pub struct Render<'a> {
    pub release: &'a str,
    pub namespace: &'a str,
    /// YAML; empty for the chart's own.
    pub values: &'a str,
    /// As `Capabilities.KubeVersion`, `1.33.0`; none is helm's own idea of it.
    pub kube_version: Option<&'a str>,
    /// Besides those that helm knows, as `monitoring.coreos.com/v1`.
    pub api_versions: &'a [String],
}

/// What a chart renders to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Documents of YAML, CRDs, hooks and tests among them.
    pub manifests: String,
    pub schema: SchemaCheck,
}

impl Helm {
    /// The program at `path`, if it is a helm of version 4. No more runs at a time than there are `permits`.
    pub async fn at(path: &Path, permits: Arc<Semaphore>, limits: Limits) -> Result<Self, HelmError> {
        if !path.is_file() {
            return Err(HelmError::NotFound { path: path.to_owned() });
        }
        let program = std::path::absolute(path).map_err(HelmError::Io)?;
        let mut helm = Self { program, version: String::new(), permits, limits };
        let finished = helm.run(&ChartFiles::default(), "", &["version".into(), "--short".into()]).await?;
        let said = finished.stdout.trim();
        let version = said.split_once('+').map_or(said, |(version, _)| version);
        if !version.starts_with("v4.") {
            return Err(HelmError::WrongVersion { path: path.to_owned(), said: message::first_line(said) });
        }
        version.clone_into(&mut helm.version);
        Ok(helm)
    }

    /// `v4.3.1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `helm template`: everything that `helm install` would apply, and the CRDs.
    pub async fn template(&self, chart: &ChartFiles, render: &Render<'_>) -> Result<Rendered, HelmError> {
        let schema = schema::check_of(chart);
        let mut arguments = vec!["template".to_owned(), "--include-crds".into()];
        arguments.push(format!("--namespace={}", render.namespace));
        arguments.extend(render.kube_version.map(|version| format!("--kube-version={version}")));
        arguments.extend(render.api_versions.iter().map(|version| format!("--api-versions={version}")));
        arguments.extend(schema.argument().map(str::to_owned));
        arguments.extend(
            [folder::VALUES_ARGUMENT, "--", render.release, folder::CHART_ARGUMENT].into_iter().map(str::to_owned),
        );
        let finished = self.run(chart, render.values, &arguments).await?.successful()?;
        Ok(Rendered { manifests: finished.stdout, schema })
    }

    /// `helm lint`: what helm finds wrong with a chart, which is not an error of the run.
    pub async fn lint(&self, chart: &ChartFiles, render: &Render<'_>) -> Result<Lint, HelmError> {
        let schema = schema::check_of(chart);
        let mut arguments = vec!["lint".to_owned(), format!("--namespace={}", render.namespace)];
        arguments.extend(render.kube_version.map(|version| format!("--kube-version={version}")));
        arguments.extend(schema.argument().map(str::to_owned));
        arguments.extend([folder::VALUES_ARGUMENT, "--", folder::CHART_ARGUMENT].into_iter().map(str::to_owned));
        let finished = self.run(chart, render.values, &arguments).await?;
        match lint::read(&finished) {
            Some(lint) => Ok(lint),
            None => Err(finished.failed()),
        }
    }

    /// Releases where `connection` leads. No more operations at a time than there are `permits`, which should be others than those of
    /// renderings: an operation waits for a cluster. Questions are short, and take their permits and limits from those.
    pub fn releases(&self, connection: Connection, permits: Arc<Semaphore>, limits: Limits) -> Releases {
        let questions = Kind { permits: Arc::clone(&self.permits), limits: self.limits };
        Releases { program: self.program.clone(), connection, operations: Kind { permits, limits }, questions }
    }

    async fn run(&self, chart: &ChartFiles, values: &str, arguments: &[String]) -> Result<Finished, HelmError> {
        // Closed by nobody: a semaphore of the caller's that is means that Berth ends.
        let _permit = self.permits.acquire().await.map_err(|_| HelmError::Stopping)?;
        let folder = Folder::write(chart, values, None).await?;
        let finished = process::run(&self.program, arguments, &folder, &self.limits).await;
        folder.remove().await;
        finished
    }
}
