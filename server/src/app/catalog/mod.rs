//! The catalog: entries, versions that are taken in and decided on, and how they come.
//!
//! What people read of it is in [`super::views::catalog`].

mod difference;
mod entries;
mod entry_form;
mod findings;
mod ingest;
mod versions;

pub(super) use difference::difference;
pub use entries::{add, apply, change, restore, withdraw};
pub use entry_form::mistakes_of as form_mistakes;
pub use ingest::{IngestChart, LARGEST_ARCHIVE, upload};
pub use versions::{approve, block, deprecate, reopen};

use super::{Error, Result};
use crate::store;
use crate::store::catalog_entries::Entry;
use domain::name::EntryName;
use domain::request::UntilDate;
use time::{Date, OffsetDateTime};

/// What events of an entry are about.
fn subject(name: &EntryName) -> String {
    format!("entry {name}")
}

fn version_subject(name: &EntryName, version: &str) -> String {
    format!("entry {name} {version}")
}

/// The entry, held to the end of the transaction: whoever changes a version holds its entry first.
async fn lock(tx: &mut store::Conn, name: &EntryName) -> Result<Entry> {
    store::catalog_entries::lock(tx, name).await?.ok_or(Error::NotFound)
}

/// The day on which a sunset is over everywhere that Berth speaks of: days are in UTC.
pub(super) fn day(now: OffsetDateTime) -> Date {
    UntilDate::of(now).date()
}
