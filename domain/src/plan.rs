//! How a request is decided: stages in order, each needs a quorum of people.

use crate::actor::{Person, TeamRole};
use crate::id::TeamId;
use serde::{Deserialize, Serialize};
use time::Duration;

/// What is usual is said from what was decided within so long.
pub const USUAL_WITHIN: Duration = Duration::days(90);
/// And from as many stages at least: fewer say nothing.
const USUAL_FROM: usize = 5;

/// Stored with the request as data, so that what was agreed at submission stays the measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// In order; empty means automatic.
    pub stages: Vec<Stage>,
    /// Why the plan is what it is, rule by rule, for people to read.
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub deciders: Deciders,
    /// How many different people must approve.
    pub quorum: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deciders {
    TeamOwners,
    /// People with the platform role `platform` or `approver`.
    Platform,
}

/// One rule's part in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable name of the rule, e.g. `sandbox_automatic`.
    pub rule: String,
    pub applied: bool,
    /// A sentence: what the rule looked at and what follows.
    pub says: String,
}

/// How long a stage usually takes, from how long others took: half of them were faster.
pub fn usual(mut took: Vec<Duration>) -> Option<Duration> {
    if took.len() < USUAL_FROM {
        return None;
    }
    took.sort_unstable();
    took.get(took.len() / 2).copied()
}

impl Plan {
    pub fn is_automatic(&self) -> bool {
        self.stages.is_empty()
    }

    /// The rule by which nobody has to decide.
    pub fn automatic_by(&self) -> Option<&str> {
        let applied = self.reasons.iter().find(|reason| reason.applied).map(|reason| reason.rule.as_str());
        applied.filter(|_| self.is_automatic())
    }
}

impl Deciders {
    pub fn include(self, person: &Person, team: TeamId) -> bool {
        match self {
            Self::TeamOwners => person.role_in(team) == Some(TeamRole::Owner),
            Self::Platform => person.decides_for_platform(),
        }
    }

    /// Who they are, in words: `owners of Payments`, `Platform`.
    pub fn title(self, team: &str) -> String {
        match self {
            Self::TeamOwners => format!("owners of {team}"),
            Self::Platform => "Platform".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_the_middle_of_enough_and_nothing_is_said_from_few() {
        let hours = |all: &[i64]| all.iter().map(|hours| Duration::hours(*hours)).collect::<Vec<_>>();
        assert_eq!(usual(hours(&[1, 2, 3, 4])), None);
        assert_eq!(usual(hours(&[90, 1, 3, 2, 80])), Some(Duration::hours(3)), "one that took long changes nothing");
    }
}
