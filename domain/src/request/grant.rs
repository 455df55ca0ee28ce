//! What is granted, by kind: never more than was asked, and the least of what each who decided granted.

use super::{Ask, UntilDate};
use crate::cluster::Placement;
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::{FieldError, Refusal};
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
    pub fn check(&self) -> Result<(), Refusal> {
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

    /// Refuses what takes away more than anybody asked to take: `ask` says what there was, and `self` is what is granted of
    /// at most `limit`.
    pub(super) fn require_takes_nothing_away(&self, ask: &Ask, limit: &Self) -> Result<(), Refusal> {
        match (self, ask, limit) {
            (Self::Quota(grant), Ask::Quota { base, .. }, Self::Quota(limit)) => {
                let least = base.least(limit);
                let below = Resource::ALL.into_iter().filter(|r| grant.get(*r) < least.get(*r));
                let problems: Vec<_> =
                    below.map(|r| FieldError { field: r.field().into(), message: taken(r, &least) }).collect();
                if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems)) }
            }
            (Self::Until { until }, Ask::Extend { base, .. }, _) => until.require_after(*base),
            (
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
                Ask::NewNamespace(_) | Ask::Quota { .. } | Ask::Extend { .. } | Ask::Delete { .. },
                _,
            ) => Ok(()),
        }
    }

    /// Refuses what nobody could ask for in place of `ask`.
    pub fn require_asks_for_something(&self, ask: &Ask) -> Result<(), Refusal> {
        match (self, ask) {
            (Self::Until { until }, Ask::Extend { base, .. }) => until.require_after(*base),
            (
                Self::Quota(_) | Self::Until { .. } | Self::Deletion { .. },
                Ask::NewNamespace(_) | Ask::Quota { .. } | Ask::Extend { .. } | Ask::Delete { .. },
            ) => Ok(()),
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

fn taken(resource: Resource, least: &Quota) -> String {
    format!("must be at least {}: nobody asked to take more away", resource.format(least.get(resource)))
}
