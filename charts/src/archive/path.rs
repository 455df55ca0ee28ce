//! Which paths may be in an archive.

use super::error::{ArchiveError, PathFault};
use super::limits::Limits;
use unicode_normalization::UnicodeNormalization;

/// A path as Helm and every file system read it.
pub fn check(raw: &[u8], limits: &Limits) -> Result<String, ArchiveError> {
    let lossy = || String::from_utf8_lossy(&raw[..raw.len().min(512)]).into_owned();
    if raw.len() > limits.path_bytes {
        return Err(ArchiveError::PathTooLong { path: lossy(), bytes: raw.len(), most: limits.path_bytes });
    }
    let Ok(path) = std::str::from_utf8(raw) else {
        return Err(ArchiveError::BadPath { path: lossy(), fault: PathFault::NotUtf8 });
    };
    match fault(path) {
        Some(fault) => Err(ArchiveError::BadPath { path: path.to_owned(), fault }),
        None => Ok(path.to_owned()),
    }
}

fn fault(path: &str) -> Option<PathFault> {
    if path.starts_with('/') {
        return Some(PathFault::Absolute);
    }
    if path.contains('\\') {
        return Some(PathFault::Backslash);
    }
    if path.chars().any(|char| char.is_control() || turns_direction(char)) {
        return Some(PathFault::Control);
    }
    path.split('/').find_map(part_fault)
}

fn part_fault(part: &str) -> Option<PathFault> {
    match part.as_bytes() {
        b"" | b"." => Some(PathFault::EmptyPart),
        b".." => Some(PathFault::Parent),
        [letter, b':', ..] if letter.is_ascii_alphabetic() => Some(PathFault::Drive),
        _ => None,
    }
}

fn turns_direction(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What two paths have in common that are one file on a file system that ignores case or normalises names.
pub fn key(path: &str) -> String {
    let lower: String = path.nfc().flat_map(char::to_lowercase).collect();
    lower.nfc().collect()
}
