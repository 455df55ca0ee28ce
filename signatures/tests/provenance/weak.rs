//! What can be forged or broken.

use super::*;
use pgp::crypto::hash::HashAlgorithm;

const RSA: &str = include_str!("../fixtures/gnupg/rsa.private.asc");

fn weak(hash: HashAlgorithm) -> Says {
    Says { hash, ..Says::default() }
}

#[rstest]
fn signatures_by_weak_hashes_are_refused(
    #[values(HashAlgorithm::Md5, HashAlgorithm::Sha1, HashAlgorithm::Ripemd160, HashAlgorithm::Sha224)]
    hash: HashAlgorithm,
) {
    let key = Forged::rsa(RSA).named("A", &Says::default());
    let signed = |hash| {
        let says = Says { at: SIGNED, hash, ..Says::default() };
        verified(&clear_signed(&message(), &[sign(&key.primary, &message(), &says)]), &key)
    };
    assert_eq!(fault(signed(hash)), SignatureError::WeakHash { hash: hash.to_string() });
    assert!(signed(HashAlgorithm::Sha384).is_ok());
}

#[test]
fn what_a_key_says_of_itself_by_a_weak_hash_does_not_count() {
    let only = Forged::rsa(RSA).named("A", &weak(HashAlgorithm::Sha1));
    let result = Keyring::parse(only.armored().as_bytes());
    assert!(matches!(result, Err(KeyringError::NoSelfSignature { .. })));
    let prov = |key: &Forged| clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]);
    let bound = |hash| {
        let key = Forged { subkey: Forged::bare(3).subkey, ..Forged::rsa(RSA) };
        key.named("A", &Says::default()).bound(&weak(hash), Back::Good)
    };
    let (well, weakly) = (bound(HashAlgorithm::Sha256), bound(HashAlgorithm::Sha1));
    assert!(verified(&prov(&well), &well).is_ok());
    assert!(matches!(fault(verified(&prov(&weakly), &weakly)), SignatureError::UnknownSigner { .. }));
}

#[test]
fn a_subkey_that_signs_back_by_a_weak_hash_does_not_count() {
    let signed = |back| {
        let key = Forged { subkey: Forged::rsa(RSA).subkey, ..Forged::usual(1) }.bound(&Says::default(), back);
        verified(&clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]), &key)
    };
    assert!(signed(Back::Good).is_ok());
    assert_eq!(problem(signed(Back::Weak)), KeyProblem::NotCrossSigned);
}

#[test]
fn revocations_by_a_weak_hash_count_all_the_same() {
    let key = Forged::rsa(RSA).named("A", &Says::default()).revoked(
        RevocationCode::KeyCompromised,
        &weak(HashAlgorithm::Sha1),
        None,
    );
    assert_eq!(problem(verified(&key.sign(&message()), &key)), KeyProblem::Revoked);
}

#[test]
fn short_rsa_and_dsa_are_refused() {
    let refused = |armored: &str| Keyring::parse(armored.as_bytes()).unwrap_err();
    let short = refused(include_str!("../fixtures/gnupg/short.asc"));
    assert!(matches!(short, KeyringError::Weak { algorithm, .. } if algorithm == "RSA 1024"));
    let dsa = refused(include_str!("../fixtures/gnupg/dsa.asc"));
    assert!(matches!(dsa, KeyringError::Weak { algorithm, .. } if algorithm == "DSA"));
    let short = Forged::rsa(include_str!("../fixtures/gnupg/short.private.asc"));
    let key = Forged { subkey: short.subkey, ..Forged::usual(1) }.bound(&Says::default(), Back::Good);
    let prov = clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]);
    assert_eq!(problem(verified(&prov, &key)), KeyProblem::Weak);
}
