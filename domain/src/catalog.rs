//! The catalog: entries, which are charts with what the platform team says of them, where they come from, and the life of
//! their versions.

mod entry;
mod file;
mod findings;
mod fit;
mod source;
mod version;

pub use entry::{Approval, AutomaticRule, Category, Channel, EntrySpec, NotOffered, Risk};
pub use file::EntryFile;
pub use findings::{Findings, Gravity, Needs, Right, Signature, Stakes};
pub use fit::{EntryFit, Place, Requirements};
pub use source::{ChartOrigin, SourceAuth, SourceKind, SourceSpec};
pub use version::{ApprovalMark, ChartVersion, Decided, Judging, VersionState};

#[cfg(test)]
pub(crate) use entry::sample as sample_entry;
#[cfg(test)]
pub(crate) use findings::sample as sample_findings;
#[cfg(test)]
pub(crate) use source::sample as sample_source;
