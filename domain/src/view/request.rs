//! A request: its row in lists, and the page that shows it whole.

use super::{
    Blocker, CapacityView, ContentsView, Disagreement, PersonView, RequestState, SizeView, StageState, StageView,
    StallReason,
};
use crate::class::{Cost, Environment};
use crate::cluster::Fit;
use crate::gone::Gone;
use crate::lifetime::{Cause, Ending};
use crate::name::RequestNumber;
use crate::namespace::{NamespaceState, Step, StepState};
use crate::plan::Reason;
use crate::quota::{Quota, Resource};
use crate::refusal::BelowUse;
use crate::request::{Act, Ask, Grant, Kind, SizedQuota, UntilDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

views! {
    /// A request in a list.
    pub struct RequestRow {
        pub number: RequestNumber,
        #[serde(flatten)]
        pub content: RequestContent,
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
        pub stalled_by: Option<StallReason>,
        /// Why provisioning failed, when it did.
        #[serde(default)]
        pub failure: Option<String>,
        /// Whether the cluster has capacity for it; said in the list of what waits for one's decision.
        pub fit: Option<Fit>,
        /// What else stands in its way; said of what is still to be decided, in the list of what waits for one's decision and
        /// of a request by itself.
        #[serde(default)]
        pub blocked_by: Option<Blocker>,
        /// Place in the line of those who wait for capacity on the cluster, from 1; none when it does not wait for capacity.
        pub place_in_line: Option<i64>,
        #[serde(with = "time::serde::rfc3339")]
        pub submitted_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub updated_at: OffsetDateTime,
    }

    /// What is asked for: `kind` says which, and with it what else there is.
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum RequestContent {
        NewNamespace(QuotaContent),
        /// More or less of what a namespace has.
        Quota(QuotaContent),
        /// Another day on which it expires.
        Extend(ExtendContent),
        /// Its end.
        Delete(DeleteContent),
    }

    pub struct QuotaContent {
        /// The size it was asked as; none for custom numbers.
        pub size: Option<String>,
        /// What was there when it was asked; zero for what is new.
        pub base: Quota,
        pub asked: Quota,
        pub granted: Option<Quota>,
    }

    pub struct ExtendContent {
        /// The last day there was when it was asked.
        pub base: UntilDate,
        pub asked: UntilDate,
        pub granted: Option<UntilDate>,
    }

    pub struct DeleteContent {
        /// Days from its suspension, which comes at once, to its deletion.
        pub grace_days: u32,
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
        pub grantable: Grant,
        pub environment: Environment,
        /// What the decision on a quota looks at; none of kinds that ask for none.
        pub quota: Option<QuotaReview>,
        pub stages: Vec<StageView>,
        pub reasons: Vec<Reason>,
        pub timeline: Vec<TimelineEntry>,
        /// Empty until it is approved.
        pub steps: Vec<StepView>,
        /// What is asked to be different, while it waits for that.
        pub changes: Option<ChangesView>,
        /// Every revision, newest first.
        pub revisions: Vec<RevisionView>,
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
        /// Berth has let go of the cluster: nothing is granted or made there any more, and its capacity is not known.
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
        /// Of a deletion that was granted.
        #[serde(default)]
        pub after_deletion: Option<AfterDeletion>,
        /// What is inside a namespace whose deletion is still to be decided, as it is now.
        #[serde(default)]
        pub contents: Option<ContentsView>,
    }

    /// What became of a namespace whose deletion was granted.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case", tag = "state")]
    pub enum AfterDeletion {
        Suspended {
            #[serde(with = "time::serde::rfc3339")]
            delete_at: OffsetDateTime,
        },
        Restored,
        /// It is being deleted on its cluster.
        Removing,
        /// Berth keeps it no more.
        Deleted,
    }

    /// What the decision on a quota looks at.
    pub struct QuotaReview {
        /// What a month costs of what was granted, or of the most that may be; none where the class has no prices.
        pub monthly_cost: Option<Cost>,
        /// Sizes of its class, for a revision.
        pub sizes: Vec<SizeView>,
        /// Maximum of a custom quota in its class.
        pub ceiling: Quota,
        /// Most of each device and size of huge pages that the class lets a namespace ask for.
        pub devices: BTreeMap<String, u32>,
        pub capacity: CapacityView,
        /// What the namespace uses now, while that matters; none for a new one, and where it is not known.
        pub used: Option<Quota>,
        /// Of which resources more is used now than would be granted; empty when nothing is, or when use is not known.
        pub below_use: Vec<BelowUse>,
        /// Of which resources less would be granted than there is, while nobody knows how much is used. Approving needs
        /// `acknowledge_below_use` then, as it does for what is in `below_use`.
        pub use_unknown: Vec<Resource>,
        /// What granting it would pass of the team's limits, in words; none when it fits.
        pub team_limit: Option<String>,
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
        pub suggestion: Option<Grant>,
        /// The capacity there is for what they suggest; `capacity` of the request is for what is asked.
        pub capacity: Option<CapacityView>,
    }

    /// What was asked for at one revision.
    pub struct RevisionView {
        pub revision: i32,
        pub author: String,
        pub size: Option<String>,
        pub asked: Grant,
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
        pub granted: Option<Grant>,
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
        /// It waits for capacity.
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
}

impl AfterDeletion {
    /// `found` is the namespace, where Berth still keeps it; an end that began later is of another request.
    pub fn of(found: Option<(NamespaceState, Option<Ending>)>, granted_at: OffsetDateTime) -> Self {
        match found {
            None => Self::Deleted,
            Some((NamespaceState::Removing, _)) => Self::Removing,
            Some((_, Some(ending))) if is_requested(&ending) && ending.suspended_at <= granted_at => {
                Self::Suspended { delete_at: ending.delete_at }
            }
            Some(_) => Self::Restored,
        }
    }
}

fn is_requested(ending: &Ending) -> bool {
    match ending.cause {
        Cause::DeletionRequested => true,
        Cause::Expired => false,
    }
}

impl RequestView {
    /// Whether a stage that is still to be decided may be decided by the reader, as long as they wrote none of it.
    pub fn reader_could_decide(&self) -> bool {
        let is_ahead = |stage: &&StageView| matches!(stage.state, StageState::Waiting | StageState::Current);
        self.stages.iter().filter(is_ahead).any(|stage| stage.people.iter().any(|person| person.is_you))
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

impl RequestContent {
    pub fn kind(&self) -> Kind {
        match self {
            Self::NewNamespace(_) => Kind::NewNamespace,
            Self::Quota(_) => Kind::Quota,
            Self::Extend(_) => Kind::Extend,
            Self::Delete(_) => Kind::Delete,
        }
    }

    /// Of the kinds that are about a quota.
    pub fn quota(&self) -> Option<&QuotaContent> {
        match self {
            Self::NewNamespace(content) | Self::Quota(content) => Some(content),
            Self::Extend(_) | Self::Delete(_) => None,
        }
    }

    /// The day that is asked for, by the kind that asks for one.
    pub fn until(&self) -> Option<UntilDate> {
        match self {
            Self::Extend(content) => Some(content.asked),
            Self::NewNamespace(_) | Self::Quota(_) | Self::Delete(_) => None,
        }
    }

    pub fn of(ask: &Ask, granted: Option<&Grant>) -> Self {
        let quota = |base: Quota, asked: &SizedQuota| QuotaContent {
            size: asked.size.as_ref().map(ToString::to_string),
            base,
            asked: asked.quota,
            granted: granted.and_then(Grant::quota),
        };
        match ask {
            Ask::NewNamespace(asked) => Self::NewNamespace(quota(Quota::ZERO, asked)),
            Ask::Quota { base, asked } => Self::Quota(quota(*base, asked)),
            Ask::Extend { base, until } => {
                Self::Extend(ExtendContent { base: *base, asked: *until, granted: granted.and_then(Grant::until) })
            }
            Ask::Delete { grace_days } => Self::Delete(DeleteContent { grace_days: *grace_days }),
        }
    }
}

impl RequestRow {
    pub fn kind(&self) -> Kind {
        self.content.kind()
    }

    /// With why nothing goes on, which is also what it waits for.
    pub fn stalled(self, why: Option<StallReason>) -> Self {
        match why.filter(|_| StallReason::is_of(self.state)) {
            Some(why) => Self { waits_for: why.waits_for(&self.cluster), stalled_by: Some(why), ..self },
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn a_deletion_that_was_granted_says_what_became_of_its_namespace_and_not_of_another_end() {
        let granted_at = OffsetDateTime::UNIX_EPOCH + Duration::days(1000);
        let ending =
            |cause, suspended_at| Some(Ending { cause, suspended_at, delete_at: suspended_at + Duration::DAY });
        let of = |state, ending| AfterDeletion::of(Some((state, ending)), granted_at);
        let (its, later) = (granted_at - Duration::MILLISECOND, granted_at + Duration::HOUR);
        let suspended = AfterDeletion::Suspended { delete_at: its + Duration::DAY };
        assert_eq!(of(NamespaceState::Ready, ending(Cause::DeletionRequested, its)), suspended);
        assert_eq!(of(NamespaceState::Ready, None), AfterDeletion::Restored);
        assert_eq!(of(NamespaceState::Ready, ending(Cause::DeletionRequested, later)), AfterDeletion::Restored);
        assert_eq!(of(NamespaceState::Ready, ending(Cause::Expired, later)), AfterDeletion::Restored);
        assert_eq!(of(NamespaceState::Removing, ending(Cause::DeletionRequested, its)), AfterDeletion::Removing);
        assert_eq!(AfterDeletion::of(None, granted_at), AfterDeletion::Deleted);
    }
}
