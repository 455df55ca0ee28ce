//! What is asked for, by kind: each with its own content, and with what was there when it was asked.

use super::{Grant, UntilDate};
use crate::field_error::FieldErrors;
use crate::name::SizeName;
use crate::quota::{Quota, Resource};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NewNamespace,
    /// More or less of what a namespace has.
    Quota,
    /// Another day on which a namespace expires.
    Extend,
    /// The end of a namespace.
    Delete,
}

/// The content of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    NewNamespace(SizedQuota),
    Quota {
        base: Quota,
        asked: SizedQuota,
    },
    Extend {
        base: UntilDate,
        until: UntilDate,
    },
    /// Suspended at once, and deleted after so many days.
    Delete {
        grace_days: u32,
    },
}

/// A quota, and the size it was asked as; none when the numbers are the requester's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizedQuota {
    pub size: Option<SizeName>,
    pub quota: Quota,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Self::NewNamespace, Self::Quota, Self::Extend, Self::Delete];

    /// Stable name: the column and the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewNamespace => "new_namespace",
            Self::Quota => "quota",
            Self::Extend => "extend",
            Self::Delete => "delete",
        }
    }

    /// What filters call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewNamespace => "New namespace",
            Self::Quota => "Quota",
            Self::Extend => "Extension",
            Self::Delete => "Deletion",
        }
    }

    /// One line that says what is asked for.
    pub fn title(self, namespace: &str) -> String {
        match self {
            Self::NewNamespace => format!("New namespace {namespace}"),
            Self::Quota => format!("Quota of {namespace}"),
            Self::Extend => format!("Extension of {namespace}"),
            Self::Delete => format!("Deletion of {namespace}"),
        }
    }

    /// Whether it is about a namespace that is there already.
    pub fn needs_namespace(self) -> bool {
        match self {
            Self::NewNamespace => false,
            Self::Quota | Self::Extend | Self::Delete => true,
        }
    }

    /// Whether it is about what a namespace may use, so that it takes capacity.
    pub fn has_quota(self) -> bool {
        match self {
            Self::NewNamespace | Self::Quota => true,
            Self::Extend | Self::Delete => false,
        }
    }
}

/// Resources that there were when the first decisions were made.
const ALWAYS_DIGESTED: usize = 6;

/// Later ones are digested where some is asked for: what was decided before them keeps its digest.
fn digested_amounts(quota: &Quota) -> Vec<u64> {
    let mut amounts = Resource::ALL.map(|resource| quota.get(resource)).to_vec();
    while amounts.len() > ALWAYS_DIGESTED && amounts.last() == Some(&0) {
        amounts.pop();
    }
    amounts
}

impl Ask {
    /// The inverse of [`Self::kind`], [`Self::whole`], [`Self::base`] and [`Self::size`]: as it is stored.
    pub fn of(kind: Kind, asked: &Grant, base: Option<&Grant>, size: Option<SizeName>) -> Option<Self> {
        match (kind, asked, base) {
            (Kind::NewNamespace, Grant::Quota(quota), _) => {
                Some(Self::NewNamespace(SizedQuota { size, quota: *quota }))
            }
            (Kind::Quota, Grant::Quota(quota), Some(Grant::Quota(base))) => {
                Some(Self::Quota { base: *base, asked: SizedQuota { size, quota: *quota } })
            }
            (Kind::Extend, Grant::Until { until }, Some(Grant::Until { until: base })) => {
                Some(Self::Extend { base: *base, until: *until })
            }
            (Kind::Delete, Grant::Deletion { grace_days }, _) => Some(Self::Delete { grace_days: *grace_days }),
            (Kind::NewNamespace | Kind::Quota | Kind::Extend | Kind::Delete, _, _) => None,
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::NewNamespace(_) => Kind::NewNamespace,
            Self::Quota { .. } => Kind::Quota,
            Self::Extend { .. } => Kind::Extend,
            Self::Delete { .. } => Kind::Delete,
        }
    }

    /// All of it, as it would be granted.
    pub fn whole(&self) -> Grant {
        match self {
            Self::NewNamespace(asked) | Self::Quota { asked, .. } => Grant::Quota(asked.quota),
            Self::Extend { until, .. } => Grant::Until { until: *until },
            Self::Delete { grace_days } => Grant::Deletion { grace_days: *grace_days },
        }
    }

    /// What there was when it was asked; none where there was nothing like it.
    pub fn base(&self) -> Option<Grant> {
        match self {
            Self::NewNamespace(_) => Some(Grant::Quota(Quota::ZERO)),
            Self::Quota { base, .. } => Some(Grant::Quota(*base)),
            Self::Extend { base, .. } => Some(Grant::Until { until: *base }),
            Self::Delete { .. } => None,
        }
    }

    /// The quota that is asked for, by the kinds that ask for one.
    pub fn sized_quota(&self) -> Option<&SizedQuota> {
        match self {
            Self::NewNamespace(asked) | Self::Quota { asked, .. } => Some(asked),
            Self::Extend { .. } | Self::Delete { .. } => None,
        }
    }

    pub fn size(&self) -> Option<&SizeName> {
        self.sized_quota().and_then(|asked| asked.size.as_ref())
    }

    /// Size and amounts, for the digest of a decision. The amounts are a list: the order of an object's keys depends on how
    /// serde_json was built.
    pub(super) fn digested(&self) -> (Option<&SizeName>, Value) {
        let content = match self {
            Self::NewNamespace(asked) | Self::Quota { asked, .. } => {
                json!(digested_amounts(&asked.quota))
            }
            Self::Extend { until, .. } => json!(until),
            Self::Delete { grace_days } => json!(grace_days),
        };
        (self.size(), content)
    }

    /// The same request for something else of its kind; none where that is of another kind.
    #[must_use]
    pub fn revised(&self, asked: &Grant, size: Option<SizeName>) -> Option<Self> {
        Self::of(self.kind(), asked, self.base().as_ref(), size)
    }

    /// Refuses a grant that takes away more than anybody asked to take: at most `limit` can be granted.
    pub(super) fn require_takes_nothing_away(&self, grant: &Grant, limit: &Grant) -> Result<(), FieldErrors> {
        match (grant, self, limit) {
            (Grant::Quota(grant), Self::Quota { base, .. }, Grant::Quota(limit)) => {
                let least = base.least(limit);
                let mut errors = FieldErrors::default();
                for resource in Resource::ALL.into_iter().filter(|r| grant.get(*r) < least.get(*r)) {
                    errors.add(resource.field(), taken(resource, &least));
                }
                errors.finish()
            }
            (Grant::Until { until }, Self::Extend { base, .. }, _) => until.require_after(*base),
            (
                Grant::Quota(_) | Grant::Until { .. } | Grant::Deletion { .. },
                Self::NewNamespace(_) | Self::Quota { .. } | Self::Extend { .. } | Self::Delete { .. },
                _,
            ) => Ok(()),
        }
    }

    /// Refuses what nobody could ask for in place of this.
    pub fn require_possible(&self, instead: &Grant) -> Result<(), FieldErrors> {
        match (instead, self) {
            (Grant::Until { until }, Self::Extend { base, .. }) => until.require_after(*base),
            (
                Grant::Quota(_) | Grant::Until { .. } | Grant::Deletion { .. },
                Self::NewNamespace(_) | Self::Quota { .. } | Self::Extend { .. } | Self::Delete { .. },
            ) => Ok(()),
        }
    }
}

fn taken(resource: Resource, least: &Quota) -> String {
    format!("must be at least {}: nobody asked to take more away", resource.format(least.get(resource)))
}
