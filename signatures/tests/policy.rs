//! Policies: how they are written, and what comes of several ways to prove the same.
#![allow(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod forge;

use forge::openpgp::{Forged, now};
use forge::{ARCHIVE, MANIFEST, message};
use rstest::rstest;
use serde_json::json;
use signatures::cosign::{Attachment, Identity, PublicKey, SubjectRule, TrustedRoot};
use signatures::provenance::Keyring;
use signatures::{Demand, Failure, Fetched, Policy, PolicyError, ProofKind, Seen, Verdict, verify};
use std::collections::BTreeMap;

const PAYLOAD: &[u8] = include_bytes!("fixtures/cosign/payload.json");
const PUBLIC: &str = include_str!("fixtures/cosign/p256.pub");
const SIGNATURE: &str = include_str!("fixtures/cosign/p256.sig");

fn by_provenance(key: &Forged) -> Demand {
    Demand::Provenance { keyring: Keyring::parse(key.armored().as_bytes()).unwrap() }
}

fn by_key() -> Demand {
    Demand::CosignKey { keys: vec![PublicKey::parse(PUBLIC).unwrap()] }
}

fn keyless() -> Demand {
    let rule = SubjectRule::Glob("*@acme.example".into());
    let identities = vec![Identity::new("https://accounts.example.com", rule).unwrap()];
    Demand::CosignKeyless { root: TrustedRoot::public_good(), identities }
}

fn signed() -> Vec<Attachment> {
    let annotations = BTreeMap::from([(signatures::cosign::SIGNATURE_ANNOTATION.to_owned(), SIGNATURE.to_owned())]);
    vec![Attachment::SimpleSigning { payload: PAYLOAD.to_vec(), annotations }]
}

fn ask(demands: Vec<Demand>, prov: Option<&str>, attachments: &[Attachment]) -> Verdict {
    let policy = Policy::required(demands).unwrap();
    let provenance = prov.map(str::as_bytes);
    verify(&policy, &Fetched { archive: ARCHIVE, provenance, manifest: Some(MANIFEST), attachments, now: now() })
}

#[test]
fn where_nothing_is_required_what_is_there_is_told() {
    let attachments = signed();
    let fetched = Fetched {
        archive: ARCHIVE,
        provenance: Some(b"anything"),
        manifest: None,
        attachments: &attachments,
        now: now(),
    };
    let verdict = verify(&Policy::NotRequired, &fetched);
    assert_eq!(verdict, Verdict::NotRequired { seen: Seen { has_provenance: true, n_signatures: 1 } });
    assert!(verdict.permits());
}

#[test]
fn missing_is_as_bad_as_wrong() {
    let key = Forged::usual(1);
    let verdict = ask(vec![by_provenance(&key), by_key(), keyless()], None, &[]);
    let demanded = vec![ProofKind::Provenance, ProofKind::CosignKey, ProofKind::CosignKeyless];
    assert_eq!(verdict, Verdict::Missing { demanded, seen: Seen::default() });
    assert!(!verdict.permits());
    // What is there is not what is demanded.
    let verdict = ask(vec![by_provenance(&key)], None, &signed());
    assert!(matches!(verdict, Verdict::Missing { seen: Seen { n_signatures: 1, .. }, .. }));
    let verdict = ask(vec![by_key()], Some(&key.sign(&message())), &[]);
    assert!(matches!(verdict, Verdict::Missing { seen: Seen { has_provenance: true, .. }, .. }));
}

#[test]
fn signatures_without_a_manifest_are_missing() {
    let attachments = signed();
    let policy = Policy::required(vec![by_key()]).unwrap();
    let fetched = Fetched { archive: ARCHIVE, provenance: None, manifest: None, attachments: &attachments, now: now() };
    assert!(matches!(verify(&policy, &fetched), Verdict::Missing { .. }));
}

#[test]
fn any_of_several_is_enough() {
    let key = Forged::usual(1);
    let prov = key.sign(&message());
    let demands = || vec![by_provenance(&key), keyless(), by_key()];
    assert!(matches!(ask(demands(), Some(&prov), &[]), Verdict::Verified { how: ProofKind::Provenance, .. }));
    assert!(matches!(ask(demands(), None, &signed()), Verdict::Verified { how: ProofKind::CosignKey, .. }));
    let forged = prov.replace("1.2.3", "1.2.4");
    assert!(matches!(ask(demands(), Some(&forged), &signed()), Verdict::Verified { how: ProofKind::CosignKey, .. }));
}

