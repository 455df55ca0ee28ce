//! OpenPGP keys and signatures of every kind, good and bad, at any time.

use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, Deserializable as _, KeyType, SecretKeyParamsBuilder, SignedKeyDetails,
    SignedPublicKey, SignedPublicSubKey, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    KeyFlags, PacketTrait, PubKeyInner, PublicSubkey, RevocationCode, SecretKey, SecretSubkey, Signature,
    SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
};
use pgp::types::{
    Duration, KeyDetails as _, KeyVersion, PacketHeaderVersion, Password, SignedUser, SigningKey, Timestamp,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use time::OffsetDateTime;

/// 2026-01-01, in seconds. Keys are made then, unless a test says otherwise.
pub const MADE: u32 = 1_767_225_600;
pub const DAY: u32 = 86_400;
/// When charts are signed.
pub const SIGNED: u32 = MADE + 10 * DAY;

pub fn at(seconds: u32) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds.into()).unwrap()
}

/// When charts are fetched.
pub fn now() -> OffsetDateTime {
    at(MADE + 100 * DAY)
}

/// What a signature says beside its kind.
#[derive(Clone)]
pub struct Says {
    pub at: u32,
    pub hash: HashAlgorithm,
    /// None says nothing of what the key may do.
    pub may_sign: Option<bool>,
    pub key_lasts: Option<u32>,
    pub more: Vec<Subpacket>,
}

impl Default for Says {
    fn default() -> Self {
        Self { at: MADE, hash: HashAlgorithm::Sha256, may_sign: Some(true), key_lasts: None, more: Vec::new() }
    }
}

pub fn regular(data: SubpacketData) -> Subpacket {
    Subpacket::regular(data).unwrap()
}

fn config(by: &impl SigningKey, kind: SignatureType, says: &Says) -> SignatureConfig {
    let mut config = SignatureConfig::v4(kind, by.algorithm(), says.hash);
    config.hashed_subpackets = vec![
        regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(says.at))),
        regular(SubpacketData::IssuerFingerprint(by.fingerprint())),
    ];
    if let Some(lasts) = says.key_lasts {
        config.hashed_subpackets.push(regular(SubpacketData::KeyExpirationTime(Duration::from_secs(lasts))));
    }
    config.hashed_subpackets.extend(says.more.iter().cloned());
    config.unhashed_subpackets = vec![regular(SubpacketData::IssuerKeyId(by.legacy_key_id()))];
    config
}

fn with_flags(mut config: SignatureConfig, says: &Says) -> SignatureConfig {
    if let Some(may_sign) = says.may_sign {
        let mut flags = KeyFlags::default();
        flags.set_certify(true);
        flags.set_sign(may_sign);
        config.hashed_subpackets.push(regular(SubpacketData::KeyFlags(flags)));
    }
    config
}

fn none() -> Password {
    Password::empty()
}

/// A key with one subkey, and what it has said of itself so far.
pub struct Forged {
    pub primary: SecretKey,
    pub subkey: SecretSubkey,
    pub certificate: SignedPublicKey,
}

impl Forged {
    /// Ed25519, made at `MADE`, without user ID or any signature. Two of one seed are the same.
    pub fn bare(seed: u64) -> Self {
        Self::of(KeyType::Ed25519Legacy, seed)
    }

    pub fn of(kind: KeyType, seed: u64) -> Self {
        let made = Timestamp::from_secs(MADE);
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_sign(true)
            .created_at(made)
            .build()
            .unwrap();
        let params = SecretKeyParamsBuilder::default()
            .key_type(kind)
            .can_sign(true)
            .created_at(made)
            .primary_user_id("nobody".into())
            .subkey(subkey)
            .build()
            .unwrap();
        let generated = params.generate(StdRng::seed_from_u64(seed)).unwrap();
        let details = SignedKeyDetails::new(vec![], vec![], vec![], vec![]);
        let certificate = SignedPublicKey::new(generated.primary_key.public_key().clone(), details, vec![]);
        Self { subkey: generated.secret_subkeys[0].key.clone(), primary: generated.primary_key, certificate }
    }

    /// An RSA key of GnuPG's, which is its own subkey too. No other algorithm signs by weak hashes.
    pub fn rsa(private: &str) -> Self {
        let (key, _) = SignedSecretKey::from_string(private).unwrap();
        let primary = key.primary_key;
        let (algorithm, params) = (primary.algorithm(), primary.public_params().clone());
        let inner = PubKeyInner::new(KeyVersion::V4, algorithm, primary.created_at(), None, params).unwrap();
        let subkey = PublicSubkey::from_inner(inner).unwrap();
        let details = SignedKeyDetails::new(vec![], vec![], vec![], vec![]);
        let certificate = SignedPublicKey::new(primary.public_key().clone(), details, vec![]);
        Self { subkey: SecretSubkey::new(subkey, primary.secret_params().clone()).unwrap(), primary, certificate }
    }

    /// `Harbour <releases@example.com>`, which may sign and does not expire.
    pub fn usual(seed: u64) -> Self {
        Self::bare(seed).named("Harbour <releases@example.com>", &Says::default())
    }

