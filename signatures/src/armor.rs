//! The ASCII armor of OpenPGP: base64 between `BEGIN` and `END`. Its checksum says nothing that the signature would not, and is not looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Why a text is not taken as armor. Lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArmorError {
    /// `BEGIN` without its `END`, or an `END` of something else.
    Open { line: usize },
    /// What stands between is no base64.
    NotBase64 { line: usize },
}

/// What a line is to armor.
pub(crate) fn begins(line: &str) -> Option<&str> {
    line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}

fn ends(line: &str) -> Option<&str> {
    line.strip_prefix("-----END ")?.strip_suffix("-----")
}

/// The bytes of every block that is labelled so, in their order. Text around blocks, and blocks of other labels, are passed over.
pub(crate) fn blocks(text: &str, label: &str) -> Result<Vec<Vec<u8>>, ArmorError> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim_end).zip(1..);
    while let Some((line, number)) = lines.next() {
        if begins(line) == Some(label) {
            found.push(block(&mut lines, label, number)?);
        }
    }
    Ok(found)
}

fn block<'a>(
    lines: &mut impl Iterator<Item = (&'a str, usize)>,
    label: &str,
    begun: usize,
) -> Result<Vec<u8>, ArmorError> {
    let mut body = String::new();
    let mut is_checked = false;
    for (line, number) in lines {
        match ends(line) {
            Some(ended) if ended == label => return decode(&body, begun),
            Some(_) => return Err(ArmorError::Open { line: number }),
            None if begins(line).is_some() => return Err(ArmorError::Open { line: number }),
            None if is_checked => return Err(ArmorError::NotBase64 { line: number }),
            None if is_checksum(line) => is_checked = true,
            // Headers stand before the first line of the body, and an empty line.
            None if body.is_empty() && (line.is_empty() || line.contains(':')) => {}
            None => body.push_str(line),
        }
    }
    Err(ArmorError::Open { line: begun })
}

/// `=` and three bytes. Padding on a line of its own is no checksum: it has nothing behind it.
fn is_checksum(line: &str) -> bool {
    line.len() == 5 && line.starts_with('=') && !line.ends_with('=')
}

fn decode(body: &str, line: usize) -> Result<Vec<u8>, ArmorError> {
    STANDARD.decode(body).map_err(|_| ArmorError::NotBase64 { line })
}
