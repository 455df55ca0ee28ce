//! Requests: lists, the review page, the form that asks, and the verdict before it.

use super::{AmountFields, ClassView, Disagreement, Page, PersonView, QuotaLine, SizeView, TeamRoleView};
use crate::class::{Cost, Environment};
use crate::cluster::{Fit, Freshness};
use crate::name::RequestNumber;
use crate::namespace::{Gone, Step, StepState};
use crate::plan::{Deciders, Reason};
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::{BelowUse, FieldError};
use crate::request::{Act, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

views! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum RequestState {
        InReview,
        ChangesRequested,
        Approved,
        /// Decided, but the cluster has no room yet.
        Waiting,
        Applying,
        Completed,
        Failed,
        Undoing,
        Undone,
        Rejected,
        Withdrawn,
        Expired,
        Superseded,
    }

    /// Why nobody works on what is decided.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Standstill {
        /// Berth has let go of the cluster.
        Removed,
        /// Another cluster answers in its place.
        Another,
        /// Platform paused the cluster.
        Paused,
        /// The cluster does not answer.
        Away,
        /// The cluster is ahead of the database in the namespace it is about.
        Ahead,
        /// There is no order that Berth works on.
        NoOrder,
    }

    /// Why what is asked for cannot be made now, whatever room there is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Hindrance {
        /// Berth has let go of the cluster.
        Removed,
        /// Another cluster answers in its place.
        Another,
        /// Platform paused the cluster.
        Paused,
        /// The cluster does not answer.
        Away,
        /// The namespace it is about is gone, or on its way out.
        NamespaceGone,
        /// The cluster has a newer revision of that namespace than Berth's database: Platform says what counts.
        Ahead,
        /// An administrator of the cluster has not agreed to what the class loosens.
        NotAgreed,
        /// Nobody knows whether one has.
        AgreementUnknown,
    }

    /// A request in a list.
    pub struct RequestRow {
        pub number: RequestNumber,
        pub kind: Kind,
        /// One line: `New namespace payments-dev`, `Quota of payments-dev`.
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
        /// Why nothing goes on though it is approved, or being undone; none where Berth is at work, and in every other state.
        #[serde(default)]
        pub standstill: Option<Standstill>,
        /// Why provisioning failed, when it did.
        #[serde(default)]
        pub failure: Option<String>,
        pub size: Option<String>,
        /// What was there when it was asked; zero for what is new.
        pub base: Quota,
        pub asked: Quota,
        pub granted: Option<Quota>,
        /// Whether the cluster has room for it; said in the list of what waits for one's decision.
        pub fit: Option<Fit>,
        /// What else stands in its way; said of what is still to be decided, in the list of what waits for one's decision and
        /// of a request by itself.
        #[serde(default)]
        pub hindrance: Option<Hindrance>,
        /// Place in the line of those who wait for room on the cluster, from 1; none when it does not wait for room.
        pub place_in_line: Option<i64>,
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
        /// How often it has changed. With the revision it is the `ETag`.
        pub version: i32,
        /// SHA-256 of what a decision is bound to, in hex.
        pub digest: String,
        /// Most that may be granted now: the ask, or less where an earlier stage granted less.
        pub grantable: Quota,
        /// What a month costs of what was granted, or of the most that may be; none where the class has no prices.
        pub monthly_cost: Option<Cost>,
        pub environment: Environment,
        /// Sizes of its class, for a revision.
        pub sizes: Vec<SizeView>,
        /// Maximum of a custom quota in its class.
        pub ceiling: Quota,
        /// Most of each device and size of huge pages that the class lets a namespace ask for.
        pub devices: BTreeMap<String, u32>,
        pub stages: Vec<StageView>,
        pub reasons: Vec<Reason>,
        pub capacity: CapacityView,
        pub timeline: Vec<TimelineEntry>,
        /// Empty until it is approved.
        pub steps: Vec<StepView>,
        /// What is asked to be different, while it waits for that.
        pub changes: Option<ChangesView>,
        /// Every revision, newest first.
        pub revisions: Vec<RevisionView>,
        /// What the namespace uses now, while that matters; none for a new one, and where it is not known.
        pub used: Option<Quota>,
        /// Of which resources more is used now than would be granted; empty when nothing is, or when use is not known.
        pub below_use: Vec<BelowUse>,
        /// Of which resources less would be granted than there is, while nobody knows how much is used. Approving needs
        /// `acknowledge_below_use` then, as it does for what is in `below_use`.
        pub use_unknown: Vec<Resource>,
        /// What granting it would pass of the team's limits, in words; none when it fits.
        pub team_limit: Option<String>,
        /// When it is over if nobody acts; none where nobody needs to.
        #[serde(with = "time::serde::rfc3339::option")]
        pub expires_at: Option<OffsetDateTime>,
        /// The request that took its place.
        pub superseded_by: Option<RequestNumber>,
        /// The request whose place it took.
        pub supersedes: Option<RequestNumber>,
        /// What can be done next, and who may, likeliest first; empty when it is over, and while Berth is at work and nothing
        /// is known to stand in its way.
        pub next: Vec<NextView>,
        /// Why nothing can be granted now, or why nothing goes on, in words; none where nothing stands in the way.
        pub held_up: Option<String>,
        pub can_approve: Permission,
        pub can_reject: Permission,
        /// Send it back, with a comment and perhaps a suggestion.
        pub can_request_changes: Permission,
        pub can_revise: Permission,
        /// Take the suggestion in `changes` as a new revision.
        pub can_accept: Permission,
        pub can_withdraw: Permission,
        pub can_retry: Permission,
        /// Give up what failed, and take back what of it is there.
        pub can_undo: Permission,
        pub can_comment: Permission,
        /// Whether the namespace exists for the reader to look at.
        pub namespace_ready: bool,
        /// Berth has let go of the cluster: nothing is granted or made there any more, and its room is not known.
        pub cluster_removed: bool,
        /// The namespace is on the cluster already, made by Berth for this team and forgotten since: granting takes it over,
        /// with what runs in it.
        pub takes_over: bool,
        /// There is an order that Berth works on; without one nothing happens by itself.
        pub is_worked_on: bool,
        /// What keeps a new namespace of its class from being made there, until the cluster's administrator agrees.
        #[serde(default)]
        pub disagreement: Option<Disagreement>,
        /// How the namespace is gone whose quota it is about, where that stands in the way.
        #[serde(default)]
        pub gone: Option<Gone>,
    }

    /// Something that can be done next, and who may do it.
    pub struct NextView {
        pub action: Act,
        /// In words: `owners of Payments`, `payments developer, owners of Payments`.
        pub who: String,
        /// Whether the reader may.
        pub is_yours: bool,
    }

    /// What somebody who may decide wants to be different.
    pub struct ChangesView {
        pub by: String,
        pub comment: String,
        /// What they would approve, if they say it; more or less than is asked.
        pub suggestion: Option<Quota>,
        /// The room there is for what they suggest; `capacity` of the request is for what is asked.
        pub capacity: Option<CapacityView>,
    }

    /// What was asked for at one revision.
    pub struct RevisionView {
        pub revision: i32,
        pub author: String,
        pub size: Option<String>,
        pub asked: Quota,
        pub purpose: String,
        /// What is different from the revision before; empty for the first.
        pub differences: Vec<Difference>,
        /// Decisions made on this revision, oldest first.
        pub decisions: Vec<DecisionView>,
        #[serde(with = "time::serde::rfc3339")]
        pub made_at: OffsetDateTime,
    }

    /// One resource that a revision asks more or less of than the one before.
    pub struct Difference {
        pub resource: Resource,
        pub before: u64,
        pub after: u64,
    }

    pub struct DecisionView {
        pub person: String,
        /// None when it was rejected.
        pub granted: Option<Quota>,
        pub comment: Option<String>,
        /// Whether it still counts: a later revision may have dropped it.
        pub counts: bool,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
    }

    /// What somebody wrote beside a request.
    pub struct CommentView {
        pub id: i64,
        pub author: String,
        pub text: String,
        #[serde(with = "time::serde::rfc3339")]
        pub made_at: OffsetDateTime,
    }

    /// One change of a namespace's quota, for the chart of its history.
    pub struct QuotaChangeView {
        pub id: i64,
        /// The request it was decided with.
        pub request: RequestNumber,
        pub before: Quota,
        pub after: Quota,
        /// Why it was asked for.
        pub reason: String,
        /// Used when it was decided; none when that was not known.
        pub used: Option<Quota>,
        /// Free on the cluster when it was decided, what this change took or gave back not counted. What the cluster does
        /// not bound is left out.
        pub capacity: Vec<FreeLine>,
        /// Who decided last; none when the rules did.
        pub by: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
    }

    pub struct FreeLine {
        pub resource: Resource,
        pub free: u64,
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

    /// How a cluster stands, and where the ask would leave it.
    pub struct CapacityView {
        pub cluster: String,
        pub freshness: Freshness,
        /// What would be granted: `asked` of each line is what that takes of the room, which may be less.
        pub grant: Quota,
        pub lines: Vec<CapacityLine>,
        /// What is missing; empty when it fits.
        pub short: Vec<Shortfall>,
    }

    pub struct CapacityLine {
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
        /// Somebody who may decide asked for changes.
        ChangesRequested,
        /// Another revision.
        Revised,
        Commented,
        /// It waits for room.
        Waiting,
        Expired,
        Superseded,
        Undone,
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
        /// Clusters with room for it, where the one that was chosen has none.
        #[serde(default)]
        pub elsewhere: Vec<String>,
        /// What could not be looked up now, in sentences; it may still stand in the way.
        pub unchecked: Vec<String>,
        /// Why it cannot be made now, whatever room there is.
        #[serde(default)]
        pub hindrance: Option<Hindrance>,
        /// What keeps a namespace of this class from being made on this cluster, until its administrator agrees.
        #[serde(default)]
        pub disagreement: Option<Disagreement>,
        /// The namespace is on the cluster already: Berth made it for this team, and its database has forgotten it.
        /// Granting takes it over, with what runs in it.
        #[serde(default)]
        pub takes_over: bool,
    }

    /// What the decision form holds. Amounts are texts as typed.
    #[derive(Default)]
    pub struct DecisionFields {
        #[serde(default)]
        pub revision: i32,
        /// How often it had changed when it was read: see [`RequestView::version`].
        #[serde(default)]
        pub version: Option<i32>,
        #[serde(flatten)]
        pub amounts: AmountFields,
        #[serde(default)]
        pub comment: String,
        /// A check box: any text when it is ticked.
        #[serde(default)]
        pub acknowledge_below_use: String,
    }

    /// What a quota is asked or revised with. Amounts are texts as typed, so that a mistake is shown, not lost.
    #[derive(Default)]
    pub struct QuotaFields {
        /// What tells this form from every other that was given out.
        #[serde(default)]
        pub mark: String,
        /// The revision that was read, when one is revised.
        #[serde(default)]
        pub revision: i32,
        /// Name of a size, or `own`.
        #[serde(default)]
        pub size: String,
        #[serde(flatten)]
        pub amounts: AmountFields,
        #[serde(default)]
        pub purpose: String,
        /// A check box: any text when it is ticked.
        #[serde(default)]
        pub acknowledge_below_use: String,
    }

    /// What the form that asks for another quota needs.
    pub struct QuotaForm {
        pub cluster: String,
        pub name: String,
        pub team: String,
        /// The class it has, with its sizes.
        pub class: ClassView,
        /// The size it has now, where one of the class's is exactly that.
        pub size: Option<String>,
        /// What it has now, what of it is used and what the cluster enforces.
        pub lines: Vec<QuotaLine>,
        pub freshness: Freshness,
        /// Whether the reader may ask, and if not, why.
        pub can_ask: Permission,
        /// A request for this namespace that is open.
        pub open: Option<OpenQuota>,
        pub fields: QuotaFields,
        pub errors: Vec<FieldError>,
        pub verdict: Option<Verdict>,
    }

    /// The open request for another quota of a namespace, and what the reader can do beside it.
    pub struct OpenQuota {
        #[serde(flatten)]
        pub row: RequestRow,
        /// Whether it is the reader's own.
        pub is_yours: bool,
        /// Whether what the reader asks for now takes its place; else nothing can be asked for until it is over.
        pub gives_way: bool,
        pub can_revise: bool,
        #[serde(default)]
        pub can_comment: bool,
    }

    /// The page of a request: the request, and the decision form as it was left when it was refused.
    pub struct RequestPage {
        pub request: RequestView,
        /// The decision, or the request for changes, as it was typed.
        pub fields: Option<DecisionFields>,
        /// The revision as it was typed.
        pub revision: Option<QuotaFields>,
        /// The comment as it was typed.
        pub comment: Option<String>,
        pub errors: Vec<FieldError>,
        /// A refusal that is about no field: somebody else decided, no room.
        pub refusal: Option<String>,
        /// What would become of the revision as it stands in its form.
        pub verdict: Option<Verdict>,
    }

    /// What a new namespace is asked with. Amounts are texts as typed, so that a mistake is shown, not lost.
    #[derive(Default)]
    pub struct NewNamespaceFields {
        /// What tells this form from every other that was given out.
        #[serde(default)]
        pub mark: String,
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
        #[serde(flatten)]
        pub amounts: AmountFields,
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
        /// Of the teams this person is in.
        MyTeams,
        /// All that this person may see.
        #[default]
        All,
        Failed,
    }

    /// What a list of requests is narrowed to; empty means no narrowing.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
    #[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
    pub struct RequestFilter {
        /// Slug of a team.
        #[serde(default)]
        pub team: String,
        #[serde(default)]
        pub cluster: String,
        #[serde(default)]
        pub class: String,
        /// `new_namespace` or `quota`.
        #[serde(default)]
        pub kind: String,
        /// A state: `in_review`, `waiting`, …
        #[serde(default)]
        pub state: String,
        /// Part of the namespace's name or of the purpose, or a request's number: `REQ-12`.
        #[serde(default)]
        pub text: String,
    }

    pub struct RequestsView {
        pub queue: Queue,
        pub filter: RequestFilter,
        pub counts: QueueCounts,
        pub page: Page<RequestRow>,
    }

    pub struct QueueCounts {
        pub to_decide: i64,
        pub mine: i64,
        pub my_teams: i64,
        pub all: i64,
        pub failed: i64,
    }
}

