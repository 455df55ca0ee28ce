//! Asks OCI registries and index repositories for charts, behind one guard for addresses.
//!
//! [`guard`] decides which addresses that people typed may be dialled, and dials them. [`Source`] is what the platform team
//! says of one place for charts; [`Source::open`] gives a [`Reader`] that checks it, lists what is there, and fetches one
//! version as bytes whose digest was verified. What the bytes mean is not known here.
//!
//! It grows by nothing that the other side says: each answer is bounded in bytes, each list in entries and pages, everything in
//! time.

mod credentials;
mod digest;
mod error;
mod fetched;
pub mod guard;
mod http;
pub mod oci;
mod reader;
pub mod repository;
mod source;

pub use credentials::Credentials;
pub use digest::{Digest, NotADigest};
pub use error::Error;
pub use fetched::{Fetched, Manifest, Signature};
pub use http::{Limits, Reached, Tls, TlsOverGuard};
pub use reader::{Reader, Seen, Step};
pub use source::{Kind, Source};
