//! The rules for how long a namespace stays, and for its end.

use crate::class::{Class, Environment};
use crate::plan::Reason;
use crate::request::UntilDate;
use time::{Duration, OffsetDateTime};

/// Who still needs what they have keeps it for as long again as the class gives anybody.
pub(super) fn extend_automatic(class: &Class, until: UntilDate, now: OffsetDateTime) -> Reason {
    let obstacle = extend_obstacle(class, until, now);
    let says = obstacle
        .clone()
        .unwrap_or_else(|| "It stays no longer than a new one would: that needs nobody's approval.".into());
    Reason { rule: "extend_automatic".into(), applied: obstacle.is_none(), says }
}

/// The last day that needs nobody's approval; none where people decide every day.
pub fn automatic_until(class: &Class, now: OffsetDateTime) -> Option<UntilDate> {
    let days = class.spec.lifetime_days.filter(|_| class.spec.environment != Environment::Production)?;
    Some(UntilDate::of(now + Duration::days(days.into())))
}

fn extend_obstacle(class: &Class, until: UntilDate, now: OffsetDateTime) -> Option<String> {
    if class.spec.environment == Environment::Production {
        return Some("Extensions in production are never automatic.".into());
    }
    let Some(days) = class.spec.lifetime_days else {
        return Some("The class gives no lifetime, so people decide how long it stays.".into());
    };
    let longest = automatic_until(class, now)?;
    (until > longest)
        .then(|| format!("Up to {days} days from today, until {longest}, needs nobody's approval; this is longer."))
}

/// Outside production the grace period is enough: whoever of the team sees it can take it back.
pub(super) fn delete_automatic(class: &Class) -> Reason {
    let applied = class.spec.environment != Environment::Production;
    let says = if applied {
        "Outside production nobody else has to agree: it can be restored until the grace period is over."
    } else {
        "Deleting in production is never automatic."
    };
    Reason { rule: "delete_automatic".into(), applied, says: says.into() }
}

/// Of a deletion in production: one other person is enough, of the team or of Platform.
pub(super) fn second_person() -> Reason {
    let says = "A second person agrees to what ends in production: an owner, or Platform where no owner can.";
    Reason { rule: "second_person".into(), applied: true, says: says.into() }
}
