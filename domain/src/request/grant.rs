//! What is granted, by kind: never more than was asked, and the least of what each who decided granted.

use super::UntilDate;
use crate::cluster::Placement;
use crate::field_error::FieldErrors;
use crate::quota::{Quota, Shortfall};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What is granted. As JSON its content alone: the kind of its request says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Grant {
    /// What a namespace may use.
    Quota(Quota),
    /// How long it stays.
    Until { until: UntilDate },
    /// That it goes, and after how many days.
    Deletion { grace_days: u32 },
}

impl Grant {
    /// Whether it is one by itself, whatever was asked for.
    pub fn check(&self) -> Result<(), FieldErrors> {
        match self {
            Self::Quota(quota) => quota.check(),
            Self::Until { .. } | Self::Deletion { .. } => Ok(()),
        }
    }

    /// Refuses what is more than this, or something else.
    pub fn require_within(&self, limit: &Self) -> Result<(), Refusal> {
        match (self, limit) {
            (Self::Quota(quota), Self::Quota(limit)) => {
                let raised = quota.beyond(limit);
                if raised.is_empty() { Ok(()) } else { Err(Refusal::RaisesAsk(raised)) }
            }
            (Self::Until { until }, Self::Until { until: limit }) if until > limit => {
                Err(Refusal::invalid("until", &format!("was asked until {limit}: grant that or less")))
            }
            (Self::Until { .. }, Self::Until { .. }) => Ok(()),
            (Self::Deletion { grace_days }, Self::Deletion { grace_days: asked }) if grace_days < asked => {
                Err(Refusal::invalid("grace_days", &format!("must be {asked} at least, as was asked")))
            }
            (Self::Deletion { .. }, Self::Deletion { .. }) => Ok(()),
            (
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
            ) => Err(Refusal::invalid("grant", "is of another kind than what was asked")),
        }
    }

    /// What both grant.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Quota(one), Self::Quota(other)) => Self::Quota(one.least(other)),
            (Self::Until { until: one }, Self::Until { until: other }) => Self::Until { until: *one.min(other) },
            (Self::Deletion { grace_days: one }, Self::Deletion { grace_days: other }) => {
                Self::Deletion { grace_days: *one.max(other) }
            }
            // Decisions are on one request, which is of one kind.
            (
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
            ) => *self,
        }
    }

    /// What the cluster is short of for it. What takes no capacity is never short of any.
    pub fn short_of(&self, placement: Option<&Placement>) -> Vec<Shortfall> {
        match (self, placement) {
            (Self::Quota(quota), Some(placement)) => placement.short_of(quota),
            (Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. }, _) => Vec::new(),
        }
    }

    pub fn quota(&self) -> Option<Quota> {
        match self {
            Self::Quota(quota) => Some(*quota),
            Self::Until { .. } | Self::Deletion { .. } => None,
        }
    }

    pub fn until(&self) -> Option<UntilDate> {
        match self {
            Self::Until { until } => Some(*until),
            Self::Quota(_) | Self::Deletion { .. } => None,
        }
    }

    /// In words, as it goes on from a verb: `4 CPU, 16 GiB memory`, `an extension until 2026-12-31`.
    pub fn describe(&self) -> String {
        match self {
            Self::Quota(quota) => quota.describe(),
            Self::Until { until } => format!("an extension until {until}"),
            Self::Deletion { grace_days } => format!("its deletion, {grace_days} days after it is suspended"),
        }
    }
}

impl Grant {
    /// What Berth did with it, after its name: `provisioned and verified it`, `extended it until 2026-12-31`.
    pub fn describe_done(&self) -> String {
        match self {
            Self::Quota(_) => "provisioned and verified it".into(),
            Self::Until { until } => format!("extended it until {until}"),
            Self::Deletion { grace_days } => format!("suspended it, to be deleted in {grace_days} days"),
        }
    }
}

impl From<Quota> for Grant {
    fn from(quota: Quota) -> Self {
        Self::Quota(quota)
    }
}
