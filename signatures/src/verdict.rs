//! What came of asking who vouches for a chart.

use crate::cosign::CosignError;
use crate::policy::ProofKind;
use crate::provenance::ProvenanceError;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The answer of a policy on what was fetched. Kept beside the chart: it says what was so when it was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The source demands nothing, and nothing was verified.
    NotRequired { seen: Seen },
    Verified {
        by: SignedBy,
        how: ProofKind,
        /// What the signature says of its time, or, of a keyless one, what a log does. A key alone vouches for none.
        #[serde(with = "time::serde::rfc3339::option")]
        at: Option<OffsetDateTime>,
    },
    /// Nothing of what the source demands was there to be looked at.
    Missing { demanded: Vec<ProofKind>, seen: Seen },
    /// What was there proves nothing: one reason for each kind of proof that was there.
    Failed { why: Vec<Failure> },
}

/// What lay beside a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub has_provenance: bool,
    /// cosign's, of both forms.
    pub n_signatures: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signed_by", rename_all = "snake_case")]
pub enum SignedBy {
    OpenPgp {
        /// Of the primary key, in upper-case hexadecimal digits.
        fingerprint: String,
        /// The subkey's, if one signed.
        subkey: Option<String>,
        user_id: Option<String>,
    },
    /// The SHA-256 of the public key's DER form, in hexadecimal digits.
    Key {
        fingerprint: String,
    },
    Identity {
        issuer: String,
        subject: String,
    },
}

/// Why proof of one kind was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum Failure {
    #[error("provenance: {error}")]
    Provenance { error: ProvenanceError },
    #[error("cosign by a key: {error}")]
    CosignKey { error: CosignError },
    #[error("cosign, keyless: {error}")]
    CosignKeyless { error: CosignError },
}

impl Verdict {
    /// Whether the chart may be taken in. What is missing where it is demanded is as bad as what is wrong.
    pub fn permits(&self) -> bool {
        match self {
            Self::NotRequired { .. } | Self::Verified { .. } => true,
            Self::Missing { .. } | Self::Failed { .. } => false,
        }
    }
}
