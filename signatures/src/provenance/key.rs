//! One public key, what it says of itself, and whether it could sign at a time.

use super::error::{KeyProblem, KeyringError, SignatureError};
use crate::limits::{PARTS_OF_KEY, SIGNATURES_OF_KEY};
use crate::text::shown;
use pgp::composed::{ArmorOptions, SignedKeyDetails, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, RevocationCode, Signature, SignatureType, SignatureVersion, SubpacketData};
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails, KeyVersion, PublicParams, RsaPublicParams, SignedUser, Tag, Timestamp, VerifyingKey};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How far the clock of whoever signs may be ahead of ours.
const SKEW: Duration = Duration::minutes(5);
const LEAST_RSA_BITS: usize = 2048;

/// Who made a signature, when, by what it says itself: nothing but the key vouches for the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Of the primary key, in upper-case hexadecimal digits.
    pub fingerprint: String,
    /// The subkey's, if one signed.
    pub subkey: Option<String>,
    /// The primary user ID that the key gives itself, such as `Alice <alice@example.com>`. None if it has none that counts.
    pub user_id: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A public key with those of its self-signatures that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    certificate: SignedPublicKey,
}

impl Key {
    pub(super) fn new(certificate: SignedPublicKey) -> Result<Self, KeyringError> {
        let fingerprint = format!("{:X}", certificate.fingerprint());
        let version = certificate.version();
        if !matches!(version, KeyVersion::V4 | KeyVersion::V6) {
            return Err(KeyringError::Version { fingerprint, version: version.into() });
        }
        if is_weak(certificate.public_params()) {
            return Err(KeyringError::Weak { fingerprint, algorithm: algorithm(certificate.public_params()) });
        }
        if has_too_many_parts(&certificate) {
            return Err(KeyringError::TooManyParts { fingerprint });
        }
        let key = Self { certificate: trim(certificate) };
        if key.self_signatures().next().is_none() {
            return Err(KeyringError::NoSelfSignature { fingerprint });
        }
        Ok(key)
    }

