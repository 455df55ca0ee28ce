//! Helm provenance: what is proven, and every way in which somebody may make a file look as if it proved something.

mod forge;

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

mod what_is_proven {
    use super::*;

    #[test]
    fn signer_is_told_with_key_user_id_and_time() {
        let key = Forged::usual(1);
        let signer = verified(&key.sign(&message()), &key).unwrap();
        assert_eq!(signer.fingerprint, keyring(&[&key]).keys()[0].fingerprint());
        assert_eq!(signer.subkey, None);
        assert_eq!(signer.user_id.as_deref(), Some("Harbour <releases@example.com>"));
        assert_eq!(signer.at, forge::openpgp::at(SIGNED));
    }

    #[test]
    fn one_of_several_keys_signs() {
        let (first, second) = (Forged::usual(1), Forged::usual(2));
        let signer =
            verify(second.sign(&message()).as_bytes(), &ARCHIVE, &keyring(&[&first, &second]), now()).unwrap();
        assert_eq!(signer.fingerprint, keyring(&[&second]).keys()[0].fingerprint());
    }

    #[test]
    fn subkey_signs_for_its_primary_key() {
        let key = Forged::usual(1).bound(&Says::default(), Back::Good);
        let prov = clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]);
        let signer = verified(&prov, &key).unwrap();
        assert_eq!(signer.fingerprint, keyring(&[&key]).keys()[0].fingerprint());
        assert!(signer.subkey.is_some_and(|subkey| subkey != signer.fingerprint));
    }

    #[test]
    fn one_good_signature_among_others_is_enough() {
        let (known, unknown) = (Forged::usual(1), Forged::usual(2));
        let bad = sign(&known.primary, "another text", &says(SIGNED));
        let foreign = sign(&unknown.primary, &message(), &says(SIGNED));
        let good = sign(&known.primary, &message(), &says(SIGNED));
        assert!(verified(&clear_signed(&message(), &[bad.clone(), foreign.clone(), good]), &known).is_ok());
        assert!(matches!(fault(verified(&clear_signed(&message(), &[foreign, bad]), &known)), SignatureError::Bad { .. }));
    }

    #[test]
    fn binary_signatures_over_the_text_count_too() {
        let key = Forged::usual(1);
        let text = message();
        let prov = clear_signed(&text, &[sign_as(&key.primary, SignatureType::Binary, &text, &says(SIGNED))]);
        assert!(verified(&prov, &key).is_ok());
    }

    #[test]
    fn line_ends_and_white_space_at_the_end_of_lines_do_not_count() {
        let key = Forged::usual(1);
        let prov = key.sign(&message());
        assert!(verified(&prov.replace('\n', "\r\n"), &key).is_ok());
        assert!(verified(&prov.replace("Boats  \n", "Boats\n"), &key).is_ok());
        assert!(verified(&prov.replace("\nfiles:", "\nfiles: \t "), &key).is_ok());
        assert!(verified(&prov.replace("Boats", "Boats "), &key).is_ok());
        assert!(verified(&prov.replace("Boats", " Boats"), &key).is_err());
    }

    #[test]
    fn escaped_dashes_are_part_of_the_text() {
        let key = Forged::usual(1);
        let text = format!("---\n{}", message());
        let prov = key.sign(&text);
        assert!(prov.contains("\n- ---\n"));
        assert!(verified(&prov, &key).is_ok());
        let escaped = prov.replace("\nname: harbour", "\n- name: harbour");
        assert!(verified(&escaped, &key).is_ok(), "any line may be escaped");
    }
}

mod another_archive {
    use super::*;

    #[test]
    fn other_bytes_are_refused() {
        let key = Forged::usual(1);
        let archive = Archive { bytes: b"other bytes", ..ARCHIVE };
        let result = verify(key.sign(&message()).as_bytes(), &archive, &keyring(&[&key]), now());
        let expected = ProvenanceError::Digest { signed: sha256_hex(BYTES), found: sha256_hex(b"other bytes") };
        assert_eq!(result, Err(expected));
    }

