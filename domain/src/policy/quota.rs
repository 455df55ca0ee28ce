//! The rules for what takes capacity: a new namespace, and another quota of one that is there.

use crate::class::{Class, Environment};
use crate::cluster::Placement;
use crate::plan::Reason;
use crate::quota::{Quota, Shortfall};
use time::Duration;

/// Name of the size up to which a sandbox needs nobody's approval.
const AUTOMATIC_SIZE: &str = "S";
/// A quota grows automatically by at most this part of what is granted, in every resource.
const SMALL_INCREASE_PERCENT: u64 = 50;
/// At least this part of a resource must be in use for it to grow automatically.
const MEASURED_USE_PERCENT: u64 = 60;
/// Automatic increases of a namespace in [`AUTOMATIC_WINDOW`].
const AUTOMATIC_INCREASES: i64 = 2;
/// How far back automatic increases count.
pub const AUTOMATIC_WINDOW: Duration = Duration::days(90);

/// How much is asked for, and what is known of where it would go.
#[derive(Debug, Clone, Copy)]
pub struct QuotaFacts<'a> {
    pub asked: Quota,
    pub placement: &'a Placement,
    /// What stands that nobody approved.
    pub automatic: Automatic,
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

pub(super) fn sandbox_automatic(class: &Class, facts: &QuotaFacts<'_>) -> Reason {
    let obstacle = sandbox_obstacle(class, facts);
    let says = obstacle.clone().unwrap_or_else(|| "A sandbox up to size S that fits is approved automatically.".into());
    Reason { rule: "sandbox_automatic".into(), applied: obstacle.is_none(), says }
}

/// Why a new namespace is not automatic.
fn sandbox_obstacle(class: &Class, facts: &QuotaFacts<'_>) -> Option<String> {
    let spec = &class.spec;
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
    enough_automatic(class, facts)
}

/// Nobody takes a cluster without being seen: past these bounds people decide.
fn enough_automatic(class: &Class, facts: &QuotaFacts<'_>) -> Option<String> {
    let (bounds, so_far) = (&class.spec.automatic, &facts.automatic);
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
    beyond_part(class, facts)
}

/// The team's part of a cluster bounds raises just as new namespaces.
fn beyond_part(class: &Class, facts: &QuotaFacts<'_>) -> Option<String> {
    let bounds = &class.spec.automatic;
    let after = facts.automatic.of_team.plus(&facts.placement.need(&facts.asked));
    bounds.beyond_part(&facts.placement.capacity.ceiling, &after).map(|resource| {
        let (resource, part) = (resource.title(), bounds.cluster_percent);
        format!("The team would hold more than {part} % of the cluster's {resource} without anybody's approval, so people decide.")
    })
}

pub(super) fn decrease(facts: &QuotaFacts<'_>, current: &Current) -> Reason {
    let applied = facts.asked.fits(&current.quota);
    let says = if applied {
        "It gives back and takes nothing: that needs nobody's approval."
    } else {
        "Only what takes nothing more needs nobody's approval."
    };
    Reason { rule: "decrease_automatic".into(), applied, says: says.into() }
}

pub(super) fn small_increase(class: &Class, facts: &QuotaFacts<'_>, current: &Current) -> Reason {
    let obstacle = obstacle(class, facts, current);
    let says = obstacle.clone().unwrap_or_else(|| {
        format!(
            "At most {SMALL_INCREASE_PERCENT} % more of what is at least {MEASURED_USE_PERCENT} % used: that needs nobody's approval, up to {AUTOMATIC_INCREASES} times in {} days.",
            AUTOMATIC_WINDOW.whole_days()
        )
    });
    Reason { rule: "small_increase".into(), applied: obstacle.is_none(), says }
}

/// Why an increase is not automatic. What is not known is an obstacle.
fn obstacle(class: &Class, facts: &QuotaFacts<'_>, current: &Current) -> Option<String> {
    if class.spec.environment == Environment::Production {
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
    beyond_part(class, facts)
}
