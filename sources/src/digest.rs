//! What names bytes by their content, as registries write it: `sha256:` and 64 hexadecimal digits.

use sha2::{Sha256, Sha512};
use std::fmt;
use std::str::FromStr;

/// Of SHA-256 or SHA-512; its digits are lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest; one is sha256: with 64 hexadecimal digits after it, or sha512: with 128")]
pub struct NotADigest(pub String);

impl Digest {
    /// The SHA-256 of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{:x}", <Sha256 as sha2::Digest>::digest(bytes)))
    }

    /// As index files write it: digits alone are those of SHA-256.
    pub fn of_index(text: &str) -> Result<Self, NotADigest> {
        if text.contains(':') { text.parse() } else { format!("sha256:{text}").parse() }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// That of bytes, by the algorithm of this one.
    pub fn same_kind_of(&self, bytes: &[u8]) -> Self {
        match self.0.starts_with("sha512:") {
            true => Self(format!("sha512:{:x}", <Sha512 as sha2::Digest>::digest(bytes))),
            false => Self::of(bytes),
        }
    }

    /// The tag under which what belongs to it is kept: `sha256-…`.
    pub(crate) fn as_tag(&self) -> String {
        self.0.replacen(':', "-", 1)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let not = || NotADigest(text.chars().take(150).collect());
        let (algorithm, digits) = text.split_once(':').ok_or_else(not)?;
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return Err(not()),
        };
        let is_hex = digits.len() == length && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex { Ok(Self(format!("{algorithm}:{}", digits.to_ascii_lowercase()))) } else { Err(not()) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_digest_is_of_its_bytes_alone() {
        let digest = Digest::of_index(&OF_NOTHING.to_uppercase()).expect("is one");
        assert_eq!(digest.as_str(), format!("sha256:{OF_NOTHING}"));
        assert_eq!(digest, Digest::of(b""));
        assert_ne!(digest.same_kind_of(b"a"), digest);
        assert_eq!(digest.as_tag(), format!("sha256-{OF_NOTHING}"));
        let long = format!("sha512:{:x}", <Sha512 as sha2::Digest>::digest(b"a")).parse::<Digest>().expect("is one");
        assert_eq!(long.same_kind_of(b"a"), long);
        assert_ne!(long.same_kind_of(b""), long);
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let short = format!("sha256:{}", &OF_NOTHING[1..]);
        let path = format!("sha256:{}/..", &OF_NOTHING[3..]);
        for text in ["", ":", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e", &short, &path, "sha256:é"] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}
