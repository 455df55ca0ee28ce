//! The catalog: entries, versions that are taken in and decided on, and how they come.
//!
//! What people read of it is in [`super::views::catalog`].

mod archives;
mod difference;
mod entries;
mod entry_form;
mod export;
mod findings;
mod forget;
mod form_questions;
mod form_steps;
mod icons;
mod ingest;
mod judging;
mod listings;
mod news;
mod sources;
mod steps;
mod versions;

pub use archives::try_out as try_archives_dir;
pub(super) use difference::difference;
pub use entries::{add, apply, change, remove, restore, withdraw};
pub(super) use entry_form::{WITHHELD, as_seen, may_read_given};
pub(super) use entry_form::{given_in_words, mistakes_with};
pub use entry_form::{gives_other, mistakes_of as form_mistakes, with_form, written as written_form};
pub use export::{export, names};
pub use forget::ForgetIngests;
pub use form_questions::import as import_questions;
pub use form_steps::{
    Step, apply as apply_step, is_text, pending as pending_steps, read as read_form, take as take_panel,
};
pub use icons::{apply_icon, remove_icon, set_icon};
pub use ingest::{IngestChart, LARGEST_ARCHIVE, take_in, upload};
pub use judging::JudgeVersion;
pub use listings::{FollowSources, ListVersions, refresh};
pub use news::{MOST_VERSIONS, news};
pub(in crate::app) use sources::SEALED_FOR as SOURCE;
pub use sources::{
    NewCredentials, add as add_source, apply as apply_source, change as change_source, check as check_source,
    export as export_sources, remove as remove_source,
};
pub use versions::{approve, block, deprecate, remove as remove_version, reopen};

use super::{Error, Result};
use crate::store;
use crate::store::catalog_entries::Entry;
use domain::name::{EntryName, SourceName};
use domain::request::UntilDate;
use time::{Date, OffsetDateTime};

/// What events of an entry are about.
fn subject(name: &EntryName) -> String {
    format!("entry {name}")
}

fn version_subject(name: &EntryName, version: &str) -> String {
    format!("entry {name} {version}")
}

/// What events of a source of charts are about.
fn source_subject(name: &SourceName) -> String {
    format!("source {name}")
}

/// The entry, held to the end of the transaction: whoever changes a version holds its entry first.
async fn lock(tx: &mut store::Conn, name: &EntryName) -> Result<Entry> {
    store::catalog_entries::lock(tx, name).await?.ok_or(Error::NotFound)
}

/// The day on which a sunset is over everywhere that Berth speaks of: days are in UTC.
pub(super) fn day(now: OffsetDateTime) -> Date {
    UntilDate::of(now).date()
}