impl Verdict {
    /// Whether who asks must say that so little is meant.
    pub fn must_be_meant(&self) -> bool {
        !(self.below_use.is_empty() && self.use_unknown.is_empty())
    }
}

impl RequestView {
    /// Whether a stage that is still to be decided may be decided by the reader, as long as they wrote none of it.
    pub fn reader_could_decide(&self) -> bool {
        let is_ahead = |stage: &&StageView| matches!(stage.state, StageState::Waiting | StageState::Current);
        self.stages.iter().filter(is_ahead).any(|stage| stage.people.iter().any(|person| person.is_you))
    }
}

impl RequestPage {
    /// As it is opened.
    pub fn of(request: RequestView) -> Self {
        Self { request, fields: None, revision: None, comment: None, errors: Vec::new(), refusal: None, verdict: None }
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

impl QuotaFields {
    /// What the form that revises a request begins with: what it asks for now.
    pub fn of(request: &RequestView) -> Self {
        Self {
            mark: String::new(),
            revision: request.revision,
            size: request.row.size.clone().unwrap_or_else(|| crate::ask::OWN_SIZE.into()),
            amounts: AmountFields::by(|resource| resource.write(request.row.asked.get(resource))),
            purpose: request.row.purpose.clone(),
            acknowledge_below_use: String::new(),
        }
    }

    /// Whether neither a size nor any amount was given.
    pub fn is_blank(&self) -> bool {
        self.size.is_empty() && self.amounts.are_blank()
    }

    /// A link may give the amounts it is about and no size: then they are own numbers, and the others stay as they are.
    pub fn begin_with(self, now: &Quota) -> Self {
        if !self.size.is_empty() || self.is_blank() {
            return self;
        }
        let amounts = AmountFields::by(|resource| match self.amounts.get(resource) {
            "" => resource.write(now.get(resource)),
            typed => typed.to_owned(),
        });
        Self { size: crate::ask::OWN_SIZE.into(), amounts, ..self }
    }

    pub fn acknowledges(&self) -> bool {
        !self.acknowledge_below_use.is_empty()
    }
}

impl DecisionFields {
    pub fn acknowledges(&self) -> bool {
        !self.acknowledge_below_use.is_empty()
    }
}

impl Queue {
    /// Its name in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToDecide => "to_decide",
            Self::Mine => "mine",
            Self::MyTeams => "my_teams",
            Self::All => "all",
            Self::Failed => "failed",
        }
    }
}

