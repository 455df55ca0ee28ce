//! Keys that could not sign when they did.

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
    let key =
        Forged::bare(1).named("A", &Says { may_sign: Some(false), ..Says::default() }).bound(&says(MADE), Back::Good);
    assert!(by_subkey(&key, SIGNED).is_ok());
    assert_eq!(problem(usual_message(&key)), KeyProblem::NotForSigning);
}
