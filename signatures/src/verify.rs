//! A policy asked about a chart.

use crate::cosign::{self, Attachment};
use crate::policy::{Demand, Policy, ProofKind};
use crate::provenance::{self, Archive};
use crate::verdict::{Failure, Seen, SignedBy, Verdict};
use time::OffsetDateTime;

/// A chart as it was fetched, with what lay beside it.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    pub archive: Archive<'a>,
    /// The `.prov` file of an index repository, or the layer of a manifest.
    pub provenance: Option<&'a [u8]>,
    /// The manifest's own bytes. None of what comes from no registry, where cosign signs nothing.
    pub manifest: Option<&'a [u8]>,
    pub attachments: &'a [Attachment],
    pub now: OffsetDateTime,
}

/// The first proof that holds, in the order of the policy.
pub fn verify(policy: &Policy, fetched: &Fetched<'_>) -> Verdict {
    let demands = match policy {
        Policy::NotRequired => return Verdict::NotRequired { seen: fetched.seen() },
        Policy::Required(_) => policy.demands(),
    };
    let mut why = Vec::new();
    for demand in demands {
        match prove(demand, fetched) {
            Some(Ok(verified)) => return verified,
            Some(Err(failure)) => why.push(failure),
            None => {}
        }
    }
    match why.is_empty() {
        true => Verdict::Missing { demanded: demands.iter().map(Demand::kind).collect(), seen: fetched.seen() },
        false => Verdict::Failed { why },
    }
}

/// None if nothing of the kind is there.
fn prove(demand: &Demand, fetched: &Fetched<'_>) -> Option<Result<Verdict, Failure>> {
    match demand {
        Demand::Provenance { keyring } => {
            let signer = provenance::verify(fetched.provenance?, &fetched.archive, keyring, fetched.now);
            Some(signer.map(by_openpgp).map_err(|error| Failure::Provenance { error }))
        }
        Demand::CosignKey { keys } => {
            let manifest = fetched.signed_manifest()?;
            let key = cosign::verify_by_keys(manifest, fetched.archive.bytes, fetched.attachments, keys);
            Some(key.map(by_key).map_err(|error| Failure::CosignKey { error }))
        }
        Demand::CosignKeyless { root, identities } => {
            let manifest = fetched.signed_manifest()?;
            let archive = fetched.archive.bytes;
            let vouched = cosign::verify_by_identities(manifest, archive, fetched.attachments, root, identities);
            Some(vouched.map(by_identity).map_err(|error| Failure::CosignKeyless { error }))
        }
    }
}

fn by_openpgp(signer: provenance::Signer) -> Verdict {
    let provenance::Signer { fingerprint, subkey, user_id, at } = signer;
    let by = SignedBy::OpenPgp { fingerprint, subkey, user_id };
    Verdict::Verified { by, how: ProofKind::Provenance, at: Some(at) }
}

fn by_key(key: &cosign::PublicKey) -> Verdict {
    let by = SignedBy::Key { fingerprint: key.fingerprint() };
    Verdict::Verified { by, how: ProofKind::CosignKey, at: None }
}

fn by_identity(vouched: cosign::Vouched) -> Verdict {
    let cosign::Vouched { issuer, subject, at } = vouched;
    Verdict::Verified { by: SignedBy::Identity { issuer, subject }, how: ProofKind::CosignKeyless, at: Some(at) }
}

impl<'a> Fetched<'a> {
    fn seen(&self) -> Seen {
        Seen { has_provenance: self.provenance.is_some(), n_signatures: self.attachments.len() }
    }

    /// The manifest, if there is one and something lies beside it.
    fn signed_manifest(&self) -> Option<&'a [u8]> {
        self.manifest.filter(|_| !self.attachments.is_empty())
    }
}
