//! How much is read of what comes from outside. More is refused, with the number in the refusal.

/// Bytes of a provenance file. Helm writes Chart.yaml, one digest and a signature: a few kilobytes.
pub const PROVENANCE_BYTES: usize = 1 << 20;
/// Bytes of a keyring, armored or binary. Exports carry the signatures of others, which are not kept.
pub const KEYRING_BYTES: usize = 1 << 20;
/// Keys of a keyring.
pub const KEYS: usize = 64;
/// Subkeys that may sign, and user IDs, of one key.
pub const PARTS_OF_KEY: usize = 64;
/// Self-signatures of one key.
pub const SIGNATURES_OF_KEY: usize = 512;
/// OpenPGP signatures of one provenance file.
pub const PROVENANCE_SIGNATURES: usize = 16;
/// Signatures laid beside one manifest.
pub const ATTACHMENTS: usize = 64;
/// Bytes of one signed payload of the older kind.
pub const PAYLOAD_BYTES: usize = 64 << 10;
/// Bytes of each annotation beside such a payload: certificates, and the entry of a log.
pub const ANNOTATION_BYTES: usize = 256 << 10;
/// Bytes of a Sigstore bundle. Attestations may be larger, and are not what is looked for.
pub const BUNDLE_BYTES: usize = 512 << 10;
/// Log entries, timestamps and certificates of one bundle, of each.
pub const BUNDLE_PARTS: usize = 16;
/// Bytes of a manifest. That of a chart has one thousand.
pub const MANIFEST_BYTES: usize = 256 << 10;
/// Bytes of the text of a public key.
pub const PUBLIC_KEY_BYTES: usize = 16 << 10;
/// Bytes of a trusted root. That of the public Sigstore has seven thousand.
pub const TRUSTED_ROOT_BYTES: usize = 1 << 20;
/// Characters of an issuer, and of a rule for subjects.
pub const RULE_LENGTH: usize = 1_000;
/// Keys, or identities, of one demand; demands of one policy.
pub const ALTERNATIVES: usize = 32;