impl RequestState {
    pub const ALL: [RequestState; 13] = [
        Self::InReview,
        Self::ChangesRequested,
        Self::Approved,
        Self::Waiting,
        Self::Applying,
        Self::Completed,
        Self::Failed,
        Self::Undoing,
        Self::Undone,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
        Self::Superseded,
    ];

    /// Its name in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Waiting => "waiting",
            Self::Applying => "applying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// Whether something may still happen to it.
    pub fn is_open(self) -> bool {
        match self {
            Self::InReview
            | Self::ChangesRequested
            | Self::Approved
            | Self::Waiting
            | Self::Applying
            | Self::Failed
            | Self::Undoing => true,
            Self::Completed | Self::Undone | Self::Rejected | Self::Withdrawn | Self::Expired | Self::Superseded => {
                false
            }
        }
    }

    /// Whether nobody has granted it for good: it can still be taken back.
    pub fn is_pending(self) -> bool {
        match self {
            Self::InReview | Self::ChangesRequested | Self::Waiting => true,
            Self::Approved
            | Self::Applying
            | Self::Completed
            | Self::Failed
            | Self::Undoing
            | Self::Undone
            | Self::Rejected
            | Self::Withdrawn
            | Self::Expired
            | Self::Superseded => false,
        }
    }

    /// What the badge says.
    pub fn title(self) -> &'static str {
        match self {
            Self::InReview => "In review",
            Self::ChangesRequested => "Changes requested",
            Self::Approved => "Approved",
            Self::Waiting => "Waiting for capacity",
            Self::Applying => "Provisioning",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
            Self::Expired => "Expired",
            Self::Superseded => "Superseded",
        }
    }
}

