//! Environments of Python programs, each with exactly what its list names: by version and hash.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    fingerprint::Fingerprint,
    progress::Steps,
    project::Project,
    tools::{PYTHON, build},
};

/// An environment in `target`.
pub struct Environment {
    /// Its directory.
    pub name: &'static str,
    /// The list for pip, in the repository.
    pub requirements: &'static str,
    /// What making it is called.
    pub title: &'static str,
}

impl Environment {
    pub fn dir(&self, project: &Project) -> PathBuf {
        project.target.join(self.name)
    }

    pub fn program(&self, project: &Project, name: &str) -> PathBuf {
        self.dir(project).join("bin").join(name)
    }

    /// Makes it, where it was not made from the same list before.
    pub fn install(&self, project: &Project, steps: &Steps) -> Result<()> {
        let inputs = Fingerprint::of(&project.root, &[self.requirements], "")?;
        inputs.unless_made(&self.dir(project).join(".inputs"), || {
            PYTHON.require()?;
            let log = project.target.join(format!("pip-{}.log", self.name));
            steps.run(self.title, |step| {
                let mut make = Command::new("python3");
                build(step, make.args(["-m", "venv", "--clear"]).arg(self.dir(project)), &log)
                    .context("a Python environment needs the module venv (package python3-venv)")?;
                build(step, &mut self.fetch(project), &log)
            })
        })
    }

    fn fetch(&self, project: &Project) -> Command {
        let mut pip = Command::new(self.program(project, "python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--no-deps"]);
        pip.arg("--requirement").arg(project.root.join(Path::new(self.requirements)));
        pip
    }
}
