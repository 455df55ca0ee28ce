//! Operations on releases in one namespace of a cluster.
//!
//! What is said of renderings in the crate's own words holds here, too, but for the network: helm reaches the API server, by its
//! address and past a proxy that does not answer, which is all that anything else would find. The token is in a kubeconfig (0600)
//! in the folder of the run, and nowhere else: not among arguments or in the environment, and it is taken out of whatever helm says.
//! Helm has no plugins and no repositories, because its folders are empty; charts are folders, values are files.
//!
//! An operation is not undone by being stopped. Installs and upgrades write down that they failed when they are asked to end,
//! everything else leaves the release as it is, and so does being killed: [`crate::recovery`] says what then.

mod operation;
mod run;

pub use operation::{Deploy, Labels, OnFailure, Rollback, ServerSide, Test, Uninstall, Wait};
pub use run::{Left, OperationError, StoppedBy};

use super::chart_files::ChartFiles;
use super::connection::Connection;
use super::follow::{Cancel, Follow};
use super::history::Revision;
use super::process::Limits;
use super::release::{Release, Status};
use run::{Output, Run};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A namespace of a cluster, as one account that may do there what it may.
#[derive(Debug, Clone)]
pub struct Releases {
    pub(super) program: PathBuf,
    pub(super) connection: Connection,
    /// Of operations, which take long.
    pub(super) operations: Kind,
    /// Of questions, which do not.
    pub(super) questions: Kind,
}

/// How many of one kind may run, and how much each may take.
#[derive(Debug, Clone)]
pub struct Kind {
    pub permits: Arc<Semaphore>,
    pub limits: Limits,
}

/// What is left of a release that was uninstalled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uninstalled {
    /// Objects that its chart wants to be kept (`helm.sh/resource-policy: keep`), as `[ConfigMap] web`.
    pub kept: Vec<String>,
    /// Objects that helm left where they are because they are not the release's, or because the account may not even look at them.
    /// Helm calls that a success, and nobody finds them by the release any more.
    pub left: Vec<String>,
}

/// What a revision is and what it is marked with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    pub name: String,
    pub revision: u32,
    pub status: Status,
    /// Of its chart.
    pub chart: String,
    pub version: String,
    #[serde(default, rename = "appVersion")]
    pub app_version: String,
    /// Those that operations gave it, and helm's own (`name`, `owner`, `status`, `version`, `modifiedAt`).
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

impl Releases {
    /// `helm install`. Fails if there is a release of this name in any state.
    pub async fn install(&self, deploy: &Deploy<'_>, follow: Follow<'_>) -> Result<Release, OperationError> {
        self.deploy(deploy.install_arguments(), deploy, follow).await
    }

    /// `helm upgrade`. Fails if there is nothing that is deployed, or somebody is at it.
    pub async fn upgrade(&self, deploy: &Deploy<'_>, follow: Follow<'_>) -> Result<Release, OperationError> {
        self.deploy(deploy.upgrade_arguments(), deploy, follow).await
    }

    async fn deploy(
        &self,
        arguments: Vec<String>,
        deploy: &Deploy<'_>,
        follow: Follow<'_>,
    ) -> Result<Release, OperationError> {
        let run = Run { arguments, chart: deploy.chart, values: deploy.values, output: Output::Json };
        parse(&self.operate(&run, follow).await?)
    }

    /// `helm rollback`, which makes a new revision that is like the former one.
    pub async fn roll_back(&self, rollback: &Rollback<'_>, follow: Follow<'_>) -> Result<(), OperationError> {
        self.operate(&without_chart(rollback.arguments(), Output::Text), follow).await.map(drop)
    }

    /// `helm uninstall`.
    pub async fn uninstall(
        &self,
        uninstall: &Uninstall<'_>,
        follow: Follow<'_>,
    ) -> Result<Uninstalled, OperationError> {
        let said = self.operate(&without_chart(uninstall.arguments(), Output::Text), follow).await?;
        Ok(read_uninstalled(&said))
    }

    /// `helm test`. How each test went is in [`Releases::status`], among the hooks.
    pub async fn test(&self, test: &Test<'_>, follow: Follow<'_>) -> Result<(), OperationError> {
        self.operate(&without_chart(test.arguments(), Output::Text), follow).await.map(drop)
    }

    /// A revision with its values, manifest, hooks and notes, or the latest one. Helm asks for its objects, too, which takes a while;
    /// of those nothing is kept, and an account that may not read them is told the rest.
    pub async fn status(&self, release: &str, revision: Option<u32>) -> Result<Release, OperationError> {
        parse(&self.ask(&["status"], release, revision).await?)
    }

