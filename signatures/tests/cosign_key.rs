//! cosign by a key: signatures that the library made with which cosign signs (tests/fixtures/cosign), and what must not pass for one.
#![allow(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod forge;

use forge::openpgp::now;
use forge::sigstore::{bundle, envelope, message_signature, pae, statement};
use forge::{ARCHIVE, BYTES, MANIFEST, b64, sha256_hex};
use rcgen::{KeyPair, SigningKey as _};
use rstest::rstest;
use serde_json::{Value, json};
use signatures::cosign::{Attachment, AttachmentError, CosignError, ManifestError, PublicKey, PublicKeyError};
use signatures::provenance::Archive;
use signatures::{Demand, Failure, Fetched, Policy, ProofKind, SignedBy, Verdict, verify};
use std::collections::BTreeMap;

const PAYLOAD: &[u8] = include_bytes!("fixtures/cosign/payload.json");
const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";
const IN_TOTO: &str = "application/vnd.in-toto+json";

fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/cosign/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn key(kind: &str) -> PublicKey {
    PublicKey::parse(&fixture(&format!("{kind}.pub"))).unwrap()
}

fn simple(payload: &[u8], signature: &str) -> Attachment {
    let annotations = BTreeMap::from([(signatures::cosign::SIGNATURE_ANNOTATION.to_owned(), signature.to_owned())]);
    Attachment::SimpleSigning { payload: payload.to_vec(), annotations }
}

fn in_bundle(content: (&str, Value)) -> Attachment {
    let material = json!({ "publicKey": { "hint": "any" }, "tlogEntries": [] });
    Attachment::Bundle { json: bundle(material, content).to_string().into_bytes() }
}

fn ask(keys: Vec<PublicKey>, attachments: &[Attachment]) -> Verdict {
    ask_of(MANIFEST, &ARCHIVE, keys, attachments)
}

fn ask_of(manifest: &[u8], archive: &Archive<'_>, keys: Vec<PublicKey>, attachments: &[Attachment]) -> Verdict {
    let policy = Policy::required(vec![Demand::CosignKey { keys }]).unwrap();
    let manifest = Some(manifest);
    verify(&policy, &Fetched { archive: *archive, provenance: None, manifest, attachments, now: now() })
}

fn error(verdict: Verdict) -> CosignError {
    match verdict {
        Verdict::Failed { mut why } => match why.remove(0) {
            Failure::CosignKey { error } => error,
            other => panic!("another proof was looked at: {other}"),
        },
        other => panic!("it was to fail, but: {other:?}"),
    }
}

fn fault(verdict: Verdict) -> AttachmentError {
    match error(verdict) {
        CosignError::Attachment(fault) => fault,
        other => panic!("the signature was to be refused, but: {other:?}"),
    }
}

/// A key of the test's own.
struct Own(KeyPair);

impl Own {
    fn new() -> Self {
        Self(KeyPair::generate().unwrap())
    }

    fn public(&self) -> PublicKey {
        PublicKey::parse(&self.0.public_key_pem()).unwrap()
    }

    fn simple(&self, payload: &[u8]) -> Attachment {
        simple(payload, &b64(&self.0.sign(payload).unwrap()))
    }

    fn states(&self, kind: &str, payload: &[u8]) -> Attachment {
        in_bundle(envelope(kind, payload, &self.0.sign(&pae(kind, payload)).unwrap()))
    }

    fn ask(&self, attachment: Attachment) -> Verdict {
        ask(vec![self.public()], &[attachment])
    }
}

