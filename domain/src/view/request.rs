//! Requests: lists, the review page, the form that asks, and the verdict before it.

use super::{ClassView, Page, PersonView, TeamRoleView};
use crate::class::Environment;
use crate::cluster::Freshness;
use crate::name::RequestNumber;
use crate::namespace::{Step, StepState};
use crate::plan::{Deciders, Reason};
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::FieldError;
use crate::request::Kind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum RequestState {
        InReview,
        Approved,
        Applying,
        Completed,
        Failed,
        Rejected,
        Withdrawn,
    }

    /// A request in a list.
    pub struct RequestRow {
        pub number: RequestNumber,
        pub kind: Kind,
        /// One line: `New namespace payments-dev`.
        pub title: String,
        pub team: String,
        pub cluster: String,
        pub class: String,
        /// The namespace it is about.
        pub name: String,
        pub purpose: String,
        pub requester: PersonView,
        pub state: RequestState,
        /// Who or what it waits for, in words; empty when it is over.
        pub waits_for: String,
        pub size: Option<String>,
        pub asked: Quota,
        pub granted: Option<Quota>,
        #[serde(with = "time::serde::rfc3339")]
        pub submitted_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub updated_at: OffsetDateTime,
    }

    /// A request with all that a decision needs.
    pub struct RequestView {
        #[serde(flatten)]
        pub row: RequestRow,
        /// A decision names the revision it was made on.
        pub revision: i32,
        /// SHA-256 of what a decision is bound to, in hex.
        pub digest: String,
        pub base: Quota,
        /// Most that may be granted now: the ask, or less where an earlier stage granted less.
        pub grantable: Quota,
        pub environment: Environment,
        pub stages: Vec<StageView>,
        pub reasons: Vec<Reason>,
        pub room: RoomView,
        pub timeline: Vec<TimelineEntry>,
        /// Empty until it is approved.
        pub steps: Vec<StepView>,
        /// Why provisioning failed, when it did.
        pub failure: Option<String>,
        pub can_approve: Permission,
        pub can_reject: Permission,
        pub can_withdraw: Permission,
        pub can_retry: Permission,
        /// Whether the namespace exists for the reader to look at.
        pub namespace_ready: bool,
    }

    /// Whether the reader may do something, and if not, why.
    pub struct Permission {
        pub allowed: bool,
        /// In words; empty when allowed.
        pub why_not: String,
    }

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
        /// People known to Berth who can decide it.
        pub people: Vec<DeciderView>,
    }

    pub struct DeciderView {
        pub name: String,
        /// Through which role.
        pub via: String,
        pub is_you: bool,
    }

    /// How a cluster stands, and where the ask would leave it.
    pub struct RoomView {
        pub cluster: String,
        pub freshness: Freshness,
        pub lines: Vec<RoomLine>,
        /// What is missing; empty when it fits.
        pub short: Vec<Shortfall>,
    }

    pub struct RoomLine {
        pub resource: Resource,
        pub granted: u64,
        pub asked: u64,
        pub ceiling: u64,
    }

    /// What happened, oldest first.
    pub struct TimelineEntry {
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        pub actor: String,
        pub kind: TimelineKind,
        /// A sentence that goes on from the actor: `approved 2 CPU, 8 GiB memory`.
        pub says: String,
        /// What they wrote beside it.
        pub comment: Option<String>,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum TimelineKind {
        Asked,
        Approved,
        Rejected,
        Withdrawn,
        Provisioning,
        Completed,
        Failed,
        Changed,
    }

    pub struct StepView {
        pub step: Step,
        pub title: String,
        pub state: StepState,
        /// What was made or found, or what went wrong.
        pub detail: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub ended_at: Option<OffsetDateTime>,
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
        /// One line: `Approved automatically`, `Owners of Payments decide`.
        pub headline: String,
        pub errors: Vec<FieldError>,
        pub reasons: Vec<Reason>,
        pub stages: Vec<StageView>,
        pub asked: Option<Quota>,
        pub room: Option<RoomView>,
    }

    /// What the decision form holds. Amounts are texts as typed.
    #[derive(Default)]
    pub struct DecisionFields {
        #[serde(default)]
        pub revision: i32,
        #[serde(default)]
        pub cpu: String,
        #[serde(default)]
        pub memory: String,
        #[serde(default)]
        pub storage: String,
        #[serde(default)]
        pub pods: String,
        #[serde(default)]
        pub load_balancers: String,
        #[serde(default)]
        pub gpus: String,
        #[serde(default)]
        pub comment: String,
    }

    /// The page of a request: the request, and the decision form as it was left when it was refused.
    pub struct RequestPage {
        pub request: RequestView,
        pub fields: Option<DecisionFields>,
        pub errors: Vec<FieldError>,
        /// A refusal that is about no field: somebody else decided, no room.
        pub refusal: Option<String>,
    }

    /// What a new namespace is asked with. Amounts are texts as typed, so that a mistake is shown, not lost.
    #[derive(Default)]
    pub struct NewNamespaceFields {
        #[serde(default)]
        pub team: String,
        #[serde(default)]
        pub cluster: String,
        #[serde(default)]
        pub class: String,
        /// The part after `TEAM-`, or the whole name.
        #[serde(default)]
        pub name: String,
        /// Name of a size, or `own`.
        #[serde(default)]
        pub size: String,
        #[serde(default)]
        pub cpu: String,
        #[serde(default)]
        pub memory: String,
        #[serde(default)]
        pub storage: String,
        #[serde(default)]
        pub pods: String,
        #[serde(default)]
        pub load_balancers: String,
        #[serde(default)]
        pub gpus: String,
        #[serde(default)]
        pub purpose: String,
    }

    /// What the form for a new namespace needs.
    pub struct NewNamespaceForm {
        pub teams: Vec<TeamRoleView>,
        pub clusters: Vec<String>,
        pub classes: Vec<ClassView>,
        pub fields: NewNamespaceFields,
        pub errors: Vec<FieldError>,
        pub verdict: Option<Verdict>,
    }

    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Queue {
        /// Waits for this person's decision.
        ToDecide,
        /// Asked by this person.
        Mine,
        /// All that this person may see.
        #[default]
        All,
        Failed,
    }

    pub struct RequestsView {
        pub queue: Queue,
        pub counts: QueueCounts,
        pub page: Page<RequestRow>,
    }

    pub struct QueueCounts {
        pub to_decide: i64,
        pub mine: i64,
        pub all: i64,
        pub failed: i64,
    }
}

