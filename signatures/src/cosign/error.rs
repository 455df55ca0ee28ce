//! Why a key, an identity or a root is not taken, and why what lies beside a manifest proves nothing.

use serde::{Deserialize, Serialize};

/// Why a text is not taken as a public key. Nothing of what was typed is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    #[error("the public key has {bytes} bytes, at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error(
        "this holds a private key, which Berth never needs and has not kept. Whoever saw it can sign in your name: replace the key, and give the public one (cosign.pub)"
    )]
    Private,
    #[error("no public key was found: give a block that begins with -----BEGIN PUBLIC KEY-----, as in cosign.pub")]
    NotPem,
    #[error("this holds {n} blocks: give each key as one of its own")]
    Several { n: usize },
    #[error("this is no public key that Berth can use: ECDSA on P-256 or P-384, RSA and Ed25519 are taken")]
    Unsupported,
    #[error("the RSA key is too short or too long: 2048 to 8192 bits are taken")]
    RsaSize,
}

/// Why a rule for identities is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error(
        "the issuer must be the https:// address of an identity provider, such as https://token.actions.githubusercontent.com"
    )]
    Issuer,
    #[error("the subject is empty, or longer than {most} characters")]
    Length { most: usize },
    #[error("the pattern for subjects is not one: {problem}")]
    Pattern { problem: String },
    #[error("the pattern for subjects fits strangers too, such as {stranger}: say whom you mean")]
    TooWide { stranger: &'static str },
}

/// Why a trusted root is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    #[error("the trusted root has {bytes} bytes, at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error("the trusted root is not the JSON that cosign trusted-root create writes: {problem}")]
    Unreadable { problem: String },
    #[error("the trusted root names no {what}, without which no keyless signature can be verified")]
    Lacks { what: &'static str },
}

/// Why what lies beside a manifest proves nothing about an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum CosignError {
    #[error(transparent)]
    Manifest(ManifestError),
    #[error("{n} signatures lie beside the chart, at most {most} are looked at")]
    TooMany { n: usize, most: usize },
    #[error("no signature lies beside the chart")]
    None,
    #[error(transparent)]
    Attachment(AttachmentError),
    #[error("the trusted root of the source cannot be used any more: give it anew")]
    Root,
}

/// Why a manifest is not that of an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ManifestError {
    #[error("the manifest has {bytes} bytes, at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error("the manifest is not an OCI image manifest")]
    Unreadable,
    #[error("the manifest has {n} Helm charts, not one")]
    Charts { n: usize },
    #[error("the manifest is of another archive: it names {named}, this archive has {found}")]
    OtherArchive { named: String, found: String },
}

impl From<ManifestError> for CosignError {
    fn from(error: ManifestError) -> Self {
        Self::Manifest(error)
    }
}

/// Why one signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum AttachmentError {
    #[error("the signature has {bytes} bytes, at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error("the signature has {n} {what}, at most {most} are looked at")]
    TooManyParts { what: String, n: usize, most: usize },
    #[error("the signature has no annotation {annotation}, or one that cannot be read")]
    Annotation { annotation: String },
    #[error("the signed payload is not the JSON that cosign signs")]
    Payload,
    #[error("the signed payload is of the kind {kind}, not a signature of an image")]
    PayloadKind { kind: String },
    #[error("the signature is of another manifest: it signs {signed}, this one has {found}")]
    OtherDigest { signed: String, found: String },
    #[error("the bundle is not a Sigstore bundle of version 0.1 to 0.3")]
    Bundle,
    #[error("the bundle holds {kind}, which does not sign a chart")]
    Statement { kind: String },
    #[error("the statement in the bundle is about other things than this manifest")]
    OtherSubject,
    #[error("the signature is by none of the keys of the source, or what it signs was changed")]
    OtherKey,
    #[error("the signature has no certificate, so that it is by a key and not by an identity")]
    NoCertificate,
    #[error("the entry of the transparency log is of a kind that is not known: {kind}")]
    LogEntry { kind: String },
    #[error("the signature is not vouched for by the trusted root of the source: {problem}")]
    Untrusted { problem: String },
    #[error("the certificate names nobody")]
    Nobody,
    #[error("the signature is by {subject} of {issuer}, whom no rule of the source takes")]
    OtherIdentity { issuer: String, subject: String },
}

impl AttachmentError {
    /// It may be a good signature, which another source would take.
    pub(super) fn is_about_somebody_else(&self) -> bool {
        match self {
            Self::OtherKey | Self::NoCertificate | Self::OtherIdentity { .. } | Self::Statement { .. } => true,
            Self::TooLarge { .. }
            | Self::TooManyParts { .. }
            | Self::Annotation { .. }
            | Self::Payload
            | Self::PayloadKind { .. }
            | Self::OtherDigest { .. }
            | Self::Bundle
            | Self::OtherSubject
            | Self::LogEntry { .. }
            | Self::Untrusted { .. }
            | Self::Nobody => false,
        }
    }
}
