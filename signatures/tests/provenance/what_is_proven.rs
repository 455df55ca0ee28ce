//! What a provenance file proves.

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
    let signer = verify(second.sign(&message()).as_bytes(), &ARCHIVE, &keyring(&[&first, &second]), now()).unwrap();
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