impl From<&crate::request::State> for RequestState {
    fn from(state: &crate::request::State) -> Self {
        use crate::request::State;
        match state {
            State::InReview => Self::InReview,
            State::ChangesRequested(_) => Self::ChangesRequested,
            State::Approved { .. } => Self::Approved,
            State::Waiting { .. } => Self::Waiting,
            State::Applying { .. } => Self::Applying,
            State::Completed { .. } => Self::Completed,
            State::Failed { .. } => Self::Failed,
            State::Undoing { .. } => Self::Undoing,
            State::Undone { .. } => Self::Undone,
            State::Rejected => Self::Rejected,
            State::Withdrawn => Self::Withdrawn,
            State::Expired => Self::Expired,
            State::Superseded { .. } => Self::Superseded,
        }
    }
}

impl Standstill {
    /// Whether something may stand still in this state: whatever is approved, and not over.
    pub fn is_of(state: RequestState) -> bool {
        match state {
            RequestState::Approved | RequestState::Waiting | RequestState::Applying | RequestState::Undoing => true,
            RequestState::InReview
            | RequestState::ChangesRequested
            | RequestState::Completed
            | RequestState::Failed
            | RequestState::Undone
            | RequestState::Rejected
            | RequestState::Withdrawn
            | RequestState::Expired
            | RequestState::Superseded => false,
        }
    }

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Another => "another",
            Self::Paused => "paused",
            Self::Away => "away",
            Self::Ahead => "ahead",
            Self::NoOrder => "no_order",
        }
    }

    /// What ends it, as a request says it for `waits_for`.
    pub fn waits_for(self, cluster: &str) -> String {
        match self {
            Self::Removed => format!("nothing: {cluster} is removed from Berth"),
            Self::Another => format!("Platform to confirm the identity of {cluster}"),
            Self::Paused => format!("Platform to resume {cluster}"),
            Self::Away => format!("{cluster} to answer"),
            Self::Ahead => format!("Platform to resolve a difference: {cluster} is ahead of Berth"),
            Self::NoOrder => "Platform to retry it".to_owned(),
        }
    }
}

