//! The edge: HTTP in, use cases called, pages and JSON out. Nothing is decided here.

pub mod api;
mod archive;
pub mod auth;
mod client;
mod connections;
pub mod cookie;
mod done;
mod extract;
mod gate;
pub mod health;
mod kept;
mod limits;
mod live;
pub mod pages;
pub mod problem;
mod problem_layer;
mod recent;
mod refused;
pub mod request_context;
mod return_to;
pub mod router;
pub mod security;
pub mod serve;
pub mod session;
mod shares;
mod sse;
mod stands;
mod taken;
mod typed;

pub use serve::{serve, serve_on};

use crate::app::Berth;
use crate::app::health::DatabaseHeartbeat;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the handlers of this replica share.
pub struct Site {
    pub berth: Arc<Berth>,
    /// The API document, made once from the routes.
    pub openapi: serde_json::Value,
    /// Seats for live views.
    streams: sse::Seats,
    /// Live pages, and who follows them.
    channels: live::Channels,
    /// Whether the database answers.
    pub heartbeat: Arc<DatabaseHeartbeat>,
    /// Told to stop: who asks whether this replica is ready hears it.
    pub stop: CancellationToken,
    /// About to take nothing new: what would go on for long ends.
    pub closing: CancellationToken,
}

/// State of every route.
pub type Shared = Arc<Site>;
