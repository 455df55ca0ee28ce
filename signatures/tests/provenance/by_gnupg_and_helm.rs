//! What GnuPG and Helm themselves make, and how each byte of it counts: tests/fixtures/gnupg.

use super::*;
use time::macros::datetime;

const ARCHIVE_OF_HELM: &[u8] = include_bytes!("../fixtures/gnupg/harbour-1.2.3.tgz");
const PROV_OF_HELM: &str = include_str!("../fixtures/gnupg/harbour-1.2.3.tgz.prov");

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/gnupg/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn verified(prov: &[u8], keyring: &Keyring) -> Result<Signer, ProvenanceError> {
    let archive = Archive { bytes: ARCHIVE_OF_HELM, ..ARCHIVE };
    verify(prov, &archive, keyring, datetime!(2027-01-01 0:00 UTC))
}

#[test]
fn what_helm_signs_is_verified() {
    let signer = verified(PROV_OF_HELM.as_bytes(), &Keyring::parse(&fixture("rsa.asc")).unwrap()).unwrap();
    assert_eq!(signer.user_id.as_deref(), Some("Harbour RSA <rsa@example.com>"));
    assert_eq!(signer.subkey, None);
}

#[rstest]
#[case::rsa("rsa.prov", "rsa.asc", false)]
#[case::ed25519_subkey("releases.prov", "releases.asc", true)]
#[case::p256("curve.prov", "curve.asc", false)]
#[case::two_keys("two.prov", "two.gpg", false)]
#[case::one_of_two("two.prov", "releases.asc", true)]
fn what_gnupg_signs_is_verified(#[case] prov: &str, #[case] keys: &str, #[case] by_subkey: bool) {
    let signer = verified(&fixture(prov), &Keyring::parse(&fixture(keys)).unwrap()).unwrap();
    assert_eq!(signer.at, datetime!(2026-01-11 0:00 UTC));
    assert_eq!(signer.subkey.is_some(), by_subkey);
}

#[test]
fn sha1_by_gnupg_is_refused() {
    let result = verified(&fixture("sha1.prov"), &Keyring::parse(&fixture("rsa.asc")).unwrap());
    assert_eq!(fault(result), SignatureError::WeakHash { hash: "SHA1".into() });
}

/// Where a byte stands that says nothing: white space, the name of an armor's header, the armor's checksum, and what of a signature is not
/// signed, which only hints at the key and cannot make another one fit.
fn says_nothing(prov: &str, at: usize, changed: u8) -> bool {
    let line = prov[..at].rfind('\n').map_or(0, |end| end + 1);
    let is_white = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
    let ends = prov.as_bytes()[at + 1..].iter().find(|byte| !is_white(**byte)).is_none_or(|byte| *byte == b'\n');
    let is_at_end_of_line = ends && is_white(prov.as_bytes()[at]) && is_white(changed);
    is_at_end_of_line || prov[line..].starts_with('=') || prov[at..].trim().is_empty()
}

#[test]
fn no_byte_of_what_helm_signs_can_be_changed() {
    let keyring = Keyring::parse(&fixture("rsa.asc")).unwrap();
    let block = PROV_OF_HELM.find("-----BEGIN PGP SIGNATURE").unwrap();
    let mut taken = Vec::new();
    for at in 0..PROV_OF_HELM.len() {
        for bit in [0, 2, 5] {
            let mut prov = PROV_OF_HELM.as_bytes().to_vec();
            prov[at] ^= 1 << bit;
            if verified(&prov, &keyring).is_ok() && !says_nothing(PROV_OF_HELM, at, prov[at]) {
                taken.push((at, bit, prov[at] as char));
            }
        }
    }
    // The name of the hash is read in either case.
    let announced = PROV_OF_HELM.find("SHA512").unwrap();
    taken.retain(|(at, bit, _)| !(announced..announced + 3).contains(at) || *bit != 5);
    let unsigned: Vec<usize> = taken.iter().map(|(at, ..)| at - block).collect();
    assert!(taken.iter().all(|(at, ..)| *at > block), "outside of the signature: {taken:?}");
    assert_eq!(unsigned, UNSIGNED, "{taken:?}");
}

/// Of the signature block, by character: a reserved flag of a notation, and how many bits of the signature's first byte are set.
const UNSIGNED: &[usize] = &[67, 67, 197];

#[test]
fn no_part_of_what_gnupg_signs_can_be_cut() {
    let keyring = Keyring::parse(&fixture("releases.asc")).unwrap();
    let prov = String::from_utf8(fixture("releases.prov")).unwrap();
    for at in (0..prov.trim_end().len()).step_by(101) {
        assert!(verified(&prov.as_bytes()[..at], &keyring).is_err(), "cut at {at}");
    }
    let lines: Vec<&str> = prov.lines().collect();
    let block = lines.iter().position(|line| line.contains("BEGIN PGP SIGNATURE")).unwrap();
    for at in 0..lines.len() {
        let says_nothing =
            at > block && (lines[at].is_empty() || lines[at].starts_with('=')) || lines[at].starts_with("Hash:");
        let without = [&lines[..at], &lines[at + 1..]].concat().join("\n");
        assert!(says_nothing || verified(without.as_bytes(), &keyring).is_err(), "without line {at}");
        let twice = [&lines[..=at], &lines[at..]].concat().join("\n");
        assert!(says_nothing || verified(twice.as_bytes(), &keyring).is_err(), "line {at} twice");
    }
}
