//! Programs that are not ours: whether they are there, and running them.

use std::{
    env,
    fs::{self, File},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use stack::process::{End, start_guarded, tail};

use crate::progress::Step;

/// A program that must be installed, and how.
pub struct Tool {
    program: &'static str,
    install: &'static str,
}

pub const GO: Tool = Tool { program: "go", install: "Go 1.26 or newer (package golang, or https://go.dev/dl)" };
pub const NODE: Tool = Tool { program: "node", install: "Node.js 20 or newer (package nodejs, or https://nodejs.org)" };
pub const NPM: Tool = Tool { program: "npm", install: "npm 10 or newer, which comes with Node.js (package npm)" };
pub const PYTHON: Tool = Tool {
    program: "python3",
    install: "Python 3.11 or newer with its module venv (packages python3 and python3-venv, or https://python.org)",
};

pub const JAVA: Tool = Tool { program: "java", install: "Java 17 or newer (package default-jre-headless)" };
pub const MAVEN: Tool = Tool { program: "mvn", install: "Maven 3.8 or newer (package maven)" };

impl Tool {
    /// Errs with one line that says what to install.
    pub fn require(&self) -> Result<()> {
        if is_on_path(self.program) {
            return Ok(());
        }
        Err(anyhow!("`{}` is not installed; please install {}", self.program, self.install))
    }
}

/// Whether the shell would find it.
pub fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// Every package for this machine; the browser's side is another target. Builds, lints and tests select the same ones:
/// cargo unifies features over what is selected, so this compiles dependencies once.
pub const NATIVE: [&str; 3] = ["--workspace", "--exclude", "frontend-wasm"];

/// The cargo that runs us. Queries are checked against what is in `.sqlx`: somebody's `DATABASE_URL` is for running.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    cargo
}

/// Runs a command with its output in `log`, and shows the last line of it as it comes. It ends when we end.
pub fn run_logged(step: &Step, command: &mut Command, log: &Path) -> Result<ExitStatus> {
    let program = command.get_program().display().to_string();
    let output = File::create(log).with_context(|| format!("create {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let (mut child, _guard) = start_guarded(command, End::Terminate).with_context(|| format!("start {program}"))?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        step.note(&tail(log, 1));
        thread::sleep(Duration::from_millis(100));
    }
}

/// As [`run_logged`], for what must succeed: errs with all it said.
pub fn build(step: &Step, command: &mut Command, log: &Path) -> Result<()> {
    if run_logged(step, command, log)?.success() {
        return Ok(());
    }
    bail!("{} failed:\n{}", command.get_program().display(), fs::read_to_string(log)?.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_named_in_one_line_with_what_to_install() {
        let tool = Tool { program: "no-such-program", install: "it from its page" };
        let error = tool.require().expect_err("is missing").to_string();
        assert_eq!(error, "`no-such-program` is not installed; please install it from its page");
    }

    #[test]
    fn a_tool_that_is_there_is_found() {
        Tool { program: "sh", install: "" }.require().expect("every machine has a shell");
    }
}
