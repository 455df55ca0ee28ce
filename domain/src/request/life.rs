//! The transitions, but for the one that changes the ask ([`super::revise`]).

use super::{Approval, Changes, Decision, End, Grant, Kind, Open, Progress, Request, Seen, State, Word};
use crate::actor::Person;
use crate::cluster::Placement;
use crate::drift::Condition;
use crate::gone::Gone;
use crate::lifetime::{Cause, Ending};
use crate::name::{Comment, NamespaceName, RequestNumber};
use crate::namespace::NamespaceState;
use crate::refusal::Refusal;
use time::OffsetDateTime;

impl Request {
    /// One person approves the current stage. The last stage's quorum makes the request approved, with the
    /// least of the grants, or has it wait where the cluster has no capacity for it. `placement` is where that would go, of
    /// what takes capacity.
    ///
    /// That the person is entitled to is [`crate::access::allow`]'s business.
    pub fn approve(
        mut self,
        by: &Person,
        approval: Approval,
        placement: Option<&Placement>,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, approval.seen)?;
        let limit = self.grantable();
        let grant = approval.grant.unwrap_or(limit);
        grant.check()?;
        grant.require_within(&limit)?;
        self.ask.require_takes_nothing_away(&grant, &limit)?;
        let decision = self.decision(stage, by, Word::Approve { grant }, approval.comment, at);
        self.decisions.push(decision);
        Ok(self.settle(placement))
    }

    /// One person rejects it, with a reason; that ends it.
    pub fn reject(mut self, by: &Person, seen: Seen, reason: Comment, at: OffsetDateTime) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, seen)?;
        let decision = self.decision(stage, by, Word::Reject, Some(reason), at);
        self.decisions.push(decision);
        self.state = State::Closed(End::Rejected);
        Ok(self)
    }

    /// One person who may decide asks for another revision, and may say what they would approve.
    pub fn request_changes(
        self,
        by: &Person,
        seen: Seen,
        comment: Comment,
        suggestion: Option<Grant>,
    ) -> Result<Self, Refusal> {
        self.check_decision(by, seen)?;
        if let Some(suggestion) = suggestion {
            suggestion.check()?;
            self.ask.require_possible(&suggestion)?;
            if suggestion == self.ask.whole() {
                return Err(Refusal::invalid(
                    "suggestion",
                    "equals the request: approve it, or suggest something else",
                ));
            }
        }
        let changes = Changes { suggestion, comment, by: by.id, by_name: by.name.clone() };
        Ok(Self { state: State::Open(Open::ChangesRequested(changes)), ..self })
    }

    pub fn withdraw(self) -> Result<Self, Refusal> {
        self.end(End::Withdrawn)
    }

    /// Its requester asks for something else instead.
    pub fn supersede(self, by: RequestNumber) -> Result<Self, Refusal> {
        self.end(End::Superseded { by })
    }

    /// Nobody acted for as long as there was time.
    pub fn expire(self, now: OffsetDateTime) -> Result<Self, Refusal> {
        match self.expires_at() {
            Some(at) if at <= now => self.end(End::Expired),
            Some(_) | None => Err(self.closed()),
        }
    }

    /// There is capacity now.
    pub fn admit_waiting(self, placement: &Placement) -> Result<Self, Refusal> {
        let State::Granted { grant, progress: Progress::Waiting } = self.state else { return Err(self.closed()) };
        let short = grant.short_of(Some(placement));
        if short.is_empty() { self.advance(Progress::Approved) } else { Err(Refusal::NoCapacity(short)) }
    }

    /// A job begins, or goes on, or tries again.
    pub fn begin_applying(self) -> Result<Self, Refusal> {
        match self.state.progress() {
            Some(Progress::Approved | Progress::Applying | Progress::Failed { .. }) => self.advance(Progress::Applying),
            Some(Progress::Waiting | Progress::Completed | Progress::Undoing | Progress::Undone) | None => {
                Err(self.closed())
            }
        }
    }

    pub fn complete(self) -> Result<Self, Refusal> {
        match self.state.progress() {
            Some(Progress::Applying) => self.advance(Progress::Completed),
            // Nothing is left to be done for it.
            Some(Progress::Approved) if !self.kind().has_quota() => self.advance(Progress::Completed),
            _ => Err(self.closed()),
        }
    }

    /// The job gave up, whether it was making it so or taking it back.
    pub fn fail(self, reason: String) -> Result<Self, Refusal> {
        match self.state.progress() {
            Some(Progress::Applying | Progress::Undoing) => self.advance(Progress::Failed { reason }),
            _ => Err(self.closed()),
        }
    }

    /// Give up what failed, and take back what of it is there.
    pub fn undo(self) -> Result<Self, Refusal> {
        match self.state.progress() {
            Some(Progress::Failed { .. }) => self.advance(Progress::Undoing),
            _ => Err(self.closed()),
        }
    }

    /// All of it is taken back.
    pub fn finish_undo(self) -> Result<Self, Refusal> {
        match self.state.progress() {
            Some(Progress::Undoing) => self.advance(Progress::Undone),
            _ => Err(self.closed()),
        }
    }

    /// Where no stage waits any more, the grant stands; it is held where there is capacity for it.
    pub fn settle(mut self, placement: Option<&Placement>) -> Self {
        if self.state.is_in_review() && self.stage_index().is_none() {
            let grant = self.grantable();
            let fits = grant.short_of(placement).is_empty();
            self.state = State::granted(grant, if fits { Progress::Approved } else { Progress::Waiting });
        }
        self
    }

    /// Refuses what was read at another revision or, where that is said too, at another version.
    pub fn check_seen(&self, seen: Seen) -> Result<(), Refusal> {
        if seen.revision != self.revision {
            return Err(Refusal::StaleRevision { seen: seen.revision, current: self.revision });
        }
        match seen.version {
            Some(version) if version != self.version => Err(Refusal::Changed { number: self.number }),
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses it for a namespace that cannot have it: [`Kind::require_namespace`].
    pub fn check_namespace(&self, found: Option<(NamespaceState, Option<Condition>)>) -> Result<(), Refusal> {
        self.kind().require_namespace(&self.name, found)
    }

    fn end(self, end: End) -> Result<Self, Refusal> {
        if self.state.is_pending() { Ok(Self { state: State::Closed(end), ..self }) } else { Err(self.closed()) }
    }

    /// What is granted gets on.
    fn advance(self, progress: Progress) -> Result<Self, Refusal> {
        let State::Granted { grant, .. } = self.state else { return Err(self.closed()) };
        Ok(Self { state: State::Granted { grant, progress }, ..self })
    }

    /// Four eyes, an open state, what was read; the stage that is decided.
    fn check_decision(&self, by: &Person, seen: Seen) -> Result<usize, Refusal> {
        if self.has_hand_of(by.id) {
            return Err(Refusal::OwnRequest);
        }
        let stage = self.stage_index().ok_or_else(|| self.closed())?;
        self.check_seen(seen)?;
        if self.decisions.iter().any(|d| d.person == by.id) {
            return Err(Refusal::AlreadyDecided);
        }
        Ok(stage)
    }

    fn decision(
        &self,
        stage: usize,
        by: &Person,
        word: Word,
        comment: Option<Comment>,
        at: OffsetDateTime,
    ) -> Decision {
        let stage = i16::try_from(stage).unwrap_or(i16::MAX);
        Decision { revision: self.revision, stage, person: by.id, person_name: by.name.clone(), word, comment, at }
    }
}

impl Kind {
    /// Refuses what a namespace cannot have as it stands: `found` is how it does; none when Berth keeps it no more. What is
    /// new needs none, and a quota makes no other one, empty, in place of what is gone.
    pub fn require_namespace(
        self,
        name: &NamespaceName,
        found: Option<(NamespaceState, Option<Condition>)>,
    ) -> Result<(), Refusal> {
        self.stands(found).map_err(|how| match how {
            Some(how) => Refusal::NamespaceGone { namespace: name.clone(), how },
            None => Refusal::NamespaceNotReady { namespace: name.clone() },
        })
    }

    /// Refuses what is no more to be asked of a namespace whose deletion was granted.
    pub fn require_no_deletion(self, name: &NamespaceName, ending: Option<Ending>) -> Result<(), Refusal> {
        if self.is_with(ending.map(|ending| ending.cause)) {
            return Ok(());
        }
        let why = match self {
            Self::Delete => format!("the deletion of {name} was requested already"),
            Self::NewNamespace | Self::Quota | Self::Extend => {
                format!("the deletion of {name} was requested: restore it first")
            }
        };
        Err(Refusal::NotPossible(why))
    }

    /// Whether a namespace that stands like this can have it.
    pub fn is_possible(self, found: Option<(NamespaceState, Option<Condition>)>, ending: Option<Ending>) -> bool {
        self.stands(found).is_ok() && self.is_with(ending.map(|ending| ending.cause))
    }

    /// Whether a namespace can have it that ends for this reason; none where it does not.
    pub fn is_with(self, ends_for: Option<Cause>) -> bool {
        match self {
            Self::NewNamespace | Self::Quota => true,
            Self::Extend | Self::Delete => ends_for != Some(Cause::DeletionRequested),
        }
    }

    /// Where it cannot be had: how the namespace is gone; none where it is not ready.
    fn stands(self, found: Option<(NamespaceState, Option<Condition>)>) -> Result<(), Option<Gone>> {
        let gone = |how| Err(Some(how));
        match (self, found) {
            (Self::NewNamespace, _) => Ok(()),
            (Self::Quota | Self::Extend | Self::Delete, None) => gone(Gone::NotKept),
            (Self::Quota | Self::Extend | Self::Delete, Some((NamespaceState::Removing, _))) => gone(Gone::Removing),
            // What failed is undone, which deletes what there is of it.
            (
                Self::Quota | Self::Extend | Self::Delete,
                Some((NamespaceState::Provisioning | NamespaceState::Failed, _)),
            ) => Err(None),
            (Self::Quota, Some((NamespaceState::Ready, condition))) => condition.and_then(gone_as).map_or(Ok(()), gone),
            // What is gone from its cluster still holds its name and its quota.
            (Self::Extend | Self::Delete, Some((NamespaceState::Ready, _))) => Ok(()),
        }
    }
}

/// How a namespace is gone that nothing can be given to.
fn gone_as(condition: Condition) -> Option<Gone> {
    match condition {
        Condition::Missing => Some(Gone::Missing),
        Condition::Leaving => Some(Gone::Leaving),
        Condition::Replaced => Some(Gone::Replaced),
        Condition::Foreign | Condition::Refused | Condition::Ahead => None,
    }
}
