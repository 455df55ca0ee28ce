//! How much a class grants without anybody's approval before people decide.

use crate::quota::{Quota, Resource};
use serde::{Deserialize, Serialize};

/// Bounds on what is approved automatically. Everything that was and still stands counts, whatever its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AutomaticBounds {
    /// Namespaces of one person, over all teams; 0 approves no new one automatically.
    pub per_person: u32,
    /// Namespaces of one team.
    pub per_team: u32,
    /// Most of a cluster that one team may hold this way, of each resource, in percent; what raises added counts, too.
    pub cluster_percent: u32,
}

impl AutomaticBounds {
    /// What need not be written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for AutomaticBounds {
    fn default() -> Self {
        Self { per_person: 3, per_team: 10, cluster_percent: 25 }
    }
}

impl AutomaticBounds {
    /// Which resource would pass the team's part of a cluster with this ceiling.
    pub fn beyond_part(&self, ceiling: &Quota, after: &Quota) -> Option<Resource> {
        let part = |amount: u64| u128::from(amount) * u128::from(self.cluster_percent) / 100;
        Resource::ALL.into_iter().find(|r| {
            let (ceiling, after) = (ceiling.get(*r), after.get(*r));
            ceiling != u64::MAX && after > 0 && u128::from(after) > part(ceiling)
        })
    }
}
