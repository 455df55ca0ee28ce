//! A public key with which signatures are verified.

use super::error::PublicKeyError;
use crate::limits::PUBLIC_KEY_BYTES;
use crate::provenance::{is_private, sha256};
use crate::text::hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sigstore_verify::crypto::{
    KeyAlgorithm, SigningScheme, VerificationKey, validate_raw_public_key, verify_signature,
};
use sigstore_verify::types::{DerPublicKey, SignatureBytes};

/// ECDSA on P-256 or P-384, RSA from 2048 bits on, or Ed25519.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: DerPublicKey,
    /// As which its signatures are read, in this order.
    schemes: &'static [SigningScheme],
}

impl PublicKey {
    /// Takes one PEM block, as `cosign generate-key-pair` writes it.
    pub fn parse(pem: &str) -> Result<Self, PublicKeyError> {
        if pem.len() > PUBLIC_KEY_BYTES {
            return Err(PublicKeyError::TooLarge { bytes: pem.len(), most: PUBLIC_KEY_BYTES });
        }
        if is_private(pem.as_bytes()) {
            return Err(PublicKeyError::Private);
        }
        match pem.matches("-----BEGIN ").count() {
            0 => return Err(PublicKeyError::NotPem),
            1 => {}
            n => return Err(PublicKeyError::Several { n }),
        }
        let key = DerPublicKey::from_pem(pem).map_err(|_| PublicKeyError::NotPem)?;
        let schemes = schemes(&key)?;
        Ok(Self { key, schemes })
    }

    /// The SHA-256 of its DER form, in hexadecimal digits: what `openssl pkey -pubin -outform DER | sha256sum` prints.
    pub fn fingerprint(&self) -> String {
        hex(&sha256(self.key.as_bytes()))
    }

    pub fn to_pem(&self) -> String {
        self.key.to_pem()
    }

    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        let signature = SignatureBytes::from_bytes(signature);
        self.schemes.iter().any(|scheme| verify_signature(&self.key, data, &signature, *scheme).is_ok())
    }
}

fn schemes(key: &DerPublicKey) -> Result<&'static [SigningScheme], PublicKeyError> {
    let schemes: &[SigningScheme] = match KeyAlgorithm::from_spki(key).map_err(|_| PublicKeyError::Unsupported)? {
        KeyAlgorithm::EcdsaP256 => &[SigningScheme::EcdsaP256Sha256],
        // cosign hashed with SHA-256 whatever the curve, before it came to go by the key.
        KeyAlgorithm::EcdsaP384 => &[SigningScheme::EcdsaP384Sha384, SigningScheme::EcdsaP384Sha256],
        KeyAlgorithm::Rsa => &[SigningScheme::RsaPkcs1Sha256],
        KeyAlgorithm::Ed25519 => &[SigningScheme::Ed25519],
        _ => return Err(PublicKeyError::Unsupported),
    };
    let raw = VerificationKey::from_spki(key).map_err(|_| PublicKeyError::Unsupported)?;
    match validate_raw_public_key(raw.scheme(), raw.as_bytes()) {
        Ok(()) => Ok(schemes),
        Err(_) if raw.scheme().key_algorithm() == KeyAlgorithm::Rsa => Err(PublicKeyError::RsaSize),
        Err(_) => Err(PublicKeyError::Unsupported),
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_pem())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
