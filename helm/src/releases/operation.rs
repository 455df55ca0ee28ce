//! What helm is asked to do, as its arguments. Values and whatever may be secret go by file.

use crate::chart_files::ChartFiles;
use crate::folder;
use crate::schema;
use std::time::Duration;

/// Names and values that Kubernetes takes as labels. They are put on the Secret of the revision. Those of the former revision stay
/// on the next one unless they are named again; `null` takes one away.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

/// An install or an upgrade.
#[derive(Debug, Clone)]
pub struct Deploy<'a> {
    pub release: &'a str,
    pub chart: &'a ChartFiles,
    /// YAML, all that is not the chart's own: nothing is taken over from the former revision.
    pub values: &'a str,
    pub wait: Wait,
    /// Of each thing that is waited for: each hook, and then all the rest.
    pub timeout: Duration,
    pub on_failure: OnFailure,
    pub server_side: ServerSide,
    /// Takes fields from others that set them; else that is a conflict.
    pub is_forced: bool,
    /// Revisions that are kept; an install has one.
    pub history_max: u32,
    /// Shown in the history once it succeeds: before, and if not, helm's own words stand there. Mark it by `labels`.
    pub description: &'a str,
    pub labels: Labels<'a>,
}

/// A rollback. It has no labels of its own: it takes those of the revision that it goes back to, and is marked by its description.
#[derive(Debug, Clone)]
pub struct Rollback<'a> {
    pub release: &'a str,
    pub to: u32,
    pub wait: Wait,
    pub timeout: Duration,
    pub server_side: ServerSide,
    pub is_forced: bool,
    pub history_max: u32,
    /// At most 256 characters, shown from the beginning; if it fails, helm's own words stand there.
    pub description: &'a str,
}

/// The end of a release, and of everything that is its own and not to be kept.
#[derive(Debug, Clone)]
pub struct Uninstall<'a> {
    pub release: &'a str,
    /// Its history stays, and its name is taken.
    pub keeps_history: bool,
    /// Until what it deletes is gone.
    pub waits: bool,
    pub timeout: Duration,
    /// Of no use without history.
    pub description: &'a str,
}

/// The chart's own tests of a release.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    pub release: &'a str,
    /// Whether the logs of its pods are among the lines; an account that may not read them fails then, however the tests went.
    pub shows_logs: bool,
    pub timeout: Duration,
}

/// What an operation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Hooks, without which it cannot go on.
    Hooks,
    /// Everything that can be ready.
    Ready,
    /// The same, and the end of Jobs.
    ReadyAndJobs,
}

/// What helm does when an install or an upgrade fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Nothing: the release is failed, for somebody to look at.
    Leave,
    /// Uninstall what was installed, or roll back. Helm waits for everything then.
    Undo,
}

/// Who puts together what was and what is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerSide {
    /// As the former revision; a first one by the server.
    AsBefore,
    Yes,
    No,
}

impl Wait {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Hooks => &["--wait=hookOnly"],
            Self::Ready => &["--wait=watcher"],
            Self::ReadyAndJobs => &["--wait=watcher", "--wait-for-jobs"],
        }
    }
}

impl Deploy<'_> {
    pub fn install_arguments(&self) -> Vec<String> {
        let server_side = match self.server_side {
            ServerSide::AsBefore | ServerSide::Yes => "--server-side=true",
            ServerSide::No => "--server-side=false",
        };
        self.arguments("install", [server_side.to_owned()])
    }

    pub fn upgrade_arguments(&self) -> Vec<String> {
        let keep = format!("--history-max={}", self.history_max);
        self.arguments("upgrade", [server_side(self.server_side), keep, "--reset-values".into()])
    }

    fn arguments<const N: usize>(&self, operation: &str, own: [String; N]) -> Vec<String> {
        let mut arguments = vec![operation.to_owned(), "--output=json".into(), timeout(self.timeout)];
        arguments.extend(own);
        arguments.extend(self.wait.arguments().iter().map(|&it| it.to_owned()));
        arguments.extend((self.on_failure == OnFailure::Undo).then(|| "--rollback-on-failure".to_owned()));
        arguments.extend(self.is_forced.then(|| "--force-conflicts".to_owned()));
        arguments.extend(described(self.description));
        arguments.extend(self.labels.iter().map(|(name, value)| format!("--labels={name}={value}")));
        arguments.extend(schema::check_of(self.chart).argument().map(str::to_owned));
        arguments.extend([folder::VALUES_ARGUMENT, "--", self.release, folder::CHART_ARGUMENT].map(str::to_owned));
        arguments
    }
}

impl Rollback<'_> {
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["rollback".to_owned(), timeout(self.timeout), server_side(self.server_side)];
        arguments.push(format!("--history-max={}", self.history_max));
        arguments.extend(self.wait.arguments().iter().map(|&it| it.to_owned()));
        arguments.extend(self.is_forced.then(|| "--force-conflicts".to_owned()));
        arguments.extend(described(self.description));
        arguments.extend(["--".to_owned(), self.release.to_owned(), self.to.to_string()]);
        arguments
    }
}

impl Uninstall<'_> {
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["uninstall".to_owned(), timeout(self.timeout)];
        let wait = if self.waits { Wait::Ready } else { Wait::Hooks };
        arguments.extend(wait.arguments().iter().map(|&it| it.to_owned()));
        arguments.extend(self.keeps_history.then(|| "--keep-history".to_owned()));
        arguments.extend(described(self.description));
        arguments.extend(["--".to_owned(), self.release.to_owned()]);
        arguments
    }
}

impl Test<'_> {
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["test".to_owned(), timeout(self.timeout)];
        arguments.extend(self.shows_logs.then(|| "--logs".to_owned()));
        arguments.extend(["--".to_owned(), self.release.to_owned()]);
        arguments
    }
}

fn server_side(server_side: ServerSide) -> String {
    let word = match server_side {
        ServerSide::AsBefore => "auto",
        ServerSide::Yes => "true",
        ServerSide::No => "false",
    };
    format!("--server-side={word}")
}

fn timeout(timeout: Duration) -> String {
    format!("--timeout={}s", timeout.as_secs().max(1))
}

fn described(description: &str) -> Option<String> {
    (!description.is_empty()).then(|| format!("--description={description}"))
}
