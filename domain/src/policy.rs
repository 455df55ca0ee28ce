//! Who must agree to a request: typed rules that give a plan.
//!
//! The rules read facts and nothing else, and their answer is data (stages and reasons).

use crate::class::{Class, Environment};
use crate::cluster::Placement;
use crate::plan::{Deciders, Plan, Reason, Stage};
use crate::quota::{Quota, Shortfall};
use time::Duration;

/// Name of the size up to which a sandbox needs nobody's approval.
const AUTOMATIC_SIZE: &str = "S";

/// The rule that says that nobody can decide yet.
const NOBODY_YET: &str = "nobody_yet";
/// A quota grows automatically by at most this part of what is granted, in every resource.
const SMALL_INCREASE_PERCENT: u64 = 50;
/// At least this part of a resource must be in use for it to grow automatically.
const MEASURED_USE_PERCENT: u64 = 60;
/// Automatic increases of a namespace in [`AUTOMATIC_WINDOW`].
const AUTOMATIC_INCREASES: i64 = 2;
/// How far back automatic increases count.
pub const AUTOMATIC_WINDOW: Duration = Duration::days(90);

/// What the rules may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub class: &'a Class,
    pub asked: Quota,
    pub placement: &'a Placement,
    /// People who could decide as owners of the team, without those who have a hand in the ask.
    pub n_owners: i64,
    /// People who could decide for Platform, without those either.
    pub n_platform: i64,
    /// What stands that nobody approved.
    pub automatic: Automatic,
    /// What is known of the namespace whose quota it is about; none for a new one.
    pub current: Option<Current>,
}

/// What was granted automatically and still stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Automatic {
    /// Namespaces that the person asked for.
    pub n_of_person: i64,
    /// Namespaces of the team.
    pub n_of_team: i64,
    /// What the team's namespaces take of the capacity of the cluster it is about: those that nobody approved, and what was
    /// added to any of them by raises that nobody did.
    pub of_team: Quota,
}

/// A namespace whose quota shall change.
#[derive(Debug, Clone, Copy)]
pub struct Current {
    pub quota: Quota,
    /// As the cluster counts it now; none when that is not known, or not fresh.
    pub used: Option<Quota>,
    /// Increases without anybody's approval within [`AUTOMATIC_WINDOW`].
    pub n_automatic: i64,
}

/// The plan for an ask.
pub fn plan(facts: &Facts<'_>) -> Plan {
    let automatic = match &facts.current {
        None => vec![sandbox_automatic(facts)],
        Some(current) => vec![decrease(facts, current), small_increase(facts, current)],
    };
    if let Some(automatic) = automatic.iter().find(|reason| reason.applied) {
        return Plan { stages: Vec::new(), reasons: vec![automatic.clone()] };
    }
    let owner = team_owner(facts);
    let production = production_platform(facts);
    let mut stages = Vec::new();
    if owner.applied {
        stages.push(Stage { deciders: Deciders::TeamOwners, quorum: 1 });
    }
    // Where no owner can decide, Platform does, so that no plan waits for people who do not exist.
    let needs_platform = production.applied || !owner.applied;
    if needs_platform {
        stages.push(Stage { deciders: Deciders::Platform, quorum: 1 });
    }
    let nobody = (needs_platform && facts.n_platform == 0).then(nobody_yet);
    let reasons = automatic.into_iter().chain([owner, production]).chain(nobody).collect();
    Plan { stages, reasons }
}

fn sandbox_automatic(facts: &Facts<'_>) -> Reason {
    let obstacle = sandbox_obstacle(facts);
    let says = obstacle.clone().unwrap_or_else(|| "A sandbox up to size S that fits is approved automatically.".into());
    Reason { rule: "sandbox_automatic".into(), applied: obstacle.is_none(), says }
}

/// Why a new namespace is not automatic.
fn sandbox_obstacle(facts: &Facts<'_>) -> Option<String> {
    let spec = &facts.class.spec;
    if spec.environment != Environment::Sandbox {
        return Some("Only sandboxes are automatic.".into());
    }
    let Some(small) = spec.sizes.iter().find(|s| s.name.as_str() == AUTOMATIC_SIZE) else {
        return Some("Only sandboxes up to size S are automatic; this class has no size S.".into());
    };
    if !facts.asked.fits(&small.quota) {
        return Some("Only sandboxes up to size S are automatic; this one is larger.".into());
    }
    if !facts.placement.short_of(&facts.asked).is_empty() {
        return Some("A sandbox this small would be automatic, but the cluster has no capacity for it.".into());
    }
    enough_automatic(facts)
}

