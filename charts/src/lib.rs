//! What a Helm chart is: archives, versions, signatures and what they render to, from bytes to facts, without I/O.

pub mod archive;
mod bounded;
pub mod chart;
mod fields;
pub mod index;
pub mod questions;
pub mod version;
mod yaml;
