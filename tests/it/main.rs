//! Behaviour of Berth as somebody who uses it. See the crate `tests` for what it stands on.

mod cluster_border;
