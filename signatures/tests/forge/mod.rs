//! What tests sign with, and what they sign.
#![allow(dead_code, reason = "each test takes its part")]

pub mod openpgp;
pub mod sigstore;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use signatures::provenance::Archive;

/// To this crate an archive is bytes.
pub const BYTES: &[u8] = b"the bytes of harbour-1.2.3.tgz";
pub const ARCHIVE: Archive<'static> = Archive { name: "harbour", version: "1.2.3", bytes: BYTES };

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What Helm signs for `ARCHIVE`.
pub fn message() -> String {
    message_of("harbour", "1.2.3", &sha256_hex(BYTES))
}

pub fn message_of(name: &str, version: &str, digest: &str) -> String {
    format!(
        "apiVersion: v2\nappVersion: \"1.0\"\ndescription: Boats  \nname: {name}\nversion: {version}\n\n...\nfiles:\n  {name}-{version}.tgz: sha256:{digest}\n"
    )
}

/// The manifest under which `ARCHIVE` lies in a registry.
pub const MANIFEST: &[u8] = include_bytes!("../fixtures/cosign/manifest.json");