    /// Upper-case hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.certificate.fingerprint())
    }

    /// Such as `RSA 4096` or `Ed25519`.
    pub fn algorithm(&self) -> String {
        algorithm(self.certificate.public_params())
    }

    pub fn created_at(&self) -> OffsetDateTime {
        moment(self.certificate.created_at())
    }

    /// The primary user ID at a time.
    pub fn user_id(&self, now: OffsetDateTime) -> Option<String> {
        let valid = || self.certificate.details.users.iter().filter_map(|user| Some((user, certified(user, now)?)));
        let newest = |(_, one): &(&SignedUser, &Signature)| one.created();
        let primary = valid().filter(|(_, certification)| certification.is_primary()).max_by_key(newest);
        let (user, _) = primary.or_else(|| valid().next())?;
        Some(shown(&String::from_utf8_lossy(user.id.id())))
    }

    /// Whether it may not sign as a whole at `now`, and why: what a curator is told who looks at the keyring. A subkey may still differ.
    pub fn problem(&self, now: OffsetDateTime) -> Option<KeyProblem> {
        self.require_alive(now, now).err()
    }

    pub(super) fn to_armored(&self) -> String {
        // Writing into memory what was read before does not fail.
        self.certificate.to_armored_string(ArmorOptions::default()).unwrap_or_default()
    }

    /// None if `signature` names neither this key nor a subkey of it.
    pub(super) fn verify(
        &self,
        signature: &Signature,
        text: &[u8],
        now: OffsetDateTime,
    ) -> Option<Result<Signer, SignatureError>> {
        if is_issuer(&self.certificate.primary_key, signature) {
            return Some(self.verify_by(&self.certificate.primary_key, None, signature, text, now));
        }
        let subkey = self.certificate.public_subkeys.iter().find(|subkey| is_issuer(&subkey.key, signature))?;
        Some(self.verify_by(&subkey.key, Some(subkey), signature, text, now))
    }

    fn verify_by(
        &self,
        by: &impl VerifyingKey,
        subkey: Option<&SignedPublicSubKey>,
        signature: &Signature,
        text: &[u8],
        now: OffsetDateTime,
    ) -> Result<Signer, SignatureError> {
        let fingerprint = format!("{:X}", by.fingerprint());
        signature.verify(by, text).map_err(|_| SignatureError::Bad { fingerprint: fingerprint.clone() })?;
        let at = made_at(signature, now)?;
        let usable = match subkey {
            None => self.require_signing(at, now),
            Some(subkey) => self.require_subkey(subkey, at, now),
        };
        usable.map_err(|problem| SignatureError::Key { fingerprint: fingerprint.clone(), problem })?;
        Ok(Signer {
            fingerprint: self.fingerprint(),
            subkey: subkey.map(|_| fingerprint),
            user_id: self.user_id(now),
            at,
        })
    }

    /// What the key says of itself as a whole: direct signatures, and those over user IDs.
    fn self_signatures(&self) -> impl Iterator<Item = &Signature> {
        let details = &self.certificate.details;
        let certifications = details.users.iter().flat_map(|user| &user.signatures).filter(|one| is_certification(one));
        details.direct_signatures.iter().chain(certifications)
    }

    /// The newest of what it says of itself and has not taken back.
    fn newest(&self, now: OffsetDateTime, is_wanted: impl Fn(&Signature) -> bool) -> Option<&Signature> {
        let details = &self.certificate.details;
        let direct = details.direct_signatures.iter().filter(|one| is_past(one, now));
        let certified = details.users.iter().filter_map(|user| certified(user, now));
        direct.chain(certified).filter(|one| is_wanted(one)).max_by_key(|one| (one.created(), brevity(one)))
    }

    fn require_signing(&self, at: OffsetDateTime, now: OffsetDateTime) -> Result<(), KeyProblem> {
        self.require_alive(at, now)?;
        let flags = self.newest(now, |one| flags(one).is_some()).and_then(flags);
        match flags {
            Some(flags) if !flags.sign() => Err(KeyProblem::NotForSigning),
            // A key without flags may do what its algorithm can.
            Some(_) | None => Ok(()),
        }
    }

    /// As a whole, its subkeys included.
    fn require_alive(&self, at: OffsetDateTime, now: OffsetDateTime) -> Result<(), KeyProblem> {
        require_unrevoked(&self.certificate.details.revocation_signatures, at)?;
        let newest = self.newest(now, |_| true).ok_or(KeyProblem::NoSelfSignature)?;
        require_unexpired(self.certificate.created_at(), newest, at)
    }

    fn require_subkey(
        &self,
        subkey: &SignedPublicSubKey,
        at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<(), KeyProblem> {
        self.require_alive(at, now)?;
        if is_weak(subkey.key.public_params()) {
            return Err(KeyProblem::Weak);
        }
        let of_kind = |kind| subkey.signatures.iter().filter(move |one| one.typ() == Some(kind));
        require_unrevoked(of_kind(SignatureType::SubkeyRevocation), at)?;
        let bindings = of_kind(SignatureType::SubkeyBinding).filter(|one| is_past(one, now));
        let binding = bindings.max_by_key(|one| (one.created(), brevity(one))).ok_or(KeyProblem::NotBound)?;
        if !flags(binding).is_some_and(|flags| flags.sign()) {
            return Err(KeyProblem::NotForSigning);
        }
        let back = binding.embedded_signature().filter(|back| is_strong(back));
        back.and_then(|back| back.verify_primary_key_binding(&subkey.key, &self.certificate.primary_key).ok())
            .ok_or(KeyProblem::NotCrossSigned)?;
        require_unexpired(subkey.key.created_at(), binding, at)
    }
}

