//! Archives of charts: gzip'd tar, read into memory within limits, and written so that the same files give the same bytes.
//!
//! What two readers could read differently is refused rather than interpreted, because Helm reads the same bytes
//! after us: what was reviewed must be what is installed.

mod digest;
mod error;
mod files;
mod folder;
mod ignore;
mod limits;
mod pack;
mod path;
mod pax;
mod read;

pub use digest::{BadDigest, Digest};
pub use error::{ArchiveError, EntryKind, PathFault, PaxFault};
pub use files::Archive;
pub use folder::Files;
pub use limits::Limits;
