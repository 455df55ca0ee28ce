//! Use cases: load, allow, decide, save, note, enqueue, commit. Pages and the JSON API call the same ones.

pub mod access;
pub mod audit;
pub mod clusters;
pub mod ctx;
pub mod error;
pub mod home;
pub mod jobs;
pub mod namespaces;
pub mod requests;
pub mod setup;
pub mod teams;

pub use ctx::{Berth, Ctx};
pub use error::{Error, Result};