    #[test]
    fn other_name_or_version_is_refused() {
        let key = Forged::usual(1);
        let digest = sha256_hex(BYTES);
        let other = |name, version| verified(&key.sign(&message_of(name, version, &digest)), &key);
        assert!(matches!(other("harbor", "1.2.3"), Err(ProvenanceError::Name { .. })));
        assert!(matches!(other("harbour", "1.2.4"), Err(ProvenanceError::Version { .. })));
        assert!(matches!(other("harbour", "v1.2.3"), Err(ProvenanceError::Version { .. })));
    }

    #[rstest]
    #[case::sha1("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    #[case::short("sha256:abcd")]
    #[case::no_algorithm("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    #[case::empty("\"\"")]
    fn what_is_no_sha256_is_refused(#[case] digest: &str) {
        let key = Forged::usual(1);
        let text = format!("name: harbour\nversion: 1.2.3\n...\nfiles:\n  harbour-1.2.3.tgz: {digest}\n");
        assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::NotSha256 { .. })));
    }

    #[test]
    fn several_files_or_none_are_refused() {
        let key = Forged::usual(1);
        let with = |files: &str| verified(&key.sign(&format!("name: harbour\nversion: 1.2.3\n...\n{files}\n")), &key);
        let digest = sha256_hex(BYTES);
        let two = format!("files:\n  a.tgz: sha256:{digest}\n  harbour-1.2.3.tgz: sha256:{digest}");
        assert_eq!(with(&two), Err(ProvenanceError::NumberOfFiles { n: 2 }));
        assert_eq!(with("files: {}"), Err(ProvenanceError::NumberOfFiles { n: 0 }));
        assert!(matches!(with("images: {}"), Err(ProvenanceError::Files { .. })));
        let twice = format!("files:\n  a.tgz: sha256:{digest}\n  a.tgz: sha256:{digest}");
        assert!(matches!(with(&twice), Err(ProvenanceError::Files { .. })));
    }

    #[test]
    fn a_second_end_of_chart_yaml_is_refused() {
        let key = Forged::usual(1);
        let text = format!("{}...\nfiles: {{}}\n", message());
        assert_eq!(verified(&key.sign(&text), &key), Err(ProvenanceError::Parts));
        assert_eq!(verified(&key.sign("name: harbour\nversion: 1.2.3\n"), &key), Err(ProvenanceError::Parts));
    }

    #[rstest]
    #[case::not_yaml("name: [\n")]
    #[case::two_names("name: harbour\nname: harbour\nversion: 1.2.3\n")]
    #[case::no_version("name: harbour\n")]
    fn chart_yaml_that_cannot_be_read_is_refused(#[case] chart: &str) {
        let key = Forged::usual(1);
        let text = format!("{chart}...\nfiles:\n  a.tgz: sha256:{}\n", sha256_hex(BYTES));
        assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::ChartYaml { .. })));
    }

    #[test]
    fn yaml_that_stands_for_much_is_refused() {
        let key = Forged::usual(1);
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let of = format!("*a{}", n - 1);
            bomb += &format!("a{n}: &a{n} [{}]\n", vec![of; 10].join(", "));
        }
        let text = format!("{bomb}{}", message());
        assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::ChartYaml { .. })));
    }
}

mod framing {
    use super::*;

    fn refused(change: impl FnOnce(String) -> String) -> ProvenanceError {
        let key = Forged::usual(1);
        verified(&change(key.sign(&message())), &key).unwrap_err()
    }

    #[test]
    fn text_before_the_signed_message_is_refused() {
        assert_eq!(refused(|prov| format!("name: harbour\n{prov}")), ProvenanceError::NotClearSigned);
        assert_eq!(refused(|prov| format!("\n{prov}")), ProvenanceError::NotClearSigned);
        assert_eq!(refused(|_| String::new()), ProvenanceError::NotClearSigned);
    }

    #[test]
    fn text_behind_the_signature_is_refused() {
        assert!(matches!(refused(|prov| prov + "files: {}\n"), ProvenanceError::Trailing { .. }));
        assert!(matches!(refused(|prov| prov.repeat(2)), ProvenanceError::Trailing { .. }));
    }

