//! The files of a chart in memory, as reading fills it and packing empties it.

use super::limits::Limits;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shared, so that the files of a folder are theirs too and no copy.
pub type Content = Arc<Vec<u8>>;

/// The files below an archive's top folder, by their paths in it: `Chart.yaml`, `templates/service.yaml`.
/// Every path is relative, without `..`, and one file on every file system.
#[derive(Debug, Clone)]
pub struct Files {
    pub(super) root: String,
    pub(super) by_path: BTreeMap<String, Content>,
    /// What is left of the limits for the archives within.
    pub(super) left: Limits,
}