impl Hindrance {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Another => "another",
            Self::Paused => "paused",
            Self::Away => "away",
            Self::NamespaceGone => "namespace_gone",
            Self::Ahead => "ahead",
            Self::NotAgreed => "not_agreed",
            Self::AgreementUnknown => "agreement_unknown",
        }
    }

    /// What the badge says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Removed => "Cluster removed",
            Self::Another => "Another cluster answers",
            Self::Paused => "Cluster paused",
            Self::Away => "Cluster does not answer",
            Self::NamespaceGone => "Namespace no longer exists",
            Self::Ahead => "Cluster is ahead",
            Self::NotAgreed => "Cluster has not agreed",
            Self::AgreementUnknown => "Agreement not known",
        }
    }
}

impl RequestRow {
    /// With why nothing goes on, which is also what it waits for.
    pub fn standing_still(self, why: Option<Standstill>) -> Self {
        match why.filter(|_| Standstill::is_of(self.state)) {
            Some(why) => Self { waits_for: why.waits_for(&self.cluster), standstill: Some(why), ..self },
            None => self,
        }
    }
}

/// Who or what an open request waits for, in words, where Berth is at work; empty when it is over.
pub fn waits_for(state: RequestState, deciders: Option<Deciders>, team_title: &str) -> String {
    match (state, deciders) {
        (RequestState::InReview, Some(deciders)) => deciders.title(team_title),
        (RequestState::InReview, None) => String::new(),
        (RequestState::ChangesRequested, _) => format!("developers and owners of {team_title}"),
        (RequestState::Waiting, _) => "capacity on the cluster".into(),
        (RequestState::Approved | RequestState::Applying | RequestState::Undoing, _) => "Berth".into(),
        (RequestState::Failed, _) => "Platform".into(),
        (
            RequestState::Completed
            | RequestState::Undone
            | RequestState::Rejected
            | RequestState::Withdrawn
            | RequestState::Expired
            | RequestState::Superseded,
            _,
        ) => String::new(),
    }
}
