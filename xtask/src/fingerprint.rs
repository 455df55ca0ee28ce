//! Whether something must be made again: a hash over everything it is made from.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The hash of what a build reads.
#[derive(Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of files and whole directories; `variant` tells builds of the same inputs apart. A path that is not there counts
    /// as empty, so that its appearance is a change.
    pub fn of(root: &Path, inputs: &[&str], variant: &str) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            collect(&root.join(input), &mut files).with_context(|| format!("read {input}"))?;
        }
        let mut hash = Sha256::new();
        hash.update(variant);
        for file in files {
            let content = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
            let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes();
            // With lengths, so that no two sets of files look the same.
            hash.update(name.len().to_le_bytes());
            hash.update(name);
            hash.update(content.len().to_le_bytes());
            hash.update(content);
        }
        Ok(Self(hex(&hash.finalize())))
    }

    /// Whether the mark at `mark` says that it was made from the same inputs.
    pub fn is_made(&self, mark: &Path) -> bool {
        fs::read_to_string(mark).is_ok_and(|made| made == self.0)
    }

    /// Runs `make` unless the mark at `mark` says that it ran for the same inputs.
    pub fn unless_made(&self, mark: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.is_made(mark) {
            return Ok(());
        }
        let _ = fs::remove_file(mark); // what is being made is not the former any more, nor yet the new
        make()?;
        fs::write(mark, &self.0).with_context(|| format!("write {}", mark.display()))
    }
}

/// The start of the SHA-256 of some content, for a file name.
pub fn short_hash(content: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(content));
    hash.truncate(12);
    hash
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds all files under `path` in a stable order.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    let mut entries: Vec<_> =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| collect(entry, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let dir = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(dir.join("src")).unwrap();
            fs::write(dir.join("src/a"), "one").unwrap();
            Self(dir)
        }

        fn fingerprint(&self, variant: &str) -> Fingerprint {
            Fingerprint::of(&self.0, &["src", "lock"], variant).unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn changes_with_content_names_new_files_and_variant() {
        let dir = Scratch::new("changes");
        let first = dir.fingerprint("dev");
        assert_eq!(first, dir.fingerprint("dev"));
        assert_ne!(first, dir.fingerprint("release"));
        fs::write(dir.0.join("src/a"), "two").unwrap();
        let changed = dir.fingerprint("dev");
        assert_ne!(first, changed);
        fs::rename(dir.0.join("src/a"), dir.0.join("src/b")).unwrap();
        let renamed = dir.fingerprint("dev");
        assert_ne!(changed, renamed);
        fs::write(dir.0.join("lock"), "").unwrap();
        assert_ne!(renamed, dir.fingerprint("dev"));
    }

    #[test]
    fn makes_once_and_again_after_a_failure() {
        let dir = Scratch::new("makes");
        let mark = dir.0.join("mark");
        let fingerprint = dir.fingerprint("dev");
        fingerprint.unless_made(&mark, || anyhow::bail!("no")).unwrap_err();
        let mut n_made = 0;
        for _ in 0..2 {
            let make = || {
                n_made += 1;
                Ok(())
            };
            fingerprint.unless_made(&mark, make).unwrap();
        }
        assert_eq!(n_made, 1);
    }
}
