//! What the steps of `cargo xtask test` need of the machine beyond Rust, Go and Node: looked for before the first step, and
//! installed where that can be. What is there is left as it is.

use std::{cell::OnceCell, fs, os::unix::fs::MetadataExt, path::Path, process::Command};

use anyhow::{Context, Result, anyhow, ensure};
use stack::process::run;

use crate::{
    builds,
    progress::{Step, Steps},
    project::Project,
    realnode,
    tools::run_logged,
    wasm,
};

/// Where the browser tests look for Chromium before they take Playwright's own (`tests/e2e/playwright.config.js`).
const CHROMIUM: &str = "/usr/bin/chromium";
/// Debian has the module `venv` without what it needs to work.
const HAS_VENV: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// Something that a step needs and that a machine may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    WasmTarget,
    Postgres,
    Chromium,
    Venv,
    RealNode,
}

/// How it can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Rustup,
    /// Debian's packages, as root.
    Apt(&'static [&'static str]),
    /// The browser that Playwright downloads.
    Playwright,
    /// Whoever uses it fetches it.
    WhenUsed,
}

/// What decides which ways are open.
#[derive(Clone, Copy, Debug)]
struct Machine {
    is_debian: bool,
    is_root: bool,
}

/// What is not there and could not be installed.
#[derive(Debug)]
pub struct Lack {
    pub need: Need,
    pub why: String,
}

/// Installs what is missing; returns what is missing still.
pub fn install(project: &Project, steps: &Steps, logs: &Path, needs: &[Need]) -> Vec<Lack> {
    let installer = Installer { project, steps, logs, updated: OnceCell::new() };
    let machine = Machine::this();
    let missing = needs.iter().filter(|need| !need.is_there());
    missing.filter_map(|&need| installer.install(need, machine).err().map(|why| Lack { need, why })).collect()
}

impl Need {
    /// As it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "Rust's target wasm32-unknown-unknown",
            Self::Postgres => "PostgreSQL",
            Self::Chromium => "Chromium",
            Self::Venv => "Python 3.11 or newer with its module venv",
            Self::RealNode => "the programs that a real node is made with",
        }
    }

    /// Whether a step that lacks it is skipped, and says so by itself; others fail.
    pub fn is_optional(self) -> bool {
        match self {
            Self::RealNode => true,
            Self::WasmTarget | Self::Postgres | Self::Chromium | Self::Venv => false,
        }
    }

    fn is_there(self) -> bool {
        match self {
            Self::WasmTarget => wasm::has_target().unwrap_or(false) || wasm::has_debian_source(),
            Self::Postgres => stack::postgres::installed().is_some(),
            Self::Chromium => Path::new(CHROMIUM).exists(),
            Self::Venv => run("python3", Command::new("python3").args(["-c", HAS_VENV])).is_ok(),
            Self::RealNode => realnode::require_packages().is_ok(),
        }
    }

    /// The first that works is taken.
    fn ways(self, machine: Machine) -> Vec<Method> {
        let apt = |packages| (machine.is_debian && machine.is_root).then_some(Method::Apt(packages));
        let ways = match self {
            // Where rustup has no target to offer, Debian's compiler builds the standard library.
            Self::WasmTarget => [Some(Method::Rustup), apt(&["rustc-web", "rust-web-src"])],
            Self::Postgres => [apt(&["postgresql"]), Some(Method::WhenUsed)],
            Self::Chromium => [apt(&["chromium"]), Some(Method::Playwright)],
            Self::Venv => [apt(&["python3-venv"]), None],
            Self::RealNode => [apt(&realnode::PACKAGES), None],
        };
        ways.into_iter().flatten().collect()
    }
}

impl Machine {
    fn this() -> Self {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self {
            is_debian: release.lines().any(|line| line == "ID=debian"),
            is_root: fs::metadata("/proc/self").is_ok_and(|of_us| of_us.uid() == 0),
        }
    }
}

