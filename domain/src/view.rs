//! Outward shapes: what pages render and the API answers. Made by use cases, never stored.

mod access;
mod catalog;
mod class;
mod cluster;
mod contents;
mod ending;
mod namespace;
mod person;
mod platform;
mod queue;
mod request;
mod request_form;
mod search;
mod team;
mod verdict;

pub use access::*;
pub use catalog::*;
pub use class::*;
pub use cluster::*;
pub use contents::*;
pub use ending::*;
pub use namespace::*;
pub use person::*;
pub use platform::*;
pub use queue::*;
pub use request::*;
pub use request_form::*;
pub use search::*;
pub use team::*;
pub use verdict::*;

pub use crate::request::{Blocker, RequestState, StallReason, waits_for};
use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `after` for the next page; none on the last.
    pub next: Option<String>,
}
