//! Outward shapes: what pages render and the API answers. Made by use cases, never stored.

use crate::actor::{PlatformRole, Scope, TeamRole};
use crate::class::{Environment, NetworkProfile, PodSecurity};
use crate::cluster::Freshness;
use crate::diagnosis::{Diagnosis, Health, WorkloadKind};
use crate::id::{NamespaceId, PersonId, TokenId};
use crate::name::RequestNumber;
use crate::namespace::{NamespaceState, Step, StepState};
use crate::plan::{Deciders, Reason};
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::FieldError;
use crate::request::Kind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

macro_rules! views {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub $kind $name $body
    )*};
}

views! {
    /// Who is signed in, and what the frame around every page shows of it.
    pub struct Viewer {
        pub name: String,
        pub email: String,
        pub teams: Vec<TeamRoleView>,
        pub platform: Vec<PlatformRole>,
        /// Requests that wait for this person's decision.
        pub n_to_decide: i64,
        /// Whether there is a team to ask for.
        pub can_ask: bool,
        pub can_see_clusters: bool,
        pub can_see_audit: bool,
        pub can_see_jobs: bool,
        /// Whom to ask for a team, in the words of the configuration.
        pub contact: String,
    }

    pub struct TeamRoleView {
        pub slug: String,
        pub title: String,
        pub role: TeamRole,
    }

    pub struct PersonView {
        pub id: PersonId,
        pub name: String,
    }

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

    /// What a token is made with.
    #[derive(Default)]
    pub struct TokenFields {
        #[serde(default)]
        pub name: String,
        /// `read` or `write`.
        #[serde(default)]
        pub scope: String,
        /// Until it ends: 1 to 365.
        #[serde(default)]
        pub days: String,
    }

    /// One's own page. `new_token` is there once, right after it was made.
    pub struct MePage {
        pub me: MeView,
        pub new_token: Option<NewToken>,
        pub fields: TokenFields,
        pub errors: Vec<FieldError>,
    }

    /// An answer that is no page: what happened, and the way on.
    pub struct ProblemView {
        pub status: u16,
        pub title: String,
        pub detail: String,
        /// Find it in the log by this.
        pub request_id: String,
        /// Where trying again begins; none when it would lead nowhere.
        pub again: Option<String>,
    }

    /// The filters of the audit page, as typed.
    #[derive(Default)]
    pub struct AuditFields {
        #[serde(default)]
        pub actor: String,
        #[serde(default)]
        pub action: String,
        #[serde(default)]
        pub subject: String,
    }

    pub struct AuditView {
        pub fields: AuditFields,
        pub page: Page<AuditRow>,
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

    pub struct ClassView {
        pub name: String,
        pub version: i32,
        pub title: String,
        pub summary: String,
        pub environment: Environment,
        pub pod_security: PodSecurity,
        pub network: NetworkProfile,
        pub sizes: Vec<SizeView>,
        pub ceiling: Quota,
    }

    pub struct SizeView {
        pub name: String,
        pub quota: Quota,
    }

    /// A namespace in a list.
    pub struct NamespaceRow {
        pub id: NamespaceId,
        pub cluster: String,
        pub name: String,
        pub team: String,
        pub class: String,
        pub environment: Environment,
        pub state: NamespaceState,
        pub quota: Quota,
        /// Used as the cluster counts it; none when nothing has been read.
        pub used: Option<Quota>,
        pub n_workloads: i64,
        pub n_failing: i64,
        pub freshness: Freshness,
    }

    pub struct NamespaceView {
        pub row: NamespaceRow,
        pub purpose: String,
        pub request: RequestNumber,
        pub pod_security: PodSecurity,
        pub network: NetworkProfile,
        pub class_version: i32,
        pub lines: Vec<QuotaLine>,
        /// Failing first.
        pub workloads: Vec<WorkloadView>,
        pub pods: Vec<PodView>,
        pub warnings: Vec<WarningView>,
        pub access: Vec<AccessRow>,
        pub activity: Vec<TimelineEntry>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub synced_at: Option<OffsetDateTime>,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
    }

    /// One resource of a namespace's quota.
    pub struct QuotaLine {
        pub resource: Resource,
        /// As the cluster counts it; none when nothing has been read.
        pub used: Option<u64>,
        /// What the cluster enforces; none when nothing has been read.
        pub enforced: Option<u64>,
        pub granted: u64,
    }

    pub struct WorkloadView {
        pub kind: WorkloadKind,
        pub name: String,
        pub health: Health,
        pub diagnosis: Option<Diagnosis>,
        pub ready: i32,
        pub desired: i32,
        pub images: Vec<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
    }

    pub struct PodView {
        pub name: String,
        pub phase: String,
        pub health: Health,
        pub diagnosis: Option<Diagnosis>,
        pub node: Option<String>,
        pub restarts: i32,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
    }

    pub struct WarningView {
        pub reason: String,
        pub message: String,
        pub object: String,
        pub count: i32,
        #[serde(with = "time::serde::rfc3339::option")]
        pub last_at: Option<OffsetDateTime>,
    }

    /// A group of the identity provider, and what it may do in the namespace.
    pub struct AccessRow {
        pub group: String,
        pub role: TeamRole,
        /// People of the group whom Berth has seen.
        pub people: Vec<String>,
    }

    /// Something that needs a look.
    pub struct AttentionRow {
        pub cluster: String,
        pub namespace: String,
        pub workload: String,
        pub diagnosis: Diagnosis,
    }

    pub struct HomeView {
        pub to_decide: Vec<RequestRow>,
        pub attention: Vec<AttentionRow>,
        /// One's own requests, newest first.
        pub mine: Vec<RequestRow>,
        pub namespaces: Vec<NamespaceRow>,
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

    pub struct ClusterView {
        pub name: String,
        pub version: Option<String>,
        pub freshness: Freshness,
        pub n_namespaces: i64,
        pub n_nodes: i64,
        pub overcommit_percent: i32,
        pub lines: Vec<RoomLine>,
    }

    pub struct TeamView {
        pub slug: String,
        pub title: String,
        pub your_role: Option<TeamRole>,
        pub groups: Vec<AccessRow>,
        pub n_namespaces: i64,
        /// Sum over its namespaces.
        pub granted: Quota,
    }

    /// One audit event.
    pub struct AuditRow {
        pub seq: i64,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        pub actor: String,
        pub actor_kind: String,
        pub action: String,
        pub subject: String,
        pub request_id: Option<String>,
        pub detail: serde_json::Value,
        /// Hex.
        pub hash: String,
    }

    /// An access token, without its secret.
    pub struct TokenView {
        pub id: TokenId,
        pub name: String,
        pub scope: Scope,
        /// First characters, to tell tokens apart.
        pub prefix: String,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub expires_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339::option")]
        pub last_used_at: Option<OffsetDateTime>,
    }

    /// A token just made: the only time its secret is shown.
    pub struct NewToken {
        pub token: String,
        #[serde(flatten)]
        pub view: TokenView,
    }

    pub struct SessionView {
        /// First characters of the stored hash, in hex.
        pub id: String,
        pub user_agent: String,
        pub is_this: bool,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub last_seen_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub expires_at: OffsetDateTime,
    }

    pub struct MeView {
        pub viewer: Viewer,
        /// Groups as the identity provider last said them.
        pub groups: Vec<String>,
        pub tokens: Vec<TokenView>,
        pub sessions: Vec<SessionView>,
    }

    /// A job that gave up or still tries.
    pub struct JobRow {
        pub id: i64,
        pub kind: String,
        pub subject: String,
        pub attempts: i32,
        pub gave_up: bool,
        pub last_error: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub run_at: OffsetDateTime,
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `after` for the next page; none on the last.
    pub next: Option<String>,
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
