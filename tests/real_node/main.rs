//! Namespaces of Berth's on a node that really runs pods: what only a kubelet and a container runtime can show.
//! `cargo xtask test --only real-node` starts a stack that has one.

mod catalog;
mod database;
mod image;
mod kubectl;
mod metrics;
mod network;
mod place;
mod restricted;
mod zoo;