    #[test]
    fn text_among_the_headers_is_refused() {
        let hide = |line: &'static str| refused(move |prov| prov.replacen("Hash: ", &format!("{line}\nHash: "), 1));
        assert_eq!(hide("Comment: signed by nobody"), ProvenanceError::Header { line: 2 });
        assert_eq!(hide("name: harbour"), ProvenanceError::Header { line: 2 });
        assert_eq!(hide("Hash: SHA256, \u{1b}[2K"), ProvenanceError::Header { line: 2 });
        // To some programs this line is empty, so that the text begins behind it.
        assert_eq!(hide(" \t"), ProvenanceError::Header { line: 2 });
    }

    #[test]
    fn forged_headers_in_the_text_are_refused() {
        let hide = |line: &'static str| refused(move |prov| prov.replacen("\nname:", &format!("\n{line}\nname:"), 1));
        assert!(matches!(hide("-----BEGIN PGP SIGNED MESSAGE-----"), ProvenanceError::Dash { .. }));
        assert!(matches!(hide("-----END PGP SIGNATURE-----"), ProvenanceError::Dash { .. }));
        assert!(matches!(hide("-----BEGIN PGP SIGNATURE -----"), ProvenanceError::Dash { .. }));
        assert!(matches!(hide("-unescaped"), ProvenanceError::Dash { .. }));
        assert!(matches!(hide("---"), ProvenanceError::Dash { .. }));
    }

    #[test]
    fn a_signed_message_inside_of_another_is_refused() {
        let key = Forged::usual(1);
        let inner = key.sign(&message());
        let outer = Forged::usual(2).sign(&inner);
        assert!(verified(&outer, &key).is_err());
        assert!(verified(&outer, &Forged::usual(2)).is_err());
        let spliced = inner.replacen("\n\n", &format!("\n\n{inner}"), 1);
        assert!(matches!(verified(&spliced, &key), Err(ProvenanceError::Dash { .. })));
    }

    #[test]
    fn an_earlier_signature_block_does_not_end_the_text_early() {
        let key = Forged::usual(1);
        let block = key.sign("x").split_once("-----BEGIN PGP SIGNATURE").unwrap().1.to_owned();
        let early = format!("-----BEGIN PGP SIGNATURE{block}");
        let result = refused(|prov| prov.replacen("\nname:", &format!("\n{early}\nname:"), 1));
        assert!(matches!(result, ProvenanceError::Trailing { .. }));
    }

    #[test]
    fn control_characters_are_refused() {
        for char in ['\0', '\u{8}', '\u{1b}', '\u{85}', '\u{7f}'] {
            let result = refused(|prov| prov.replace("Boats", &format!("Bo{char}ats")));
            assert!(matches!(result, ProvenanceError::ControlCharacter { .. }), "{char:?}");
        }
        // A carriage return alone is the end of a line to some.
        assert!(matches!(refused(|prov| prov.replace("Boats", "\rname: x")), ProvenanceError::ControlCharacter { .. }));
    }

    #[rstest]
    #[case("-----BEGIN PGP SIGNATURE-----")]
    #[case("-----END PGP SIGNATURE-----")]
    #[case("name: harbour")]
    fn a_file_that_ends_early_is_refused(#[case] at: &str) {
        assert_eq!(refused(|prov| prov.split(at).next().unwrap().to_owned()), ProvenanceError::Unfinished);
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let public = Forged::usual(1).armored();
        let body: Vec<&str> = public.lines().filter(|line| !line.starts_with('-')).collect();
        let result = refused(|prov| {
            let (text, _) = prov.split_once("-----BEGIN PGP SIGNATURE-----").unwrap();
            format!("{text}-----BEGIN PGP SIGNATURE-----\n{}\n-----END PGP SIGNATURE-----\n", body.join("\n"))
        });
        assert_eq!(result, ProvenanceError::Malformed);
        let empty = |prov: String| {
            let (text, _) = prov.split_once("-----BEGIN PGP SIGNATURE-----").unwrap();
            format!("{text}-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n")
        };
        assert_eq!(refused(empty), ProvenanceError::NoSignature);
    }

