//! The end of a namespace's life: reminded before it expires, suspended when it does, deleted after a grace period in which
//! it can be restored.

use crate::class::Environment;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

/// Days before the expiry on which people are reminded, the first reminder first.
pub const REMINDERS: [i64; 5] = [30, 14, 7, 3, 1];
/// From so long before on, pages show that a namespace expires.
pub const SOON: Duration = Duration::days(REMINDERS[0]);
/// From so long before on, an expiry is something to look after, also where no reminder was due: of what lives for hours.
pub const LAST_DAY: Duration = Duration::days(REMINDERS[REMINDERS.len() - 1]);
/// For how long after its deletion a name is kept for the team that had it.
pub const RESERVED: Duration = Duration::days(90);

/// Why a namespace ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its lifetime is over.
    Expired,
    /// A request to delete it was granted.
    DeletionRequested,
}

/// A namespace that is suspended, and deleted later unless it is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ending {
    pub cause: Cause,
    /// When its suspension began.
    #[serde(with = "time::serde::rfc3339")]
    pub suspended_at: OffsetDateTime,
    /// From when on it is deleted.
    #[serde(with = "time::serde::rfc3339")]
    pub delete_at: OffsetDateTime,
}

/// What is due of a namespace now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Tell people that it expires in at most so many days.
    Remind {
        days: i64,
    },
    Suspend,
    Delete,
}

/// What a namespace's end depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Since when it expires when it does: since it was made, or was given another expiry.
    pub since: OffsetDateTime,
    /// None: it does not expire.
    pub expires_at: Option<OffsetDateTime>,
    /// The last reminder of this expiry.
    pub reminded_days: Option<i64>,
    pub ending: Option<Ending>,
}

/// Time to restore a namespace that is suspended.
pub fn grace(environment: Environment) -> Duration {
    match environment {
        Environment::Sandbox | Environment::Development => Duration::days(7),
        Environment::Production => Duration::days(30),
    }
}

/// From when on anybody may have the name of a namespace that was deleted at this time.
pub fn reserved_until(deleted_at: OffsetDateTime) -> Date {
    (deleted_at + RESERVED).date()
}

impl Cause {
    pub const ALL: [Cause; 2] = [Self::Expired, Self::DeletionRequested];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::DeletionRequested => "deletion_requested",
        }
    }

    /// In the middle of a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::Expired => "it expired",
            Self::DeletionRequested => "its deletion was requested",
        }
    }
}

impl Ending {
    /// Begins now, with this long to restore it.
    pub fn begin(cause: Cause, now: OffsetDateTime, grace: Duration) -> Self {
        Self { cause, suspended_at: now, delete_at: now + grace.max(Duration::ZERO) }
    }

    /// Whether it can still be restored.
    pub fn is_in_grace(&self, now: OffsetDateTime) -> bool {
        now < self.delete_at
    }
}

impl Lifetime {
    /// The one thing that is due. Of several reminders that were missed the last is given, and a reminder that lies before
    /// the lifetime began never is.
    pub fn due(&self, now: OffsetDateTime) -> Due {
        match (self.ending, self.expires_at) {
            (Some(ending), _) if ending.is_in_grace(now) => Due::Nothing,
            (Some(_), _) => Due::Delete,
            (None, None) => Due::Nothing,
            (None, Some(expires_at)) if expires_at <= now => Due::Suspend,
            (None, Some(expires_at)) => match self.reminder(expires_at, now) {
                Some(days) if self.reminded_days.is_none_or(|last| days < last) => Due::Remind { days },
                Some(_) | None => Due::Nothing,
            },
        }
    }

    fn reminder(&self, expires_at: OffsetDateTime, now: OffsetDateTime) -> Option<i64> {
        let at = |days: i64| expires_at - Duration::days(days);
        REMINDERS.into_iter().rev().find(|days| at(*days) <= now).filter(|days| at(*days) > self.since)
    }
}

#[cfg(test)]
mod tests;
