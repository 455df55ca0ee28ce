//! The files of a chart in memory.

use super::digest::Digest;
use super::error::ArchiveError;
use super::folder::Files;
use super::limits::Limits;
use super::{ignore, pack, path, read};
use sha2::{Digest as _, Sha256};

/// An archive that was read: its files, and what its bytes are known by.
#[derive(Debug, Clone)]
pub struct Archive {
    pub digest: Digest,
    pub files: Files,
}

impl Archive {
    /// Takes no more memory than `limits.unpacked_bytes`, whatever the bytes are.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ArchiveError> {
        let files = read::read(bytes, limits)?;
        Ok(Self { digest: Digest::of(bytes), files })
    }
}

impl Files {
    /// The files of a folder, less those that its `.helmignore` leaves out. `root` is the name the folder gets in an
    /// archive, which is the chart's. Paths are relative to the folder, with `/` between their parts.
    pub fn from_folder(
        root: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        limits: &Limits,
    ) -> Result<Self, ArchiveError> {
        let mut unpacked = read::Unpacked::new(limits);
        unpacked.set_root(root)?;
        for (path, content) in files {
            unpacked.add(&path::check(format!("{root}/{path}").as_bytes(), limits)?, content)?;
        }
        let mut files = unpacked.finish()?;
        let rules = ignore::Rules::read(files.get(".helmignore").unwrap_or_default())?;
        let paths: Vec<String> = files.by_path.keys().cloned().collect();
        for path in paths {
            if rules.ignore(&path)? {
                files.by_path.remove(&path);
            }
        }
        match files.by_path.is_empty() {
            true => Err(ArchiveError::Empty),
            false => Ok(files),
        }
    }

    /// A gzip'd tar of the files. The same files give the same bytes, on every machine and in every order.
    pub fn pack(&self) -> Result<Vec<u8>, ArchiveError> {
        pack::pack(&self.root, &self.by_path)
    }

    /// The name of the top folder.
    pub fn root(&self) -> &str {
        &self.root
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.by_path.get(path).map(|content| content.as_slice())
    }

    /// Paths and contents, ordered by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.by_path.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Those whose path begins with `folder`, which ends in `/` or is empty for all. Paths are relative to it.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let from = self.by_path.range::<str, _>((std::ops::Bound::Included(folder), std::ops::Bound::Unbounded));
        from.map_while(move |(path, content)| Some((path.strip_prefix(folder)?, content.as_slice())))
    }

    /// The files of one of its folders, `charts/postgresql`, as if it were alone.
    pub fn folder(&self, path: &str) -> Self {
        let below = format!("{path}/");
        let from = self.by_path.range(below.clone()..);
        let inner = from.map_while(|(path, content)| Some((path.strip_prefix(&below)?.to_owned(), content.clone())));
        let root = path.rsplit('/').next().unwrap_or(path).to_owned();
        Self { root, by_path: inner.collect(), left: self.left }
    }

    pub fn n_files(&self) -> usize {
        self.by_path.len()
    }

    /// Of the contents of all files.
    pub fn n_bytes(&self) -> u64 {
        self.by_path.values().map(|content| content.len() as u64).sum()
    }

    /// What paths and contents are known by, however they were packed: two archives of the same files differ in their
    /// digest where they were packed by different programs, and not in this one.
    pub fn content_digest(&self) -> Digest {
        let mut digest = Sha256::new();
        for (path, content) in &self.by_path {
            for part in [path.as_bytes(), content.as_slice()] {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
        }
        Digest::from_bytes(digest.finalize().into())
    }

    pub(crate) fn limits_left(&self) -> Limits {
        self.left
    }
}
