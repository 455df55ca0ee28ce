//! Behaviour of Berth as somebody who uses it. See the crate `tests` for what it stands on.

mod asking;
mod cluster_border;
mod deciding;
mod edge;
mod sign_in;
mod sweep;
mod tokens;
