//! cosign, keyless: by a small Sigstore of the test's own, each part of which can be wrong.
#![allow(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod forge;

use forge::openpgp::{SIGNED, now};
use forge::sigstore::{
    ISSUER, SUBJECT, Sct, Signing, Sigstore, Wanted, bundle, dsse_entry, envelope, hashedrekord, message_signature,
    pae, statement,
};
use forge::{ARCHIVE, MANIFEST, b64, sha256_hex};
use rstest::rstest;
use serde_json::{Value, json};
use signatures::cosign::{Attachment, AttachmentError, CosignError, Identity, SubjectRule, TrustedRoot};
use signatures::{Demand, Failure, Fetched, Policy, ProofKind, SignedBy, Verdict, verify};
use std::collections::BTreeMap;

const PAYLOAD: &[u8] = include_bytes!("fixtures/cosign/payload.json");
const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";
const IN_TOTO: &str = "application/vnd.in-toto+json";

fn acme() -> Identity {
    Identity::new(ISSUER, SubjectRule::Equals(SUBJECT.into())).unwrap()
}

fn ask_as(root: &Value, identities: Vec<Identity>, attachments: &[Attachment]) -> Verdict {
    let root = TrustedRoot::parse(&root.to_string()).unwrap();
    let policy = Policy::required(vec![Demand::CosignKeyless { root, identities }]).unwrap();
    let manifest = Some(MANIFEST);
    verify(&policy, &Fetched { archive: ARCHIVE, provenance: None, manifest, attachments, now: now() })
}

fn ask(sigstore: &Sigstore, bundle: &Value) -> Verdict {
    ask_as(&sigstore.root(), vec![acme()], &[as_attachment(bundle)])
}

fn as_attachment(bundle: &Value) -> Attachment {
    Attachment::Bundle { json: bundle.to_string().into_bytes() }
}

fn fault(verdict: Verdict) -> AttachmentError {
    match verdict {
        Verdict::Failed { mut why } => match why.remove(0) {
            Failure::CosignKeyless { error: CosignError::Attachment(fault) } => fault,
            other => panic!("the signature was to be refused, but: {other}"),
        },
        other => panic!("it was to fail, but: {other:?}"),
    }
}

/// What the trusted root does not vouch for, by a word of the reason.
fn untrusted(verdict: Verdict, reason: &str) {
    match fault(verdict) {
        AttachmentError::Untrusted { problem } if problem.to_lowercase().contains(reason) => {}
        other => panic!("{reason} was to be the reason, but: {other}"),
    }
}

fn material(signing: &Signing, entry: Value) -> Value {
    json!({ "certificate": { "rawBytes": b64(&signing.der) }, "tlogEntries": [entry] })
}

/// What `cosign sign` lays beside the manifest with this digest.
fn stated(sigstore: &Sigstore, signing: &Signing, text: &[u8], at: u32) -> Value {
    let signature = signing.sign(&pae(IN_TOTO, text));
    let entry = sigstore.entries.entry(&dsse_entry(signing, &signature, text), at);
    bundle(material(signing, entry), envelope(IN_TOTO, text, &signature))
}

fn usual_statement() -> Vec<u8> {
    statement(&sha256_hex(MANIFEST), SIGN)
}

fn usual(sigstore: &Sigstore, signing: &Signing) -> Value {
    stated(sigstore, signing, &usual_statement(), SIGNED)
}

fn over_manifest(sigstore: &Sigstore, signing: &Signing, message: &[u8]) -> Value {
    let signature = signing.sign(message);
    let entry = sigstore.entries.entry(&hashedrekord(signing, &signature, message), SIGNED);
    bundle(material(signing, entry), message_signature(message, &signature))
}

/// The older form.
fn annotated(sigstore: &Sigstore, signing: &Signing, payload: &[u8], at: u32) -> BTreeMap<String, String> {
    let signature = signing.sign(payload);
    let entry = sigstore.entries.annotation(&hashedrekord(signing, &signature, payload), at);
    BTreeMap::from([
        ("dev.cosignproject.cosign/signature".to_owned(), b64(&signature)),
        ("dev.sigstore.cosign/certificate".to_owned(), signing.pem()),
        ("dev.sigstore.cosign/bundle".to_owned(), entry.to_string()),
    ])
}

