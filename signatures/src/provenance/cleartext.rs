//! The framing of clear-signed text (RFC 9580, section 7), read so that there is one way to read it.

use super::error::{ProvenanceError, SignatureError};
use crate::armor;
use pgp::crypto::hash::HashAlgorithm;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "PGP SIGNATURE";

/// Signed text and its signature.
pub(super) struct Cleartext {
    /// The algorithms that the `Hash:` lines announce. There need be none.
    announced: Vec<String>,
    /// As it was signed: dashes unescaped, without white space at the end of lines, which end with CR LF, but for the last.
    pub text: String,
    /// OpenPGP packets.
    pub signature: Vec<u8>,
}

type Lines<'a> = std::iter::Peekable<std::iter::Enumerate<std::str::Split<'a, char>>>;

impl Cleartext {
    pub fn read(bytes: &[u8]) -> Result<Self, ProvenanceError> {
        let file = std::str::from_utf8(bytes).map_err(|_| ProvenanceError::NotText)?;
        let mut lines = file.split('\n').enumerate().peekable();
        match lines.next() {
            Some((_, line)) if ended(line) == BEGIN => {}
            Some(_) | None => return Err(ProvenanceError::NotClearSigned),
        }
        let announced = headers(&mut lines)?;
        let text = body(&mut lines)?;
        let signature = signature(lines)?;
        Ok(Self { announced, text, signature })
    }

    /// A file that announces anything but what its signature uses was put together from parts.
    pub fn require_hash(&self, used: HashAlgorithm) -> Result<(), SignatureError> {
        let used = used.to_string();
        if self.announced.is_empty() || self.announced.iter().any(|name| name.eq_ignore_ascii_case(&used)) {
            return Ok(());
        }
        Err(SignatureError::HashHeader { announced: self.announced.join(", "), used })
    }
}

/// A line without what ends it.
fn ended(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r'])
}

/// The names behind `Hash:`, up to the empty line. An empty line is empty: white space there has hidden text before.
fn headers(lines: &mut Lines<'_>) -> Result<Vec<String>, ProvenanceError> {
    let mut announced = Vec::new();
    for (index, line) in lines {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Ok(announced);
        }
        let names = line.strip_prefix("Hash: ").ok_or(ProvenanceError::Header { line: index + 1 })?;
        for name in names.split(',').map(str::trim) {
            if name.is_empty()
                || name.len() > 16
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            {
                return Err(ProvenanceError::Header { line: index + 1 });
            }
            announced.push(name.to_owned());
        }
    }
    Err(ProvenanceError::Unfinished)
}

/// The text, up to the line that begins the signature, which is left.
fn body(lines: &mut Lines<'_>) -> Result<String, ProvenanceError> {
    let mut text: Vec<&str> = Vec::new();
    while let Some((index, line)) = lines.peek().copied() {
        if armor::begins(ended(line)) == Some(SIGNATURE) {
            return Ok(text.join("\r\n"));
        }
        text.push(unescape(line, index + 1)?);
        lines.next();
    }
    Err(ProvenanceError::Unfinished)
}

fn unescape(line: &str, number: usize) -> Result<&str, ProvenanceError> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.chars().any(|char| char.is_control() && char != '\t') {
        return Err(ProvenanceError::ControlCharacter { line: number });
    }
    let text = match line.strip_prefix("- ") {
        Some(escaped) => escaped,
        None if line.starts_with('-') => return Err(ProvenanceError::Dash { line: number }),
        None => line,
    };
    Ok(text.trim_end_matches([' ', '\t']))
}

/// The packets of the one block that is left. Nothing stands behind it.
fn signature(lines: Lines<'_>) -> Result<Vec<u8>, ProvenanceError> {
    let mut block = String::new();
    let mut is_over = false;
    for (index, line) in lines {
        let line = ended(line);
        if is_over && !line.is_empty() {
            return Err(ProvenanceError::Trailing { line: index + 1 });
        }
        is_over |= line == "-----END PGP SIGNATURE-----";
        block.push_str(line);
        block.push('\n');
    }
    if !is_over {
        return Err(ProvenanceError::Unfinished);
    }
    let blocks = armor::blocks(&block, SIGNATURE).map_err(|_| ProvenanceError::Malformed)?;
    blocks.into_iter().next().ok_or(ProvenanceError::Unfinished)
}
