//! One run of helm: a process group of its own, bounded in time, memory and output, which leaves nothing.

use super::error::HelmError;
use super::folder::Folder;
use super::message;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

/// How much one run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From start to end, after which it is ended.
    pub time: Duration,
    /// Of processors, which is less than it waited for if others were faster.
    pub cpu_time: Duration,
    pub memory_bytes: u64,
    pub stdout_bytes: usize,
    pub stderr_bytes: usize,
    /// How long helm may take to end when it is asked to, before it is made to.
    pub grace: Duration,
}

impl Limits {
    /// Of an operation on a release, which waits more than it works. It should have more time than all that it waits for one
    /// after another, and a grace in which helm can write down that it was stopped, and undo what it did where it is told to.
    pub fn of_operation(time: Duration) -> Self {
        Self { time, cpu_time: Duration::from_secs(300), grace: Duration::from_secs(30), ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            cpu_time: Duration::from_secs(60),
            memory_bytes: 1 << 30,
            stdout_bytes: 32 << 20,
            stderr_bytes: 1 << 20,
            grace: Duration::from_secs(2),
        }
    }
}

const LAUNCH: &str = include_str!("launch.sh");
/// Nobody listens there: what would go out is refused at once.
const NOWHERE: &str = "http://127.0.0.1:9";

/// How a Go program ends that cannot go on.
const CRASHED: i32 = 2;
/// By the kernel, with nothing to say: what the limit of processor time does.
const KILLED: i32 = 128 + 9;
const SCHEMA_REFUSES: &str = "values don't meet the specifications of the schema(s)";

/// A run that came to its own end.
pub struct Finished {
    pub stdout: String,
    pub(super) stderr: String,
    pub(super) status: ExitStatus,
    pub(super) limits: Limits,
}

impl Finished {
    pub fn successful(self) -> Result<Self, HelmError> {
        if self.status.success() { Ok(self) } else { Err(self.failed()) }
    }

    /// Why it did not succeed.
    pub fn failed(&self) -> HelmError {
        let says = |words: &str| self.stderr.contains(words);
        // Go's own end: what helm refuses ends otherwise, whatever a chart lets it say.
        if self.status.code() == Some(CRASHED) && (says("out of memory") || says("cannot allocate memory")) {
            return HelmError::TooMuchMemory { limit_bytes: self.limits.memory_bytes };
        }
        if self.status.code() == Some(KILLED) || self.status.code() == Some(CRASHED) && says("SIGXCPU") {
            return HelmError::TooMuchTime { limit: self.limits.cpu_time };
        }
        let said = message::shorten(&self.stderr);
        let missing = message::missing_subcharts(&said);
        match missing {
            _ if says(SCHEMA_REFUSES) => HelmError::ValuesRefused { said },
            Some(names) => HelmError::MissingSubcharts { names },
            None => HelmError::Failed { said },
        }
    }

    pub fn stderr(&self) -> &str {
        &self.stderr
    }
}

/// What of the network helm has.
#[derive(Clone, Copy)]
pub enum Network<'a> {
    None,
    /// The API server at this host, which the kubeconfig in the folder is for.
    To(&'a str),
}

/// Runs `program` in `folder` to its end, or ends it.
pub async fn run(
    program: &Path,
    arguments: &[String],
    folder: &Folder,
    limits: &Limits,
) -> Result<Finished, HelmError> {
    let mut group = Group::start(command(program, arguments, folder, limits, Network::None))?;
    let (status, stdout, stderr) = match timeout(limits.time, group.finish(limits)).await {
        Ok(Ok(finished)) => finished,
        Ok(Err(error)) => {
            group.end(limits.grace).await;
            return Err(error);
        }
        Err(_) => {
            group.end(limits.grace).await;
            return Err(HelmError::TimedOut { limit: limits.time });
        }
    };
    let stdout = String::from_utf8(stdout).map_err(|_| HelmError::NotText)?;
    let stderr = String::from_utf8_lossy(&stderr).replace(&*folder.path().to_string_lossy(), "");
    Ok(Finished { stdout, stderr, status, limits: *limits })
}

pub fn command(
    program: &Path,
    arguments: &[String],
    folder: &Folder,
    limits: &Limits,
    network: Network<'_>,
) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(LAUNCH).arg("launch").arg(folder.path());
    command.arg(limits.cpu_time.as_secs().max(1).to_string());
    command.arg((limits.memory_bytes / 1024).to_string());
    command.arg(match network {
        Network::None => "alone",
        Network::To(_) => "connected",
    });
    command.arg(program).args(arguments);
    command.current_dir(folder.path()).env_clear();
    // Where the shell finds `unshare` and `rm`.
    command.env("PATH", "/usr/bin:/bin");
    for name in ["HOME", "TMPDIR", "HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME"] {
        command.env(name, folder.home());
    }
    command.env("KUBECONFIG", folder.kubeconfig());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env(name, NOWHERE);
    }
    if let Network::To(host) = network {
        command.env("NO_PROXY", host).env("no_proxy", host);
    }
    // Collect garbage before the limit is met, not after.
    command.env("GOMEMLIMIT", (limits.memory_bytes / 4 * 3).to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// The shell and what it started. Whoever drops it ends them.
pub struct Group {
    child: Child,
}

impl Group {
    pub fn start(mut command: Command) -> Result<Self, HelmError> {
        Ok(Self { child: command.spawn()? })
    }

    /// What it writes, each once.
    pub fn pipes(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Until its first process has ended, which ends with the others.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        // `wait` would close standard input, whose end means that Berth is gone.
        let lifeline = self.child.stdin.take();
        let status = self.child.wait().await;
        self.child.stdin = lifeline;
        status
    }

    async fn finish(&mut self, limits: &Limits) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), HelmError> {
        let (stdout, stderr) = self.pipes();
        let (stdout, stderr) = tokio::try_join!(read(stdout, limits.stdout_bytes), read(stderr, limits.stderr_bytes))?;
        Ok((self.wait().await?, stdout, stderr))
    }

    /// Asks all of them to end, and makes them after a while.
    async fn end(&mut self, grace: Duration) {
        self.signal(Signal::TERM);
        if timeout(grace, self.wait()).await.is_err() {
            self.signal(Signal::KILL);
            let _ = self.wait().await;
        }
    }

    /// To the whole group, as long as its first process has not been waited for: its number may be another's afterwards.
    pub fn signal(&self, signal: Signal) {
        let leader = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // Gone already is as good.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, limit_bytes: usize) -> Result<Vec<u8>, HelmError> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else { return Ok(bytes) };
    let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    pipe.take(limit.saturating_add(1)).read_to_end(&mut bytes).await?;
    if bytes.len() > limit_bytes { Err(HelmError::TooMuchOutput { limit_bytes }) } else { Ok(bytes) }
}
