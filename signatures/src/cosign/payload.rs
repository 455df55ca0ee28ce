//! The payload of the older signatures ("simple signing"): JSON that names the digest of a manifest.

use super::error::AttachmentError;
use super::manifest::Manifest;
use crate::limits::PAYLOAD_BYTES;
use crate::text::shown;
use serde::Deserialize;

const KIND: &str = "cosign container image signature";

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

pub(super) fn within_bounds(payload: &[u8]) -> Result<&[u8], AttachmentError> {
    match payload.len() {
        bytes if bytes > PAYLOAD_BYTES => Err(AttachmentError::TooLarge { bytes, most: PAYLOAD_BYTES }),
        _ => Ok(payload),
    }
}

/// The reference that it claims is not asked for: charts are mirrored, and the archive says its own name.
pub(super) fn require(payload: &[u8], manifest: &Manifest<'_>) -> Result<(), AttachmentError> {
    let payload: Payload = serde_json::from_slice(payload).map_err(|_| AttachmentError::Payload)?;
    if payload.critical.kind != KIND {
        return Err(AttachmentError::PayloadKind { kind: shown(&payload.critical.kind) });
    }
    if payload.critical.image.digest != manifest.digest {
        let signed = shown(&payload.critical.image.digest);
        return Err(AttachmentError::OtherDigest { signed, found: manifest.digest.clone() });
    }
    Ok(())
}
