//! Starts the real parts that Berth stands on, for the demo and the tests: Postgres, a Kubernetes control plane, an
//! identity provider, a registry of charts, and `berth` itself; signs accounts in and fills a fresh Berth with something to look at.
//!
//! Everything listens on 127.0.0.1 and ends with the process that started it, however that ends.
//! It builds nothing: programs are given by path.

pub mod berth;
pub mod cluster;
pub mod describe;
pub mod identity;
pub mod keycloak;
pub mod postgres;
pub mod process;
pub mod proxies;
pub mod registry;
pub mod seed;
pub mod sign_in;

mod ports;
mod wait;

pub use ports::{check_port, free_port};