    #[test]
    fn too_much_is_refused() {
        let key = Forged::usual(1);
        let signatures = vec![sign(&key.primary, "x", &says(SIGNED)); 17];
        let prov = clear_signed(&message(), &signatures);
        assert_eq!(verified(&prov, &key), Err(ProvenanceError::TooManySignatures { most: 16 }));
        let long = refused(|prov| prov + &" ".repeat(1 << 20));
        assert!(matches!(long, ProvenanceError::TooLarge { most: 1_048_576, .. }));
        assert_eq!(verify(b"\xff\xfe", &ARCHIVE, &keyring(&[&key]), now()), Err(ProvenanceError::NotText));
    }

    #[test]
    fn another_hash_than_announced_is_refused() {
        let key = Forged::usual(1);
        let announced = |hash: &str| verified(&key.sign(&message()).replace("Hash: SHA256", hash), &key);
        assert!(matches!(fault(announced("Hash: SHA512")), SignatureError::HashHeader { .. }));
        assert!(matches!(fault(announced("Hash: MD5")), SignatureError::HashHeader { .. }));
        assert!(announced("Hash: SHA512, SHA256").is_ok());
        assert!(announced("Hash: SHA512\nHash: sha256").is_ok());
        let silent = key.sign(&message()).replace("Hash: SHA256\n", "");
        assert!(verified(&silent, &key).is_ok(), "newer programs leave it out");
    }
}

mod signature {
    use super::*;

    #[test]
    fn changed_text_is_refused() {
        let key = Forged::usual(1);
        let prov = key.sign(&message()).replace("1.0", "2.0");
        assert!(matches!(fault(verified(&prov, &key)), SignatureError::Bad { .. }));
    }

    #[test]
    fn unknown_key_is_refused_by_name() {
        let (known, unknown) = (Forged::usual(1), Forged::usual(2));
        let issuer = keyring(&[&unknown]).keys()[0].fingerprint();
        assert_eq!(fault(verified(&unknown.sign(&message()), &known)), SignatureError::UnknownSigner { issuer });
    }

    #[test]
    fn a_key_that_claims_to_be_another_is_refused() {
        let (known, other) = (Forged::usual(1), Forged::usual(2));
        let fingerprint = pgp::types::KeyDetails::fingerprint(&known.primary);
        let claim = Says { more: vec![regular(SubpacketData::IssuerFingerprint(fingerprint))], ..says(SIGNED) };
        let prov = clear_signed(&message(), &[sign(&other.primary, &message(), &claim)]);
        assert!(matches!(fault(verified(&prov, &known)), SignatureError::Bad { .. }));
    }

    #[test]
    fn signatures_that_do_not_cover_the_text_are_refused() {
        let key = Forged::usual(1);
        // Standalone and timestamp signatures cover one byte at most, or nothing.
        for kind in [SignatureType::Standalone, SignatureType::Timestamp] {
            let signature = sign_as(&key.primary, kind, &message(), &says(SIGNED));
            assert_eq!(fault(verified(&clear_signed(&message(), &[signature]), &key)), SignatureError::Kind);
        }
        let certification = key.certificate.details.users[0].signatures[0].clone();
        assert_eq!(fault(verified(&clear_signed(&message(), &[certification]), &key)), SignatureError::Kind);
    }

    #[test]
    fn time_of_signing_is_looked_at() {
        let key = Forged::usual(1);
        let signed = |says: Says| verified(&clear_signed(&message(), &[sign(&key.primary, &message(), &says)]), &key);
        assert!(matches!(fault(signed(says(MADE + 101 * DAY))), SignatureError::Future { .. }));
        assert!(signed(says(MADE + 100 * DAY + 60)).is_ok(), "clocks differ");
        assert!(matches!(problem(signed(says(MADE - 1))), KeyProblem::Younger { .. }));
        let lasting = |days: u32| {
            let lasts = regular(SubpacketData::SignatureExpirationTime(Duration::from_secs(days * DAY)));
            signed(Says { more: vec![lasts], ..says(SIGNED) })
        };
        assert!(matches!(fault(lasting(20)), SignatureError::Expired { .. }));
        assert!(lasting(91).is_ok());
        assert!(lasting(0).is_ok(), "zero is never");
    }