#[test]
fn each_proof_that_fails_is_told() {
    let (known, unknown) = (Forged::usual(1), Forged::usual(2));
    let verdict = ask(vec![by_provenance(&known), keyless()], Some(&unknown.sign(&message())), &signed());
    let Verdict::Failed { why } = &verdict else { panic!("{verdict:?}") };
    assert!(matches!(why.as_slice(), [Failure::Provenance { .. }, Failure::CosignKeyless { .. }]));
    assert!(why[0].to_string().contains("not in the keyring"), "{}", why[0]);
    assert!(!verdict.permits());
}

#[test]
fn verdicts_are_kept_as_they_are() {
    let (known, unknown) = (Forged::usual(1), Forged::usual(2));
    let provs = [known.sign(&message()), unknown.sign(&message()), known.sign("x"), "x".into()];
    let verdicts = provs.iter().map(|prov| ask(vec![by_provenance(&known), by_key()], Some(prov), &[]));
    let missing = ask(vec![by_provenance(&known)], None, &[]);
    let by_key = ask(vec![by_key()], None, &signed());
    for verdict in verdicts.chain([missing, by_key]) {
        let json = serde_json::to_string(&verdict).unwrap();
        assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict, "{json}");
    }
}

#[test]
fn policies_are_kept_as_they_are() {
    let all = Policy::required(vec![by_provenance(&Forged::usual(1)), by_key(), keyless()]).unwrap();
    for policy in [Policy::NotRequired, all] {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(Policy::from_json(&json).unwrap(), policy, "{json}");
    }
    assert_eq!(serde_json::to_value(Policy::NotRequired).unwrap(), json!({ "require": [] }));
}

#[rstest]
#[case::no_keys(json!({ "require": [{ "kind": "cosign_key", "keys": [] }] }))]
#[case::no_identities(json!({ "require": [{ "kind": "cosign_keyless", "root": "public-good", "identities": [] }] }))]
#[case::no_root(json!({ "require": [{ "kind": "cosign_keyless", "identities": [{ "issuer": "https://a", "subject": { "equals": "b" } }] }] }))]
#[case::unknown_kind(json!({ "require": [{ "kind": "notary" }] }))]
#[case::misspelt(json!({ "require": [{ "kind": "cosign_key", "key": [PUBLIC], "keys": [PUBLIC] }] }))]
#[case::everybody(json!({ "require": [{ "kind": "cosign_keyless", "root": "public-good", "identities": [{ "issuer": "https://a", "subject": { "regex": ".*" } }] }] }))]
#[case::nothing(json!({}))]
#[case::null(json!({ "require": null }))]
fn policies_that_are_none_are_refused(#[case] json: serde_json::Value) {
    assert!(matches!(Policy::from_json(&json.to_string()), Err(PolicyError::Unreadable { .. })));
}

#[test]
fn a_private_key_in_a_wrong_field_is_not_repeated() {
    let secret = forge::sigstore::pem("PRIVATE KEY", b"secret");
    for json in [json!({ "require": secret }), json!({ "require": [{ "kind": secret }] })] {
        assert_eq!(Policy::from_json(&json.to_string()), Err(PolicyError::Private));
    }
    let half = "MIGHAgEAMBMG\"SM49AgEGCCqGSM49";
    let error = Policy::from_json(&json!({ "require": half }).to_string()).unwrap_err().to_string();
    assert!(!error.contains("MIGH") && !error.contains("SM49"), "{error}");
    assert!(error.contains("expected a sequence"), "{error}");
    let in_root =
        json!({ "require": [{ "kind": "cosign_keyless", "root": json!(half).to_string(), "identities": [] }] });
    let error = Policy::from_json(&in_root.to_string()).unwrap_err().to_string();
    assert!(!error.contains("MIGH") && !error.contains("SM49"), "{error}");
}

#[test]
fn too_many_alternatives_are_refused() {
    assert_eq!(Policy::required(vec![]), Err(PolicyError::Empty));
    assert_eq!(Policy::required(vec![by_key(); 33]), Err(PolicyError::TooMany { most: 32 }));
    let keys = vec![PublicKey::parse(PUBLIC).unwrap(); 33];
    assert_eq!(Policy::required(vec![Demand::CosignKey { keys }]), Err(PolicyError::TooMany { most: 32 }));
}
