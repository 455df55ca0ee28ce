//! Programs that are not ours: whether they are there, and running them.

use std::{
    env, fmt,
    fs::{self, File},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Error, Result, bail};
use stack::{
    process::{End, start_guarded, tail},
    proxies,
};

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
        Err(Missing(format!("`{}` is not installed; please install {}", self.program, self.install)).into())
    }
}

/// In one line, what this machine does not have, or what is on the network and cannot be had today. Whatever else goes wrong is a
/// mistake.
#[derive(Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Whether an error comes of something that is missing.
pub fn is_missing(error: &Error) -> bool {
    error.chain().any(|cause| cause.is::<Missing>())
}

/// What Go, apt, npm and Maven say of what they could not fetch.
const COULD_NOT_FETCH: [&str; 18] = [
    "dial tcp",
    "proxyconnect",
    "TLS handshake timeout",
    "i/o timeout",
    "connection reset by peer",
    "disabled by GOPROXY=off",
    "toolchain not available",
    ": 403 Forbidden",
    ": 407 Proxy Authentication Required",
    ": 502 Bad Gateway",
    ": 503 Service Unavailable",
    ": 504 Gateway Timeout",
    "E: Failed to fetch",
    "npm error code ENOTFOUND",
    "npm error code EAI_AGAIN",
    "npm error code ECONNREFUSED",
    "Could not transfer artifact",
    "Unknown host",
];

/// The line that says what could not be fetched, of one that says so.
pub fn not_fetched(said: &str) -> Option<&str> {
    said.lines().map(str::trim).find(|line| COULD_NOT_FETCH.iter().any(|words| line.contains(words)))
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
    proxies::bypass(&mut cargo); // for tests, which it runs too
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

/// As [`run_logged`], for what must succeed: errs with all it said, or with the one line of what it could not fetch. Cargo's
/// errors show source, in which any words may stand: of it all is said.
pub fn build(step: &Step, command: &mut Command, log: &Path) -> Result<()> {
    if run_logged(step, command, log)?.success() {
        return Ok(());
    }
    let (program, said) = (command.get_program().display(), fs::read_to_string(log)?);
    let is_cargo = Path::new(command.get_program()).file_stem().is_some_and(|name| name == "cargo");
    if let Some(line) = not_fetched(&said).filter(|_| !is_cargo) {
        return Err(Missing(format!("{program} could not fetch what it needs: {line}")).into());
    }
    bail!("{program} failed:\n{}", said.trim_end())
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
    fn what_could_not_be_fetched_is_missing_and_anything_else_is_a_mistake() {
        for said in [
            "go: downloading example.com/a v1.10.0\nmodule lookup disabled by GOPROXY=off\n",
            r#"example.com/a@v1.10.0: Get "https://proxy.golang.org/a.zip": dial tcp: lookup proxy.golang.org: no such host"#,
            r#"a@v1.10.0: Get "https://proxy.golang.org/a.zip": proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused"#,
            "a@v1.10.0: reading https://proxy.golang.org/a.zip: 503 Service Unavailable",
            "go: download go1.99.0 for linux/amd64: toolchain not available",
            "E: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Could not resolve 'deb.debian.org'",
            "[ERROR] Could not transfer artifact a:b:zip:1 from/to central: Unknown host repo.maven.apache.org",
        ] {
            assert!(not_fetched(said).is_some_and(|line| !line.contains('\n')), "{said}");
        }
        for said in [
            "./images/web/main.go:12:2: undefined: fmt",
            "panic: runtime error: index out of range [1] with length 1",
            "main.go:4:2: no required module provides package example.com/a; to add it:\n\tgo get example.com/a",
            "a@v1.10.0: verifying module: checksum mismatch",
            "a@v9.9.9: reading https://proxy.golang.org/a/@v/v9.9.9.info: 404 Not Found",
            "E: Unable to locate package no-such-package",
        ] {
            assert_eq!(not_fetched(said), None);
        }
    }

    #[test]
    fn what_is_missing_is_known_in_whatever_it_led_to() {
        let missing = || Error::from(Missing("nothing".to_owned()));
        assert!(is_missing(&missing()));
        assert!(is_missing(&missing().context("make the image").context("make all")));
        assert!(!is_missing(&anyhow::anyhow!("nothing")));
    }

    #[test]
    fn a_tool_that_is_there_is_found() {
        Tool { program: "sh", install: "" }.require().expect("every machine has a shell");
    }
}