fn simple(payload: &[u8], annotations: BTreeMap<String, String>) -> Attachment {
    Attachment::SimpleSigning { payload: payload.to_vec(), annotations }
}

mod what_is_proven {
    use super::*;

    #[test]
    fn every_form_is_verified_and_tells_who_signed_when() {
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let forms = [
            as_attachment(&usual(&sigstore, &signing)),
            as_attachment(&over_manifest(&sigstore, &signing, MANIFEST)),
            simple(PAYLOAD, annotated(&sigstore, &signing, PAYLOAD, SIGNED)),
        ];
        for form in forms {
            let verdict = ask_as(&sigstore.root(), vec![acme()], &[form]);
            let by = SignedBy::Identity { issuer: ISSUER.into(), subject: SUBJECT.into() };
            let at = Some(forge::openpgp::at(SIGNED));
            assert_eq!(verdict, Verdict::Verified { by, how: ProofKind::CosignKeyless, at });
        }
    }

    #[rstest]
    #[case(SubjectRule::Glob("https://github.com/acme/*/.github/workflows/release.yml@refs/heads/*".into()), true)]
    #[case(SubjectRule::Glob("https://github.com/acme/**".into()), true)]
    #[case(SubjectRule::Glob("https://github.com/acme/*".into()), false)]
    #[case(SubjectRule::Glob("https://github.com/acm?/charts/**".into()), true)]
    #[case(SubjectRule::Glob("https://github.com/acme/charts".into()), false)]
    #[case(SubjectRule::Regex("https://github\\.com/acme/.*@refs/heads/(main|next)".into()), true)]
    #[case(SubjectRule::Regex("https://github\\.com/acme/".into()), false)]
    #[case(SubjectRule::Regex("github\\.com/acme/.*".into()), false)]
    #[case(SubjectRule::Regex("x|https://github\\.com/acme/.*".into()), true)]
    #[case(SubjectRule::Equals("https://github.com/acme/**".into()), false)]
    fn rules_take_the_whole_subject(#[case] rule: SubjectRule, #[case] is_taken: bool) {
        let sigstore = Sigstore::new();
        let usual = as_attachment(&usual(&sigstore, &sigstore.certify(&Wanted::default())));
        let verdict = ask_as(&sigstore.root(), vec![Identity::new(ISSUER, rule).unwrap()], &[usual]);
        assert_eq!(verdict.permits(), is_taken, "{verdict:?}");
    }

    #[test]
    fn people_sign_too() {
        let sigstore = Sigstore::new();
        let wanted = Wanted { subject: Some("releases@example.com"), ..Wanted::default() };
        let bundle = as_attachment(&usual(&sigstore, &sigstore.certify(&wanted)));
        let rule = SubjectRule::Equals("releases@example.com".into());
        assert!(ask_as(&sigstore.root(), vec![acme(), Identity::new(ISSUER, rule).unwrap()], &[bundle]).permits());
    }
}

mod identity {
    use super::*;

    #[test]
    fn other_issuers_and_subjects_are_refused() {
        let sigstore = Sigstore::new();
        let by = |wanted| fault(ask(&sigstore, &usual(&sigstore, &sigstore.certify(&wanted))));
        let other = Wanted { issuer: Some("https://token.actions.example.com.evil.example"), ..Wanted::default() };
        assert!(matches!(by(other), AttachmentError::OtherIdentity { .. }));
        let other = Wanted { subject: Some("https://github.com/evil/charts"), ..Wanted::default() };
        assert!(matches!(by(other), AttachmentError::OtherIdentity { .. }));
        assert_eq!(by(Wanted { issuer: None, ..Wanted::default() }), AttachmentError::Nobody);
        assert!(
            !ask(&sigstore, &usual(&sigstore, &sigstore.certify(&Wanted { subject: None, ..Wanted::default() })))
                .permits()
        );
    }

