//! The index of a classic repository: which charts it has, in which versions, and where each archive is.
//!
//! One wrong entry is no reason to lose the others: it is set apart with its reason, as Helm skips it. What is wrong about
//! the text as a whole is an error.

mod entry;
mod read;

pub use entry::{IndexVersion, Rejection};

use crate::yaml::TextError;
use std::collections::BTreeMap;
use url::Url;

/// Bytes of an index. The largest that is published has 25 MB.
const INDEX_BYTES: usize = 64 << 20;
/// Versions in an index, of all charts.
const N_VERSIONS: usize = 250_000;
/// What is kept of all entries.
const KEPT_BYTES: usize = 128 << 20;
/// Rejected entries that are shown; the rest is counted.
const N_SHOWN: usize = 200;

/// The charts of a repository.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// Of each chart the versions, newest first.
    charts: BTreeMap<String, Vec<IndexVersion>>,
    rejected: Vec<Rejected>,
    n_rejected: usize,
}

/// An entry that is set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub name: String,
    /// Empty if the entry has none. Cut if it is too long for one.
    pub version: String,
    pub reason: Rejection,
}

/// Why an index is not taken at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("The index has {bytes} bytes, and at most {most} are read.")]
    TooLarge { bytes: usize, most: usize },
    #[error("The index has more than {most} versions.")]
    TooManyVersions { most: usize },
    #[error("The entries of the index are more than {most} bytes.")]
    TooMuchText { most: usize },
    #[error("The index {0}.")]
    Unreadable(TextError),
    #[error(
        "This is no index of a repository: {missing} is missing. Its address is that of the folder with index.yaml in it."
    )]
    NoIndex { missing: &'static str },
    #[error("The repository's address has the scheme {scheme:?}, and an index is read by http and https.")]
    Scheme { scheme: String },
}

/// Charts of an index by name, and whether there are more.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    pub charts: Vec<(&'a str, &'a [IndexVersion])>,
    pub has_more: bool,
}

impl Index {
    /// `base` is the repository's address, that of the folder with `index.yaml` in it: relative addresses are relative to it.
    pub fn read(bytes: &[u8], base: &Url) -> Result<Self, IndexError> {
        read::read(bytes, base)
    }

    pub fn n_charts(&self) -> usize {
        self.charts.len()
    }

    pub fn n_versions(&self) -> usize {
        self.charts.values().map(Vec::len).sum()
    }

    /// Up to `most` charts by name, from the first one after `after` on.
    pub fn page(&self, after: Option<&str>, most: usize) -> Page<'_> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = (after.map_or(Unbounded, Excluded), Unbounded);
        let mut charts = self.charts.range::<str, _>(from).map(|(name, versions)| (name.as_str(), versions.as_slice()));
        let page: Vec<_> = charts.by_ref().take(most).collect();
        Page { has_more: charts.next().is_some(), charts: page }
    }

    /// Newest first; empty if there is no such chart.
    pub fn versions(&self, name: &str) -> &[IndexVersion] {
        self.charts.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// By its text, as the repository has it.
    pub fn find(&self, name: &str, version: &str) -> Option<&IndexVersion> {
        self.versions(name).iter().find(|entry| entry.version.as_str() == version)
    }

    /// The first of those that are set apart.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    pub fn n_rejected(&self) -> usize {
        self.n_rejected
    }
}
