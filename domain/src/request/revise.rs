//! Another revision of an open ask, and which of the approvals given it leaves standing.

use super::{Ask, Grant, Open, Request, Seen, State};
use crate::actor::Person;
use crate::cluster::Placement;
use crate::name::Purpose;
use crate::plan::Plan;
use crate::refusal::Refusal;

/// What is asked for instead, and the plan for that with the facts of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    pub ask: Ask,
    pub purpose: Purpose,
    pub plan: Plan,
}

impl Request {
    /// A new revision. Approvals stay where nothing grew and the plan did not get stricter; those of its author never do.
    /// Where that leaves nothing to decide, the grant stands.
    pub fn revise(
        self,
        by: &Person,
        seen: Seen,
        revised: Revised,
        placement: Option<&Placement>,
    ) -> Result<Self, Refusal> {
        self.check_revisable(seen)?;
        let Revised { ask, purpose, plan } = revised;
        ask.whole().check()?;
        if ask == self.ask && purpose == self.purpose {
            return Err(Refusal::Unchanged);
        }
        let mut decisions = self.decisions.clone();
        decisions.retain(|d| d.person != by.id);
        if self.is_material(&ask, &purpose, &plan) {
            decisions.clear();
        }
        let mut authors = self.authors.clone();
        if !authors.contains(&by.id) {
            authors.push(by.id);
        }
        let (state, revision) = (State::IN_REVIEW, self.revision + 1);
        Ok(Self { ask, purpose, plan, decisions, state, revision, revised_by: by.id, authors, ..self }
            .settle(placement))
    }

    /// Whether it can be revised at all, by somebody who has read that.
    pub fn check_revisable(&self, seen: Seen) -> Result<(), Refusal> {
        match self.state {
            State::Open(_) => self.check_seen(seen),
            State::Granted { .. } | State::Closed(_) => Err(self.closed()),
        }
    }

    /// The suggestion that waits for an answer.
    pub fn suggestion(&self) -> Option<Grant> {
        match &self.state {
            State::Open(Open::ChangesRequested(changes)) => changes.suggestion,
            State::Open(Open::InReview) | State::Granted { .. } | State::Closed(_) => None,
        }
    }

    /// Whether who approved before cannot be taken to approve this too: something grows, it is for something else, or the
    /// plan is not the same or its beginning.
    fn is_material(&self, ask: &Ask, purpose: &Purpose, plan: &Plan) -> bool {
        let grows = ask.whole().require_within(&self.ask.whole()).is_err();
        grows || *purpose != self.purpose || !self.plan.stages.starts_with(&plan.stages)
    }
}
