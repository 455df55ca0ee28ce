//! The edge: HTTP in, use cases called, pages and JSON out. Nothing is decided here.

pub mod api;
pub mod auth;
pub mod call;
pub mod cookie;
pub mod health;
pub mod pages;
pub mod problem;
pub mod router;
pub mod security;
pub mod session;
mod sse;

use crate::app::Berth;
use frontend::Assets;
use std::sync::Arc;

/// What the handlers of this replica share.
pub struct Site {
    pub berth: Arc<Berth>,
    /// Addresses of the files the browser loads.
    pub assets: Arc<Assets>,
    /// The identity provider.
    pub provider: auth::Provider,
    /// The API document, made once from the routes.
    pub openapi: serde_json::Value,
}

/// State of every route.
pub type Shared = Arc<Site>;
