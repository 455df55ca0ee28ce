//! The project's own commands. They need no root, but for a real node, and what they make is in `target`. Only `test` installs
//! something for the whole machine, and only as root on Debian.
#![allow(clippy::print_stdout, reason = "a command talks on standard output")]

mod bench;
mod builds;
mod circles;
mod counts;
mod crates;
mod demo;
mod fingerprint;
mod floors;
mod forged;
mod fuzz;
mod images;
mod imports;
mod keycloak;
mod progress;
mod project;
mod python;
mod queries;
mod realnode;
mod running;
mod schemas;
mod secrets;
mod setup;
mod site;
mod test;
mod tools;
mod up;
mod wasm;
mod words;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{progress::Steps, project::Project};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a whole Berth to look at: Postgres, a Kubernetes control plane, an identity provider, and some life in it
    Demo(demo::Options),
    /// Start what Berth stands on and leave it running, for integration tests
    Up(up::Options),
    /// Check and test everything; ends with one line of counts
    Test(test::Options),
    /// Check format, lints, floors, circles and words
    Lint,
    /// Measure a release build with much in its database; prints tables in Markdown
    Bench(bench::Options),
    /// Check the queries of `server` against the migrations and write them to .sqlx
    Sqlx,
    /// Build what the browser loads into target/site
    Wasm {
        /// Optimise for size
        #[arg(long)]
        release: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    let project = Project::find()?;
    let steps = Steps::new();
    match command {
        Command::Demo(options) => demo::run(&project, &steps, &options)?,
        Command::Up(options) => up::run(&project, &steps, &options)?,
        Command::Test(options) => return test::run(&project, &steps, &options),
        Command::Lint => return test::run(&project, &steps, &test::Options::lint()),
        Command::Bench(options) => bench::run(&project, &steps, &options)?,
        Command::Sqlx => queries::write(&project, &steps)?,
        Command::Wasm { release } => {
            let profile = if release { wasm::Profile::Release } else { wasm::Profile::Dev };
            builds::site(&project, &steps, profile)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_can_be_told_what_it_is_made_for() {
        Cli::command().debug_assert();
        for line in ["up", "up --real-node", "demo --port 9000 --real-node", "test --only real-node --only unit"] {
            assert!(Cli::try_parse_from(["xtask"].into_iter().chain(line.split(' '))).is_ok(), "{line}");
        }
        for line in ["bench --real-node", "demo --real-node --kubeconfig somebodys"] {
            assert!(Cli::try_parse_from(["xtask"].into_iter().chain(line.split(' '))).is_err(), "{line}");
        }
    }
}
