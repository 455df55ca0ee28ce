//! Why a keyring is not taken, and why a provenance file proves nothing.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Why a text is not taken as a keyring. Nothing of what was typed is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("the keyring has {bytes} bytes, at most {most} are read: export the keys that sign charts alone")]
    TooLarge { bytes: usize, most: usize },
    #[error(
        "this holds a private key, which Berth never needs and has not kept. Whoever saw it can sign in your name: consider the key lost, revoke it, and give the public key (gpg --export --armor KEY)"
    )]
    Private,
    #[error("no OpenPGP public key was found: give what gpg --export --armor KEY prints, or its binary form")]
    Empty,
    #[error("line {line} of the keyring is not armored OpenPGP: give what gpg --export --armor KEY prints, unchanged")]
    Armor { line: usize },
    #[error("the keyring holds something that is not an OpenPGP key: give what gpg --export KEY writes, unchanged")]
    Malformed,
    #[error("the keyring holds more than {most} keys: give those that sign charts alone")]
    TooManyKeys { most: usize },
    #[error(
        "key {fingerprint} has too many user IDs, subkeys or signatures: export it with gpg --export-options export-minimal"
    )]
    TooManyParts { fingerprint: String },
    #[error("key {fingerprint} is there twice")]
    Twice { fingerprint: String },
    #[error("key {fingerprint} is of OpenPGP version {version}: only 4 and 6 are taken")]
    Version { fingerprint: String, version: u8 },
    #[error("key {fingerprint} is too weak ({algorithm}): RSA of 2048 bits or more, ECDSA and EdDSA are taken")]
    Weak { fingerprint: String, algorithm: String },
    #[error(
        "key {fingerprint} has no signature of its own over its user ID that still counts (SHA-1 and MD5 do not): renew it, for example with gpg --quick-set-expire"
    )]
    NoSelfSignature { fingerprint: String },
}

/// Why a provenance file proves nothing about an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ProvenanceError {
    #[error("the provenance file has {bytes} bytes, at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error("the provenance file is not UTF-8 text")]
    NotText,
    #[error(
        "the provenance file does not begin with -----BEGIN PGP SIGNED MESSAGE-----: helm package --sign writes one that does"
    )]
    NotClearSigned,
    #[error(
        "line {line} of the provenance file stands where only Hash: lines may: it may hide text from whoever reads the file"
    )]
    Header { line: usize },
    #[error("line {line} of the provenance file has a control character, which different programs read differently")]
    ControlCharacter { line: usize },
    #[error("line {line} of the provenance file begins with a dash that is not escaped: it may be a forged header")]
    Dash { line: usize },
    #[error("the provenance file ends without a complete signature block")]
    Unfinished,
    #[error("line {line} of the provenance file stands behind the signature, which does not cover it")]
    Trailing { line: usize },
    #[error("the signature block of the provenance file is not OpenPGP")]
    Malformed,
    #[error("the provenance file has no signature")]
    NoSignature,
    #[error("the provenance file has more than {most} signatures")]
    TooManySignatures { most: usize },
    #[error(transparent)]
    Signature(SignatureError),
    #[error("what is signed is not Chart.yaml, a line with ..., and the list of files")]
    Parts,
    #[error("the signed Chart.yaml cannot be read{}", at(.line))]
    ChartYaml { line: Option<u64> },
    #[error("the signed list of files cannot be read{}", at(.line))]
    Files { line: Option<u64> },
    #[error("the provenance file signs {n} files: only one that signs exactly one archive is taken")]
    NumberOfFiles { n: usize },
    #[error("the provenance file has no SHA-256 digest for {file}")]
    NotSha256 { file: String },
    #[error("the provenance file is of another archive: it signs the digest {signed}, this archive has {found}")]
    Digest { signed: String, found: String },
    #[error("the provenance file is of the chart {signed}, the archive is of {found}")]
    Name { signed: String, found: String },
    #[error("the provenance file is of version {signed}, the archive is of version {found}")]
    Version { signed: String, found: String },
}

fn at(line: &Option<u64>) -> String {
    line.map(|line| format!(" (line {line} of it)")).unwrap_or_default()
}

/// Why one signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum SignatureError {
    #[error("the signature is by {issuer}, which is not in the keyring of the source")]
    UnknownSigner { issuer: String },
    #[error("the signature does not name the key that made it")]
    NoIssuer,
    #[error("the signature is of a kind that does not sign text, or older than OpenPGP version 4")]
    Kind,
    #[error(
        "the signature uses {hash}, which can be forged: sign again with SHA-256 or better (gpg --digest-algo SHA256)"
    )]
    WeakHash { hash: String },
    #[error("the file announces {announced}, its signature uses {used}")]
    HashHeader { announced: String, used: String },
    #[error("the signature demands something that Berth does not know, and must not be taken without it")]
    Critical,
    #[error("the signature does not say when it was made")]
    NoTime,
    #[error("the signature says that it was made at {at}, which is still to come")]
    Future {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    #[error("the signature itself expired at {at}")]
    Expired {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    #[error("the signature by {fingerprint} does not fit the text: one of the two was changed")]
    Bad { fingerprint: String },
    #[error("the key {fingerprint} could not sign this: {problem}")]
    Key { fingerprint: String, problem: KeyProblem },
}

impl From<SignatureError> for ProvenanceError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

/// Why a key could not make a signature when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum KeyProblem {
    #[error("it was made later, at {created_at}")]
    Younger {
        #[serde(with = "time::serde::rfc3339")]
        created_at: OffsetDateTime,
    },
    #[error("it had expired at {at}")]
    Expired {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    #[error("it was retired or replaced at {at}")]
    Retired {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Whoever has the key can date a signature back, so that its time says nothing.
    #[error("it was revoked as lost, so that none of its signatures counts, whenever they were made")]
    Revoked,
    #[error("it is too weak")]
    Weak,
    #[error("it may not sign")]
    NotForSigning,
    #[error("it is a subkey that its primary key does not vouch for, or not yet")]
    NotBound,
    #[error("it is a subkey that has not signed its primary key, so that it may belong to somebody else")]
    NotCrossSigned,
    #[error("nothing that it says of itself counts yet")]
    NoSelfSignature,
}
