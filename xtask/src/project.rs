//! Where things are in the repository.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::tools;

/// The repository and its target directory.
#[derive(Clone)]
pub struct Project {
    pub root: PathBuf,
    pub target: PathBuf,
    /// What cargo builds of ours is looked at by clippy as it is compiled.
    pub is_linting: bool,
}

/// Takes each lint for a warning, so that a failure does not hide what follows; clippy splits its arguments there.
const LINTS_ARE_WARNINGS: &str = "--cap-lints__CLIPPY_HACKERY__warn__CLIPPY_HACKERY__";

impl Project {
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask has no parent directory")?.to_owned();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        fs::create_dir_all(&target)?;
        Ok(Self { root, target, is_linting: false })
    }

    /// Cargo in the repository.
    pub fn cargo(&self) -> Command {
        let mut cargo = tools::cargo();
        cargo.current_dir(&self.root);
        if self.is_linting {
            cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", LINTS_ARE_WARNINGS);
        }
        cargo
    }

    pub fn devcluster(&self) -> PathBuf {
        self.target.join("devcluster/devcluster")
    }

    pub fn helm(&self) -> PathBuf {
        self.target.join("tools/helm")
    }

    pub fn registry(&self) -> PathBuf {
        self.target.join("registry/registry")
    }

    pub fn berth(&self) -> PathBuf {
        self.target.join("debug/berth")
    }

    /// A program as it is shipped.
    pub fn released(&self, program: &str) -> PathBuf {
        self.target.join("release").join(program)
    }

    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    pub fn identity(&self) -> PathBuf {
        self.root.join("identity")
    }

    /// The starter catalog.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog")
    }

    pub fn demo(&self) -> PathBuf {
        self.root.join("demo")
    }

    /// A directory under `target`, made if it is not there.
    pub fn work_dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.target.join(name);
        fs::create_dir_all(&dir).with_context(|| format!("create {}", dir.display()))?;
        Ok(dir)
    }
}
