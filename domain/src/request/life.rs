//! The transitions, but for the one that changes the ask ([`super::revise`]).

use super::{Approval, Changes, Decision, Kind, Request, Seen, State, Word};
use crate::actor::Person;
use crate::cluster::Placement;
use crate::drift::Condition;
use crate::name::{Comment, NamespaceName, RequestNumber};
use crate::namespace::{Gone, NamespaceState};
use crate::quota::{Quota, Resource};
use crate::refusal::{FieldError, Refusal};
use time::OffsetDateTime;

impl Request {
    /// One person approves the current stage. The last stage's quorum makes the request approved, with the
    /// smallest of the grants, or has it wait where the cluster has no capacity for it.
    ///
    /// That the person is entitled to is [`crate::access::allow`]'s business.
    pub fn approve(
        mut self,
        by: &Person,
        approval: Approval,
        placement: &Placement,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, approval.seen)?;
        let limit = self.grantable();
        let grant = approval.grant.unwrap_or(limit);
        grant.check()?;
        let raised = grant.beyond(&limit);
        if !raised.is_empty() {
            return Err(Refusal::RaisesAsk(raised));
        }
        self.check_takes_nothing_away(&grant)?;
        let decision = self.decision(stage, by, Word::Approve { grant }, approval.comment, at);
        self.decisions.push(decision);
        Ok(self.settle(placement))
    }

    /// One person rejects it, with a reason; that ends it.
    pub fn reject(mut self, by: &Person, seen: Seen, reason: Comment, at: OffsetDateTime) -> Result<Self, Refusal> {
        let stage = self.check_decision(by, seen)?;
        let decision = self.decision(stage, by, Word::Reject, Some(reason), at);
        self.decisions.push(decision);
        self.state = State::Rejected;
        Ok(self)
    }

    /// One person who may decide asks for another revision, and may say what they would approve.
    pub fn request_changes(
        self,
        by: &Person,
        seen: Seen,
        comment: Comment,
        suggestion: Option<Quota>,
    ) -> Result<Self, Refusal> {
        self.check_decision(by, seen)?;
        if let Some(suggestion) = suggestion {
            suggestion.check()?;
            if suggestion == self.ask.quota {
                return Err(Refusal::invalid(
                    "suggestion",
                    "equals the request: approve it, or suggest something else",
                ));
            }
        }
        let changes = Changes { suggestion, comment, by: by.id, by_name: by.name.clone() };
        Ok(Self { state: State::ChangesRequested(changes), ..self })
    }

    pub fn withdraw(self) -> Result<Self, Refusal> {
        self.end(State::Withdrawn)
    }

    /// Its requester asks for something else instead.
    pub fn supersede(self, by: RequestNumber) -> Result<Self, Refusal> {
        self.end(State::Superseded { by })
    }

    /// Nobody acted for as long as there was time.
    pub fn expire(self, now: OffsetDateTime) -> Result<Self, Refusal> {
        match self.expires_at() {
            Some(at) if at <= now => self.end(State::Expired),
            Some(_) | None => Err(self.closed()),
        }
    }

    /// There is capacity now.
    pub fn admit_waiting(self, placement: &Placement) -> Result<Self, Refusal> {
        let State::Waiting { grant } = self.state else { return Err(self.closed()) };
        let short = placement.short_of(&grant);
        if short.is_empty() {
            Ok(Self { state: State::Approved { grant }, ..self })
        } else {
            Err(Refusal::NoCapacity(short))
        }
    }

    /// A job begins, or goes on, or tries again.
    pub fn begin_applying(self) -> Result<Self, Refusal> {
        match self.state {
            State::Approved { grant } | State::Applying { grant } | State::Failed { grant, .. } => {
                Ok(Self { state: State::Applying { grant }, ..self })
            }
            State::InReview
            | State::ChangesRequested(_)
            | State::Waiting { .. }
            | State::Completed { .. }
            | State::Undoing { .. }
            | State::Undone { .. }
            | State::Rejected
            | State::Withdrawn
            | State::Expired
            | State::Superseded { .. } => Err(self.closed()),
        }
    }

    pub fn complete(self) -> Result<Self, Refusal> {
        let State::Applying { grant } = self.state else { return Err(self.closed()) };
        Ok(Self { state: State::Completed { grant }, ..self })
    }

    /// The job gave up, whether it was making it so or taking it back.
    pub fn fail(self, reason: String) -> Result<Self, Refusal> {
        let (State::Applying { grant } | State::Undoing { grant }) = self.state else { return Err(self.closed()) };
        Ok(Self { state: State::Failed { grant, reason }, ..self })
    }

    /// Give up what failed, and take back what of it is there.
    pub fn undo(self) -> Result<Self, Refusal> {
        let State::Failed { grant, .. } = self.state else { return Err(self.closed()) };
        Ok(Self { state: State::Undoing { grant }, ..self })
    }

    /// All of it is taken back.
    pub fn finish_undo(self) -> Result<Self, Refusal> {
        let State::Undoing { grant } = self.state else { return Err(self.closed()) };
        Ok(Self { state: State::Undone { grant }, ..self })
    }

    /// Where no stage waits any more, the grant stands; it is held where there is capacity for it.
    pub fn settle(mut self, placement: &Placement) -> Self {
        if self.state == State::InReview && self.stage_index().is_none() {
            let grant = self.grantable();
            self.state = if placement.short_of(&grant).is_empty() {
                State::Approved { grant }
            } else {
                State::Waiting { grant }
            };
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

    /// Refuses a quota for a namespace that is not there to have it: nobody asked for another one, empty. `found` is how
    /// the namespace stands; none when Berth keeps it no more.
    pub fn check_namespace(&self, found: Option<(NamespaceState, Option<Condition>)>) -> Result<(), Refusal> {
        match self.kind {
            Kind::NewNamespace => Ok(()),
            Kind::Quota => can_have_quota(&self.ask.name, found),
        }
    }

    fn end(self, state: State) -> Result<Self, Refusal> {
        if self.state.is_pending() { Ok(Self { state, ..self }) } else { Err(self.closed()) }
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

    /// Who approves with less may keep a namespace from growing, but takes nothing from it that nobody offered.
    fn check_takes_nothing_away(&self, grant: &Quota) -> Result<(), Refusal> {
        let least = match self.kind {
            Kind::NewNamespace => return Ok(()),
            Kind::Quota => self.base.least(&self.grantable()),
        };
        let below = Resource::ALL.into_iter().filter(|r| grant.get(*r) < least.get(*r));
        let problems: Vec<_> =
            below.map(|r| FieldError { field: r.field().into(), message: taken(r, &least) }).collect();
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems)) }
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

fn taken(resource: Resource, least: &Quota) -> String {
    format!("must be at least {}: nobody asked to take more away", resource.format(least.get(resource)))
}

/// The same for a quota that is yet to be asked for.
pub fn can_have_quota(name: &NamespaceName, found: Option<(NamespaceState, Option<Condition>)>) -> Result<(), Refusal> {
    let gone = |how| Err(Refusal::NamespaceGone { namespace: name.clone(), how });
    match found {
        None => gone(Gone::NotKept),
        Some((NamespaceState::Removing, _)) => gone(Gone::Removing),
        Some((NamespaceState::Provisioning | NamespaceState::Failed, _)) => {
            Err(Refusal::NamespaceNotReady { namespace: name.clone() })
        }
        Some((NamespaceState::Ready, Some(Condition::Missing))) => gone(Gone::Missing),
        Some((NamespaceState::Ready, Some(Condition::Leaving))) => gone(Gone::Leaving),
        Some((NamespaceState::Ready, Some(Condition::Replaced))) => gone(Gone::Replaced),
        Some((NamespaceState::Ready, Some(Condition::Foreign | Condition::Refused | Condition::Ahead) | None)) => {
            Ok(())
        }
    }
}
