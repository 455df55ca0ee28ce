//! Whom keyless signatures are traced back to: certificate authorities, transparency logs and timestamp authorities.

use super::error::RootError;
use crate::limits::TRUSTED_ROOT_BYTES;
use crate::text::{shown, without_values};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sigstore_verify::Verifier;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot as Root};

const PUBLIC_GOOD: &str = "public-good";

/// A trusted root. Written as the JSON document, or as `public-good`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedRoot {
    /// None for the public Sigstore.
    json: Option<String>,
}

impl TrustedRoot {
    /// The public Sigstore, as it was when the library that verifies was released. Its keys change every few years: a source that must
    /// take newer ones before then gives the root itself.
    pub fn public_good() -> Self {
        Self { json: None }
    }

    /// Takes the JSON that `cosign trusted-root create` writes, or `trusted_root.json` of a TUF repository.
    pub fn parse(json: &str) -> Result<Self, RootError> {
        if json.len() > TRUSTED_ROOT_BYTES {
            return Err(RootError::TooLarge { bytes: json.len(), most: TRUSTED_ROOT_BYTES });
        }
        let root = Self { json: Some(json.to_owned()) };
        let read = root.read()?;
        let parts = [
            ("certificate authority", read.certificate_authorities.is_empty()),
            ("transparency log", read.tlogs.is_empty()),
            ("log of certificates", read.ctlogs.is_empty()),
        ];
        if let Some((what, _)) = parts.into_iter().find(|(_, is_empty)| *is_empty) {
            return Err(RootError::Lacks { what });
        }
        root.verifier()?;
        Ok(root)
    }

    pub(super) fn verifier(&self) -> Result<Verifier, RootError> {
        Verifier::new(&self.read()?).map_err(unreadable)
    }

    fn read(&self) -> Result<Root, RootError> {
        Root::from_json(self.json.as_deref().unwrap_or(SIGSTORE_PRODUCTION_TRUSTED_ROOT)).map_err(unreadable)
    }
}

fn unreadable(error: impl std::fmt::Display) -> RootError {
    RootError::Unreadable { problem: shown(&without_values(&error.to_string())) }
}

impl Serialize for TrustedRoot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.json.as_deref().unwrap_or(PUBLIC_GOOD))
    }
}

impl<'de> Deserialize<'de> for TrustedRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            PUBLIC_GOOD => Ok(Self::public_good()),
            json => Self::parse(json).map_err(serde::de::Error::custom),
        }
    }
}
