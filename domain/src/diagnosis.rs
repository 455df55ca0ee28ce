//! What is seen running, how healthy it is, and why not.
//!
//! `seen` has the small structs that cluster objects become at the border; the rules read them and give a cause with
//! its evidence and a next step. State comes before events, newer evidence before older, and what is older than what runs now
//! proves nothing. Whatever waits has a clock (`clock`), so that waiting ends.

use crate::text;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

mod cause;
mod clock;
mod container;
mod failed;
mod finding;
mod image;
mod pod;
mod refusal;
mod scheduling;
mod seen;
mod short;
mod start;
mod workload;

pub use cause::Cause;
use finding::Finding;
pub use pod::diagnose_pod;
pub use refusal::refusing_quota;
pub use seen::*;
pub use short::{fits_quota, short_of_quota};
pub use workload::{diagnose_workload, diagnose_workload_by, holds_cron_job_up};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Failing,
    /// The cluster does not say, or says that it does not know.
    Unknown,
    /// On its way; may still become well.
    Progressing,
    Healthy,
    Paused,
}

/// Why something is not well, or what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosis {
    /// Stable; every cause is listed in docs/why-it-fails.md.
    pub code: Cause,
    /// The cause in words, short, for the row: `Crashes after start`.
    pub cause: String,
    /// The pod that shows it; none where there is no pod.
    pub pod: Option<String>,
    /// The container that shows it; none where it is about the pod or workload as a whole.
    pub container: Option<String>,
    /// What else it is about, by name: the Secret that is missing, the quota that is exceeded.
    pub object: Option<String>,
    /// Since when it is so, as far as the cluster says.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// While it may still become well: from when on it counts as failing.
    #[serde(with = "time::serde::rfc3339::option")]
    pub fails_at: Option<OffsetDateTime>,
    /// While a container runs again after it crashed: from when on its crashes no longer count.
    #[serde(with = "time::serde::rfc3339::option")]
    pub recovers_at: Option<OffsetDateTime>,
    /// What was seen, what says most first.
    pub evidence: Vec<Evidence>,
    pub next_step: String,
}

/// Something that was seen, where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// The field or event that says it: `container app`, `event FailedMount from kubelet`.
    pub source: String,
    /// In the cluster's words as far as they are known; of bounded length.
    pub text: String,
    #[serde(with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

/// Longest text of one piece of evidence, in characters.
const LONGEST_EVIDENCE: usize = 600;
/// Pieces of evidence in one diagnosis.
const EVIDENCE_KEPT: usize = 4;

impl Evidence {
    pub fn new(source: impl Into<String>, text: &str, at: Option<OffsetDateTime>) -> Self {
        Self {
            source: text::shown(&source.into(), text::LONGEST_NAME),
            text: text::shown(text.trim(), LONGEST_EVIDENCE),
            at,
        }
    }
}

impl Diagnosis {
    /// When time alone makes it another one.
    pub fn changes_at(&self) -> Option<OffsetDateTime> {
        [self.fails_at, self.recovers_at].into_iter().flatten().min()
    }

    /// What says most, in one line.
    pub fn main_evidence(&self) -> &str {
        self.evidence.first().map_or("", |evidence| evidence.text.as_str())
    }

    /// With more that was seen, where there is room for it.
    fn and_seen(mut self, evidence: Option<Evidence>) -> Self {
        self.evidence.extend(evidence.filter(|seen| !seen.text.is_empty()));
        self.evidence.truncate(EVIDENCE_KEPT);
        self
    }
}

#[cfg(test)]
mod tests;
