//! Measures a release build of Berth with much in its database, beside bare counterparts in the same run. `cargo xtask
//! bench` builds what it needs, starts the parts and runs this.
#![allow(clippy::print_stdout, reason = "a command talks on standard output")]

mod bare;
mod ground;
mod http;
mod ingest;
mod live;
mod machine;
mod objects;
mod pages;
mod process;
mod report;
mod seed;
mod size;
mod work;

use anyhow::Result;
use clap::{Parser, Subcommand};
use ground::Ground;
use stack::berth::Part;
use stack::describe::StackFile;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure; the parts are those of the stack that the environment names
    Run(Options),
    /// Answer what was recorded, and nothing else
    Bare { file: PathBuf, at: SocketAddr },
}

#[derive(clap::Args)]
struct Options {
    /// The repository
    #[arg(long)]
    root: PathBuf,
    /// For databases' settings, logs and results
    #[arg(long)]
    dir: PathBuf,
    /// Fewer rounds: two minutes, and figures that say less
    #[arg(long)]
    quick: bool,
    /// Only what is named; may be repeated
    #[arg(long, value_name = "PART")]
    only: Vec<Measure>,
    /// Replace the tables in this file, between its two marks
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Measure {
    /// Pages and API calls, memory, live views
    Pages,
    /// Provisioning and jobs
    Work,
    /// A page that many have open
    Live,
    /// Charts that are taken into the catalog
    Ingest,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Run(options) => run(&options).await,
        Command::Bare { file, at } => bare::serve(&file, at).await,
    }
}

async fn run(options: &Options) -> Result<()> {
    let stack = StackFile::from_env()?;
    let mut results = report::Results::new(machine::look(&stack).await?, options.quick);
    if options.wants(Measure::Pages) {
        pages(options, &stack, &mut results).await?;
    }
    if options.wants(Measure::Work) {
        results.work = Some(work(options, &stack).await?);
    }
    if options.wants(Measure::Live) {
        results.live = Some(live(options, &stack).await?);
    }
    if options.wants(Measure::Ingest) {
        results.ingest = Some(ingest(options, &stack).await?);
    }
    report::write(&results, &options.dir.join("results.json"), options.write.as_deref())
}

async fn pages(options: &Options, stack: &StackFile, results: &mut report::Results) -> Result<()> {
    let ground = Ground::lay(stack, &options.root, &options.dir, "bench_pages").await?;
    print_progress("filling a database");
    let keys = seed::fill(&ground.db, &stack.issuer, seed::FULL).await?;
    print_progress(ground.settings.run(&["audit", "verify"])?.trim());
    print_progress("starting Berth, again and again");
    let start_to_ready_ms = size::start_to_ready(&ground).await?;
    let berth = ground.start(Part::Desk).await?;
    let idle_bytes = berth.process.resident()?;
    print_progress("asking for pages");
    results.pages = pages::measure(&ground, &berth, &keys, if options.quick { 40 } else { 400 }).await?;
    let under_load_bytes = berth.process.most_resident()?;
    print_progress("looking on");
    let live_views = if options.quick { 200 } else { 1_000 };
    let bytes_per_live_view = size::per_live_view(&ground, &berth, live_views).await?;
    let shipped = size::shipped(&stack.berth, &stack.site_dir)?;
    let size =
        size::Figures { start_to_ready_ms, idle_bytes, under_load_bytes, live_views, bytes_per_live_view, shipped };
    results.size = Some(size);
    Ok(())
}

async fn work(options: &Options, stack: &StackFile) -> Result<work::Figures> {
    let ground = Ground::lay(stack, &options.root, &options.dir, "bench_work").await?;
    let keys = seed::fill(&ground.db, &stack.issuer, seed::EMPTY).await?;
    let amounts = match options.quick {
        true => work::Amounts { one_by_one: 3, waiting: 20, jobs: 1_000 },
        false => work::Amounts { one_by_one: 15, waiting: 100, jobs: 5_000 },
    };
    print_progress("making namespaces");
    work::measure(&ground, stack, &keys, amounts).await
}

async fn live(options: &Options, stack: &StackFile) -> Result<live::Figures> {
    let ground = Ground::lay(stack, &options.root, &options.dir, "bench_live").await?;
    seed::fill(&ground.db, &stack.issuer, seed::ONE).await?;
    let (viewers, lasts) = if options.quick { (200, 10) } else { (1_000, 20) };
    live::measure(&ground, stack, viewers, Duration::from_secs(lasts)).await
}

async fn ingest(options: &Options, stack: &StackFile) -> Result<ingest::Figures> {
    let ground = Ground::lay(stack, &options.root, &options.dir, "bench_ingest").await?;
    let keys = seed::fill(&ground.db, &stack.issuer, seed::EMPTY).await?;
    print_progress("taking charts in");
    ingest::measure(&ground, &keys, if options.quick { 100 } else { 1_000 }).await
}

impl Options {
    fn wants(&self, measure: Measure) -> bool {
        self.only.is_empty() || self.only.contains(&measure)
    }
}

/// Where it is at; the tables go to standard output.
fn print_progress(what: &str) {
    eprintln!("  … {what}");
}