#[rstest]
fn payloads_and_statements_by_the_key_are_verified(#[values("p256", "p384", "rsa", "ed25519")] kind: &str) {
    let envelope: Value = serde_json::from_str(&fixture(&format!("{kind}.dsse.json"))).unwrap();
    for attachment in [simple(PAYLOAD, &fixture(&format!("{kind}.sig"))), in_bundle(("dsseEnvelope", envelope))] {
        let verdict =
            ask(vec![key("p256"), key(kind)].into_iter().rev().take(1).collect(), std::slice::from_ref(&attachment));
        let by = SignedBy::Key { fingerprint: key(kind).fingerprint() };
        assert_eq!(verdict, Verdict::Verified { by, how: ProofKind::CosignKey, at: None });
        let others = ["p256", "p384", "rsa", "ed25519"].into_iter().filter(|other| *other != kind).map(key).collect();
        assert_eq!(fault(ask(others, &[attachment])), AttachmentError::OtherKey);
    }
}

#[test]
fn message_signature_over_the_manifest_is_verified() {
    let own = Own::new();
    let signed = |message: &[u8]| in_bundle(message_signature(message, &own.0.sign(message).unwrap()));
    assert!(own.ask(signed(MANIFEST)).permits());
    assert_eq!(fault(own.ask(signed(b"another manifest"))), AttachmentError::OtherKey);
}

#[test]
fn one_good_signature_among_others_is_enough() {
    let (own, other) = (Own::new(), Own::new());
    let attachments = [other.simple(PAYLOAD), simple(PAYLOAD, "no base64"), own.simple(PAYLOAD)];
    assert!(ask(vec![own.public()], &attachments).permits());
    assert!(!ask(vec![own.public()], &attachments[..2]).permits());
    assert!(ask(vec![Own::new().public(), own.public()], &attachments).permits());
}

#[test]
fn signature_of_another_digest_is_refused() {
    let own = Own::new();
    let payload = String::from_utf8_lossy(PAYLOAD).replace(&sha256_hex(MANIFEST), &sha256_hex(b"another"));
    assert!(matches!(fault(own.ask(own.simple(payload.as_bytes()))), AttachmentError::OtherDigest { .. }));
    let upper = String::from_utf8_lossy(PAYLOAD).replace("sha256:", "SHA256:");
    assert!(matches!(fault(own.ask(own.simple(upper.as_bytes()))), AttachmentError::OtherDigest { .. }));
    let stated = own.states(IN_TOTO, &statement(&sha256_hex(b"another"), SIGN));
    assert_eq!(fault(own.ask(stated)), AttachmentError::OtherSubject);
}

#[rstest]
#[case::not_json("critical")]
#[case::nothing("{}")]
#[case::two_digests(r#"{"critical":{"type":"cosign container image signature","image":{"docker-manifest-digest":"sha256:A","docker-manifest-digest":"sha256:A"}}}"#)]
fn payload_that_cannot_be_read_is_refused(#[case] payload: &str) {
    let own = Own::new();
    let payload = payload.replace('A', &sha256_hex(MANIFEST));
    assert_eq!(fault(own.ask(own.simple(payload.as_bytes()))), AttachmentError::Payload);
}

#[test]
fn payload_of_another_kind_is_refused() {
    let own = Own::new();
    let payload = String::from_utf8_lossy(PAYLOAD).replace("cosign container image signature", "a list of groceries");
    assert!(matches!(fault(own.ask(own.simple(payload.as_bytes()))), AttachmentError::PayloadKind { .. }));
}

#[test]
fn statements_that_do_not_vouch_are_refused() {
    let own = Own::new();
    let digest = sha256_hex(MANIFEST);
    // The same key signs what a chart contains and which tests it failed.
    for kind in ["https://cyclonedx.org/bom", "https://cosign.sigstore.dev/attestation/vuln/v1", ""] {
        let verdict = own.ask(own.states(IN_TOTO, &statement(&digest, kind)));
        assert_eq!(fault(verdict), AttachmentError::Statement { kind: kind.into() });
    }
    assert!(own.ask(own.states(IN_TOTO, &statement(&digest, "https://slsa.dev/provenance/v1"))).permits());
    let other_type = own.states("text/plain", &statement(&digest, SIGN));
    assert!(matches!(fault(own.ask(other_type)), AttachmentError::Statement { .. }));
    assert_eq!(fault(own.ask(own.states(IN_TOTO, b"[]"))), AttachmentError::Payload);
}

