//! Child processes that do not outlive us.
//!
//! Each has a log file, a process group of its own (so that Ctrl-C in a terminal reaches only us and we end the parts in
//! order), and a guard: a shell that waits on a pipe which only we hold open. If we are killed, the kernel closes the
//! pipe and the guard ends the child. `PR_SET_PDEATHSIG` would do that on Linux only, and fires when the *thread* that
//! started the child ends.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::proxies;

/// How long a child may take to end before it is killed: a cluster ends its parts one after another, each in its own time.
const PATIENCE: Duration = Duration::from_secs(15);

/// The signal that asks a program to end.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// What nearly every program understands.
    Terminate,
    /// Postgres' fast shutdown: it would wait for its clients after `Terminate`.
    Interrupt,
}

impl End {
    fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
        }
    }
}

/// A running child with a log; ended on drop.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    end: End,
    child: Child,
    guard: Guard,
}

impl Process {
    /// Starts `command` with its output in the file `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path, end: End) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("create {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        proxies::bypass(command);
        let (child, guard) = start_guarded(command, end).with_context(|| format!("start {name}"))?;
        Ok(Self { name: name.to_owned(), log: log.to_owned(), end, child, guard })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the child, which is told nothing of it.
    pub fn kill(&mut self) -> io::Result<()> {
        signal(&self.child, Signal::KILL);
        self.child.wait().map(drop)
    }

    /// Asks the child to end, and does not wait for it.
    pub fn ask_to_end(&self) {
        self.signal(self.end.signal());
    }

    pub(crate) fn signal(&self, with: Signal) {
        signal(&self.child, with);
    }

    /// How the child ended, if it has.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Errs with the end of the log if the child has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(anyhow!(
                "{} ended ({}); the end of {}:\n{}",
                self.name,
                describe(status),
                self.log.display(),
                tail(&self.log, 12)
            )),
        }
    }

    /// Asks the child to end, waits, kills it if it will not.
    fn stop(&mut self) -> io::Result<()> {
        if self.child.try_wait()?.is_none() {
            signal(&self.child, self.end.signal());
            let asked = Instant::now();
            while self.child.try_wait()?.is_none() && asked.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(20));
            }
        }
        signal(&self.child, Signal::KILL); // also what it may have left behind in its group
        self.child.wait()?;
        self.guard.release()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell; if it did not work, the guard ends the child when we end.
        let _ = self.stop();
    }
}

/// Starts a child in a process group of its own that ends when we do. For children we wait for; else use [`Process`].
pub fn start_guarded(command: &mut Command, end: End) -> io::Result<(Child, Guard)> {
    let mut child = command.process_group(0).spawn()?;
    match Guard::watch(child.id(), end) {
        Ok(guard) => Ok((child, guard)),
        Err(error) => {
            child.kill()?;
            child.wait()?;
            Err(error)
        }
    }
}

/// Ends a process group when this process is gone. Dropping it lets the group live on unguarded.
#[derive(Debug)]
pub struct Guard(Child);

impl Guard {
    fn watch(group: u32, end: End) -> io::Result<Self> {
        const WAIT_FOR_OUR_END: &str = r#"read -r _
            kill -s "$1" -- "-$2" 2>/dev/null
            for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                kill -0 -- "-$2" 2>/dev/null || exit 0
                sleep 0.2
            done
            kill -s KILL -- "-$2" 2>/dev/null"#;
        Command::new("sh")
            .args(["-c", WAIT_FOR_OUR_END, "guard", end.name(), &group.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
    }

    fn release(&mut self) -> io::Result<()> {
        self.0.kill()?;
        self.0.wait().map(drop)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.release();
    }
}

/// Runs a command to its end; errs with what it wrote if it fails.
pub fn run(what: &str, command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{what}: start {}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(anyhow!("{what} failed ({}):\n{}", describe(output.status), said.trim()))
}

fn signal(child: &Child, signal: Signal) {
    // An error says that the group is gone already.
    let _ = kill_process_group(Pid::from_child(child), signal);
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "for an unknown reason".to_owned(),
    }
}

/// The last lines of a file; nothing of one that cannot be read.
pub fn tail(file: &Path, n_lines: usize) -> String {
    const ENOUGH_BYTES: u64 = 16 * 1024;
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(file)?;
        let skip = fs::File::metadata(&file)?.len().saturating_sub(ENOUGH_BYTES);
        file.seek(SeekFrom::Start(skip))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(n_lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_running(group: u32) -> bool {
        let pid = i32::try_from(group).ok().and_then(Pid::from_raw).expect("a pid");
        rustix::process::test_kill_process_group(pid).is_ok()
    }

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("stack-{name}-{}.log", std::process::id()))
    }

    #[test]
    fn a_child_ends_with_its_process() {
        let log = log("drop");
        let child = Process::start("sleep", Command::new("sleep").arg("60"), &log, End::Terminate).expect("starts");
        let pid = child.pid();
        assert!(is_running(pid));
        drop(child);
        assert!(!is_running(pid));
        fs::remove_file(log).expect("log exists");
    }

    #[test]
    fn a_guard_ends_the_child_when_its_pipe_closes() {
        let (mut child, mut guard) = start_guarded(Command::new("sleep").arg("60"), End::Terminate).expect("starts");
        drop(guard.0.stdin.take()); // what the kernel does when we are killed
        let status = child.wait().expect("ends");
        assert_eq!(status.signal(), Some(15));
    }

    #[test]
    fn a_child_that_ended_by_itself_is_reported_with_its_words() {
        let log = log("failure");
        let mut child =
            Process::start("part", Command::new("sh").args(["-c", "echo no disk >&2; exit 3"]), &log, End::Terminate)
                .expect("starts");
        let failure = loop {
            match child.check() {
                Ok(()) => thread::sleep(Duration::from_millis(10)),
                Err(failure) => break failure.to_string(),
            }
        };
        assert!(failure.starts_with("part ended (exit code 3)"), "{failure}");
        assert!(failure.ends_with("no disk"), "{failure}");
        fs::remove_file(log).expect("log exists");
    }
}
