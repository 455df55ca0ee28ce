//! What would happen to an ask: the verdict and its stages.

use super::{Blocker, CapacityView, Disagreement};
use crate::class::Cost;
use crate::name::RequestNumber;
use crate::plan::Reason;
use crate::quota::{Quota, Resource};
use crate::refusal::{BelowUse, FieldError};
use crate::request::Kind;
use serde::{Deserialize, Serialize};

views! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum StageState {
        Waiting,
        Current,
        Approved,
        Rejected,
        /// Over before it came to this stage.
        Skipped,
    }

    pub struct StageView {
        /// `owners of Payments`, `Platform`.
        pub deciders: String,
        pub quorum: u8,
        pub state: StageState,
        /// How long it usually takes, in seconds, from what was decided of the same class in the last 90 days; none where
        /// that were too few to say.
        pub usually_s: Option<i64>,
        /// People known to Berth who can decide it.
        pub people: Vec<DeciderView>,
    }

    pub struct DeciderView {
        pub name: String,
        /// Through which role.
        pub via: String,
        pub is_you: bool,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Outcome {
        /// Approved the moment it is submitted.
        Automatic,
        /// People decide.
        Review,
        /// It cannot be submitted like this.
        Refused,
    }

    /// What would happen to an ask, before it is submitted.
    pub struct Verdict {
        pub outcome: Outcome,
        /// What is asked for; none where it could not be read.
        #[serde(default)]
        pub kind: Option<Kind>,
        /// One line: `Approved automatically`, `Owners of Payments decide`.
        pub headline: String,
        pub errors: Vec<FieldError>,
        /// Fields that are still to be filled in; nothing else in the verdict depends on them. Of forms only.
        #[serde(default)]
        pub missing: Vec<String>,
        pub reasons: Vec<Reason>,
        pub stages: Vec<StageView>,
        /// What the namespace has now; none for a new one.
        pub base: Option<Quota>,
        /// What a month of it costs, where the class has prices.
        pub monthly_cost: Option<Cost>,
        pub asked: Option<Quota>,
        pub capacity: Option<CapacityView>,
        /// Resources whose requested amount is below current usage. Submitting needs `acknowledge_below_use` then.
        pub below_use: Vec<BelowUse>,
        /// Of which resources less is asked for than there is, while nobody knows how much is used: it needs that, too.
        #[serde(default)]
        pub use_unknown: Vec<Resource>,
        /// One's own open request that this one would take the place of.
        pub supersedes: Option<RequestNumber>,
        /// Clusters with capacity for it, where the one that was chosen has none.
        #[serde(default)]
        pub elsewhere: Vec<String>,
        /// What could not be looked up now, in sentences; it may still stand in the way.
        pub unchecked: Vec<String>,
        /// Why it cannot be made now, whatever capacity there is.
        #[serde(default)]
        pub blocked_by: Option<Blocker>,
        /// What keeps a namespace of this class from being made on this cluster, until its administrator agrees.
        #[serde(default)]
        pub disagreement: Option<Disagreement>,
        /// The namespace is on the cluster already: Berth made it for this team, and its database has forgotten it.
        /// Granting takes it over, with what runs in it.
        #[serde(default)]
        pub takes_over: bool,
    }
}

impl Verdict {
    /// Whether who asks must say that so little is meant.
    pub fn must_be_meant(&self) -> bool {
        !(self.below_use.is_empty() && self.use_unknown.is_empty())
    }
}
