//! Who must agree to a request: typed rules that give a plan.
//!
//! The rules read facts and nothing else, and their answer is data (stages and reasons).

use crate::class::{Class, Environment};
use crate::cluster::Room;
use crate::plan::{Deciders, Plan, Reason, Stage};
use crate::quota::Quota;

/// Name of the size up to which a sandbox needs nobody's approval.
const AUTOMATIC_SIZE: &str = "S";

/// What the rules may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub class: &'a Class,
    pub asked: Quota,
    pub room: &'a Room,
    /// People who could decide as owners of the team, without the requester.
    pub n_owners: i64,
}

/// The plan for a new namespace.
pub fn plan(facts: &Facts<'_>) -> Plan {
    let automatic = sandbox_automatic(facts);
    if automatic.applied {
        return Plan { stages: Vec::new(), reasons: vec![automatic] };
    }
    let owner = team_owner(facts);
    let platform = production_platform(facts);
    let mut stages = Vec::new();
    if owner.applied {
        stages.push(Stage { deciders: Deciders::TeamOwners, quorum: 1 });
    }
    // Where no owner can decide, Platform does, so that no plan waits for people who do not exist.
    if platform.applied || !owner.applied {
        stages.push(Stage { deciders: Deciders::Platform, quorum: 1 });
    }
    Plan { stages, reasons: vec![automatic, owner, platform] }
}

fn sandbox_automatic(facts: &Facts<'_>) -> Reason {
    let is_sandbox = facts.class.spec.environment == Environment::Sandbox;
    let small = facts.class.spec.sizes.iter().find(|s| s.name.as_str() == AUTOMATIC_SIZE);
    let is_small = small.is_some_and(|s| facts.asked.fits(&s.quota));
    let fits = facts.room.short_of(&facts.asked).is_empty();
    let says = match (is_sandbox, is_small, fits) {
        (true, true, true) => "A sandbox up to size S that fits is approved automatically.",
        (true, true, false) => "A sandbox this small would be automatic, but the cluster has no room for it.",
        (true, false, _) if small.is_none() => "Only sandboxes up to size S are automatic; this class has no size S.",
        (true, false, _) => "Only sandboxes up to size S are automatic; this one is larger.",
        (false, ..) => "Only sandboxes are automatic.",
    };
    Reason { rule: "sandbox_automatic".into(), applied: is_sandbox && is_small && fits, says: says.into() }
}

fn team_owner(facts: &Facts<'_>) -> Reason {
    let says = if facts.n_owners > 0 {
        "An owner of the team decides."
    } else {
        "No other owner of the team could decide, so Platform does."
    };
    Reason { rule: "team_owner".into(), applied: facts.n_owners > 0, says: says.into() }
}

fn production_platform(facts: &Facts<'_>) -> Reason {
    let applied = facts.class.spec.environment == Environment::Production;
    let says = if applied { "Production needs Platform as well." } else { "Only production needs Platform as well." };
    Reason { rule: "production_platform".into(), applied, says: says.into() }
}

#[cfg(test)]
mod tests;