/// The hash of a signature over text that may be looked at further.
pub(super) fn data_signature_hash(signature: &Signature) -> Result<HashAlgorithm, SignatureError> {
    let is_current = matches!(signature.version(), SignatureVersion::V4 | SignatureVersion::V6);
    // Other kinds cover less than the text, or something else.
    let is_of_text = matches!(signature.typ(), Some(SignatureType::Text | SignatureType::Binary));
    let (true, true, Some(config)) = (is_current, is_of_text, signature.config()) else {
        return Err(SignatureError::Kind);
    };
    if !is_strong(signature) {
        return Err(SignatureError::WeakHash { hash: config.hash_alg.to_string() });
    }
    if config.hashed_subpackets().any(|one| one.is_critical && matches!(one.data, SubpacketData::Notation(_))) {
        return Err(SignatureError::Critical);
    }
    Ok(config.hash_alg)
}

/// When it was made, if it still holds.
fn made_at(signature: &Signature, now: OffsetDateTime) -> Result<OffsetDateTime, SignatureError> {
    let at = moment(signature.created().ok_or(SignatureError::NoTime)?);
    if at > now + SKEW {
        return Err(SignatureError::Future { at });
    }
    match signature.signature_expiration_time().filter(|lasts| lasts.as_secs() > 0) {
        Some(lasts) if at + seconds(lasts) <= now => Err(SignatureError::Expired { at: at + seconds(lasts) }),
        Some(_) | None => Ok(at),
    }
}

/// Keeps what the key says of itself, where it holds and where it counts. Of revocations, all that hold, weak or not.
fn trim(certificate: SignedPublicKey) -> SignedPublicKey {
    let SignedPublicKey { primary_key: primary, details, public_subkeys } = certificate;
    let mut revocations = details.revocation_signatures;
    revocations.retain(|one| one.verify_key(&primary).is_ok());
    let mut direct = details.direct_signatures;
    direct.retain(|one| one.typ() == Some(SignatureType::Key) && is_strong(one) && one.verify_key(&primary).is_ok());
    let users = details.users.into_iter().map(|mut user| {
        let counts = |one: &Signature| is_strong(one) || one.typ() == Some(SignatureType::CertRevocation);
        user.signatures.retain(|one| {
            is_issuer(&primary, one) && counts(one) && one.verify_certification(&primary, Tag::UserId, &user.id).is_ok()
        });
        user
    });
    let users = users.filter(|user| !user.signatures.is_empty()).collect();
    let subkeys = public_subkeys.into_iter().map(|mut subkey| {
        let counts = |one: &Signature| is_strong(one) || one.typ() == Some(SignatureType::SubkeyRevocation);
        subkey.signatures.retain(|one| counts(one) && one.verify_subkey_binding(&primary, &subkey.key).is_ok());
        subkey
    });
    let subkeys = subkeys.filter(|subkey| !subkey.signatures.is_empty()).collect();
    let details = SignedKeyDetails::new(revocations, direct, users, Vec::new());
    SignedPublicKey::new(primary, details, subkeys)
}

fn has_too_many_parts(certificate: &SignedPublicKey) -> bool {
    let details = &certificate.details;
    let own =
        |signatures: &[Signature]| signatures.iter().filter(|one| is_issuer(&certificate.primary_key, one)).count();
    let n_signatures = own(&details.revocation_signatures)
        + own(&details.direct_signatures)
        + details.users.iter().map(|user| own(&user.signatures)).sum::<usize>()
        + certificate.public_subkeys.iter().map(|subkey| subkey.signatures.len()).sum::<usize>();
    details.users.len() > PARTS_OF_KEY
        || certificate.public_subkeys.len() > PARTS_OF_KEY
        || n_signatures > SIGNATURES_OF_KEY
}

/// The newest certification of a user ID, unless the key took it back since.
fn certified(user: &SignedUser, now: OffsetDateTime) -> Option<&Signature> {
    let (given, taken): (Vec<&Signature>, Vec<&Signature>) =
        user.signatures.iter().partition(|one| is_certification(one));
    let newest = given.into_iter().filter(|one| is_past(one, now)).max_by_key(|one| (one.created(), brevity(one)))?;
    let is_taken_back = taken.iter().any(|one| one.created() >= newest.created());
    (!is_taken_back).then_some(newest)
}

fn is_certification(signature: &Signature) -> bool {
    signature.is_certification() && signature.typ() != Some(SignatureType::CertRevocation)
}