    #[test]
    fn demands_that_are_not_known_are_refused() {
        let key = Forged::usual(1);
        let notation = pgp::packet::Notation {
            readable: true,
            name: "only@example.com".into(),
            value: "on Sundays".into(),
        };
        let critical = pgp::packet::Subpacket::critical(SubpacketData::Notation(notation.clone())).unwrap();
        let signed = |more| {
            let says = Says { more: vec![more], ..says(SIGNED) };
            verified(&clear_signed(&message(), &[sign(&key.primary, &message(), &says)]), &key)
        };
        assert_eq!(fault(signed(critical)), SignatureError::Critical);
        assert!(signed(regular(SubpacketData::Notation(notation))).is_ok());
    }

    #[test]
    fn a_second_time_does_not_override_the_first() {
        let key = Forged::usual(1);
        let later = regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(MADE + 50 * DAY)));
        let says = Says { more: vec![later], ..says(SIGNED) };
        let prov = clear_signed(&message(), &[sign(&key.primary, &message(), &says)]);
        assert_eq!(verified(&prov, &key).unwrap().at, forge::openpgp::at(SIGNED));
    }
}

mod key {
    use super::*;

    fn usual_message(key: &Forged) -> Result<Signer, ProvenanceError> {
        verified(&key.sign(&message()), key)
    }

    fn by_subkey(key: &Forged, at: u32) -> Result<Signer, ProvenanceError> {
        verified(&clear_signed(&message(), &[sign(&key.subkey, &message(), &says(at))]), key)
    }

    fn lasting(days: u32, at: u32) -> Says {
        Says { key_lasts: Some(days * DAY), ..says(at) }
    }

    #[test]
    fn expired_before_signing_is_refused_and_later_is_not() {
        let named = |says| Forged::bare(1).named("A", &says);
        assert!(matches!(problem(usual_message(&named(lasting(10, MADE)))), KeyProblem::Expired { .. }));
        assert!(usual_message(&named(lasting(11, MADE))).is_ok(), "it expired since, but could sign then");
    }

    #[test]
    fn the_newest_word_of_a_key_on_its_end_counts() {
        let shortened = Forged::bare(1).named("A", &says(MADE)).named("A", &lasting(5, MADE + DAY));
        assert!(matches!(problem(usual_message(&shortened)), KeyProblem::Expired { .. }));
        let extended = Forged::bare(1).named("A", &lasting(5, MADE)).named("A", &lasting(50, MADE + DAY));
        assert!(usual_message(&extended).is_ok());
        let both = Forged::bare(1).named("A", &says(MADE)).named("A", &lasting(5, MADE));
        assert!(matches!(problem(usual_message(&both)), KeyProblem::Expired { .. }), "of one second, the stricter");
        let to_come = Forged::bare(1).named("A", &lasting(5, MADE)).named("A", &says(MADE + 200 * DAY));
        assert!(matches!(problem(usual_message(&to_come)), KeyProblem::Expired { .. }), "what is to come does not count");
    }

    #[rstest]
    #[case::lost(RevocationCode::KeyCompromised)]
    #[case::no_reason(RevocationCode::NoReason)]
    #[case::unknown(RevocationCode::Other(200))]
    fn revoked_as_lost_is_refused_whenever_it_signed(#[case] code: RevocationCode) {
        let key = Forged::usual(1).revoked(code, &says(MADE + 50 * DAY), None);
        assert_eq!(problem(usual_message(&key)), KeyProblem::Revoked);
    }

    #[rstest]
    #[case::replaced(RevocationCode::KeySuperseded)]
    #[case::retired(RevocationCode::KeyRetired)]
    fn retired_is_refused_from_then_on(#[case] code: RevocationCode) {
        assert!(usual_message(&Forged::usual(1).revoked(code, &says(SIGNED + 1), None)).is_ok());
        let before = Forged::usual(1).revoked(code, &says(SIGNED), None);
        assert!(matches!(problem(usual_message(&before)), KeyProblem::Retired { .. }));
    }

