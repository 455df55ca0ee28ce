//! The commands of `berth`. Each one reads its arguments, calls a use case and prints what came of it.

mod audit;
mod catalog;
mod command;
mod doctor;
mod serve;
mod setup;

use crate::app::{Ctx, Error, clusters, keys};
use crate::config::Config;
use crate::seal::Key;
use crate::store::pool;
use crate::{logging, start};
use anyhow::{Context, anyhow, bail};
use clap::Parser;
use command::{Audit, Berth, Catalog, Cluster, Command, KeyCommand};
use secrecy::ExposeSecret;
use std::process::ExitCode;

/// Does what the command line says. Exit codes: 0 done, 1 not done, 2 not understood; of `apply --plan`
/// 2 also when something would change.
pub async fn run() -> ExitCode {
    let berth = Berth::parse();
    match execute(berth).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("berth: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(berth: Berth) -> anyhow::Result<ExitCode> {
    if let Command::Key(KeyCommand::New { file }) = &berth.command {
        Key::generate().write_new(file).with_context(|| format!("{} was not written", file.display()))?;
        print_line(&format!("wrote {}: name it in secrets.key_file, and keep a copy in a safe place", file.display()));
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Catalog(Catalog::Check { dir }) = &berth.command {
        print_lines(&catalog::read(dir)?.titles().map(|title| format!("{title}: in order")).collect::<Vec<_>>());
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(berth.config.as_deref());
    if let Command::Doctor = berth.command {
        return Ok(doctor::examine(config).await);
    }
    let config = config?;
    logging::start(&config.log);
    match berth.command {
        Command::Serve { no_worker } => serve::serve(config, !no_worker).await?,
        Command::Worker => serve::work(config).await?,
        Command::Migrate => migrate(config).await?,
        Command::Cluster(Cluster::Add(new)) => {
            let ctx = operator(config).await?;
            print_lines(&clusters::add(&ctx, new.into()).await.map_err(readable)?);
        }
        Command::Cluster(Cluster::Renew(renew)) => {
            let ctx = operator(config).await?;
            let name = renew.name.clone();
            print_lines(&clusters::renew(&ctx, &name, renew.into()).await.map_err(readable)?);
        }
        Command::Cluster(Cluster::Accept { name, uid }) => {
            clusters::accept(&operator(config).await?, &name, &uid).await.map_err(readable)?;
            print_line(&format!("{name} is the cluster with UID {uid}; Berth goes on there"));
        }
        Command::Cluster(Cluster::Check { name }) => {
            let report = clusters::check(&operator(config).await?, &name).await.map_err(readable)?;
            return Ok(doctor::print_cluster(&name, &report));
        }
        Command::Cluster(Cluster::Manifests) => {
            print_line(&clusters::manifests(&operator(config).await?).map_err(readable)?);
        }
        Command::Key(KeyCommand::Rotate) => rotate(&operator(config).await?).await?,
        Command::Apply(apply) => {
            let wanted = setup::read(&apply.files)?;
            let ctx = operator(config).await?;
            let plan = match apply.plan {
                true => crate::app::setup::compare(&ctx, wanted, apply.prune).await,
                false => crate::app::setup::apply(&ctx, wanted, apply.prune).await,
            };
            let plan = plan.map_err(readable)?;
            print_lines(&setup::describe(&plan));
            return Ok(if apply.plan && !plan.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS });
        }
        Command::Export { dir } => {
            let whole = crate::app::setup::export(&operator(config).await?).await.map_err(readable)?;
            print_lines(&setup::write(&dir, &whole)?);
        }
        Command::Catalog(Catalog::Import { dir }) => {
            let found = catalog::read(&dir)?;
            let is_whole = catalog::import(&operator(config).await?, found, !dir.join("entry.yaml").is_file()).await?;
            return Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Catalog(Catalog::Export { dir, charts }) => {
            print_lines(&catalog::export(&operator(config).await?, &dir, charts).await?);
        }
        Command::Audit(Audit::Verify { checkpoint }) => {
            self::audit::verify(&operator(config).await?, checkpoint.as_deref()).await?;
        }
        Command::Audit(Audit::Checkpoint) => self::audit::checkpoint(config).await?,
        Command::Audit(Audit::Key) => print_lines(&crate::app::audit::public_keys(&config)),
        Command::Key(KeyCommand::New { .. }) | Command::Doctor | Command::Catalog(Catalog::Check { .. }) => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn rotate(ctx: &Ctx) -> anyhow::Result<()> {
    let mut n_unreadable = 0;
    for (what, counts) in keys::rotate(ctx).await.map_err(readable)? {
        let keys::Counts { current, old, unreadable } = counts;
        print_line(&format!("{what}: {old} sealed anew, {current} had the present key, {unreadable} unreadable"));
        n_unreadable += unreadable;
    }
    if n_unreadable > 0 {
        bail!(
            "{n_unreadable} values open with none of the keys: name the key they were sealed with in secrets.old_key_files"
        );
    }
    Ok(())
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    let done =
        pool::migrate(config.database.url.expose_secret()).await.context("the schema was not brought up to date")?;
    if done.is_empty() {
        print_line("the schema is up to date");
    }
    for name in done {
        print_line(&format!("done: {name}"));
    }
    start::require_key(&start::connect(config).await?).await
}

/// Acts as whoever may run this program with its configuration.
async fn operator(config: Config) -> anyhow::Result<Ctx> {
    let berth = start::connect(config).await?;
    start::require_schema(&berth).await?;
    Ok(Ctx::operator(berth))
}

/// At the command line the cause may be told.
fn readable(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(cause) => cause,
        Error::NotFound => anyhow!("there is no such thing"),
        other => other.into(),
    }
}

fn print_lines(lines: &[String]) {
    lines.iter().for_each(|line| print_line(line));
}

#[expect(clippy::print_stdout, reason = "what a command answers goes to standard output, the log does not")]
fn print_line(line: &str) {
    println!("{line}");
}