/// Made before `now`, and not expired itself.
fn is_past(signature: &Signature, now: OffsetDateTime) -> bool {
    made_at(signature, now).is_ok()
}

/// Of two that were made in the same second, the one under which the key ends earlier counts.
fn brevity(signature: &Signature) -> std::cmp::Reverse<u32> {
    let lasts = signature.key_expiration_time().map(|lasts| lasts.as_secs()).filter(|seconds| *seconds > 0);
    std::cmp::Reverse(lasts.unwrap_or(u32::MAX))
}

/// Retired keys signed well before; lost ones never did.
fn require_unrevoked<'a>(
    revocations: impl IntoIterator<Item = &'a Signature>,
    at: OffsetDateTime,
) -> Result<(), KeyProblem> {
    for revocation in revocations {
        let is_retired = matches!(
            revocation.revocation_reason_code(),
            Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired)
        );
        match revocation.created().map(moment) {
            Some(retired_at) if is_retired && at < retired_at => {}
            Some(retired_at) if is_retired => return Err(KeyProblem::Retired { at: retired_at }),
            Some(_) | None => return Err(KeyProblem::Revoked),
        }
    }
    Ok(())
}

fn require_unexpired(created: Timestamp, says: &Signature, at: OffsetDateTime) -> Result<(), KeyProblem> {
    let created_at = moment(created);
    if at < created_at {
        return Err(KeyProblem::Younger { created_at });
    }
    match says.key_expiration_time().filter(|lasts| lasts.as_secs() > 0) {
        Some(lasts) if created_at + seconds(lasts) <= at => {
            Err(KeyProblem::Expired { at: created_at + seconds(lasts) })
        }
        Some(_) | None => Ok(()),
    }
}

fn is_issuer(key: &impl KeyDetails, signature: &Signature) -> bool {
    signature.issuer_fingerprint().iter().any(|fingerprint| **fingerprint == key.fingerprint())
        || signature.issuer_key_id().iter().any(|id| **id == key.legacy_key_id())
}

/// None where the signature says nothing of what the key may do.
fn flags(signature: &Signature) -> Option<KeyFlags> {
    signature.config()?.hashed_subpackets().find_map(|one| match &one.data {
        SubpacketData::KeyFlags(flags) => Some(flags.clone()),
        _ => None,
    })
}

/// By a hash against which no second text can be made.
fn is_strong(signature: &Signature) -> bool {
    matches!(
        signature.hash_alg(),
        Some(
            HashAlgorithm::Sha256
                | HashAlgorithm::Sha384
                | HashAlgorithm::Sha512
                | HashAlgorithm::Sha3_256
                | HashAlgorithm::Sha3_512
        )
    )
}

fn is_weak(params: &PublicParams) -> bool {
    match params {
        PublicParams::RSA(key) => rsa_bits(key) < LEAST_RSA_BITS,
        PublicParams::ECDSA(_) | PublicParams::EdDSALegacy(_) | PublicParams::Ed25519(_) | PublicParams::Ed448(_) => {
            false
        }
        _ => true,
    }
}

fn algorithm(params: &PublicParams) -> String {
    match params {
        PublicParams::RSA(key) => format!("RSA {}", rsa_bits(key)),
        PublicParams::DSA(_) => "DSA".to_owned(),
        PublicParams::ECDSA(key) => format!("ECDSA {}", key.curve().name()),
        PublicParams::EdDSALegacy(_) | PublicParams::Ed25519(_) => "Ed25519".to_owned(),
        PublicParams::Ed448(_) => "Ed448".to_owned(),
        _ => "an algorithm that is not known here".to_owned(),
    }
}

/// The length of the modulus, which its wire form begins with.
fn rsa_bits(key: &RsaPublicParams) -> usize {
    let mut wire = Vec::new();
    match (key.to_writer(&mut wire), wire.as_slice()) {
        (Ok(()), [high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
        (Ok(()) | Err(_), _) => 0,
    }
}

fn moment(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(i64::from(time.as_secs()))
}

fn seconds(lasts: pgp::types::Duration) -> Duration {
    Duration::seconds(i64::from(lasts.as_secs()))
}
