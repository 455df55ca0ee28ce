//! `cargo xtask bench`: builds Berth as it is shipped, starts what it stands on, and has it measured by the program `bench`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use stack::{
    describe::{self, Programs, STACK_VARIABLE, StackFile},
    process::{End, start_guarded},
};
use tokio::time::{Duration, sleep};

use crate::{
    builds,
    progress::Steps,
    project::Project,
    running::{Choice, Place, Running, until_asked_to_end},
    wasm::Profile,
};

#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// Fewer rounds: about two minutes, and figures that say less
    #[arg(long)]
    quick: bool,
    /// Measure this only; may be repeated: pages, work, live, ingest
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Replace the tables in this file, between its two marks
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

pub fn run(project: &Project, steps: &Steps, options: &Options) -> Result<()> {
    builds::parts(project, steps)?;
    builds::site(project, steps, Profile::Release)?;
    builds::released(project, steps)?;
    until_asked_to_end(async {
        let place = Place::take(project.work_dir("bench")?, "stack.json")?;
        let running = Running::start(project, steps, &place.dir, Choice::default()).await?;
        let description = StackFile::new(
            &running.database_url,
            &running.cluster,
            &running.identity,
            &running.registry.address,
            Programs { devcluster: project.devcluster(), helm: project.helm(), berth: project.released("berth") },
            project.site(),
        );
        describe::write(&place.file, &description)?;
        measure(project, options, &place).await
    })
}

/// Its tables go to our standard output.
async fn measure(project: &Project, options: &Options, place: &Place) -> Result<()> {
    let mut bench = Command::new(project.released("bench"));
    bench.arg("run").arg("--root").arg(&project.root).arg("--dir").arg(&place.dir).env(STACK_VARIABLE, &place.file);
    bench.args(options.quick.then_some("--quick")).args(options.only.iter().flat_map(|part| ["--only", part]));
    bench.args(options.write.iter().flat_map(|file| ["--write".as_ref(), file.as_os_str()]));
    let (mut child, _guard) = start_guarded(&mut bench, End::Terminate).context("start the bench")?;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("the bench ended with {status}; logs are in {}", place.dir.display()),
            None => sleep(Duration::from_millis(200)).await,
        }
    }
}
