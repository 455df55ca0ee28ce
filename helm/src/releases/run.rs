//! One operation: started, followed, stopped, and what came of it.

use super::Kind;
use crate::chart_files::ChartFiles;
use crate::connection::Connection;
use crate::error::HelmError;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::follow::{Follow, Stream};
use crate::lines::{Cleaner, Feed, Keep, read};
use crate::message;
use crate::process::{self, Finished, Group, Limits, Network};
use rustix::process::Signal;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Why an operation did not do what it was to do.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// Helm was not run, or refused chart and values before it did anything.
    #[error(transparent)]
    Helm(#[from] HelmError),
    /// As a rule the release is failed then, but helm does not write down everything: of a rollback whose hook failed, or when the
    /// cluster is away, the history says what is left.
    #[error("{0}")]
    Failed(Box<Failure>),
    #[error("Helm was stopped {by}. {left}")]
    Stopped { by: StoppedBy, left: Left },
    /// It succeeded, and what it printed is not what helm 4 prints, or more than is read.
    #[error("Helm succeeded, and what it printed cannot be read: {0}")]
    Unreadable(String),
}

/// What ended helm before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoppedBy {
    /// [`crate::Cancel`].
    Cancel,
    /// [`Limits::time`].
    Clock(Duration),
    /// Something else: a signal, a want of memory, the other limits of the run.
    Crash,
}

/// How a release is after its operation was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// As it was: the operation had not begun.
    Untouched,
    /// Helm ended by itself: it wrote down that it failed, if it reached the cluster, and undid what it did if it was told to.
    Failed(Box<Failure>),
    /// Helm did not write it down. The release may be stuck: see [`crate::recovery`].
    Unknown,
}

/// What helm prints when it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// For us: a whole release, with what may be secret in it.
    Json,
    /// For those who read along, too. It may be long, and its end is enough.
    Text,
}

/// How helm ends that says why it did not succeed; what a signal ends has another number.
const REFUSED: i32 = 1;

pub struct Run<'a> {
    pub arguments: Vec<String>,
    pub chart: &'a ChartFiles,
    pub values: &'a str,
    pub output: Output,
}

impl Run<'_> {
    /// What helm printed.
    pub async fn run(
        &self,
        program: &Path,
        connection: &Connection,
        kind: &Kind,
        follow: Follow<'_>,
    ) -> Result<String, OperationError> {
        // Who has stopped it already does not want it to begin.
        let _permit = tokio::select! {
            biased;
            () = follow.cancel.cancelled() => {
                return Err(OperationError::Stopped { by: StoppedBy::Cancel, left: Left::Untouched });
            }
            // Closed by nobody: a semaphore of the caller's that is means that Berth ends.
            permit = kind.permits.acquire() => permit.map_err(|_| HelmError::Stopping)?,
        };
        let folder =
            Folder::write(self.chart, self.values, Some(connection.kubeconfig())).await.map_err(HelmError::Io)?;
        let ended = self.run_in(&folder, program, connection, &kind.limits, follow).await;
        folder.remove().await;
        ended?.result()
    }

    async fn run_in(
        &self,
        folder: &Folder,
        program: &Path,
        connection: &Connection,
        limits: &Limits,
        follow: Follow<'_>,
    ) -> Result<Ended, OperationError> {
        let cleaner = Cleaner::new(&folder.path().to_string_lossy(), connection.token());
        let feed = Feed::new(&cleaner, follow.on_line);
        let mut arguments = self.arguments.clone();
        arguments.insert(1, format!("--namespace={}", connection.namespace()));
        let network = Network::To(connection.host());
        let mut group = Group::start(process::command(program, &arguments, folder, limits, network))?;
        let (keep, passed) = match self.output {
            Output::Json => (Keep::First(limits.stdout_bytes), None),
            Output::Text => (Keep::Last(limits.stdout_bytes), Some((Stream::Out, &feed))),
        };
        let (stdout, stderr) = group.pipes();
        let reading = async {
            tokio::try_join!(
                read(stdout, keep, passed),
                read(stderr, Keep::Last(limits.stderr_bytes), Some((Stream::Err, &feed))),
            )
        };
        // Without its pipes helm is ended with the group.
        let is_lost = |_| OperationError::Stopped { by: StoppedBy::Crash, left: Left::Unknown };
        let (status, written, stopped_by) = end(&mut group, reading, limits, follow).await.map_err(is_lost)?;
        let ((stdout, is_all), (stderr, _)) = written;
        let is_whole = is_all || self.output == Output::Text;
        let stdout = String::from_utf8_lossy(&stdout).into_owned();
        let stderr = cleaner.clean(&String::from_utf8_lossy(&stderr));
        Ok(Ended { finished: Finished { stdout, stderr, status, limits: *limits }, is_whole, stopped_by })
    }
}

