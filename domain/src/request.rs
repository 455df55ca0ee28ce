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

mod ask;
mod grant;
mod life;
mod next;
mod revise;
mod state;
mod status;
mod until;

use crate::field_error::FieldErrors;
use crate::id::{ClassId, NamespaceId, PersonId, RequestId};
use crate::name::{ClassName, Comment, NamespaceName, Purpose, RequestNumber, TeamSlug};
use crate::namespace::{ClusterRef, TeamRef};
use crate::plan::{Plan, Stage};
use crate::refusal::Refusal;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

pub use ask::{Ask, Kind, SizedQuota};
pub use grant::Grant;
pub use next::{Act, Obstacle, Who};
pub use revise::Revised;
pub use state::{Changes, End, Open, Progress, State};
pub use status::{Blocker, RequestState, StallReason, waits_for};
pub use until::UntilDate;

/// How long a request may wait for a decision or for capacity before it expires.
pub const PENDING: Duration = Duration::days(30);
/// How long it may wait for changes.
pub const CHANGES_PENDING: Duration = Duration::days(14);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub number: RequestNumber,
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: ClassRef,
    /// Of the namespace it is about.
    pub name: NamespaceName,
    /// That namespace: from the submit on where it exists already, from the approval on where it is new.
    pub namespace: Option<NamespaceId>,
    pub ask: Ask,
    pub purpose: Purpose,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRef {
    pub id: ClassId,
    pub name: ClassName,
    pub version: i32,
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
    Approve { grant: Grant },
    Reject,
}

/// What an approver sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub seen: Seen,
    /// Less than asked; none means as asked (or as an earlier stage granted).
    pub grant: Option<Grant>,
    pub comment: Option<Comment>,
}

impl Request {
    pub fn kind(&self) -> Kind {
        self.ask.kind()
    }

    /// What may still be granted: what was asked, or less where an earlier decision granted less.
    pub fn grantable(&self) -> Grant {
        self.decisions.iter().fold(self.ask.whole(), |least, decision| match decision.word {
            Word::Approve { grant } => least.least(&grant),
            Word::Reject => least,
        })
    }

    /// What was granted in the end, once it is decided.
    pub fn granted(&self) -> Option<Grant> {
        match &self.state {
            State::Granted { grant, .. } => Some(*grant),
            State::Open(_) | State::Closed(_) => None,
        }
    }

    /// When it is over if nobody acts; none where nobody needs to.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        match &self.state {
            State::Open(Open::ChangesRequested(_)) => Some(self.since + CHANGES_PENDING),
            State::Open(Open::InReview) | State::Granted { progress: Progress::Waiting, .. } => {
                Some(self.since + PENDING)
            }
            State::Granted { .. } | State::Closed(_) => None,
        }
    }

    /// Whether they asked it, or wrote any revision of it: then they decide nothing here.
    pub fn has_hand_of(&self, person: PersonId) -> bool {
        self.requester == person || self.revised_by == person || self.authors.contains(&person)
    }

    /// Place of the stage that waits for a decision.
    pub fn stage_index(&self) -> Option<usize> {
        if !self.state.is_in_review() {
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
    pub fn digest(&self) -> [u8; 32] {
        let (size, asked) = self.ask.digested();
        let content = serde_json::json!([
            self.id,
            self.revision,
            self.kind(),
            self.team.id,
            self.cluster.id,
            self.class.id,
            self.name,
            size,
            asked,
            self.purpose,
        ]);
        Sha256::digest(content.to_string().as_bytes()).into()
    }

    fn closed(&self) -> Refusal {
        Refusal::Closed { number: self.number, state: self.state.title().to_owned() }
    }
}

impl From<i32> for Seen {
    fn from(revision: i32) -> Self {
        Self { revision, version: None }
    }
}

impl TryFrom<i64> for RequestNumber {
    type Error = FieldErrors;

    fn try_from(number: i64) -> Result<Self, FieldErrors> {
        if number > 0 { Ok(Self(number)) } else { Err(FieldErrors::of("number", "is no request number")) }
    }
}

/// A namespace's name begins with its team's slug, so that nobody takes another team's names.
pub fn check_name(name: &NamespaceName, team: &TeamSlug) -> Result<(), FieldErrors> {
    let prefix = format!("{team}-");
    match name.as_str().strip_prefix(&prefix) {
        Some(rest) if !rest.is_empty() => Ok(()),
        Some(_) | None => Err(FieldErrors::of("name", format!("must begin with {prefix} and go on"))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