/// Nobody takes a cluster without being seen: past these bounds people decide.
fn enough_automatic(facts: &Facts<'_>) -> Option<String> {
    let (bounds, so_far) = (&facts.class.spec.automatic, &facts.automatic);
    let passed = |n: i64, most: u32| n >= i64::from(most);
    if passed(so_far.n_of_person, bounds.per_person) {
        let (n, most) = (so_far.n_of_person, bounds.per_person);
        return Some(format!(
            "The requester has {n} namespaces that were approved automatically; the class allows {most}, so people decide."
        ));
    }
    if passed(so_far.n_of_team, bounds.per_team) {
        let (n, most) = (so_far.n_of_team, bounds.per_team);
        return Some(format!(
            "The team has {n} namespaces that were approved automatically; the class allows {most}, so people decide."
        ));
    }
    beyond_part(facts)
}

/// The team's part of a cluster bounds raises just as new namespaces.
fn beyond_part(facts: &Facts<'_>) -> Option<String> {
    let bounds = &facts.class.spec.automatic;
    let after = facts.automatic.of_team.plus(&facts.placement.need(&facts.asked));
    bounds.beyond_part(&facts.placement.capacity.ceiling, &after).map(|resource| {
        let (resource, part) = (resource.title(), bounds.cluster_percent);
        format!("The team would hold more than {part} % of the cluster's {resource} without anybody's approval, so people decide.")
    })
}

fn decrease(facts: &Facts<'_>, current: &Current) -> Reason {
    let applied = facts.asked.fits(&current.quota);
    let says = if applied {
        "It gives back and takes nothing: that needs nobody's approval."
    } else {
        "Only what takes nothing more needs nobody's approval."
    };
    Reason { rule: "decrease_automatic".into(), applied, says: says.into() }
}

fn small_increase(facts: &Facts<'_>, current: &Current) -> Reason {
    let obstacle = obstacle(facts, current);
    let says = obstacle.clone().unwrap_or_else(|| {
        format!(
            "At most {SMALL_INCREASE_PERCENT} % more of what is at least {MEASURED_USE_PERCENT} % used: that needs nobody's approval, up to {AUTOMATIC_INCREASES} times in {} days.",
            AUTOMATIC_WINDOW.whole_days()
        )
    });
    Reason { rule: "small_increase".into(), applied: obstacle.is_none(), says }
}

/// Why an increase is not automatic. What is not known is an obstacle.
fn obstacle(facts: &Facts<'_>, current: &Current) -> Option<String> {
    if facts.class.spec.environment == Environment::Production {
        return Some("Increases in production are never automatic.".into());
    }
    let raised = || facts.asked.beyond(&current.quota).into_iter();
    let is_large = |s: &Shortfall| s.missing * 100 > current.quota.get(s.resource) * SMALL_INCREASE_PERCENT;
    if let Some(large) = raised().find(is_large) {
        let resource = large.resource.title();
        return Some(format!("{resource} grows by more than {SMALL_INCREASE_PERCENT} %, so people decide."));
    }
    if !facts.placement.short_of(&facts.asked).is_empty() {
        return Some("It would be automatic, but the cluster has no capacity for it.".into());
    }
    let Some(used) = current.used else {
        return Some("Current use is not known, so people decide.".into());
    };
    let is_idle = |s: &Shortfall| used.get(s.resource) * 100 < current.quota.get(s.resource) * MEASURED_USE_PERCENT;
    if let Some(idle) = raised().find(is_idle) {
        let resource = idle.resource.title();
        return Some(format!("Less than {MEASURED_USE_PERCENT} % of {resource} is in use, so people decide."));
    }
    if current.n_automatic >= AUTOMATIC_INCREASES {
        let (n, days) = (current.n_automatic, AUTOMATIC_WINDOW.whole_days());
        return Some(format!("It grew automatically {n} times in {days} days, so people decide."));
    }
    beyond_part(facts)
}

fn nobody_yet() -> Reason {
    let says = "No approver of Platform has signed in to Berth yet: it waits until one has.";
    Reason { rule: NOBODY_YET.into(), applied: true, says: says.into() }
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

/// Whether the plan has a stage that nobody can decide yet.
pub fn waits_for_nobody(plan: &Plan) -> bool {
    plan.reasons.iter().any(|reason| reason.rule == NOBODY_YET)
}

#[cfg(test)]
mod tests;
