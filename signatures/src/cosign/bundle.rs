//! Sigstore bundles: a signature with what is needed to verify it, in one JSON document.

use super::error::AttachmentError;
use super::key::PublicKey;
use super::manifest::Manifest;
use crate::limits::{BUNDLE_BYTES, BUNDLE_PARTS};
use crate::text::shown;
use serde::Deserialize;
use sigstore_verify::types::{
    Bundle, DsseEnvelope, MediaType, Sha256Hash, SignatureContent, Statement, VerificationMaterialContent,
};

const IN_TOTO: &str = "application/vnd.in-toto+json";
/// What `cosign sign` states, and build systems that say what they built. Others tell of a chart (what it contains, which tests it failed)
/// without vouching for it.
const SIGNS: &[&str] =
    &["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"];

/// A bundle that does not say its version would be read as one of the oldest, of which less is asked.
#[derive(Deserialize)]
struct Versioned {
    #[serde(rename = "mediaType")]
    _version: MediaType,
}

/// A bundle that is not verified yet.
pub(super) struct OpenBundle {
    bundle: Bundle,
}

impl OpenBundle {
    pub fn read(json: &[u8]) -> Result<Self, AttachmentError> {
        if json.len() > BUNDLE_BYTES {
            return Err(AttachmentError::TooLarge { bytes: json.len(), most: BUNDLE_BYTES });
        }
        let text = std::str::from_utf8(json).map_err(|_| AttachmentError::Bundle)?;
        let Versioned { .. } = serde_json::from_str(text).map_err(|_| AttachmentError::Bundle)?;
        let bundle = Bundle::from_json(text).map_err(|_| AttachmentError::Bundle)?;
        within_bounds(&bundle)?;
        Ok(Self { bundle })
    }

    pub fn inner(&self) -> &Bundle {
        &self.bundle
    }

    /// Which of the keys made the signature. What it signs is another question.
    pub fn signer<'a>(&self, keys: &'a [PublicKey], manifest: &Manifest<'_>) -> Result<&'a PublicKey, AttachmentError> {
        let (message, signature) = match &self.bundle.content {
            SignatureContent::MessageSignature(message) => (manifest.bytes.to_vec(), &message.signature),
            SignatureContent::DsseEnvelope(envelope) => (envelope.pae(), &envelope.signature.sig),
            _ => return Err(AttachmentError::Bundle),
        };
        keys.iter().find(|key| key.verify(&message, signature.as_bytes())).ok_or(AttachmentError::OtherKey)
    }

    /// A message signature is over the manifest itself, which was verified; a statement says what it is about.
    pub fn require(&self, manifest: &Manifest<'_>) -> Result<(), AttachmentError> {
        match &self.bundle.content {
            SignatureContent::MessageSignature(_) => Ok(()),
            SignatureContent::DsseEnvelope(envelope) => require_statement(envelope, manifest),
            _ => Err(AttachmentError::Bundle),
        }
    }
}

fn within_bounds(bundle: &Bundle) -> Result<(), AttachmentError> {
    let material = &bundle.verification_material;
    let n_certificates = match &material.content {
        VerificationMaterialContent::X509CertificateChain { certificates } => certificates.len(),
        _ => 1,
    };
    let parts = [
        ("log entries", material.tlog_entries.len()),
        ("timestamps", material.timestamp_verification_data.rfc3161_timestamps.len()),
        ("certificates", n_certificates),
    ];
    match parts.into_iter().find(|(_, n)| *n > BUNDLE_PARTS) {
        Some((what, n)) => Err(AttachmentError::TooManyParts { what: what.into(), n, most: BUNDLE_PARTS }),
        None => Ok(()),
    }
}

fn require_statement(envelope: &DsseEnvelope, manifest: &Manifest<'_>) -> Result<(), AttachmentError> {
    if envelope.payload_type != IN_TOTO {
        return Err(AttachmentError::Statement { kind: shown(&envelope.payload_type) });
    }
    let statement: Statement =
        serde_json::from_slice(envelope.payload.as_bytes()).map_err(|_| AttachmentError::Payload)?;
    if !SIGNS.contains(&statement.predicate_type.as_str()) {
        return Err(AttachmentError::Statement { kind: shown(&statement.predicate_type) });
    }
    let digest = manifest.digest.strip_prefix("sha256:").and_then(|digest| Sha256Hash::from_hex(digest).ok());
    match digest {
        Some(digest) if statement.matches_sha256(&digest) => Ok(()),
        Some(_) | None => Err(AttachmentError::OtherSubject),
    }
}
