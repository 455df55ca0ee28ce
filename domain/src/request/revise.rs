//! Another revision of an open ask, and which of the approvals given it leaves standing.

use super::{Request, Seen, State};
use crate::actor::Person;
use crate::cluster::Placement;
use crate::name::{Purpose, SizeName};
use crate::plan::Plan;
use crate::quota::Quota;
use crate::refusal::Refusal;

/// What is asked for instead, and the plan for that with the facts of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    pub size: Option<SizeName>,
    pub quota: Quota,
    pub purpose: Purpose,
    pub plan: Plan,
}

impl Request {
    /// A new revision. Approvals stay where nothing grew and the plan did not get stricter; those of its author never do.
    /// Where that leaves nothing to decide, the grant stands.
    pub fn revise(self, by: &Person, seen: Seen, revised: Revised, placement: &Placement) -> Result<Self, Refusal> {
        self.check_revisable(seen)?;
        revised.quota.check()?;
        let Revised { size, quota, purpose, plan } = revised;
        if quota == self.ask.quota && size == self.ask.size && purpose == self.ask.purpose {
            return Err(Refusal::Unchanged);
        }
        let mut decisions = self.decisions.clone();
        decisions.retain(|d| d.person != by.id);
        if self.is_material(&quota, &purpose, &plan) {
            decisions.clear();
        }
        let mut authors = self.authors.clone();
        if !authors.contains(&by.id) {
            authors.push(by.id);
        }
        let ask = super::Ask { size, quota, purpose, ..self.ask };
        let (state, revision) = (State::InReview, self.revision + 1);
        Ok(Self { ask, plan, decisions, state, revision, revised_by: by.id, authors, ..self }.settle(placement))
    }

    /// Whether it can be revised at all, by somebody who has read that.
    pub fn check_revisable(&self, seen: Seen) -> Result<(), Refusal> {
        match self.state {
            State::InReview | State::ChangesRequested(_) => self.check_seen(seen),
            State::Approved { .. }
            | State::Waiting { .. }
            | State::Applying { .. }
            | State::Completed { .. }
            | State::Failed { .. }
            | State::Undoing { .. }
            | State::Undone { .. }
            | State::Rejected
            | State::Withdrawn
            | State::Expired
            | State::Superseded { .. } => Err(self.closed()),
        }
    }

    /// The suggestion that waits for an answer.
    pub fn suggestion(&self) -> Option<Quota> {
        match &self.state {
            State::ChangesRequested(changes) => changes.suggestion,
            State::InReview
            | State::Approved { .. }
            | State::Waiting { .. }
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

    /// Whether who approved before cannot be taken to approve this too: something grows, it is for something else, or the
    /// plan is not the same or its beginning.
    fn is_material(&self, quota: &Quota, purpose: &Purpose, plan: &Plan) -> bool {
        !quota.fits(&self.ask.quota) || *purpose != self.ask.purpose || !self.plan.stages.starts_with(&plan.stages)
    }
}
