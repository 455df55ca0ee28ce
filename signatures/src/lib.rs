//! Who vouches for a chart: Helm provenance (OpenPGP) and Sigstore signatures, against what a source demands.
//!
//! Bytes in, a [`Verdict`] out: nothing is fetched, and nothing is believed that the [`Policy`] does not name. What comes from outside is
//! bounded in bytes and count ([`limits`]). The clock is `now` of what was fetched; for keyless signatures it is this machine's, which
//! refuses what a log says of the future.

mod armor;
pub mod cosign;
pub mod limits;
mod policy;
pub mod provenance;
mod text;
mod verdict;
mod verify;

pub use policy::{Demand, Demands, Policy, PolicyError, ProofKind};
pub use verdict::{Failure, Seen, SignedBy, Verdict};
pub use verify::{Fetched, verify};