    #[test]
    fn a_rule_for_one_issuer_does_not_take_subjects_of_another() {
        let sigstore = Sigstore::new();
        let rules = vec![
            Identity::new(ISSUER, SubjectRule::Equals("somebody@example.com".into())).unwrap(),
            Identity::new("https://accounts.example.com", SubjectRule::Equals(SUBJECT.into())).unwrap(),
        ];
        let usual = as_attachment(&usual(&sigstore, &sigstore.certify(&Wanted::default())));
        assert!(!ask_as(&sigstore.root(), rules, &[usual]).permits());
    }

    #[rstest]
    #[case::http("http://accounts.example.com")]
    #[case::nothing("")]
    #[case::host("https://")]
    #[case::pattern("https://*.example.com")]
    #[case::space("https://accounts.example.com ")]
    fn issuers_that_are_none_are_refused(#[case] issuer: &str) {
        assert!(Identity::new(issuer, SubjectRule::Equals("a@example.com".into())).is_err());
    }

    #[rstest]
    #[case::everybody(SubjectRule::Regex(".*".into()))]
    #[case::everybody_as_glob(SubjectRule::Glob("**".into()))]
    #[case::everybody_at_github(SubjectRule::Glob("https://github.com/**".into()))]
    #[case::everybody_at_github_by_regex(SubjectRule::Regex("^https://github.com/.*".into()))]
    #[case::everybody_with_mail(SubjectRule::Glob("*@gmail.com".into()))]
    #[case::or_everybody(SubjectRule::Regex("a@example.com|".to_owned() + ".+"))]
    #[case::nothing(SubjectRule::Equals(" ".into()))]
    #[case::no_pattern(SubjectRule::Regex("(".into()))]
    #[case::breaks_out(SubjectRule::Regex("a)|(?:.*".into()))]
    #[case::explodes(SubjectRule::Regex("(((a{100}){100}){100}){100}".into()))]
    #[case::long(SubjectRule::Equals("a".repeat(1_001)))]
    fn rules_that_mean_nobody_in_particular_are_refused(#[case] rule: SubjectRule) {
        assert!(Identity::new(ISSUER, rule).is_err());
    }
}

mod certificate {
    use super::*;

    fn with(change: impl FnOnce(&mut Wanted)) -> Verdict {
        let sigstore = Sigstore::new();
        let mut wanted = Wanted::default();
        change(&mut wanted);
        ask(&sigstore, &usual(&sigstore, &sigstore.certify(&wanted)))
    }

    #[test]
    fn by_another_authority_of_the_same_name_is_refused() {
        let (sigstore, other) = (Sigstore::new(), Sigstore::new());
        let signing = other.certify(&Wanted::default());
        untrusted(ask(&sigstore, &usual(&sigstore, &signing)), "chain");
    }

    #[test]
    fn by_somebody_with_a_certificate_is_refused() {
        let sigstore = Sigstore::new();
        let evil = sigstore.certify(&Wanted { subject: Some("evil@example.com"), ..Wanted::default() });
        let signing = sigstore.certify_by(&evil.as_authority(), &Wanted::default());
        let mut annotations = annotated(&sigstore, &signing, PAYLOAD, SIGNED);
        annotations.insert("dev.sigstore.cosign/chain".into(), evil.pem());
        let verdict = ask_as(&sigstore.root(), vec![acme()], &[simple(PAYLOAD, annotations)]);
        untrusted(verdict, "chain");
    }

    #[test]
    fn expired_or_not_yet_valid_when_it_was_logged_is_refused() {
        assert!(with(|wanted| wanted.not_before = SIGNED).permits());
        untrusted(with(|wanted| wanted.not_before = SIGNED + 1), "cert");
        assert!(with(|wanted| wanted.lasts = 60).permits());
        untrusted(with(|wanted| wanted.lasts = 59), "cert");
    }

    #[test]
    fn not_for_code_is_refused() {
        untrusted(with(|wanted| wanted.is_for_code = false), "chain");
    }