#[test]
fn type_and_payload_of_an_envelope_are_signed_together() {
    let own = Own::new();
    let text = statement(&sha256_hex(MANIFEST), SIGN);
    let bare = in_bundle(envelope(IN_TOTO, &text, &own.0.sign(&text).unwrap()));
    assert_eq!(fault(own.ask(bare)), AttachmentError::OtherKey);
    let relabelled = in_bundle(envelope(IN_TOTO, &text, &own.0.sign(&pae("text/plain", &text)).unwrap()));
    assert_eq!(fault(own.ask(relabelled)), AttachmentError::OtherKey);
}

#[test]
fn envelope_with_two_signatures_is_refused() {
    let own = Own::new();
    let text = statement(&sha256_hex(MANIFEST), SIGN);
    let (name, mut content) = envelope(IN_TOTO, &text, &own.0.sign(&pae(IN_TOTO, &text)).unwrap());
    let signature = content["signatures"][0].clone();
    content["signatures"].as_array_mut().unwrap().push(signature);
    assert_eq!(fault(own.ask(in_bundle((name, content)))), AttachmentError::Bundle);
}

#[test]
fn manifest_must_hold_the_archive() {
    let own = Own::new();
    let signed = [own.simple(PAYLOAD)];
    let other = Archive { bytes: b"other bytes", ..ARCHIVE };
    let refused =
        |manifest: &[u8], archive: &Archive<'_>| match error(ask_of(manifest, archive, vec![own.public()], &signed)) {
            CosignError::Manifest(error) => error,
            other => panic!("the manifest was to be refused, but: {other:?}"),
        };
    assert!(matches!(refused(MANIFEST, &other), ManifestError::OtherArchive { .. }));
    assert_eq!(refused(b"{}", &ARCHIVE), ManifestError::Charts { n: 0 });
    assert_eq!(refused(b"<html>", &ARCHIVE), ManifestError::Unreadable);
    let mut two: Value = serde_json::from_slice(MANIFEST).unwrap();
    let chart = two["layers"][0].clone();
    two["layers"].as_array_mut().unwrap().push(chart);
    assert_eq!(refused(two.to_string().as_bytes(), &ARCHIVE), ManifestError::Charts { n: 2 });
    let large = [MANIFEST, &vec![b' '; 256 << 10]].concat();
    assert!(matches!(refused(&large, &ARCHIVE), ManifestError::TooLarge { .. }));
    // The bytes count, not what they say: white space makes it another manifest.
    let spaced = [MANIFEST, b" "].concat();
    assert!(matches!(
        fault(ask_of(&spaced, &ARCHIVE, vec![own.public()], &signed)),
        AttachmentError::OtherDigest { .. }
    ));
}

#[test]
fn too_much_is_refused() {
    let own = Own::new();
    let many = vec![own.simple(PAYLOAD); 65];
    assert_eq!(error(ask(vec![own.public()], &many)), CosignError::TooMany { n: 65, most: 64 });
    let long = [PAYLOAD, &vec![b' '; 64 << 10]].concat();
    assert!(matches!(fault(own.ask(own.simple(&long))), AttachmentError::TooLarge { .. }));
    let bundle = Attachment::Bundle { json: vec![b' '; (512 << 10) + 1] };
    assert!(matches!(fault(own.ask(bundle)), AttachmentError::TooLarge { .. }));
    let annotation = simple(PAYLOAD, &"A".repeat((256 << 10) + 4));
    assert!(matches!(fault(own.ask(annotation)), AttachmentError::TooLarge { .. }));
    let entry = json!({
        "logIndex": "0", "logId": { "keyId": b64(&[0; 32]) }, "kindVersion": { "kind": "dsse", "version": "0.0.1" },
        "canonicalizedBody": "",
    });
    let material = json!({ "publicKey": { "hint": "" }, "tlogEntries": vec![entry; 17] });
    let json = forge::sigstore::bundle(material, message_signature(MANIFEST, b"")).to_string().into_bytes();
    assert!(matches!(fault(own.ask(Attachment::Bundle { json })), AttachmentError::TooManyParts { n: 17, .. }));
    let deep = Attachment::Bundle { json: b"[".repeat(100_000) };
    assert_eq!(fault(own.ask(deep)), AttachmentError::Bundle);
}

