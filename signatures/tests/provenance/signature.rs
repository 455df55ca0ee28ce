//! Signatures that do not count.

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
    let notation =
        pgp::packet::Notation { readable: true, name: "only@example.com".into(), value: "on Sundays".into() };
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
