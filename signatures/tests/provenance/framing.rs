//! Files that look to people, or to other programs, as if they said something else.

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
