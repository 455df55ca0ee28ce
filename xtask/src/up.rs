//! `cargo xtask up`: what Berth stands on, without a Berth, for tests that bring their own.

use std::path::{Path, PathBuf};

use anyhow::Result;
use stack::describe::{self, Programs, STACK_VARIABLE, StackFile};

use crate::{
    builds,
    progress::Steps,
    project::Project,
    realnode::RealNode,
    running::{Choice, Place, Running, until_asked_to_end},
    wasm::Profile,
};

/// Where it is, under `target`.
pub const DIR: &str = "stack";
const FILE: &str = "stack.json";

#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    #[command(flatten)]
    real_node: RealNode,
}

pub fn run(project: &Project, steps: &Steps, options: &Options) -> Result<()> {
    builds(project, steps)?;
    let choice = Choice { real_node: options.real_node.parts(project, steps)?, ..Choice::default() };
    until_asked_to_end(async {
        let mut stack = Stack::start(project, steps, DIR, choice).await?;
        let file = stack.file().display().to_string();
        println!("\nThe stack is up, until Ctrl-C. Its parts are in\n  {file}\n");
        println!("  {STACK_VARIABLE}={file} cargo test --package tests");
        stack.running.watch(None).await
    })
}

/// What the stack and its users need.
pub fn builds(project: &Project, steps: &Steps) -> Result<()> {
    builds::parts(project, steps)?;
    builds::site(project, steps, Profile::Dev)
}

/// A running stack and the file that describes it; dropped in this order.
pub struct Stack {
    running: Running,
    place: Place,
}

impl Stack {
    /// Starts it in a directory of `target`.
    pub async fn start(project: &Project, steps: &Steps, dir: &str, choice: Choice) -> Result<Self> {
        let place = Place::take(project.work_dir(dir)?, FILE)?;
        let running = Running::start(project, steps, &place.dir, choice).await?;
        let description = StackFile::new(
            &running.database_url,
            &running.cluster,
            &running.identity,
            &running.registry.address,
            Programs { devcluster: project.devcluster(), helm: project.helm(), berth: project.berth() },
            project.site(),
        );
        describe::write(&place.file, &description)?;
        Ok(Self { running, place })
    }

    pub fn file(&self) -> &Path {
        &self.place.file
    }

    /// The file of a stack that somebody else runs.
    pub fn of_somebody_else(project: &Project) -> Result<Option<PathBuf>> {
        let dir = project.work_dir(DIR)?;
        let file = dir.join(FILE);
        Ok((Place::is_taken(&dir)? && file.exists()).then_some(file))
    }
}
