//! How much of an archive is read.

/// Helm keeps a release with its chart in a Secret of at most 1 MiB, so that a chart of this size is none that installs.
/// The largest charts that are published are below 2 MiB.
const PACKED_BYTES: u64 = 20 << 20;
/// Helm itself stops at 100 MiB. Manifests shrink to a tenth or less.
const UNPACKED_BYTES: u64 = 60 << 20;
/// gzip goes to 1,032; a tar of small files, most of which is filling, to about 50.
const RATIO: u64 = 200;
/// Charts with all of their subcharts unpacked have about 2,000.
const N_ENTRIES: usize = 5_000;
/// What ustar can name. A template three subcharts down takes 150.
const PATH_BYTES: usize = 256;
/// A file of Kubernetes' own size limit (etcd: 1.5 MiB) for each object has many objects at this size.
const FILE_BYTES: u64 = 10 << 20;

/// How much of an archive is read. What is above is refused before memory is taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of the archive as it is.
    pub packed_bytes: u64,
    /// Of the tar in it, headers and filling included.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each packed byte, once 1 MiB came out.
    pub ratio: u64,
    /// Files and folders.
    pub n_entries: usize,
    /// Of one path, the top folder included.
    pub path_bytes: usize,
    /// Of one file.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packed_bytes: PACKED_BYTES,
            unpacked_bytes: UNPACKED_BYTES,
            ratio: RATIO,
            n_entries: N_ENTRIES,
            path_bytes: PATH_BYTES,
            file_bytes: FILE_BYTES,
        }
    }
}

impl Limits {
    /// A small archive may be mostly filling.
    const FREE_OF_RATIO: u64 = 1 << 20;

    /// Bytes that may come out of this many packed ones, and whether it is the ratio that says so.
    pub(super) fn unpacked_from(&self, packed: usize) -> (u64, bool) {
        let by_ratio = self.ratio.saturating_mul(packed as u64).max(Self::FREE_OF_RATIO);
        (self.unpacked_bytes.min(by_ratio), by_ratio < self.unpacked_bytes)
    }

    /// What is left of them for the archives within one that took this much.
    pub(crate) fn after(self, unpacked_bytes: u64, n_entries: usize) -> Self {
        Self {
            unpacked_bytes: self.unpacked_bytes.saturating_sub(unpacked_bytes),
            n_entries: self.n_entries.saturating_sub(n_entries),
            ..self
        }
    }
}
