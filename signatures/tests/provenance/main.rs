//! Helm provenance: what is proven, and every way in which somebody may make a file look as if it proved something.
#![allow(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod another_archive;
mod by_gnupg_and_helm;
#[path = "../forge/mod.rs"]
mod forge;
mod framing;
mod given_keys;
mod key;
mod signature;
mod weak;
mod what_is_proven;

use forge::openpgp::{Back, DAY, Forged, MADE, SIGNED, Says, clear_signed, now, regular, sign, sign_as};
use forge::{ARCHIVE, BYTES, message, message_of, sha256_hex};
use pgp::packet::{RevocationCode, SignatureType, SubpacketData};
use pgp::types::{Duration, Timestamp};
use rstest::rstest;
use signatures::provenance::{
    Archive, KeyProblem, Keyring, KeyringError, ProvenanceError, SignatureError, Signer, verify,
};

fn keyring(keys: &[&Forged]) -> Keyring {
    let armored: String = keys.iter().map(|key| key.armored()).collect();
    Keyring::parse(armored.as_bytes()).unwrap()
}

fn verified(prov: &str, by: &Forged) -> Result<Signer, ProvenanceError> {
    verify(prov.as_bytes(), &ARCHIVE, &keyring(&[by]), now())
}

fn says(at: u32) -> Says {
    Says { at, ..Says::default() }
}

/// What is the matter with the key that made the signature.
fn problem(result: Result<Signer, ProvenanceError>) -> KeyProblem {
    match result {
        Err(ProvenanceError::Signature(SignatureError::Key { problem, .. })) => problem,
        other => panic!("the key was to be refused, but: {other:?}"),
    }
}

fn fault(result: Result<Signer, ProvenanceError>) -> SignatureError {
    match result {
        Err(ProvenanceError::Signature(fault)) => fault,
        other => panic!("the signature was to be refused, but: {other:?}"),
    }
}