    #[test]
    fn a_revocation_by_somebody_else_does_not_count() {
        let other = Forged::usual(2);
        let key = Forged::usual(1).revoked(RevocationCode::KeyCompromised, &says(MADE), Some(&other.primary));
        assert!(usual_message(&key).is_ok());
    }

    #[test]
    fn a_user_id_that_was_taken_back_is_not_shown_and_vouches_for_nothing() {
        let key = Forged::bare(1).named("New", &says(MADE)).named("Old", &lasting(90, MADE + DAY)).unnamed(MADE + 2 * DAY);
        assert_eq!(usual_message(&key).unwrap().user_id.as_deref(), Some("New"));
        let nothing_left = Forged::bare(1).named("Old", &says(MADE)).unnamed(MADE + DAY);
        assert_eq!(problem(usual_message(&nothing_left)), KeyProblem::NoSelfSignature);
        let again = Forged::bare(1).named("A", &says(MADE)).unnamed(MADE + DAY).named("A", &says(MADE + 2 * DAY));
        assert!(usual_message(&again).is_ok());
    }

    #[test]
    fn a_key_that_only_certifies_is_refused() {
        let key = Forged::bare(1).named("A", &Says { may_sign: Some(false), ..Says::default() });
        assert_eq!(problem(usual_message(&key)), KeyProblem::NotForSigning);
        let silent = Forged::bare(1).named("A", &Says { may_sign: None, ..Says::default() });
        assert!(usual_message(&silent).is_ok(), "old keys do not say what they may");
    }

    #[test]
    fn subkey_must_sign_back() {
        let bound = |back| Forged::usual(1).bound(&Says::default(), back);
        assert!(by_subkey(&bound(Back::Good), SIGNED).is_ok());
        assert_eq!(problem(by_subkey(&bound(Back::Missing), SIGNED)), KeyProblem::NotCrossSigned);
        assert_eq!(problem(by_subkey(&bound(Back::Forged), SIGNED)), KeyProblem::NotCrossSigned);
    }

    #[test]
    fn subkey_of_somebody_else_does_not_become_ones_own() {
        // The victim's subkey, bound by the attacker's primary key: what the victim signed would be the attacker's.
        let victim = Forged::usual(1);
        let attacker = Forged { subkey: victim.subkey.clone(), ..Forged::usual(2) }.bound(&Says::default(), Back::Missing);
        assert_eq!(problem(by_subkey(&attacker, SIGNED)), KeyProblem::NotCrossSigned);
        // And the other way: a binding that the victim's primary key never made.
        let bound = Forged { subkey: Forged::bare(3).subkey, ..Forged::usual(2) }.bound(&Says::default(), Back::Good);
        let mut grafted = victim;
        grafted.subkey = bound.subkey.clone();
        grafted.certificate.public_subkeys = bound.certificate.public_subkeys.clone();
        assert!(matches!(fault(by_subkey(&grafted, SIGNED)), SignatureError::UnknownSigner { .. }));
    }

    #[test]
    fn subkey_is_looked_at_like_a_key() {
        let bound = |says: &Says| Forged::usual(1).bound(says, Back::Good);
        let certifies = bound(&Says { may_sign: Some(false), ..Says::default() });
        assert_eq!(problem(by_subkey(&certifies, SIGNED)), KeyProblem::NotForSigning);
        let silent = bound(&Says { may_sign: None, ..Says::default() });
        assert_eq!(problem(by_subkey(&silent, SIGNED)), KeyProblem::NotForSigning);
        assert!(matches!(problem(by_subkey(&bound(&lasting(10, MADE)), SIGNED)), KeyProblem::Expired { .. }));
        assert!(by_subkey(&bound(&lasting(11, MADE)), SIGNED).is_ok());
        assert!(matches!(problem(by_subkey(&bound(&says(MADE)), MADE - 1)), KeyProblem::Younger { .. }));
        let to_come = bound(&says(MADE + 200 * DAY));
        assert_eq!(problem(by_subkey(&to_come, SIGNED)), KeyProblem::NotBound);
        let lost = bound(&says(MADE)).subkey_revoked(RevocationCode::KeyCompromised, MADE + 50 * DAY);
        assert_eq!(problem(by_subkey(&lost, SIGNED)), KeyProblem::Revoked);
        let retired = bound(&says(MADE)).subkey_revoked(RevocationCode::KeyRetired, SIGNED + 1);
        assert!(by_subkey(&retired, SIGNED).is_ok());
        assert!(matches!(problem(by_subkey(&retired, SIGNED + 1)), KeyProblem::Retired { .. }));
    }

