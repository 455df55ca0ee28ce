//! Where things are in the repository.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The repository and its target directory.
pub struct Project {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Project {
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask has no parent directory")?.to_owned();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        fs::create_dir_all(&target)?;
        Ok(Self { root, target })
    }

    pub fn devcluster(&self) -> PathBuf {
        self.target.join("devcluster/devcluster")
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
