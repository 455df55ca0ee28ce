//! Bytes of our own copies: in the database, or in files of the directory `catalog.archives_dir`, where one is named. What was
//! kept before stays where it is.
//!
//! A file is `ab/abcd….tgz`, by the SHA-256 of its bytes. It is written whole or not at all, and before its row: what a killed
//! process leaves is a file that nobody names, or that the next one to take the chart in writes anew.

use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::chart_archives::{Place, Stored};
use charts::archive::Digest;
use domain::Refusal;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use tokio::fs;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// Puts the bytes where they are kept from now on: what stands of them in the row of their archive.
pub async fn put(ctx: &Ctx, digest: &str, bytes: Vec<u8>) -> Result<Stored> {
    let Some(dir) = &ctx.berth.config.catalog.archives_dir else { return Ok(Stored::Row(bytes)) };
    let n_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    write(dir, digest, &bytes).await.map_err(|error| unusable("our own copy could not be written", &error))?;
    Ok(Stored::File { n_bytes })
}

/// The bytes, as they were taken in.
pub async fn bytes(ctx: &Ctx, conn: &mut store::Conn, digest: &str) -> Result<Vec<u8>> {
    match store::chart_archives::find_place(conn, digest).await? {
        Place::Row(bytes) => Ok(bytes),
        Place::File => read(ctx.berth.config.catalog.archives_dir.as_deref(), digest).await,
    }
}

async fn read(dir: Option<&Path>, digest: &str) -> Result<Vec<u8>> {
    let Some(dir) = dir else {
        return Err(unusable("our own copy cannot be read", &"it is in a file, and catalog.archives_dir is not set"));
    };
    let bytes = fs::read(file(dir, digest)).await.map_err(|error| unusable("our own copy cannot be read", &error))?;
    match Digest::of(&bytes).to_hex() == digest {
        true => Ok(bytes),
        false => Err(unusable("our own copy cannot be read", &"the file has other bytes than were taken in")),
    }
}

/// Whether files can be kept there now.
pub async fn try_out(dir: &Path) -> std::io::Result<()> {
    let probe = dir.join(format!(".{}.part", Uuid::now_v7()));
    fs::write(&probe, b"").await?;
    fs::remove_file(&probe).await
}

async fn write(dir: &Path, digest: &str, bytes: &[u8]) -> std::io::Result<()> {
    let file = file(dir, digest);
    let parent = file.parent().unwrap_or(dir);
    // Only below a directory that is there: what should be mounted is not made.
    if !fs::try_exists(parent).await? {
        fs::create_dir(parent).await.or_else(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })?;
    }
    let part = parent.join(format!(".{}.part", Uuid::now_v7()));
    let written = async {
        let mut open = fs::File::create_new(&part).await?;
        open.write_all(bytes).await?;
        open.sync_all().await?;
        fs::rename(&part, &file).await?;
        fs::File::open(parent).await?.sync_all().await
    };
    let written = written.await;
    if written.is_err() {
        let _ = fs::remove_file(&part).await;
    }
    written
}

fn file(dir: &Path, digest: &str) -> PathBuf {
    dir.join(&digest[..2]).join(format!("{digest}.tgz"))
}

fn unusable(what: &str, why: &dyn Display) -> Error {
    Refusal::NotPossible(format!("{what}: {why}. Whoever runs Berth sees to catalog.archives_dir")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            let dir = std::env::temp_dir().join(format!("berth-archives-{}", Uuid::now_v7()));
            std::fs::create_dir(&dir).expect("makes a directory");
            Self(dir)
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn what_was_written_is_read_and_written_again_over_what_is_broken() {
        let dir = Dir::new();
        let digest = Digest::of(b"chart").to_hex();
        for _ in 0..2 {
            write(&dir.0, &digest, b"chart").await.expect("is written");
            assert_eq!(read(Some(&dir.0), &digest).await.expect("is read"), b"chart");
            std::fs::write(file(&dir.0, &digest), b"cha").expect("is cut");
            assert!(matches!(read(Some(&dir.0), &digest).await, Err(Error::Refused(Refusal::NotPossible(_)))));
        }
        let left = std::fs::read_dir(dir.0.join(&digest[..2])).expect("is there").count();
        assert_eq!(left, 1, "parts are left over");
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_not_made() {
        let dir = Dir::new();
        let gone = dir.0.join("mount");
        assert!(write(&gone, &Digest::of(b"chart").to_hex(), b"chart").await.is_err());
        assert!(try_out(&gone).await.is_err() && !gone.exists());
        assert!(read(Some(&gone), &Digest::of(b"chart").to_hex()).await.is_err());
        assert!(read(None, &Digest::of(b"chart").to_hex()).await.is_err());
        try_out(&dir.0).await.expect("can be written to");
    }
}