    pub fn named(mut self, name: &str, says: &Says) -> Self {
        let id = UserId::from_str(PacketHeaderVersion::New, name).unwrap();
        let config = with_flags(config(&self.primary, SignatureType::CertPositive, says), says);
        let public = self.primary.public_key();
        let signature = config.sign_certification(&self.primary, public, &none(), id.tag(), &id).unwrap();
        let users = &mut self.certificate.details.users;
        match users.iter_mut().find(|user| user.id == id) {
            Some(user) => user.signatures.push(signature),
            None => users.push(SignedUser::new(id, vec![signature])),
        }
        self
    }

    /// Takes the last user ID back.
    pub fn unnamed(mut self, at: u32) -> Self {
        let says = Says { at, ..Says::default() };
        let config = config(&self.primary, SignatureType::CertRevocation, &says);
        let user = self.certificate.details.users.last_mut().unwrap();
        let public = self.primary.public_key();
        let signature = config.sign_certification(&self.primary, public, &none(), user.id.tag(), &user.id).unwrap();
        user.signatures.push(signature);
        self
    }

    /// `by` is another key where the revocation is forged.
    pub fn revoked(mut self, code: RevocationCode, says: &Says, by: Option<&SecretKey>) -> Self {
        let by = by.unwrap_or(&self.primary);
        let mut config = config(by, SignatureType::KeyRevocation, says);
        config.hashed_subpackets.push(regular(SubpacketData::RevocationReason(code, Default::default())));
        let signature = config.sign_key(by, &none(), self.primary.public_key()).unwrap();
        self.certificate.details.revocation_signatures.push(signature);
        self
    }

    /// Binds the subkey. `back` is who signs back: the subkey, if it is honest.
    pub fn bound(mut self, says: &Says, back: Back) -> Self {
        let mut config = with_flags(config(&self.primary, SignatureType::SubkeyBinding, says), says);
        let hash = match back {
            Back::Weak => HashAlgorithm::Sha1,
            Back::Good | Back::Missing | Back::Forged => HashAlgorithm::Sha256,
        };
        let back_says = Says { hash, may_sign: None, key_lasts: None, ..says.clone() };
        let back_config = self::config(&self.subkey, SignatureType::KeyBinding, &back_says);
        let other = Forged::bare(4711);
        let primary = match back {
            Back::Forged => other.primary.public_key(),
            Back::Good | Back::Missing | Back::Weak => self.primary.public_key(),
        };
        let signature =
            back_config.sign_primary_key_binding(&self.subkey, self.subkey.public_key(), &none(), primary).unwrap();
        if !matches!(back, Back::Missing) {
            config.hashed_subpackets.push(regular(SubpacketData::EmbeddedSignature(Box::new(signature))));
        }
        let public = self.primary.public_key();
        let binding = config.sign_subkey_binding(&self.primary, public, &none(), self.subkey.public_key()).unwrap();
        self.on_subkey(binding);
        self
    }

    pub fn subkey_revoked(mut self, code: RevocationCode, at: u32) -> Self {
        let says = Says { at, ..Says::default() };
        let mut config = config(&self.primary, SignatureType::SubkeyRevocation, &says);
        config.hashed_subpackets.push(regular(SubpacketData::RevocationReason(code, Default::default())));
        let public = self.primary.public_key();
        let signature = config.sign_subkey_binding(&self.primary, public, &none(), self.subkey.public_key()).unwrap();
        self.on_subkey(signature);
        self
    }

    fn on_subkey(&mut self, signature: Signature) {
        match self.certificate.public_subkeys.first_mut() {
            Some(subkey) => subkey.signatures.push(signature),
            None => {
                let subkey = SignedPublicSubKey::new(self.subkey.public_key().clone(), vec![signature]);
                self.certificate.public_subkeys.push(subkey);
            }
        }
    }

    pub fn armored(&self) -> String {
        self.certificate.to_armored_string(ArmorOptions::default()).unwrap()
    }

    /// Clear-signs as GnuPG and Helm do, by the primary key.
    pub fn sign(&self, text: &str) -> String {
        clear_signed(text, &[sign(&self.primary, text, &Says { at: SIGNED, ..Says::default() })])
    }
}

/// How a subkey signs back.
#[derive(Clone, Copy)]
pub enum Back {
    Good,
    Missing,
    /// Over another primary key.
    Forged,
    Weak,
}

/// A signature over text as it is clear-signed.
pub fn sign(by: &impl SigningKey, text: &str, says: &Says) -> Signature {
    sign_as(by, SignatureType::Text, text, says)
}

pub fn sign_as(by: &impl SigningKey, kind: SignatureType, text: &str, says: &Says) -> Signature {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches([' ', '\t'])).collect();
    let config = config(by, kind, says);
    // By hand, since the library signs no text in kinds that are not for it.
    let mut hasher = says.hash.new_hasher().unwrap();
    config.hash_data_to_sign(&mut hasher, lines.join("\r\n").as_bytes()).unwrap();
    let length = config.hash_signature_data(&mut hasher).unwrap();
    hasher.update(&config.trailer(length).unwrap());
    let hash = hasher.finalize();
    let signature = by.sign(&none(), says.hash, &hash).unwrap();
    Signature::from_config(config, [hash[0], hash[1]], signature).unwrap()
}

/// The line end before the signature is not part of the text.
pub fn clear_signed(text: &str, signatures: &[Signature]) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let message = CleartextSignedMessage::new_many(text, |_| Ok(signatures.to_vec())).unwrap();
    message.to_armored_string(ArmorOptions::default()).unwrap()
}
