//! The border to a real cluster: what Berth makes there, what it cannot do, what it sees, and what it says when the
//! cluster is away.

mod accounts;
mod agreed;
mod agreement;
mod annotations;
mod charts;
mod ground;
mod guardrails;
mod policies;
mod provisioning;
mod rights;
mod seeing;
mod thief;
