//! What a Helm chart is: archives, versions, signatures and what they render to, from bytes to facts, without I/O.

pub mod diff;
pub mod rendered;
