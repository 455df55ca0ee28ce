//! Sigstore signatures beside a chart in an OCI registry, as `cosign sign` makes them: by a key, or keyless.
//!
//! What is signed is the digest of the manifest, in one of two forms: a payload with annotations in an image at the tag
//! `sha256-….sig`, or, newer, a bundle that refers to the manifest.

mod bundle;
mod error;
mod identity;
mod key;
mod keyless;
mod legacy;
mod manifest;
mod payload;
mod root;

pub use error::{AttachmentError, CosignError, IdentityError, ManifestError, PublicKeyError, RootError};
pub use identity::{Identity, SubjectRule};
pub use key::PublicKey;
pub(crate) use keyless::Vouched;
pub use root::TrustedRoot;

use crate::limits::ATTACHMENTS;
use bundle::OpenBundle;
use manifest::Manifest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The media type of a layer that is a [`Attachment::SimpleSigning`].
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The artifact type, and media type, of an [`Attachment::Bundle`].
pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// Where cosign keeps the signature, beside the payload.
pub const SIGNATURE_ANNOTATION: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE_ANNOTATION: &str = "dev.sigstore.cosign/certificate";
const CHAIN_ANNOTATION: &str = "dev.sigstore.cosign/chain";
const LOG_ENTRY_ANNOTATION: &str = "dev.sigstore.cosign/bundle";

/// A signature as it lies in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Attachment {
    /// A layer of the image at [`tag`]: its bytes, and the annotations of its descriptor.
    SimpleSigning { payload: Vec<u8>, annotations: BTreeMap<String, String> },
    /// JSON.
    Bundle { json: Vec<u8> },
}

/// The tag at which the older signatures of a manifest lie, from its digest, such as `sha256:0123…`.
pub fn tag(digest: &str) -> String {
    format!("{}.sig", digest.replace(':', "-"))
}

/// Which key signed the manifest that holds `archive`.
pub(crate) fn verify_by_keys<'a>(
    manifest: &[u8],
    archive: &[u8],
    attachments: &[Attachment],
    keys: &'a [PublicKey],
) -> Result<&'a PublicKey, CosignError> {
    let manifest = Manifest::read(manifest, archive)?;
    first(attachments, |attachment| signer(keys, attachment, &manifest))
}

/// What is signed is looked at where it is known who signed.
fn signer<'a>(
    keys: &'a [PublicKey],
    attachment: &Attachment,
    manifest: &Manifest<'_>,
) -> Result<&'a PublicKey, AttachmentError> {
    match attachment {
        Attachment::SimpleSigning { payload, annotations } => {
            let payload = payload::within_bounds(payload)?;
            let signature = legacy::signature(annotations)?;
            let key = keys.iter().find(|key| key.verify(payload, &signature)).ok_or(AttachmentError::OtherKey)?;
            payload::require(payload, manifest)?;
            Ok(key)
        }
        Attachment::Bundle { json } => {
            let bundle = OpenBundle::read(json)?;
            let key = bundle.signer(keys, manifest)?;
            bundle.require(manifest)?;
            Ok(key)
        }
    }
}

/// Who signed the manifest that holds `archive`, by an identity that one of `identities` takes, and when.
pub(crate) fn verify_by_identities(
    manifest: &[u8],
    archive: &[u8],
    attachments: &[Attachment],
    root: &TrustedRoot,
    identities: &[Identity],
) -> Result<Vouched, CosignError> {
    let manifest = Manifest::read(manifest, archive)?;
    let verifier = root.verifier().map_err(|_| CosignError::Root)?;
    first(attachments, |attachment| {
        let vouched = match attachment {
            Attachment::SimpleSigning { payload, annotations } => {
                let bundle = legacy::bundle(payload::within_bounds(payload)?, annotations)?;
                let vouched = keyless::verify(&verifier, &bundle, payload)?;
                payload::require(payload, &manifest)?;
                vouched
            }
            Attachment::Bundle { json } => {
                let bundle = OpenBundle::read(json)?;
                let vouched = keyless::verify(&verifier, bundle.inner(), manifest.bytes)?;
                bundle.require(&manifest)?;
                vouched
            }
        };
        vouched.require(identities)
    })
}

/// The first that holds. Whoever may write to a registry can add what does not: of those, the first is told that is about more than who signed.
fn first<T>(
    attachments: &[Attachment],
    check: impl Fn(&Attachment) -> Result<T, AttachmentError>,
) -> Result<T, CosignError> {
    if attachments.len() > ATTACHMENTS {
        return Err(CosignError::TooMany { n: attachments.len(), most: ATTACHMENTS });
    }
    let mut errors = Vec::new();
    for attachment in attachments {
        match check(attachment) {
            Ok(found) => return Ok(found),
            Err(error) => errors.push(error),
        }
    }
    let telling = errors.iter().position(|error| !error.is_about_somebody_else()).unwrap_or(0);
    Err(errors.into_iter().nth(telling).map_or(CosignError::None, CosignError::Attachment))
}
