//! Fuzzing of the API by its own document: Schemathesis calls every operation with what the document allows and with what
//! it does not, and compares each answer with what the document says. What it looks for is in `tests/fuzz`.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use stack::describe::{self, DemoFile};

use crate::{progress::Steps, project::Project, python::Environment};

const DIR: &str = "tests/fuzz";
/// Where the calls come from.
const ENVIRONMENT: Environment =
    Environment { name: "fuzz", requirements: "tests/fuzz/requirements.txt", title: "Install the fuzzer" };
/// Who calls, each with a token: somebody with rights in one team, then somebody who may do nearly everything.
pub const CALLERS: [&str; 2] = ["developer", "platform"];

pub fn install(project: &Project, steps: &Steps) -> Result<()> {
    ENVIRONMENT.install(project, steps)
}

/// Calls the API of a demo in somebody's name, and writes down what came of it.
pub fn command(project: &Project, demo: &Path, caller: &str, report: &Path) -> Result<Command> {
    let demo: DemoFile = describe::read(demo)?;
    let account = demo.accounts.iter().find(|of| of.account.role == caller);
    let account = account.with_context(|| format!("the demo has no account `{caller}`"))?;
    let mut command = Command::new(ENVIRONMENT.program(project, "schemathesis"));
    command
        .current_dir(ENVIRONMENT.dir(project)) // where it may leave what it likes
        .arg("--config-file")
        .arg(project.root.join(DIR).join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", demo.url))
        .args(["--no-color", "--report", "junit", "--report-junit-path"])
        .arg(report)
        .env("BERTH_TOKEN", &account.token)
        .env("SCHEMATHESIS_HOOKS", project.root.join(DIR).join("hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}
