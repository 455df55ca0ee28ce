//! What happens, and how it is reached: everything behind the program `berth`.
//!
//! [`web`] translates HTTP, [`app`] holds the use cases, [`store`] the SQL, [`cluster`] speaks to
//! Kubernetes, [`jobs`] is the background work. Arrows go down only; see ARCHITECTURE.md.

pub mod app;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod identity;
pub mod input;
pub mod jobs;
pub mod logging;
pub mod seal;
pub mod start;
pub mod store;
pub mod supervise;
pub mod web;
