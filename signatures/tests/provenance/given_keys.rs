//! Keyrings as they are given.

use super::*;
use pgp::composed::{ArmorOptions, SignedSecretKey};
use pgp::ser::Serialize as _;

fn refused(bytes: &[u8]) -> KeyringError {
    Keyring::parse(bytes).unwrap_err()
}

fn secret(key: &Forged) -> SignedSecretKey {
    SignedSecretKey::new(key.primary.clone(), key.certificate.details.clone(), vec![], vec![])
}

#[test]
fn armored_binary_and_several_are_taken() {
    let (first, second) = (Forged::usual(1), Forged::usual(2));
    let binary = [first.certificate.to_bytes().unwrap(), second.certificate.to_bytes().unwrap()].concat();
    let armored = format!("pub ed25519\n{}\n\nand:\r\n{}", first.armored(), second.armored().replace('\n', "\r\n"));
    for bytes in [binary.as_slice(), armored.as_bytes()] {
        assert_eq!(Keyring::parse(bytes).unwrap(), keyring(&[&first, &second]));
    }
}

#[test]
fn what_is_kept_reads_as_the_same() {
    let key = Forged::usual(1).bound(&Says::default(), Back::Good);
    let keyring = keyring(&[&key, &Forged::usual(2)]);
    assert_eq!(Keyring::parse(keyring.to_armored().as_bytes()).unwrap(), keyring);
    let json = serde_json::to_string(&keyring).unwrap();
    assert_eq!(serde_json::from_str::<Keyring>(&json).unwrap(), keyring);
}

#[test]
fn private_keys_are_refused_and_not_repeated() {
    let key = secret(&Forged::usual(1));
    let armored = key.to_armored_string(ArmorOptions::default()).unwrap();
    let relabelled = armored.replace("PRIVATE", "PUBLIC");
    let binary = key.to_bytes().unwrap();
    let mixed = [Forged::usual(2).certificate.to_bytes().unwrap(), binary.clone()].concat();
    for bytes in [armored.as_bytes(), relabelled.as_bytes(), &binary, &mixed] {
        assert_eq!(refused(bytes), KeyringError::Private);
    }
    let pem = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----";
    assert_eq!(refused(pem.as_bytes()), KeyringError::Private);
    let json = serde_json::to_string(&armored).unwrap();
    let message = serde_json::from_str::<Keyring>(&json).unwrap_err().to_string();
    let line = armored.lines().nth(4).unwrap();
    assert!(!message.contains(line) && message.contains("private key"), "{message}");
}

#[test]
fn what_is_no_key_is_refused() {
    assert_eq!(refused(b""), KeyringError::Empty);
    assert_eq!(refused(b"https://example.com/key.asc"), KeyringError::Empty);
    assert_eq!(refused(b"\xff\xff\xff"), KeyringError::Malformed);
    let armored = Forged::usual(1).armored();
    let cut = armored.split("-----END").next().unwrap();
    assert_eq!(refused(cut.as_bytes()), KeyringError::Armor { line: 1 });
    assert_eq!(refused(armored.replacen('m', "%", 1).as_bytes()), KeyringError::Armor { line: 1 });
    let binary = Forged::usual(1).certificate.to_bytes().unwrap();
    assert_eq!(refused(&binary[..binary.len() - 1]), KeyringError::Malformed, "it may have been a revocation");
    assert!(matches!(refused(&[binary.clone(), binary].concat()), KeyringError::Twice { .. }));
    assert!(matches!(refused(&vec![b'x'; (1 << 20) + 1]), KeyringError::TooLarge { .. }));
}

#[test]
fn too_many_keys_or_parts_are_refused() {
    let many: Vec<u8> = (0..65).flat_map(|seed| Forged::usual(seed).certificate.to_bytes().unwrap()).collect();
    assert_eq!(refused(&many), KeyringError::TooManyKeys { most: 64 });
    let names = (0..65).fold(Forged::bare(1), |key, n| key.named(&format!("Name {n}"), &Says::default()));
    assert!(matches!(refused(names.armored().as_bytes()), KeyringError::TooManyParts { .. }));
}

#[test]
fn a_key_without_a_word_of_its_own_is_refused() {
    // The user ID was certified by somebody else alone.
    let (mut key, other) = (Forged::usual(1), Forged::usual(2));
    key.certificate.details.users = other.certificate.details.users;
    assert!(matches!(refused(key.armored().as_bytes()), KeyringError::NoSelfSignature { .. }));
}

#[test]
fn what_others_say_of_a_key_is_not_kept() {
    let (mut key, other) = (Forged::usual(1), Forged::usual(2));
    let foreign = other.certificate.details.users[0].signatures[0].clone();
    key.certificate.details.users[0].signatures.push(foreign);
    assert_eq!(keyring(&[&key]), keyring(&[&Forged::usual(1)]));
}

#[test]
fn curators_see_what_a_key_is() {
    let key = Forged::bare(1).named("A", &Says { key_lasts: Some(5 * DAY), ..Says::default() });
    let keyring = keyring(&[&key]);
    let key = &keyring.keys()[0];
    assert_eq!(key.algorithm(), "Ed25519");
    assert_eq!(key.user_id(now()).as_deref(), Some("A"));
    assert_eq!(key.created_at(), forge::openpgp::at(MADE));
    assert!(matches!(key.problem(now()), Some(KeyProblem::Expired { .. })));
    assert_eq!(key.problem(forge::openpgp::at(MADE + DAY)), None);
}