    /// A revision's labels, or those of the latest one: how an operation is found again that somebody else began.
    pub async fn metadata(&self, release: &str, revision: Option<u32>) -> Result<Metadata, OperationError> {
        parse(&self.ask(&["get", "metadata"], release, revision).await?)
    }

    /// The latest 256 revisions, the first of them first.
    pub async fn history(&self, release: &str) -> Result<Vec<Revision>, OperationError> {
        let mut history: Vec<Revision> = parse(&self.ask(&["history"], release, None).await?)?;
        history.sort_by_key(|revision| revision.revision);
        Ok(history)
    }

    async fn operate(&self, run: &Run<'_>, follow: Follow<'_>) -> Result<String, OperationError> {
        run.run(&self.program, &self.connection, &self.operations, follow).await
    }

    async fn ask(&self, words: &[&str], release: &str, revision: Option<u32>) -> Result<String, OperationError> {
        let mut arguments: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        arguments.push("--output=json".into());
        arguments.extend(revision.map(|revision| format!("--revision={revision}")));
        arguments.extend(["--", release].map(str::to_owned));
        let follow = Follow { on_line: &|_| {}, cancel: &Cancel::new() };
        let run = without_chart(arguments, Output::Json);
        run.run(&self.program, &self.connection, &self.questions, follow).await.map_err(|error| match error {
            OperationError::Stopped { by, left: _ } => OperationError::Stopped { by, left: Left::Untouched },
            other => other,
        })
    }
}

fn without_chart(arguments: Vec<String>, output: Output) -> Run<'static> {
    static NONE: ChartFiles = ChartFiles::none();
    Run { arguments, chart: &NONE, values: "", output }
}

/// The last line. Helm may say something before (`Release a has been cancelled.`).
fn parse<T: DeserializeOwned>(said: &str) -> Result<T, OperationError> {
    let json = said.trim_end().lines().next_back().unwrap_or_default();
    serde_json::from_str(json).map_err(|error| OperationError::Unreadable(error.to_string()))
}

/// Lists with a line above each: what was kept by policy, what is not the release's, what could not be looked at.
fn read_uninstalled(said: &str) -> Uninstalled {
    let mut uninstalled = Uninstalled::default();
    let mut is_policy = false;
    for line in said.lines() {
        if line.starts_with('[') {
            let list = if is_policy { &mut uninstalled.kept } else { &mut uninstalled.left };
            list.push(line.to_owned());
        } else if line.ends_with(':') {
            is_policy = line.contains("resource policy");
        }
    }
    uninstalled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_uninstall_leaves_is_told_by_why() {
        let said = "These resources were kept due to the resource policy:\n[ConfigMap] kp-a\n[Secret] kp-b\n\n\
                    1 resource(s) were not deleted because they are not owned by this release:\n[Job] x\n\n\
                    1 resource(s) were not deleted because their ownership could not be verified:\n\
                    [Service] svv: services \"svv\" is forbidden: User \"u\" cannot get resource\n\nrelease \"kp\" uninstalled\n";
        let Uninstalled { kept, left } = read_uninstalled(said);
        assert_eq!(kept, ["[ConfigMap] kp-a", "[Secret] kp-b"]);
        assert_eq!(left, ["[Job] x", "[Service] svv: services \"svv\" is forbidden: User \"u\" cannot get resource"]);
        assert_eq!(read_uninstalled("release \"kp\" uninstalled\n"), Uninstalled::default());
    }

    #[test]
    fn json_is_read_with_and_without_words_before_it() {
        for said in ["[]\n", "Release a has been cancelled.\n[]\n"] {
            assert_eq!(parse::<Vec<u8>>(said).expect("is JSON"), Vec::<u8>::new());
        }
        assert!(matches!(parse::<Vec<u8>>("words"), Err(OperationError::Unreadable(_))));
    }

    #[test]
    fn labels_are_read_as_helm_prints_them() {
        let said = r#"{"name":"it","chart":"web","version":"1.0.0","appVersion":"2.1","labels":{"berth.dev/operation":"def","owner":"helm"},
            "namespace":"team","revision":2,"status":"deployed","deployedAt":"2026-12-01T13:45:38Z","applyMethod":"ssa"}"#;
        let metadata: Metadata = serde_json::from_str(said).expect("is read");
        assert_eq!(metadata.labels["berth.dev/operation"], "def");
    }
}
