//! A request and its life.
//!
//! ```text
//! in_review ─► approved ─► applying ─► completed
//!     │  ├─► rejected          └─► failed ─► applying (retry)
//!     │  └─► withdrawn
//! ```
//! A state carries its data, a transition takes the request and gives the next one or a [`Refusal`].
//! A request whose plan is automatic begins as approved.

use crate::actor::Person;
use crate::cluster::Room;
use crate::id::{ClassId, ClusterId, PersonId, RequestId, TeamId};
use crate::name::{ClassName, ClusterName, Comment, NamespaceName, Purpose, RequestNumber, SizeName, TeamSlug};
use crate::plan::{Plan, Stage};
use crate::quota::{Quota, Resource};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub number: RequestNumber,
    pub kind: Kind,
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: ClassRef,
    pub ask: Ask,
    /// What was there when it was asked; zero for what is new.
    pub base: Quota,
    /// Counts from 1; a decision is bound to it.
    pub revision: i32,
    pub requester: PersonId,
    /// Author of the latest revision.
    pub revised_by: PersonId,
    pub plan: Plan,
    /// Decisions on the current revision, oldest first.
    pub decisions: Vec<Decision>,
    pub state: State,
    pub submitted_at: OffsetDateTime,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NewNamespace,
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

/// The content of a request.
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
    /// Decided; a job will provision it. The room is held.
    Approved {
        grant: Quota,
    },
    Applying {
        grant: Quota,
    },
    Completed {
        grant: Quota,
    },
    /// Provisioning gave up; `reason` is for people to read. Can be tried again.
    Failed {
        grant: Quota,
        reason: String,
    },
    Rejected,
    Withdrawn,
}

/// One person's word on one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
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
    /// The revision they read.
    pub revision: i32,
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
        match self.state {
            State::Approved { grant }
            | State::Applying { grant }
            | State::Completed { grant }
            | State::Failed { grant, .. } => Some(grant),
            State::InReview | State::Rejected | State::Withdrawn => None,
        }
    }

    /// Whether they asked it, or wrote its latest revision: then they decide nothing here.
    pub fn has_hand_of(&self, person: PersonId) -> bool {
        self.requester == person || self.revised_by == person
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

    /// One person approves the current stage. The last stage's quorum makes the request approved, with the
    /// smallest of the grants, if the cluster has room for it.
    ///
    /// That the person is entitled to is [`crate::access::allow`]'s business.
    pub fn approve(
        mut self,
        by: &Person,
        approval: Approval,
        room: &Room,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, approval.revision)?;
        let limit = self.grantable();
        let grant = approval.grant.unwrap_or(limit);
        grant.check()?;
        let raised = grant.beyond(&limit);
        if !raised.is_empty() {
            return Err(Refusal::RaisesAsk(raised));
        }
        let word = Word::Approve { grant };
        self.decisions.push(decision(stage, by, word, approval.comment, at));
        if self.stage_index().is_none() {
            let short = room.short_of(&grant);
            if !short.is_empty() {
                return Err(Refusal::NoRoom(short));
            }
            self.state = State::Approved { grant };
        }
        Ok(self)
    }

    /// One person rejects it, with a reason; that ends it.
    pub fn reject(mut self, by: &Person, revision: i32, reason: Comment, at: OffsetDateTime) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, revision)?;
        self.decisions.push(decision(stage, by, Word::Reject, Some(reason), at));
        self.state = State::Rejected;
        Ok(self)
    }

    pub fn withdraw(self) -> Result<Self, Refusal> {
        match self.state {
            State::InReview => Ok(Self { state: State::Withdrawn, ..self }),
            State::Approved { .. }
            | State::Applying { .. }
            | State::Completed { .. }
            | State::Failed { .. }
            | State::Rejected
            | State::Withdrawn => Err(self.closed()),
        }
    }

    /// A job begins, or goes on, or tries again.
    pub fn begin_applying(self) -> Result<Self, Refusal> {
        match self.state {
            State::Approved { grant } | State::Applying { grant } | State::Failed { grant, .. } => {
                Ok(Self { state: State::Applying { grant }, ..self })
            }
            State::InReview | State::Completed { .. } | State::Rejected | State::Withdrawn => Err(self.closed()),
        }
    }

    pub fn complete(self) -> Result<Self, Refusal> {
        match self.state {
            State::Applying { grant } => Ok(Self { state: State::Completed { grant }, ..self }),
            State::InReview
            | State::Approved { .. }
            | State::Completed { .. }
            | State::Failed { .. }
            | State::Rejected
            | State::Withdrawn => Err(self.closed()),
        }
    }

    pub fn fail(self, reason: String) -> Result<Self, Refusal> {
        match self.state {
            State::Applying { grant } => Ok(Self { state: State::Failed { grant, reason }, ..self }),
            State::InReview
            | State::Approved { .. }
            | State::Completed { .. }
            | State::Failed { .. }
            | State::Rejected
            | State::Withdrawn => Err(self.closed()),
        }
    }

    /// Four eyes, an open state, the revision that was read; the stage that is decided.
    fn check_decision(&self, by: &Person, revision: i32) -> Result<usize, Refusal> {
        if self.has_hand_of(by.id) {
            return Err(Refusal::OwnRequest);
        }
        let stage = self.stage_index().ok_or_else(|| self.closed())?;
        if revision != self.revision {
            return Err(Refusal::StaleRevision { seen: revision, current: self.revision });
        }
        if self.decisions.iter().any(|d| d.person == by.id) {
            return Err(Refusal::AlreadyDecided);
        }
        Ok(stage)
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
            Self::Approved { .. } => "approved",
            Self::Applying { .. } => "applying",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn title(&self) -> &'static str {
        match self {
            Self::InReview => "in review",
            Self::Approved { .. } => "approved",
            Self::Applying { .. } => "being provisioned",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
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

fn decision(stage: usize, by: &Person, word: Word, comment: Option<Comment>, at: OffsetDateTime) -> Decision {
    let stage = i16::try_from(stage).unwrap_or(i16::MAX);
    Decision { stage, person: by.id, person_name: by.name.clone(), word, comment, at }
}

#[cfg(test)]
pub(crate) mod tests;
