//! Fuzzing of the API by its own document: Schemathesis calls every operation with what the document allows and with what
//! it does not, and compares each answer with what the document says. What it looks for is in `tests/fuzz`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use stack::describe::{self, DemoFile};

use crate::{
    fingerprint::Fingerprint,
    progress::Steps,
    project::Project,
    tools::{PYTHON, build},
};

const DIR: &str = "tests/fuzz";
/// Who calls, each with a token: somebody with rights in one team, then somebody who may do nearly everything.
pub const CALLERS: [&str; 2] = ["developer", "platform"];

/// Makes the Python environment that the calls come from.
pub fn install(project: &Project, steps: &Steps) -> Result<()> {
    let environment = environment(project);
    let inputs = Fingerprint::of(&project.root.join(DIR), &["requirements.txt"], "")?;
    inputs.unless_made(&environment.join(".inputs"), || {
        PYTHON.require()?;
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(&environment);
        let mut fetch = Command::new(environment.join("bin/python"));
        fetch.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--require-hashes",
            "--no-deps",
            "--requirement",
        ]);
        fetch.arg(project.root.join(DIR).join("requirements.txt"));
        let log = project.target.join("pip.log");
        steps.run("Install the fuzzer", |step| {
            build(step, &mut make, &log)
                .context("a Python environment needs the module venv (package python3-venv)")?;
            build(step, &mut fetch, &log)
        })
    })
}

/// Calls the API of a demo in somebody's name, and writes down what came of it.
pub fn command(project: &Project, demo: &Path, caller: &str, report: &Path) -> Result<Command> {
    let demo: DemoFile = describe::read(demo)?;
    let account = demo.accounts.iter().find(|of| of.account.role == caller);
    let account = account.with_context(|| format!("the demo has no account `{caller}`"))?;
    let mut command = Command::new(environment(project).join("bin/schemathesis"));
    command
        .current_dir(environment(project)) // where it may leave what it likes
        .arg("--config-file")
        .arg(project.root.join(DIR).join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", demo.url))
        .args(["--no-color", "--report", "junit", "--report-junit-path"])
        .arg(report)
        .env("BERTH_TOKEN", &account.token)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

fn environment(project: &Project) -> PathBuf {
    project.target.join("fuzz")
}
