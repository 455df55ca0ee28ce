//! `cargo xtask up`: what Berth stands on, without a Berth, for tests that bring their own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use stack::describe::{self, StackFile};

use crate::{
    builds,
    progress::Steps,
    project::Project,
    running::{Choice, Lock, Running, until_asked_to_end},
    wasm::Profile,
};

pub fn run(project: &Project, steps: &Steps) -> Result<()> {
    builds(project, steps)?;
    until_asked_to_end(async {
        let mut stack = Stack::start(project, steps).await?;
        println!("\nThe stack is up, until Ctrl-C. Its parts are in\n  {}\n", stack.file.display());
        println!("  BERTH_STACK={} cargo test --package tests", stack.file.display());
        stack.running.watch(None).await
    })
}

/// What the stack and its users need.
pub fn builds(project: &Project, steps: &Steps) -> Result<()> {
    builds::devcluster(project, steps)?;
    builds::identity(project, steps)?;
    builds::site(project, steps, Profile::Dev)
}

/// A running stack and the file that describes it, which goes with it.
pub struct Stack {
    pub file: PathBuf,
    running: Running,
}

impl Stack {
    pub async fn start(project: &Project, steps: &Steps) -> Result<Self> {
        let dir = project.work_dir("stack")?;
        let running = Running::start(project, steps, &dir, Choice::default()).await?;
        let description = StackFile::new(
            &running.database_url,
            &running.cluster,
            &running.identity,
            project.devcluster(),
            project.berth(),
            project.site(),
        );
        let file = file(&dir);
        describe::write(&file, &description)?;
        Ok(Self { file, running })
    }

    /// The file of a stack that somebody else runs.
    pub fn of_somebody_else(project: &Project) -> Result<Option<PathBuf>> {
        let dir = project.work_dir("stack")?;
        let is_running = Lock::take(&dir).is_err();
        Ok(Some(file(&dir)).filter(|file| is_running && file.exists()))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join("stack.json")
}
