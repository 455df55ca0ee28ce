//! What a source demands of what comes from it.

use crate::cosign::{Identity, IdentityError, PublicKey, PublicKeyError, RootError, TrustedRoot};
use crate::limits::ALTERNATIVES;
use crate::provenance::{Keyring, KeyringError, is_private};
use crate::text::without_values;
use serde::{Deserialize, Serialize};

/// Whether a chart needs proof of where it comes from. Checked when it is made or read: a policy that is there can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "Given")]
pub enum Policy {
    /// None. What is there is told, but not looked at.
    #[default]
    NotRequired,
    /// One of these is enough.
    Required(Demands),
}

/// At least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demands(Vec<Demand>);

/// One way to prove where a chart comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Demand {
    /// Helm's provenance file, by a key of the keyring.
    Provenance { keyring: Keyring },
    /// cosign, by one of these keys.
    CosignKey { keys: Vec<PublicKey> },
    /// cosign, keyless, by somebody whom one of these takes.
    CosignKeyless { root: TrustedRoot, identities: Vec<Identity> },
}

/// The kinds of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    Provenance,
    CosignKey,
    CosignKeyless,
}

/// Why a policy is not taken. Nothing of what was typed is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("a policy that requires proof must say which: a keyring, keys or identities")]
    Empty,
    #[error("a policy has at most {most} alternatives, and each at most {most} keys or identities")]
    TooMany { most: usize },
    #[error(
        "the policy holds a private key, which Berth never needs and has not kept. Consider the key lost: replace it, and give the public one"
    )]
    Private,
    #[error("the policy cannot be read: {problem}")]
    Unreadable { problem: String },
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Root(#[from] RootError),
}

/// As it is written: `{"require": []}` demands nothing.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    require: Vec<Demand>,
}

impl Policy {
    /// Any of these. None of them is no policy: say [`Policy::NotRequired`].
    pub fn required(demands: Vec<Demand>) -> Result<Self, PolicyError> {
        if demands.is_empty() || demands.iter().any(|demand| demand.len() == 0) {
            return Err(PolicyError::Empty);
        }
        if demands.len() > ALTERNATIVES || demands.iter().any(|demand| demand.len() > ALTERNATIVES) {
            return Err(PolicyError::TooMany { most: ALTERNATIVES });
        }
        Ok(Self::Required(Demands(demands)))
    }

    /// Reads what a person wrote.
    pub fn from_json(json: &str) -> Result<Self, PolicyError> {
        if is_private(json.as_bytes()) {
            return Err(PolicyError::Private);
        }
        serde_json::from_str(json)
            .map_err(|error| PolicyError::Unreadable { problem: without_values(&error.to_string()) })
    }

    /// What is demanded; nothing where nothing is required.
    pub fn demands(&self) -> &[Demand] {
        match self {
            Self::NotRequired => &[],
            Self::Required(Demands(demands)) => demands,
        }
    }
}

impl Demand {
    pub fn kind(&self) -> ProofKind {
        match self {
            Self::Provenance { .. } => ProofKind::Provenance,
            Self::CosignKey { .. } => ProofKind::CosignKey,
            Self::CosignKeyless { .. } => ProofKind::CosignKeyless,
        }
    }

    /// How many keys or identities are taken. A keyring bounds itself.
    fn len(&self) -> usize {
        match self {
            Self::Provenance { .. } => 1,
            Self::CosignKey { keys } => keys.len(),
            Self::CosignKeyless { identities, .. } => identities.len(),
        }
    }
}

impl TryFrom<Given> for Policy {
    type Error = PolicyError;

    fn try_from(given: Given) -> Result<Self, PolicyError> {
        match given.require.is_empty() {
            true => Ok(Self::NotRequired),
            false => Self::required(given.require),
        }
    }
}

impl From<Policy> for Given {
    fn from(policy: Policy) -> Self {
        let require = match policy {
            Policy::NotRequired => Vec::new(),
            Policy::Required(Demands(demands)) => demands,
        };
        Self { require }
    }
}
