//! Keyless signatures: a certificate that lived for minutes says who signed, and logs say that it was alive then.

use super::error::AttachmentError;
use super::identity::Identity;
use crate::text::shown;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosign::{SubjectRule, TrustedRoot};
    use serde_json::Value;
    use std::path::PathBuf;
    use std::process::Command;

    /// The folder of what the library that verifies is tested with, where Cargo keeps it.
    fn public_bundles() -> PathBuf {
        let metadata =
            Command::new(env!("CARGO")).args(["metadata", "--format-version", "1", "--offline"]).output().unwrap();
        let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let verifier = packages.iter().find(|package| package["name"] == "sigstore-verify").unwrap();
        let manifest = PathBuf::from(verifier["manifest_path"].as_str().unwrap());
        manifest.parent().unwrap().join("test_data/bundles")
    }

    #[test]
    fn what_cosign_signed_by_the_public_sigstore_is_verified_offline() {
        let folder = public_bundles();
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let verifier = TrustedRoot::public_good().verifier().unwrap();
        let bundle = Bundle::from_json(&String::from_utf8(read("cosign-v3-blob.sigstore.json")).unwrap()).unwrap();
        let vouched = verify(&verifier, &bundle, &read("cosign-v3-blob.txt")).unwrap();
        let rule = SubjectRule::Equals(vouched.subject.clone());
        let identity = Identity::new(&vouched.issuer, rule).unwrap();
        assert!(vouched.issuer.starts_with("https://") && vouched.clone().require(&[identity]).is_ok());
        let other = Identity::new(&vouched.issuer, SubjectRule::Equals("somebody@example.com".into())).unwrap();
        assert!(matches!(vouched.require(&[other]), Err(AttachmentError::OtherIdentity { .. })));
        assert!(verify(&verifier, &bundle, b"another artifact").is_err());
    }
}
