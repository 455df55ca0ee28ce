//! What a Helm chart is: archives, versions, signatures and what they render to, from bytes to facts, without I/O.

pub mod archive;
mod bounded;
pub mod changelog;
pub mod chart;
pub mod diff;
mod fields;
pub mod index;
pub mod picture;
pub mod questions;
pub mod rendered;
pub mod version;
mod yaml;