impl Permission {
    pub fn yes() -> Self {
        Self { allowed: true, why_not: String::new() }
    }

    pub fn no(why_not: impl Into<String>) -> Self {
        Self { allowed: false, why_not: why_not.into() }
    }
}

impl RequestState {
    pub fn is_open(self) -> bool {
        match self {
            Self::InReview | Self::Approved | Self::Applying | Self::Failed => true,
            Self::Completed | Self::Rejected | Self::Withdrawn => false,
        }
    }

    /// What the badge says.
    pub fn title(self) -> &'static str {
        match self {
            Self::InReview => "In review",
            Self::Approved => "Approved",
            Self::Applying => "Provisioning",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
        }
    }
}

impl From<&crate::request::State> for RequestState {
    fn from(state: &crate::request::State) -> Self {
        use crate::request::State;
        match state {
            State::InReview => Self::InReview,
            State::Approved { .. } => Self::Approved,
            State::Applying { .. } => Self::Applying,
            State::Completed { .. } => Self::Completed,
            State::Failed { .. } => Self::Failed,
            State::Rejected => Self::Rejected,
            State::Withdrawn => Self::Withdrawn,
        }
    }
}

/// Who or what an open request waits for, in words; empty when it is over.
pub fn waits_for(state: RequestState, deciders: Option<Deciders>, team_title: &str) -> String {
    match (state, deciders) {
        (RequestState::InReview, Some(deciders)) => deciders.title(team_title),
        (RequestState::InReview, None) => String::new(),
        (RequestState::Approved | RequestState::Applying, _) => "Berth".into(),
        (RequestState::Failed, _) => "Platform".into(),
        (RequestState::Completed | RequestState::Rejected | RequestState::Withdrawn, _) => String::new(),
    }
}
