//! Keyless signatures: a certificate that lived for minutes says who signed, and logs say that it was alive then.

use super::error::AttachmentError;
use super::identity::Identity;
use crate::provenance::shown;
use sigstore_verify::types::Bundle;
use sigstore_verify::{VerificationPolicy, Verifier};
use time::OffsetDateTime;

/// Whom the trusted root vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vouched {
    pub issuer: String,
    pub subject: String,
    /// When the signature was logged or timestamped.
    pub at: OffsetDateTime,
}

/// Verifies certificate, its log, the signature over `artifact`, and the entry in the transparency log. Identities are for
/// [`Vouched::require`].
pub(super) fn verify(verifier: &Verifier, bundle: &Bundle, artifact: &[u8]) -> Result<Vouched, AttachmentError> {
    if bundle.signing_certificate().is_none() {
        return Err(AttachmentError::NoCertificate);
    }
    let result = verifier
        .verify(artifact, bundle, &VerificationPolicy::any_identity())
        .map_err(|error| AttachmentError::Untrusted { problem: shown(&error.to_string()) })?;
    if !(result.certificate_verified() && result.sct_verified() && result.tlog_verified()) {
        return Err(AttachmentError::Untrusted { problem: "not every part was verified".into() });
    }
    let (Some(issuer), Some(subject)) = (result.issuer(), result.identity()) else {
        return Err(AttachmentError::Nobody);
    };
    let at = result.verified_timestamps().iter().map(|time| time.as_second()).min();
    let at = at.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let at = at.ok_or_else(|| AttachmentError::Untrusted { problem: "no time was verified".into() })?;
    Ok(Vouched { issuer: issuer.to_owned(), subject: subject.as_str().to_owned(), at })
}

impl Vouched {
    pub fn require(self, identities: &[Identity]) -> Result<Self, AttachmentError> {
        if identities.iter().any(|identity| identity.takes(&self.issuer, &self.subject)) {
            return Ok(self);
        }
        Err(AttachmentError::OtherIdentity { issuer: shown(&self.issuer), subject: shown(&self.subject) })
    }
}
