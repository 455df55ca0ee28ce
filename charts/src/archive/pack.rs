//! Writing: nothing of the machine, the time or the order of files is in an archive.

use super::error::ArchiveError;
use super::folder::Content;
use std::collections::BTreeMap;

/// 1980-01-01, as reproducible builds have it: some programs warn of files from 1970.
const MODIFIED_AT: u64 = 315_532_800;
/// Deflate, no name, no time, best compression, no operating system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
const LEVEL: u8 = 9;

pub fn pack(root: &str, files: &BTreeMap<String, Content>) -> Result<Vec<u8>, ArchiveError> {
    let tar = tar(root, files).map_err(|error| ArchiveError::BadTar { fault: error.to_string() })?;
    Ok(gzip(&tar))
}

fn tar(root: &str, files: &BTreeMap<String, Content>) -> std::io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(MODIFIED_AT);
        tar.append_data(&mut header, format!("{root}/{path}"), content.as_slice())?;
    }
    tar.into_inner()
}

/// By one compressor and none that other crates choose: with flate2 the bytes would depend on which features it is built with.
fn gzip(tar: &[u8]) -> Vec<u8> {
    let mut packed = GZIP_HEADER.to_vec();
    packed.append(&mut miniz_oxide::deflate::compress_to_vec(tar, LEVEL));
    packed.extend(crc32fast::hash(tar).to_le_bytes());
    // The format has the size modulo 2^32.
    packed.extend((tar.len() as u32).to_le_bytes());
    packed
}
