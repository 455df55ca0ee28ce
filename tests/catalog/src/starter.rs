//! What is in `catalog/`.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// An entry's directory.
pub struct Starter {
    pub id: String,
    pub dir: PathBuf,
}

impl Starter {
    pub fn all() -> Vec<Self> {
        let dirs = files(&repository().join("catalog")).into_iter().filter(|path| path.is_dir());
        let all: Vec<_> = dirs.map(|dir| Self { id: name(&dir), dir }).collect();
        assert!(all.len() >= 5, "there are five at least: {}", all.len());
        all
    }

    pub fn chart(&self) -> PathBuf {
        self.dir.join("chart")
    }

    /// A file of the chart.
    pub fn read(&self, file: &str) -> String {
        let path = self.chart().join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn yaml(&self, file: &str) -> Value {
        serde_saphyr::from_str(&self.read(file)).unwrap()
    }

    pub fn schema(&self) -> Value {
        serde_json::from_str(&self.read("values.schema.json")).unwrap()
    }

    /// Values that must render.
    pub fn values(&self) -> Vec<PathBuf> {
        of_yaml(&self.dir.join("ci"))
    }

    /// Values that must be refused.
    pub fn refused(&self) -> Vec<PathBuf> {
        of_yaml(&self.dir.join("ci/refused"))
    }

    pub fn templates(&self) -> Vec<PathBuf> {
        files(&self.chart().join("templates"))
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn of_yaml(dir: &Path) -> Vec<PathBuf> {
    let found: Vec<_> = files(dir).into_iter().filter(|path| path.extension().is_some_and(|of| of == "yaml")).collect();
    assert!(!found.is_empty(), "{} has none", dir.display());
    found
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}