    #[rstest]
    #[case::missing(Sct::Missing)]
    #[case::foreign(Sct::Foreign)]
    #[case::of_another_certificate(Sct::Moved)]
    fn that_no_log_knows_is_refused(#[case] sct: Sct) {
        untrusted(with(|wanted| wanted.sct = sct), "timestamp");
    }

    #[test]
    fn that_is_missing_or_a_key_is_refused() {
        let sigstore = Sigstore::new();
        let mut bundle = usual(&sigstore, &sigstore.certify(&Wanted::default()));
        let entries = bundle["verificationMaterial"]["tlogEntries"].clone();
        bundle["verificationMaterial"] = json!({ "publicKey": { "hint": "" }, "tlogEntries": entries });
        assert_eq!(fault(ask(&sigstore, &bundle)), AttachmentError::NoCertificate);
        let bare = simple(PAYLOAD, BTreeMap::from([("dev.cosignproject.cosign/signature".to_owned(), b64(b"any"))]));
        assert_eq!(fault(ask_as(&sigstore.root(), vec![acme()], &[bare])), AttachmentError::NoCertificate);
    }
}

mod transparency_log {
    use super::*;

    /// The usual bundle with something of its log entry changed.
    fn with(change: impl FnOnce(&mut Value)) -> Verdict {
        let sigstore = Sigstore::new();
        let mut bundle = usual(&sigstore, &sigstore.certify(&Wanted::default()));
        change(&mut bundle["verificationMaterial"]["tlogEntries"][0]);
        ask(&sigstore, &bundle)
    }

    #[test]
    fn without_an_entry_is_refused() {
        let sigstore = Sigstore::new();
        let mut bundle = usual(&sigstore, &sigstore.certify(&Wanted::default()));
        bundle["verificationMaterial"]["tlogEntries"] = json!([]);
        assert!(matches!(fault(ask(&sigstore, &bundle)), AttachmentError::Untrusted { .. }));
        let signing = sigstore.certify(&Wanted::default());
        let mut annotations = annotated(&sigstore, &signing, PAYLOAD, SIGNED);
        annotations.remove("dev.sigstore.cosign/bundle");
        let verdict = ask_as(&sigstore.root(), vec![acme()], &[simple(PAYLOAD, annotations)]);
        assert!(matches!(fault(verdict), AttachmentError::Annotation { .. }));
    }

    #[test]
    fn without_a_promise_there_is_no_time() {
        untrusted(with(|entry| entry["inclusionPromise"] = Value::Null), "timestamp");
        untrusted(with(|entry| entry["integratedTime"] = json!("0")), "");
    }

    #[test]
    fn without_a_proof_is_refused_in_new_bundles() {
        untrusted(with(|entry| entry["inclusionProof"] = Value::Null), "proof");
    }

    #[test]
    fn by_another_log_is_refused() {
        let (sigstore, other) = (Sigstore::new(), Sigstore::new());
        let signing = sigstore.certify(&Wanted::default());
        let text = usual_statement();
        let signature = signing.sign(&pae(IN_TOTO, &text));
        let entry = other.entries.entry(&dsse_entry(&signing, &signature, &text), SIGNED);
        let bundle = bundle(material(&signing, entry), envelope(IN_TOTO, &text, &signature));
        untrusted(ask(&sigstore, &bundle), "log");
    }

    #[test]
    fn a_time_that_was_changed_is_refused() {
        untrusted(with(|entry| entry["integratedTime"] = json!((SIGNED + 1).to_string())), "set verification");
    }

    #[test]
    fn a_time_to_come_is_refused() {
        let sigstore = Sigstore::new();
        let wanted = Wanted { lasts: u32::MAX - SIGNED, ..Wanted::default() };
        let bundle = stated(&sigstore, &sigstore.certify(&wanted), &usual_statement(), u32::MAX - 100);
        untrusted(ask(&sigstore, &bundle), "future");
    }