struct Installer<'a> {
    project: &'a Project,
    steps: &'a Steps,
    logs: &'a Path,
    /// Whether apt knows what there is today; asked once.
    updated: OnceCell<bool>,
}

impl Installer<'_> {
    /// Errs with one line: why each way failed.
    fn install(&self, need: Need, machine: Machine) -> Result<(), String> {
        let mut failed = Vec::new();
        for method in need.ways(machine) {
            match self.try_way(need, method) {
                Ok(()) => return Ok(()),
                Err(error) => failed.push(error.to_string()),
            }
        }
        if failed.is_empty() {
            failed.push("only root on Debian gets it, by apt".to_owned());
        }
        Err(failed.join("; "))
    }

    fn try_way(&self, need: Need, method: Method) -> Result<()> {
        let title = |by| format!("Install {} {by}", need.name());
        match method {
            Method::Rustup => self.steps.run(&title("by rustup"), |step| {
                ensure!(wasm::add_target(step), "rustup could not add it");
                Ok(())
            }),
            Method::Apt(packages) => self.steps.run(&title("by apt"), |step| self.apt(step, need, packages)),
            Method::Playwright => {
                builds::npm_ci(self.project, self.steps, "tests/e2e", "Install the browser tests")
                    .map_err(|_| anyhow!("npm could not install Playwright"))?;
                self.steps.run(&title("by Playwright"), |step| self.playwright(step))
            }
            Method::WhenUsed => Ok(()),
        }
    }

    fn apt(&self, step: &Step, need: Need, packages: &[&str]) -> Result<()> {
        if !self.updated.get_or_init(|| self.said_yes(step, "apt-update", apt_get().arg("update")).is_ok()) {
            step.note("apt could not update its lists; those that are there may do");
        }
        let mut install = apt_get();
        install.args(["install", "--yes", "--no-install-recommends"]).args(packages);
        self.said_yes(step, &format!("apt-{}", packages.join("-")), &mut install)?;
        ensure!(need.is_there(), "apt installed {}, and that is not what is found first", packages.join(" and "));
        Ok(())
    }

    /// Costs a second where it was downloaded before.
    fn playwright(&self, step: &Step) -> Result<()> {
        let mut npx = Command::new("npx");
        npx.args(["playwright", "install", "chromium"]).current_dir(self.project.root.join("tests/e2e"));
        self.said_yes(step, "playwright-install", &mut npx)
    }

    /// Errs with one line that says where the others are.
    fn said_yes(&self, step: &Step, name: &str, command: &mut Command) -> Result<()> {
        let log = self.logs.join(format!("{name}.log"));
        let status = run_logged(step, command, &log).with_context(|| format!("{name} could not be started"))?;
        ensure!(status.success(), "{} failed, see {}", command.get_program().display(), log.display());
        Ok(())
    }
}

fn apt_get() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: [Need; 5] = [Need::WasmTarget, Need::Postgres, Need::Chromium, Need::Venv, Need::RealNode];

    fn ways(is_debian: bool, is_root: bool) -> [Vec<Method>; 5] {
        NEEDS.map(|need| need.ways(Machine { is_debian, is_root }))
    }

    #[test]
    fn root_on_debian_gets_packages_and_asks_rustup_first_for_the_target() {
        let expected = [
            vec![Method::Rustup, Method::Apt(&["rustc-web", "rust-web-src"])],
            vec![Method::Apt(&["postgresql"]), Method::WhenUsed],
            vec![Method::Apt(&["chromium"]), Method::Playwright],
            vec![Method::Apt(&["python3-venv"])],
            vec![Method::Apt(&realnode::PACKAGES)],
        ];
        assert_eq!(ways(true, true), expected);
    }

    #[test]
    fn everybody_else_gets_what_needs_no_root() {
        let expected = [vec![Method::Rustup], vec![Method::WhenUsed], vec![Method::Playwright], vec![], vec![]];
        assert_eq!(ways(true, false), expected);
        assert_eq!(ways(false, true), expected);
        assert_eq!(ways(false, false), expected);
    }
}
