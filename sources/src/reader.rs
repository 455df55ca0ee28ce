//! A source that can be asked.

mod check;

pub use check::{Seen, Step};

use crate::oci::Registry;
use crate::repository::IndexRepository;

/// Each kind names what it has in its own way.
pub enum Reader {
    Registry(Box<Registry>),
    Index(Box<IndexRepository>),
}
