//! What comes from outside, with bytes changed at random: no panic, and never anybody's signature but that of who signed.
//!
//! For two seconds, or as many as `BERTH_FUZZ_SECONDS` says. A failure names the seed, which `BERTH_FUZZ_SEED` begins with.
#![allow(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod forge;

use forge::openpgp::now;
use forge::sigstore::{ISSUER, SUBJECT, Sigstore, Wanted, bundle, dsse_entry, envelope, pae, statement};
use forge::{ARCHIVE, MANIFEST, b64, sha256_hex};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use signatures::cosign::{Attachment, Identity, PublicKey, SubjectRule, TrustedRoot};
use signatures::provenance::{Archive, Keyring};
use signatures::{Demand, Fetched, Policy, SignedBy, Verdict, verify};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const HELM_ARCHIVE: &[u8] = include_bytes!("fixtures/gnupg/harbour-1.2.3.tgz");
const HELM_PROV: &[u8] = include_bytes!("fixtures/gnupg/harbour-1.2.3.tgz.prov");
const KEYRING: &[u8] = include_bytes!("fixtures/gnupg/two.gpg");
const RELEASES: &[u8] = include_bytes!("fixtures/gnupg/releases.asc");
const PAYLOAD: &[u8] = include_bytes!("fixtures/cosign/payload.json");

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A few changes: bits, bytes, pieces cut out, doubled, or put elsewhere.
fn change(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.gen_range(1..4) {
        let at = rng.gen_range(0..bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        let end = (at + rng.gen_range(0..40)).min(bytes.len());
        match rng.gen_range(0..6) {
            _ if bytes.is_empty() => bytes.push(rng.r#gen()),
            0 => bytes[at] ^= 1 << rng.gen_range(0..8),
            1 => bytes[at] = rng.r#gen(),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.insert(at, [b'\n', b' ', b'-', b'"', 0, 0xff, b'0'][rng.gen_range(0..7)]),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = rng.gen_range(0..=bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

struct Corpus {
    provenance: Policy,
    provenance_key: String,
    key: Policy,
    key_fingerprint: String,
    signature: Vec<u8>,
    keyless: Policy,
    bundle: Vec<u8>,
    annotations: BTreeMap<String, String>,
    root: Vec<u8>,
}

impl Corpus {
    fn new() -> Self {
        let keyring = Keyring::parse(KEYRING).unwrap();
        let key = PublicKey::parse(include_str!("fixtures/cosign/p256.pub")).unwrap();
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let text = statement(&sha256_hex(MANIFEST), "https://sigstore.dev/cosign/sign/v1");
        let signature = signing.sign(&pae("application/vnd.in-toto+json", &text));
        let entry = sigstore.entries.entry(&dsse_entry(&signing, &signature, &text), forge::openpgp::SIGNED);
        let material = json!({ "certificate": { "rawBytes": b64(&signing.der) }, "tlogEntries": [entry] });
        let signed = signing.sign(PAYLOAD);
        let body = forge::sigstore::hashedrekord(&signing, &signed, PAYLOAD);
        let logged = sigstore.entries.annotation(&body, forge::openpgp::SIGNED).to_string();
        let root = sigstore.root().to_string();
        let identities = vec![Identity::new(ISSUER, SubjectRule::Equals(SUBJECT.into())).unwrap()];
        let trusted = TrustedRoot::parse(&root).unwrap();
        Self {
            provenance_key: keyring.keys()[0].fingerprint(),
            provenance: Policy::required(vec![Demand::Provenance { keyring }]).unwrap(),
            key_fingerprint: key.fingerprint(),
            key: Policy::required(vec![Demand::CosignKey { keys: vec![key] }]).unwrap(),
            signature: include_bytes!("fixtures/cosign/p256.sig").to_vec(),
            keyless: Policy::required(vec![Demand::CosignKeyless { root: trusted, identities }]).unwrap(),
            bundle: bundle(material, envelope("application/vnd.in-toto+json", &text, &signature)).to_string().into(),
            annotations: BTreeMap::from([
                ("dev.cosignproject.cosign/signature".into(), b64(&signed)),
                ("dev.sigstore.cosign/certificate".into(), signing.pem()),
                ("dev.sigstore.cosign/bundle".into(), logged),
            ]),
            root: root.into_bytes(),
        }
    }

    /// One change somewhere, and what is asked of it.
    fn try_one(&self, rng: &mut StdRng) {
        match rng.gen_range(0..9) {
            0 => self.by_provenance(&change(HELM_PROV, rng), HELM_ARCHIVE),
            1 => drop(Keyring::parse(&change(KEYRING, rng))),
            2 => drop(Keyring::parse(&change(RELEASES, rng))),
            3 => self.by_key(change(PAYLOAD, rng), self.signature.clone(), MANIFEST, true),
            4 => self.by_key(PAYLOAD.to_vec(), change(&self.signature, rng), MANIFEST, true),
            5 => self.by_key(PAYLOAD.to_vec(), self.signature.clone(), &change(MANIFEST, rng), false),
            6 => self.keyless(Attachment::Bundle { json: change(&self.bundle, rng) }),
            7 => {
                let mut annotations = self.annotations.clone();
                for value in annotations.values_mut() {
                    *value = String::from_utf8_lossy(&change(value.as_bytes(), rng)).into_owned();
                }
                self.keyless(Attachment::SimpleSigning { payload: PAYLOAD.to_vec(), annotations });
            }
            _ => drop(TrustedRoot::parse(&String::from_utf8_lossy(&change(&self.root, rng)))),
        }
    }

    fn by_provenance(&self, prov: &[u8], bytes: &[u8]) {
        let now = time::macros::datetime!(2027-01-01 0:00 UTC);
        let ask = |archive| {
            verify(
                &self.provenance,
                &Fetched { archive, provenance: Some(prov), manifest: None, attachments: &[], now },
            )
        };
        if let Verdict::Verified { by, .. } = ask(Archive { bytes, ..ARCHIVE }) {
            assert!(
                matches!(&by, SignedBy::OpenPgp { fingerprint, .. } if *fingerprint == self.provenance_key),
                "{by:?}"
            );
        }
        assert!(!ask(Archive { bytes: b"other", ..ARCHIVE }).permits());
        assert!(!ask(Archive { bytes, version: "1.2.4", ..ARCHIVE }).permits());
    }

    fn by_key(&self, payload: Vec<u8>, signature: Vec<u8>, manifest: &[u8], is_same_manifest: bool) {
        let signature = String::from_utf8_lossy(&signature).into_owned();
        let is_same = payload == PAYLOAD && (is_same_manifest || manifest == MANIFEST);
        let annotations = BTreeMap::from([("dev.cosignproject.cosign/signature".to_owned(), signature)]);
        let verdict = self.ask(&self.key, manifest, Attachment::SimpleSigning { payload, annotations });
        if let Verdict::Verified { by, .. } = verdict {
            assert!(is_same, "something else was verified");
            assert_eq!(by, SignedBy::Key { fingerprint: self.key_fingerprint.clone() });
        }
    }

    fn keyless(&self, attachment: Attachment) {
        if let Verdict::Verified { by, at, .. } = self.ask(&self.keyless, MANIFEST, attachment.clone()) {
            assert_eq!(by, SignedBy::Identity { issuer: ISSUER.into(), subject: SUBJECT.into() });
            assert_eq!(at, Some(forge::openpgp::at(forge::openpgp::SIGNED)));
        }
        let other = String::from_utf8_lossy(MANIFEST).replace("config.v1", "config.v2");
        assert!(!self.ask(&self.keyless, other.as_bytes(), attachment).permits());
    }

    fn ask(&self, policy: &Policy, manifest: &[u8], attachment: Attachment) -> Verdict {
        let manifest = Some(manifest);
        verify(
            policy,
            &Fetched { archive: ARCHIVE, provenance: None, manifest, attachments: &[attachment], now: now() },
        )
    }
}

#[test]
fn nothing_from_outside_panics_or_passes_for_something_else() {
    let corpus = Corpus::new();
    let lasts = Duration::from_secs(setting("BERTH_FUZZ_SECONDS").unwrap_or(2));
    let first = setting("BERTH_FUZZ_SEED").unwrap_or_else(|| rand::thread_rng().r#gen());
    let begun = Instant::now();
    for seed in (0..).map(|n| first.wrapping_add(n)) {
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            corpus.try_one(&mut StdRng::seed_from_u64(seed));
        }));
        assert!(tried.is_ok(), "BERTH_FUZZ_SEED={seed} fails");
        if begun.elapsed() >= lasts {
            break;
        }
    }
}
