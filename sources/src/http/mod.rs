//! Asking over HTTP: through the guard, within bounds, and with every trouble told.

mod answer;
mod client;
mod stream;
mod tls;

pub(crate) use answer::Answer;
pub(crate) use client::{Ask, Client, authority};
pub use stream::{Reached, Tls, TlsOverGuard};

use std::time::Duration;

/// What is waited for, and taken, at most.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For the beginning of an answer, and for each part of it.
    pub read: Duration,
    /// For one answer, from its question to its end.
    pub answer: Duration,
    /// For all that one order asks: a list of many pages, a chart with its signatures.
    pub order: Duration,
    pub n_redirects: usize,
    /// Lists, manifests, tokens.
    pub document_bytes: u64,
    pub index_bytes: u64,
    pub chart_bytes: u64,
    /// `.prov` files, and each part of a signature.
    pub signature_bytes: u64,
    pub n_signatures: usize,
    /// Pages of a list.
    pub n_pages: usize,
    /// Repositories, or tags of one.
    pub n_names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(20),
            answer: Duration::from_secs(120),
            order: Duration::from_secs(600),
            n_redirects: 5,
            document_bytes: 4 << 20,
            index_bytes: 64 << 20,
            chart_bytes: 32 << 20,
            signature_bytes: 1 << 20,
            n_signatures: 32,
            n_pages: 1000,
            n_names: 100_000,
        }
    }
}
