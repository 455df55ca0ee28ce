//! A request and its life.
//!
//! ```text
//! in_review ⇄ changes_requested
//!     │  ├─► rejected, withdrawn, expired, superseded
//!     ▼  ▼
//! approved ◄─ waiting (no capacity yet)
//!     ▼
//! applying ─► completed
//!     └─► failed ─► applying (retry), undoing ─► undone
//! ```
//! A state carries its data, a transition takes the request and gives the next one or a [`Refusal`].
//! A request whose plan is automatic begins as approved, or waits for capacity.

mod life;
mod next;
mod revise;

use crate::id::{ClassId, ClusterId, NamespaceId, PersonId, RequestId, TeamId};
use crate::name::{ClassName, ClusterName, Comment, NamespaceName, Purpose, RequestNumber, SizeName, TeamSlug};
use crate::plan::{Plan, Stage};
use crate::quota::{Quota, Resource};
use crate::refusal::Refusal;
use crate::view::RequestState;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

pub use life::can_have_quota;
pub use next::{Act, Obstacle, Who};
pub use revise::Revised;

/// How long a request may wait for a decision or for capacity before it expires.
pub const PENDING: Duration = Duration::days(30);
/// How long it may wait for changes.
pub const CHANGES_PENDING: Duration = Duration::days(14);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub number: RequestNumber,
    pub kind: Kind,
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: ClassRef,
    pub ask: Ask,
    /// The namespace it is about: from the submit on where it exists already, from the approval on where it is new.
    pub namespace: Option<NamespaceId>,
    /// What was there when it was asked; zero for what is new.
    pub base: Quota,
    /// Counts from 1; a decision is bound to it.
    pub revision: i32,
    /// How often it was saved: who decides may say which version they read.
    pub version: i32,
    pub requester: PersonId,
    /// Author of the latest revision.
    pub revised_by: PersonId,
    /// Everybody who wrote a revision.
    pub authors: Vec<PersonId>,
    pub plan: Plan,
    /// The decisions that count, oldest first: on the current revision, and on earlier ones that it left standing.
    pub decisions: Vec<Decision>,
    pub state: State,
    pub submitted_at: OffsetDateTime,
    /// Since when it is in this state, at this revision.
    pub since: OffsetDateTime,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NewNamespace,
    /// More or less of what a namespace has.
    Quota,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRef {
    pub id: TeamId,
    pub slug: TeamSlug,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRef {
    pub id: ClusterId,
    pub name: ClusterName,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRef {
    pub id: ClassId,
    pub name: ClassName,
    pub version: i32,
}

/// The content of a request. For a new namespace all of it is new; for a quota `name` is of a namespace that is there,
/// and `quota` what it shall have from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub name: NamespaceName,
    /// The size it was asked as; none when the numbers are the requester's own.
    pub size: Option<SizeName>,
    pub quota: Quota,
    pub purpose: Purpose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    InReview,
    /// Somebody who may decide asks for another revision.
    ChangesRequested(Changes),
    /// Decided, and the capacity is held; a job will make it so.
    Approved {
        grant: Quota,
    },
    /// Decided, but the cluster has no capacity yet. Holds nothing; granted in the order of the approvals.
    Waiting {
        grant: Quota,
    },
    Applying {
        grant: Quota,
    },
    Completed {
        grant: Quota,
    },
    /// The job gave up; `reason` is for people to read. Can be tried again or undone.
    Failed {
        grant: Quota,
        reason: String,
    },
    /// A job takes back what failed.
    Undoing {
        grant: Quota,
    },
    Undone {
        grant: Quota,
    },
    Rejected,
    Withdrawn,
    /// Nobody acted for too long.
    Expired,
    /// Its requester asked for something else instead.
    Superseded {
        by: RequestNumber,
    },
}

/// What a person who may decide wants to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What they would approve, if they say it; more or less than was asked.
    pub suggestion: Option<Quota>,
    pub comment: Comment,
    pub by: PersonId,
    pub by_name: String,
}

/// What somebody had read before they acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub revision: i32,
    /// Where they say that too: [`Request::version`].
    pub version: Option<i32>,
}

/// One person's word on one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The revision it was made on.
    pub revision: i32,
    /// Place of the stage in the plan, from 0.
    pub stage: i16,
    pub person: PersonId,
    pub person_name: String,
    pub word: Word,
    pub comment: Option<Comment>,
    pub at: OffsetDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Approve { grant: Quota },
    Reject,
}

/// What an approver sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub seen: Seen,
    /// Less than asked; none means as asked (or as an earlier stage granted).
    pub grant: Option<Quota>,
    pub comment: Option<Comment>,
}

impl Request {
    /// What may still be granted: what was asked, or less where an earlier decision granted less.
    pub fn grantable(&self) -> Quota {
        self.decisions.iter().fold(self.ask.quota, |least, decision| match decision.word {
            Word::Approve { grant } => least.least(&grant),
            Word::Reject => least,
        })
    }