/// Waits for the end, or brings it about: helm is asked, and killed after its grace.
async fn end<T>(
    group: &mut Group,
    reading: impl Future<Output = std::io::Result<T>>,
    limits: &Limits,
    follow: Follow<'_>,
) -> std::io::Result<(ExitStatus, T, Option<StoppedBy>)> {
    let mut reading = std::pin::pin!(reading);
    let written = tokio::select! {
        written = &mut reading => Ok(written?),
        () = follow.cancel.cancelled() => Err(StoppedBy::Cancel),
        () = sleep(limits.time) => Err(StoppedBy::Clock(limits.time)),
    };
    let by = match written {
        Ok(written) => return Ok((group.wait().await?, written, None)),
        Err(by) => by,
    };
    group.signal(Signal::TERM);
    let written = match timeout(limits.grace, &mut reading).await {
        Ok(written) => written?,
        Err(_) => {
            group.signal(Signal::KILL);
            reading.await?
        }
    };
    Ok((group.wait().await?, written, Some(by)))
}

struct Ended {
    finished: Finished,
    is_whole: bool,
    stopped_by: Option<StoppedBy>,
}

impl Ended {
    fn result(self) -> Result<String, OperationError> {
        // Also one that was quicker than what stopped it.
        if self.finished.status.success() {
            let limit = self.finished.limits.stdout_bytes;
            return if self.is_whole {
                Ok(self.finished.stdout)
            } else {
                Err(OperationError::Unreadable(format!("it is more than {limit} bytes")))
            };
        }
        let is_by_itself = self.finished.status.code() == Some(REFUSED);
        match self.stopped_by {
            None if is_by_itself => Err(match self.finished.failed() {
                HelmError::Failed { .. } => OperationError::Failed(self.failure()),
                refused => refused.into(),
            }),
            Some(by) if is_by_itself => Err(OperationError::Stopped { by, left: Left::Failed(self.failure()) }),
            by => Err(OperationError::Stopped { by: by.unwrap_or(StoppedBy::Crash), left: Left::Unknown }),
        }
    }

    fn failure(&self) -> Box<Failure> {
        let said = message::error(&self.finished.stderr);
        Box::new(Failure::of(in_own_words(&said)))
    }
}

/// Without what came before the error, and without what every error of its kind begins with.
fn in_own_words(said: &str) -> &str {
    let said = said.rsplit_once("\nError: ").map_or(said, |(_, error)| error);
    ["INSTALLATION FAILED: ", "UPGRADE FAILED: "].iter().find_map(|begins| said.strip_prefix(begins)).unwrap_or(said)
}

impl std::fmt::Display for StoppedBy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancel => formatter.write_str("because somebody said so"),
            Self::Clock(limit) => write!(formatter, "after {} seconds", limit.as_secs()),
            Self::Crash => formatter.write_str("by its limits of memory and processor time, or by a signal"),
        }
    }
}

impl std::fmt::Display for Left {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Untouched => formatter.write_str("It had not begun."),
            Self::Failed(_) => formatter.write_str("The release is failed."),
            Self::Unknown => formatter.write_str("The release may be stuck in the midst of it."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_that_is_said_the_error_counts() {
        let said = "I1201 13:46:34.035615   14127 warnings.go:107] \"Warning: x\"\nError: INSTALLATION FAILED: a\ncontext deadline exceeded";
        assert_eq!(in_own_words(said), "a\ncontext deadline exceeded");
        assert_eq!(in_own_words("UPGRADE FAILED: b"), "b");
        assert_eq!(in_own_words("release: not found"), "release: not found");
    }
}