    #[test]
    fn a_proof_that_proves_something_else_is_refused() {
        let zeros = json!(b64(&[0; 32]));
        untrusted(with(|entry| entry["inclusionProof"]["hashes"][0] = zeros.clone()), "proof");
        untrusted(with(|entry| entry["inclusionProof"]["rootHash"] = zeros.clone()), "root hash");
        untrusted(with(|entry| entry["inclusionProof"]["hashes"] = json!([])), "proof");
        let (sigstore, other) = (Sigstore::new(), Sigstore::new());
        let signing = sigstore.certify(&Wanted::default());
        let mut bundle = usual(&sigstore, &signing);
        let foreign = usual(&other, &signing);
        let checkpoint = "/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint";
        *bundle.pointer_mut(checkpoint).unwrap() = foreign.pointer(checkpoint).unwrap().clone();
        assert!(matches!(fault(ask(&sigstore, &bundle)), AttachmentError::Untrusted { .. }));
    }

    #[test]
    fn an_entry_of_another_signature_is_refused() {
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let mut bundle = usual(&sigstore, &signing);
        let other = stated(&sigstore, &signing, &statement(&sha256_hex(b"another"), SIGN), SIGNED);
        bundle["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"].clone();
        untrusted(ask(&sigstore, &bundle), "hash");
        let mut annotations = annotated(&sigstore, &signing, PAYLOAD, SIGNED);
        let other = annotated(&sigstore, &signing, b"another payload", SIGNED);
        annotations.insert("dev.sigstore.cosign/bundle".into(), other["dev.sigstore.cosign/bundle"].clone());
        untrusted(ask_as(&sigstore.root(), vec![acme()], &[simple(PAYLOAD, annotations)]), "");
    }

    #[test]
    fn an_old_certificate_with_a_new_entry_is_refused() {
        // The key of a certificate that expired came out: it signs, and the log takes it in.
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let late = stated(&sigstore, &signing, &usual_statement(), SIGNED + 86_400);
        untrusted(ask(&sigstore, &late), "cert");
        let annotations = annotated(&sigstore, &signing, PAYLOAD, SIGNED + 86_400);
        untrusted(ask_as(&sigstore.root(), vec![acme()], &[simple(PAYLOAD, annotations)]), "cert");
    }
}

mod what_is_signed {
    use super::*;

    #[test]
    fn another_manifest_is_refused() {
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let other = stated(&sigstore, &signing, &statement(&sha256_hex(b"another"), SIGN), SIGNED);
        assert!(!ask(&sigstore, &other).permits());
        assert!(!ask(&sigstore, &over_manifest(&sigstore, &signing, b"another")).permits());
        let payload = String::from_utf8_lossy(PAYLOAD).replace(&sha256_hex(MANIFEST), &sha256_hex(b"another"));
        let annotations = annotated(&sigstore, &signing, payload.as_bytes(), SIGNED);
        let verdict = ask_as(&sigstore.root(), vec![acme()], &[simple(payload.as_bytes(), annotations)]);
        assert!(matches!(fault(verdict), AttachmentError::OtherDigest { .. }));
    }

    #[test]
    fn statements_that_do_not_vouch_are_refused() {
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let failed = statement(&sha256_hex(MANIFEST), "https://in-toto.io/attestation/test-result/v0.1");
        let verdict = ask(&sigstore, &stated(&sigstore, &signing, &failed, SIGNED));
        assert!(matches!(fault(verdict), AttachmentError::Statement { .. }));
    }

    #[test]
    fn a_signature_by_another_key_than_the_certificates_is_refused() {
        let sigstore = Sigstore::new();
        let (victim, evil) = (sigstore.certify(&Wanted::default()), sigstore.certify(&Wanted::default()));
        let text = usual_statement();
        let signature = evil.sign(&pae(IN_TOTO, &text));
        let entry = sigstore.entries.entry(&dsse_entry(&victim, &signature, &text), SIGNED);
        let bundle = bundle(material(&victim, entry), envelope(IN_TOTO, &text, &signature));
        untrusted(ask(&sigstore, &bundle), "signature");
    }

    #[test]
    fn another_digest_than_the_message_has_is_refused() {
        let sigstore = Sigstore::new();
        let mut bundle = over_manifest(&sigstore, &sigstore.certify(&Wanted::default()), MANIFEST);
        bundle["messageSignature"]["messageDigest"]["digest"] = json!(b64(&[0; 32]));
        untrusted(ask(&sigstore, &bundle), "digest");
    }

