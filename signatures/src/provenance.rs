//! Helm provenance: the `.prov` file that `helm package --sign` lays beside an archive. It is clear-signed OpenPGP text, which holds the
//! archive's Chart.yaml and the SHA-256 of the archive.
//!
//! Stricter than Helm and GnuPG where they guess: nothing may stand outside of the signed text, every line that begins with a dash is
//! escaped, and what is signed names exactly one file.

mod cleartext;
mod error;
mod key;
mod keyring;
mod packets;
mod signed;

pub use error::{KeyProblem, KeyringError, ProvenanceError, SignatureError};
pub use key::{Key, Signer};
pub use keyring::Keyring;

use crate::limits::{PROVENANCE_BYTES, PROVENANCE_SIGNATURES};
use cleartext::Cleartext;
use pgp::packet::{Packet, Signature};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// An archive, and what its own Chart.yaml says of it.
#[derive(Debug, Clone, Copy)]
pub struct Archive<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub bytes: &'a [u8],
}

/// Who signed `prov`, if a key of `keyring` did, and if it says of `archive` what is so. One signature that holds is enough: whoever
/// hands on a file can add one that does not.
pub fn verify(
    prov: &[u8],
    archive: &Archive<'_>,
    keyring: &Keyring,
    now: OffsetDateTime,
) -> Result<Signer, ProvenanceError> {
    if prov.len() > PROVENANCE_BYTES {
        return Err(ProvenanceError::TooLarge { bytes: prov.len(), most: PROVENANCE_BYTES });
    }
    let message = Cleartext::read(prov)?;
    let signer = find_signer(&message, keyring, now)?;
    signed::read(&message.text)?.require(archive)?;
    Ok(signer)
}

/// The signer of the first signature that holds. Else what is the matter with one by a known key, or with the first.
fn find_signer(message: &Cleartext, keyring: &Keyring, now: OffsetDateTime) -> Result<Signer, ProvenanceError> {
    let mut errors = Vec::new();
    for signature in signatures(&message.signature)? {
        match check(&signature, message, keyring, now) {
            Ok(signer) => return Ok(signer),
            Err(error) => errors.push(error),
        }
    }
    let known = errors.iter().position(|error| !matches!(error, SignatureError::UnknownSigner { .. })).unwrap_or(0);
    Err(errors.into_iter().nth(known).map_or(ProvenanceError::NoSignature, ProvenanceError::Signature))
}

fn check(
    signature: &Signature,
    message: &Cleartext,
    keyring: &Keyring,
    now: OffsetDateTime,
) -> Result<Signer, SignatureError> {
    let hash = key::data_signature_hash(signature)?;
    message.require_hash(hash)?;
    keyring.verify(signature, message.text.as_bytes(), now)
}

fn signatures(bytes: &[u8]) -> Result<Vec<Signature>, ProvenanceError> {
    let mut signatures = Vec::new();
    for packet in packets::read(bytes) {
        match packet {
            Some(Ok(Packet::Signature(signature))) => signatures.push(signature),
            Some(Ok(_) | Err(_)) | None => return Err(ProvenanceError::Malformed),
        }
        if signatures.len() > PROVENANCE_SIGNATURES {
            return Err(ProvenanceError::TooManySignatures { most: PROVENANCE_SIGNATURES });
        }
    }
    Ok(signatures)
}

pub(crate) use keyring::is_private;

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
