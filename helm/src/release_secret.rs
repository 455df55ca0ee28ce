//! Reads the Secrets in which helm keeps releases: of the type `helm.sh/release.v1`, one for each revision, with the labels
//! `owner=helm`, `name`, `status` and `version`. Anybody who may write Secrets may have written one.

use super::release::Release;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// How much one Secret may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretLimits {
    /// As it comes. A Secret holds 1 MiB, of which base64 makes a third more.
    pub packed_bytes: usize,
    /// Of the JSON in it.
    pub unpacked_bytes: usize,
}

impl Default for SecretLimits {
    fn default() -> Self {
        Self { packed_bytes: 2 << 20, unpacked_bytes: 16 << 20 }
    }
}

/// Why a Secret is not read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableSecret {
    #[error("The release's Secret is larger than {limit_bytes} bytes, or unpacks to more.")]
    TooLarge { limit_bytes: usize },
    #[error("The release's Secret is no gzip in base64: {0}")]
    NotPacked(String),
    #[error("The release's Secret holds no release: {0}")]
    NoRelease(#[from] serde_json::Error),
}

/// How a gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The release in the field `release` of a Secret's `data`: in base64 twice, as the API gives it, or once, as clients that know
/// Secrets do.
pub fn read(data: &[u8], limits: &SecretLimits) -> Result<Release, UnreadableSecret> {
    if data.len() > limits.packed_bytes {
        return Err(UnreadableSecret::TooLarge { limit_bytes: limits.packed_bytes });
    }
    let json = unpack(&decode(data)?, limits.unpacked_bytes)?;
    Ok(serde_json::from_slice(&json)?)
}

/// The gzip itself: in base64 it begins otherwise.
fn decode(data: &[u8]) -> Result<Cow<'_, [u8]>, UnreadableSecret> {
    let mut bytes = Cow::Borrowed(data);
    for _ in 0..2 {
        if bytes.starts_with(&GZIP) {
            break;
        }
        let decoded = BASE64_STANDARD.decode(bytes.trim_ascii());
        bytes = Cow::Owned(decoded.map_err(|error| UnreadableSecret::NotPacked(error.to_string()))?);
    }
    Ok(bytes)
}

fn unpack(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, UnreadableSecret> {
    let mut json = Vec::new();
    let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    let read = GzDecoder::new(packed).take(limit.saturating_add(1)).read_to_end(&mut json);
    read.map_err(|error| UnreadableSecret::NotPacked(error.to_string()))?;
    if json.len() > limit_bytes { Err(UnreadableSecret::TooLarge { limit_bytes }) } else { Ok(json) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::{Write, repeat};

    const RELEASE: &str = r#"{"name":"it","version":3,"namespace":"team","info":{"status":"deployed","notes":"hello"},
        "config":{"a":1},"manifest":"kind: ConfigMap","chart":{"metadata":{"name":"web","version":"1.0.0"}}}"#;
    const SMALL: SecretLimits = SecretLimits { packed_bytes: 4096, unpacked_bytes: 4096 };

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn once(content: &[u8]) -> Vec<u8> {
        BASE64_STANDARD.encode(gzip(content)).into_bytes()
    }

    #[test]
    fn a_release_is_read_from_base64_once_and_twice() {
        let once = once(RELEASE.as_bytes());
        let twice = BASE64_STANDARD.encode(&once).into_bytes();
        for data in [once, twice] {
            let release = read(&data, &SMALL).unwrap();
            assert_eq!((release.name.as_str(), release.revision, release.info.status), ("it", 3, Status::Deployed));
            assert_eq!((release.values.as_str(), release.info.notes.as_str()), (r#"{"a":1}"#, "hello"));
        }
    }

    #[test]
    fn what_unpacks_to_more_than_may_be_is_refused_before_it_does() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        std::io::copy(&mut repeat(b' ').take(64 << 20), &mut encoder).unwrap();
        let bomb = BASE64_STANDARD.encode(encoder.finish().unwrap()).into_bytes();
        let error = read(&bomb, &SecretLimits::default()).unwrap_err();
        assert!(matches!(error, UnreadableSecret::TooLarge { limit_bytes } if limit_bytes == 16 << 20), "{error}");
    }

    #[test]
    fn what_is_too_large_is_not_even_decoded() {
        let error = read(&[b'!'; 4097], &SMALL).unwrap_err();
        assert!(matches!(error, UnreadableSecret::TooLarge { limit_bytes: 4096 }), "{error}");
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_refused() {
        let whole = gzip(RELEASE.as_bytes());
        let cut = BASE64_STANDARD.encode(&whole[..whole.len() - 12]).into_bytes();
        let plain = BASE64_STANDARD.encode(RELEASE).into_bytes();
        for data in [cut.as_slice(), plain.as_slice(), RELEASE.as_bytes(), b"", b"%%%", &[0x1f, 0x8b]] {
            let error = read(data, &SMALL).unwrap_err();
            assert!(matches!(error, UnreadableSecret::NotPacked(_)), "{error}");
        }
    }

    #[test]
    fn json_that_is_no_release_is_refused() {
        let deep = "[".repeat(4000);
        let wrong = RELEASE.replace("\"version\":3", "\"version\":-1");
        for json in ["{}", "[]", "null", "{", deep.as_str(), wrong.as_str()] {
            let error = read(&once(json.as_bytes()), &SMALL).unwrap_err();
            assert!(matches!(error, UnreadableSecret::NoRelease(_)), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(data in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = read(&data, &SMALL);
            let _ = read(&once(&data), &SMALL);
        }

        #[test]
        fn a_byte_that_is_changed_anywhere_does_no_harm(at in 0_usize..10_000, byte in any::<u8>()) {
            let mut packed = gzip(RELEASE.as_bytes());
            let at = at % packed.len();
            packed[at] = byte;
            let _ = read(BASE64_STANDARD.encode(&packed).as_bytes(), &SMALL);
            let mut json = RELEASE.as_bytes().to_vec();
            let at = at % json.len();
            json[at] = byte;
            let _ = read(&once(&json), &SMALL);
        }
    }
}
