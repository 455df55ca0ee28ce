//! Who must agree to a request: typed rules that give a plan.
//!
//! The rules read facts and nothing else, and their answer is data (stages and reasons).

mod ending;
mod quota;

use crate::class::{Class, Environment};
use crate::plan::{Deciders, Plan, Reason, Stage};
use crate::request::UntilDate;
use time::OffsetDateTime;

pub use ending::automatic_until;
pub use quota::{AUTOMATIC_WINDOW, Automatic, Current, QuotaFacts};

/// The rule that says that nobody can decide yet.
const NOBODY_YET: &str = "nobody_yet";

/// What the rules may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub class: &'a Class,
    /// People who could decide as owners of the team, without those who have a hand in the ask.
    pub n_owners: i64,
    /// People who could decide for Platform, without those either.
    pub n_platform: i64,
    pub subject: Subject<'a>,
}

/// What is asked for, with what only its rules look at.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    NewNamespace(QuotaFacts<'a>),
    /// Another quota of a namespace that is there.
    Quota(QuotaFacts<'a>, Current),
    Extend {
        until: UntilDate,
        now: OffsetDateTime,
    },
    Delete,
}

/// The plan for an ask.
pub fn plan(facts: &Facts<'_>) -> Plan {
    let class = facts.class;
    let automatic = match &facts.subject {
        Subject::NewNamespace(asked) => vec![quota::sandbox_automatic(class, asked)],
        Subject::Quota(asked, current) => {
            vec![quota::decrease(asked, current), quota::small_increase(class, asked, current)]
        }
        Subject::Extend { until, now } => vec![ending::extend_automatic(class, *until, *now)],
        Subject::Delete => vec![ending::delete_automatic(class)],
    };
    if let Some(automatic) = automatic.iter().find(|reason| reason.applied) {
        return Plan { stages: Vec::new(), reasons: vec![automatic.clone()] };
    }
    let (owner, is_of_owners) = (team_owner(facts), facts.n_owners > 0);
    let (production, is_of_platform) = match facts.subject {
        Subject::NewNamespace(_) | Subject::Quota(..) | Subject::Extend { .. } => {
            let production = production_platform(facts);
            let is_of_platform = production.applied;
            (production, is_of_platform)
        }
        Subject::Delete => (ending::second_person(), false),
    };
    let mut stages = Vec::new();
    if is_of_owners {
        stages.push(Stage { deciders: Deciders::TeamOwners, quorum: 1 });
    }
    // Where no owner can decide, Platform does, so that no plan waits for people who do not exist.
    let needs_platform = is_of_platform || !is_of_owners;
    if needs_platform {
        stages.push(Stage { deciders: Deciders::Platform, quorum: 1 });
    }
    let nobody = (needs_platform && facts.n_platform == 0).then(nobody_yet);
    let reasons = automatic.into_iter().chain([owner, production]).chain(nobody).collect();
    Plan { stages, reasons }
}

fn nobody_yet() -> Reason {
    let says = "No approver of Platform has signed in to Berth yet: it waits until one has.";
    Reason { rule: NOBODY_YET.into(), applied: true, says: says.into() }
}

/// It counts either way: it says who decides.
fn team_owner(facts: &Facts<'_>) -> Reason {
    let says = if facts.n_owners > 0 {
        "An owner of the team decides."
    } else {
        "No other owner of the team could decide, so Platform does."
    };
    Reason { rule: "team_owner".into(), applied: true, says: says.into() }
}

fn production_platform(facts: &Facts<'_>) -> Reason {
    let applied = facts.class.spec.environment == Environment::Production;
    let says = if applied { "Production needs Platform as well." } else { "Only production needs Platform as well." };
    Reason { rule: "production_platform".into(), applied, says: says.into() }
}

/// Whether the plan has a stage that nobody can decide yet.
pub fn waits_for_nobody(plan: &Plan) -> bool {
    plan.reasons.iter().any(|reason| reason.rule == NOBODY_YET)
}

#[cfg(test)]
mod tests;