    /// What was granted in the end, once it is decided.
    pub fn granted(&self) -> Option<Quota> {
        match &self.state {
            State::Approved { grant }
            | State::Waiting { grant }
            | State::Applying { grant }
            | State::Completed { grant }
            | State::Failed { grant, .. }
            | State::Undoing { grant }
            | State::Undone { grant } => Some(*grant),
            State::InReview
            | State::ChangesRequested(_)
            | State::Rejected
            | State::Withdrawn
            | State::Expired
            | State::Superseded { .. } => None,
        }
    }

    /// When it is over if nobody acts; none where nobody needs to.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        match &self.state {
            State::InReview | State::Waiting { .. } => Some(self.since + PENDING),
            State::ChangesRequested(_) => Some(self.since + CHANGES_PENDING),
            State::Approved { .. }
            | State::Applying { .. }
            | State::Completed { .. }
            | State::Failed { .. }
            | State::Undoing { .. }
            | State::Undone { .. }
            | State::Rejected
            | State::Withdrawn
            | State::Expired
            | State::Superseded { .. } => None,
        }
    }

    /// Whether they asked it, or wrote any revision of it: then they decide nothing here.
    pub fn has_hand_of(&self, person: PersonId) -> bool {
        self.requester == person || self.revised_by == person || self.authors.contains(&person)
    }

    /// Place of the stage that waits for a decision.
    pub fn stage_index(&self) -> Option<usize> {
        if self.state != State::InReview {
            return None;
        }
        (0..self.plan.stages.len()).find(|i| self.approvals(*i) < usize::from(self.plan.stages[*i].quorum))
    }

    pub fn current_stage(&self) -> Option<&Stage> {
        self.stage_index().map(|i| &self.plan.stages[i])
    }

    /// How many have approved the stage.
    pub fn approvals(&self, stage: usize) -> usize {
        let counts = |d: &&Decision| usize::try_from(d.stage) == Ok(stage) && matches!(d.word, Word::Approve { .. });
        self.decisions.iter().filter(counts).count()
    }

    /// SHA-256 of what a decision is about. A decision stores it, so that it can be shown later what was decided on.
    ///
    /// The amounts go in as a list: the order of an object's keys depends on how serde_json was built.
    pub fn digest(&self) -> [u8; 32] {
        let content = serde_json::json!([
            self.id,
            self.revision,
            self.kind,
            self.team.id,
            self.cluster.id,
            self.class.id,
            self.ask.name,
            self.ask.size,
            Resource::ALL.map(|resource| self.ask.quota.get(resource)),
            self.ask.purpose,
        ]);
        Sha256::digest(content.to_string().as_bytes()).into()
    }

    fn closed(&self) -> Refusal {
        Refusal::Closed { number: self.number, state: self.state.title().to_owned() }
    }
}

impl State {
    /// Stable name: the column, the JSON and the filter.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::ChangesRequested(_) => "changes_requested",
            Self::Approved { .. } => "approved",
            Self::Waiting { .. } => "waiting",
            Self::Applying { .. } => "applying",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Undoing { .. } => "undoing",
            Self::Undone { .. } => "undone",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Superseded { .. } => "superseded",
        }
    }

    pub fn title(&self) -> &'static str {
        match self {
            Self::InReview => "in review",
            Self::ChangesRequested(_) => "waiting for changes",
            Self::Approved { .. } => "approved",
            Self::Waiting { .. } => "waiting for capacity",
            Self::Applying { .. } => "being provisioned",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Undoing { .. } => "being undone",
            Self::Undone { .. } => "undone",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Superseded { .. } => "superseded",
        }
    }

    /// Whether nobody has decided it in the end: the ask may still be changed, withdrawn or superseded.
    pub fn is_pending(&self) -> bool {
        RequestState::from(self).is_pending()
    }
}

impl Kind {
    pub const ALL: [Kind; 2] = [Self::NewNamespace, Self::Quota];

    /// Stable name: the column and the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewNamespace => "new_namespace",
            Self::Quota => "quota",
        }
    }

    /// One line that says what is asked for.
    pub fn title(self, namespace: &str) -> String {
        match self {
            Self::NewNamespace => format!("New namespace {namespace}"),
            Self::Quota => format!("Quota of {namespace}"),
        }
    }
}

impl From<i32> for Seen {
    fn from(revision: i32) -> Self {
        Self { revision, version: None }
    }
}

impl TryFrom<i64> for RequestNumber {
    type Error = Refusal;

    fn try_from(number: i64) -> Result<Self, Refusal> {
        if number > 0 { Ok(Self(number)) } else { Err(Refusal::invalid("number", "is no request number")) }
    }
}

/// A namespace's name begins with its team's slug, so that nobody takes another team's names.
pub fn check_name(name: &NamespaceName, team: &TeamSlug) -> Result<(), Refusal> {
    let prefix = format!("{team}-");
    match name.as_str().strip_prefix(&prefix) {
        Some(rest) if !rest.is_empty() => Ok(()),
        Some(_) | None => Err(Refusal::invalid("name", &format!("must begin with {prefix} and go on"))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