    /// But for the name that a log gives itself in its checkpoint, beside its key, and for the word before the digest of a message, which
    /// need not be there.
    #[test]
    fn no_byte_of_a_bundle_can_be_changed() {
        let sigstore = Sigstore::new();
        let signing = sigstore.certify(&Wanted::default());
        let root = sigstore.root();
        for good in [usual(&sigstore, &signing), over_manifest(&sigstore, &signing, MANIFEST)] {
            let json = good.to_string();
            let free = ["\u{2014} rekor.example.com", "messageDigest"];
            let free = free.map(|text| json.find(text).map_or(0..0, |begins| begins..begins + text.len()));
            for at in (0..json.len()).filter(|at| !free.iter().any(|range| range.contains(at))) {
                let mut changed = json.clone().into_bytes();
                changed[at] ^= 4;
                let verdict = ask_as(&root, vec![acme()], &[Attachment::Bundle { json: changed }]);
                assert!(!verdict.permits(), "{:?}", &json[at.saturating_sub(20)..(at + 4).min(json.len())]);
            }
        }
    }
}

mod given_roots {
    use super::*;
    use signatures::cosign::RootError;

    #[test]
    fn the_public_root_and_given_ones_are_taken() {
        let given = TrustedRoot::parse(&Sigstore::new().root().to_string()).unwrap();
        for root in [TrustedRoot::public_good(), given] {
            let json = serde_json::to_string(&root).unwrap();
            assert_eq!(serde_json::from_str::<TrustedRoot>(&json).unwrap(), root);
        }
        let sigstore = Sigstore::new();
        let usual = as_attachment(&usual(&sigstore, &sigstore.certify(&Wanted::default())));
        let demand = Demand::CosignKeyless { root: TrustedRoot::public_good(), identities: vec![acme()] };
        let policy = Policy::required(vec![demand]).unwrap();
        let attachments = &[usual];
        let fetched = Fetched { archive: ARCHIVE, provenance: None, manifest: Some(MANIFEST), attachments, now: now() };
        assert!(matches!(fault(verify(&policy, &fetched)), AttachmentError::Untrusted { .. }));
    }

    #[test]
    fn roots_that_vouch_for_nobody_are_refused() {
        let refused = |change: fn(&mut Value)| {
            let mut root = Sigstore::new().root();
            change(&mut root);
            TrustedRoot::parse(&root.to_string()).unwrap_err()
        };
        for (list, what) in [
            ("tlogs", "transparency log"),
            ("ctlogs", "log of certificates"),
            ("certificateAuthorities", "certificate authority"),
        ] {
            let mut root = Sigstore::new().root();
            root[list] = json!([]);
            assert_eq!(TrustedRoot::parse(&root.to_string()), Err(RootError::Lacks { what }));
        }
        assert!(matches!(refused(|root| *root = json!({})), RootError::Unreadable { .. }));
        let broken = refused(|root| {
            root["certificateAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"] = json!("AAAA");
        });
        assert!(matches!(broken, RootError::Unreadable { .. }));
        assert!(matches!(TrustedRoot::parse(&" ".repeat((1 << 20) + 1)), Err(RootError::TooLarge { .. })));
    }

    #[test]
    fn authorities_and_logs_count_while_they_are_valid() {
        let sigstore = Sigstore::new();
        let usual = as_attachment(&usual(&sigstore, &sigstore.certify(&Wanted::default())));
        let ended = json!({ "start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z" });
        for path in
            ["/certificateAuthorities/0/validFor", "/tlogs/0/publicKey/validFor", "/ctlogs/0/publicKey/validFor"]
        {
            let mut root = sigstore.root();
            *root.pointer_mut(path).unwrap() = ended.clone();
            let verdict = ask_as(&root, vec![acme()], std::slice::from_ref(&usual));
            assert!(matches!(fault(verdict), AttachmentError::Untrusted { .. }), "{path}");
        }
    }
}
