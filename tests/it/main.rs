//! Behaviour of Berth as somebody who uses it. See the crate `tests` for what it stands on.

mod absurd;
mod api_document;
mod asking;
mod audit_checkpoints;
mod audit_export;
mod audit_trail;
mod away;
mod calls;
mod class_moves;
mod classes;
mod cluster_border;
mod deciding;
mod edge;
mod health;
mod kubeconfig;
mod lists;
mod provisioning;
mod running;
mod secrets;
mod sessions;
mod sign_in;
mod sweep;
mod tokens;
