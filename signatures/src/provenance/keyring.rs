//! The public keys that a source trusts, as a curator gives them: armored or binary, one or several.

use super::error::{KeyringError, SignatureError};
use super::key::{Key, Signer};
use super::packets;
use crate::armor::{self, ArmorError};
use crate::limits::{KEYRING_BYTES, KEYS};
use pgp::composed::{SignedPublicKey, SignedPublicKeyParser};
use pgp::errors::Error;
use pgp::packet::{Packet, Signature};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use time::OffsetDateTime;

/// Public OpenPGP keys, each once. What others said of them is not kept, nor is anything that does not hold: a key is revoked by itself, not
/// by somebody whom it named for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    keys: Vec<Key>,
}

impl Keyring {
    /// Takes armored blocks, with or without text around them, or the binary form.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyringError> {
        if bytes.len() > KEYRING_BYTES {
            return Err(KeyringError::TooLarge { bytes: bytes.len(), most: KEYRING_BYTES });
        }
        if is_private(bytes) {
            return Err(KeyringError::Private);
        }
        let mut keys = Vec::new();
        for packets in binary(bytes)? {
            for certificate in certificates(&packets)? {
                if keys.len() == KEYS {
                    return Err(KeyringError::TooManyKeys { most: KEYS });
                }
                keys.push(Key::new(certificate)?);
            }
        }
        Self::new(keys)
    }

    fn new(keys: Vec<Key>) -> Result<Self, KeyringError> {
        if keys.is_empty() {
            return Err(KeyringError::Empty);
        }
        let mut seen = HashSet::new();
        match keys.iter().find(|key| !seen.insert(key.fingerprint())) {
            Some(key) => Err(KeyringError::Twice { fingerprint: key.fingerprint() }),
            None => Ok(Self { keys }),
        }
    }

    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Each key as an armored block.
    pub fn to_armored(&self) -> String {
        self.keys.iter().map(Key::to_armored).collect()
    }

    /// Who made `signature` over `text`, and could, when it was made.
    pub(super) fn verify(
        &self,
        signature: &Signature,
        text: &[u8],
        now: OffsetDateTime,
    ) -> Result<Signer, SignatureError> {
        let mut first = None;
        for key in &self.keys {
            match key.verify(signature, text, now) {
                Some(Ok(signer)) => return Ok(signer),
                Some(Err(error)) => first = first.or(Some(error)),
                None => {}
            }
        }
        Err(first.unwrap_or_else(|| unknown_signer(signature)))
    }
}

fn unknown_signer(signature: &Signature) -> SignatureError {
    let fingerprint = signature.issuer_fingerprint().first().map(|fingerprint| format!("{fingerprint:X}"));
    let issuer = fingerprint.or_else(|| signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase()));
    match issuer {
        Some(issuer) => SignatureError::UnknownSigner { issuer },
        None => SignatureError::NoIssuer,
    }
}

/// Whether the text of a private key of any kind was given, in JSON too. Binary ones are seen as they are read.
pub(crate) fn is_private(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_uppercase();
    text.split("BEGIN ").skip(1).any(|block| {
        let label = block.split("-----").next().unwrap_or_default();
        label.contains("PRIVATE") || label.contains("SECRET")
    })
}

/// Each run of packets.
fn binary(bytes: &[u8]) -> Result<Vec<Vec<u8>>, KeyringError> {
    // The first bit of a packet is set, which no letter's is.
    match bytes.first() {
        None => Err(KeyringError::Empty),
        Some(first) if first & 0x80 != 0 && !bytes.starts_with(b"\xef\xbb\xbf") => Ok(vec![bytes.to_vec()]),
        Some(_) => {
            let text = std::str::from_utf8(bytes).map_err(|_| KeyringError::Malformed)?;
            armor::blocks(text, "PGP PUBLIC KEY BLOCK").map_err(|error| match error {
                ArmorError::Open { line } | ArmorError::NotBase64 { line } => KeyringError::Armor { line },
            })
        }
    }
}

/// The keys of a run of packets. What OpenPGP tells to skip is skipped; anything broken is refused, since it may be a revocation.
fn certificates(bytes: &[u8]) -> Result<Vec<SignedPublicKey>, KeyringError> {
    let mut read = Vec::new();
    for packet in packets::read(bytes) {
        match packet {
            Some(Ok(Packet::SecretKey(_) | Packet::SecretSubkey(_))) => return Err(KeyringError::Private),
            Some(Ok(packet)) => read.push(Ok(packet)),
            Some(Err(Error::Unsupported { .. })) => {}
            Some(Err(_)) | None => return Err(KeyringError::Malformed),
        }
    }
    SignedPublicKeyParser::from_packets(read.into_iter().peekable())
        .collect::<Result<_, _>>()
        .map_err(|_| KeyringError::Malformed)
}

impl Serialize for Keyring {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_armored())
    }
}

impl<'de> Deserialize<'de> for Keyring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}