#[test]
fn no_byte_of_a_signature_or_payload_can_be_changed() {
    let own = Own::new();
    let Attachment::SimpleSigning { payload, annotations } = own.simple(PAYLOAD) else { panic!() };
    for at in 0..payload.len() {
        let mut changed = payload.clone();
        changed[at] ^= 1;
        let attachment = Attachment::SimpleSigning { payload: changed, annotations: annotations.clone() };
        assert!(!own.ask(attachment).permits(), "byte {at} of the payload");
    }
    let signature = annotations.values().next().unwrap();
    for at in 0..signature.len() {
        for bit in 0..7 {
            let mut changed = signature.clone().into_bytes();
            changed[at] ^= 1 << bit;
            assert!(!own.ask(simple(PAYLOAD, &String::from_utf8(changed).unwrap())).permits(), "byte {at}, bit {bit}");
        }
    }
}

mod given_keys {
    use super::*;

    #[test]
    fn private_keys_are_refused_and_not_repeated() {
        let own = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(PublicKey::parse(&own), Err(PublicKeyError::Private));
        for label in ["EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
            let pem = forge::sigstore::pem(label, b"secret");
            assert_eq!(PublicKey::parse(&pem), Err(PublicKeyError::Private), "{label}");
        }
        let json = json!({ "require": [{ "kind": "cosign_key", "keys": [own] }] }).to_string();
        let message = Policy::from_json(&json).unwrap_err().to_string();
        assert!(message.contains("private key") && !message.contains(own.lines().nth(1).unwrap()), "{message}");
        let relabelled = own.replace("PRIVATE", "PUBLIC");
        let error = PublicKey::parse(&relabelled).unwrap_err();
        assert_eq!(error, PublicKeyError::Unsupported);
        assert!(!error.to_string().contains(own.lines().nth(1).unwrap()));
    }

    #[test]
    fn what_is_no_usable_key_is_refused() {
        assert_eq!(PublicKey::parse(""), Err(PublicKeyError::NotPem));
        assert_eq!(PublicKey::parse("ssh-ed25519 AAAA"), Err(PublicKeyError::NotPem));
        assert_eq!(PublicKey::parse(&fixture("p256.pub").repeat(2)), Err(PublicKeyError::Several { n: 2 }));
        assert_eq!(PublicKey::parse(&fixture("rsa1024.pub")), Err(PublicKeyError::RsaSize));
        let nonsense = forge::sigstore::pem("PUBLIC KEY", b"nonsense");
        assert_eq!(PublicKey::parse(&nonsense), Err(PublicKeyError::Unsupported));
        let certificate = forge::sigstore::pem("CERTIFICATE", b"nonsense");
        assert_eq!(PublicKey::parse(&certificate), Err(PublicKeyError::NotPem));
        assert!(matches!(PublicKey::parse(&"x".repeat(20_000)), Err(PublicKeyError::TooLarge { .. })));
    }

    #[test]
    fn what_is_kept_reads_as_the_same() {
        for kind in ["p256", "p384", "rsa", "ed25519"] {
            let json = serde_json::to_string(&key(kind)).unwrap();
            assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key(kind));
            assert_eq!(key(kind).fingerprint().len(), 64);
        }
    }
}

#[test]
fn tag_of_older_signatures_is_made_of_the_digest() {
    let digest = format!("sha256:{}", sha256_hex(BYTES));
    assert_eq!(signatures::cosign::tag(&digest), format!("sha256-{}.sig", sha256_hex(BYTES)));
}