    #[test]
    fn subkey_ends_with_its_primary_key() {
        let expired = Forged::bare(1).named("A", &lasting(5, MADE)).bound(&says(MADE), Back::Good);
        assert!(matches!(problem(by_subkey(&expired, SIGNED)), KeyProblem::Expired { .. }));
        let lost = Forged::usual(1)
            .revoked(RevocationCode::KeyCompromised, &says(MADE + DAY), None)
            .bound(&says(MADE), Back::Good);
        assert_eq!(problem(by_subkey(&lost, SIGNED)), KeyProblem::Revoked);
    }

    #[test]
    fn a_primary_key_that_only_certifies_lets_its_subkey_sign() {
        let key = Forged::bare(1)
            .named("A", &Says { may_sign: Some(false), ..Says::default() })
            .bound(&says(MADE), Back::Good);
        assert!(by_subkey(&key, SIGNED).is_ok());
        assert_eq!(problem(usual_message(&key)), KeyProblem::NotForSigning);
    }
}

mod weak {
    use super::*;
    use pgp::crypto::hash::HashAlgorithm;

    const RSA: &str = include_str!("fixtures/gnupg/rsa.private.asc");

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
        let bound = |hash, back| Forged::rsa(RSA).named("A", &Says::default()).bound(&weak(hash), back);
        let prov = |key: &Forged| clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]);
        // The subkey is the same key, so that the primary key answers for it where it is not bound.
        let good = bound(HashAlgorithm::Sha256, Back::Good);
        assert!(verified(&prov(&good), &good).is_ok());
        let (weakly_back, weakly_bound) = (bound(HashAlgorithm::Sha256, Back::Weak), bound(HashAlgorithm::Sha1, Back::Good));
        assert_eq!(keyring(&[&weakly_bound]), keyring(&[&Forged::rsa(RSA).named("A", &Says::default())]));
        assert_eq!(keyring(&[&weakly_back]).keys().len(), 1);
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
        let short = refused(include_str!("fixtures/gnupg/short.asc"));
        assert!(matches!(short, KeyringError::Weak { algorithm, .. } if algorithm == "RSA 1024"));
        let dsa = refused(include_str!("fixtures/gnupg/dsa.asc"));
        assert!(matches!(dsa, KeyringError::Weak { algorithm, .. } if algorithm == "DSA"));
        let short = Forged::rsa(include_str!("fixtures/gnupg/short.private.asc"));
        let key = Forged { subkey: short.subkey, ..Forged::usual(1) }.bound(&Says::default(), Back::Good);
        let prov = clear_signed(&message(), &[sign(&key.subkey, &message(), &says(SIGNED))]);
        assert_eq!(problem(verified(&prov, &key)), KeyProblem::Weak);
    }
}

/// What GnuPG and Helm themselves make, and how each byte of it counts: tests/fixtures/gnupg.
mod by_gnupg_and_helm {
    use super::*;
    use time::macros::datetime;

    const ARCHIVE_OF_HELM: &[u8] = include_bytes!("fixtures/gnupg/harbour-1.2.3.tgz");
    const PROV_OF_HELM: &str = include_str!("fixtures/gnupg/harbour-1.2.3.tgz.prov");

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
            let says_nothing = at > block && (lines[at].is_empty() || lines[at].starts_with('=')) || lines[at].starts_with("Hash:");
            let without = [&lines[..at], &lines[at + 1..]].concat().join("\n");
            assert!(says_nothing || verified(without.as_bytes(), &keyring).is_err(), "without line {at}");
            let twice = [&lines[..=at], &lines[at..]].concat().join("\n");
            assert!(says_nothing || verified(twice.as_bytes(), &keyring).is_err(), "line {at} twice");
        }
    }
}

mod given_keys {
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
}
