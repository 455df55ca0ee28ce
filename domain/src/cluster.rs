//! What is known of a cluster, and how much room it has.

use crate::quota::{Quota, Resource, Shortfall};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How fresh what we show of a cluster is. Each has its own words and look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Freshness {
    /// Nothing has been read yet.
    NotLoaded,
    Live {
        #[serde(with = "time::serde::rfc3339")]
        as_of: OffsetDateTime,
    },
    /// The last words are old; the cluster may or may not answer.
    Stale {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    Unreachable {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        reason: String,
    },
}

/// How much may be granted on a cluster. Ceiling = allocatable of schedulable nodes × overcommit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Room {
    pub ceiling: Quota,
    /// Granted to namespaces, and held for those that are being provisioned.
    pub granted: Quota,
}

impl Room {
    /// CPU and memory are overcommitted by the factor (percent); pods and GPUs are what they are.
    /// Storage and load balancers are not node resources: nodes say nothing of them, so they are not bounded here.
    pub fn new(allocatable: Quota, overcommit_percent: u32, granted: Quota) -> Room {
        let factor =
            |amount: u64| u64::try_from(u128::from(amount) * u128::from(overcommit_percent) / 100).unwrap_or(u64::MAX);
        let ceiling = Quota::of(|resource| match resource {
            Resource::Cpu | Resource::Memory => factor(allocatable.get(resource)),
            Resource::Pods | Resource::Gpus => allocatable.get(resource),
            Resource::Storage | Resource::LoadBalancers => u64::MAX,
        });
        Room { ceiling, granted }
    }

    pub fn free(&self) -> Quota {
        self.ceiling.minus(&self.granted)
    }

    /// What `asked` is short of; empty when it fits.
    pub fn short_of(&self, asked: &Quota) -> Vec<Shortfall> {
        asked.beyond(&self.free())
    }

    /// The room for whoever comes after those who wait already. Who fits counts as granted; who does not keeps others
    /// from all that is left of what they wait for, and from nothing else.
    #[must_use]
    pub fn behind(&self, needs: &[Quota]) -> Room {
        needs.iter().fold(*self, |room, need| {
            let short = room.short_of(need);
            if short.is_empty() {
                return Room { granted: room.granted.plus(need), ..room };
            }
            let mut granted = room.granted;
            for Shortfall { resource, .. } in short {
                granted.set(resource, granted.get(resource).max(room.ceiling.get(resource)));
            }
            Room { granted, ..room }
        })
    }

    /// The resources the cluster bounds.
    pub fn bounded(&self) -> impl Iterator<Item = Resource> + '_ {
        Resource::ALL.into_iter().filter(|r| self.ceiling.get(*r) != u64::MAX)
    }
}

/// Where a grant would go: the room there is, and what its namespace holds of it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// As it is for whoever stands at the end of the line: [`Room::behind`].
    pub room: Room,
    /// Nothing, for what is new.
    pub held: Quota,
}

impl Place {
    /// What the cluster is short of for `grant`. Only what grows needs room.
    pub fn short_of(&self, grant: &Quota) -> Vec<Shortfall> {
        self.room.short_of(&grant.minus(&self.held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::tests::any_quota;
    use proptest::prelude::*;

    #[test]
    fn a_cluster_may_promise_more_than_it_has_but_only_of_cpu_and_memory() {
        let allocatable = Quota { cpu_m: 10_000, memory_bytes: 100, pods: 110, ..Quota::ZERO };
        let room = Room::new(allocatable, 150, Quota::ZERO);
        assert_eq!((room.ceiling.cpu_m, room.ceiling.memory_bytes, room.ceiling.pods), (15_000, 150, 110));
    }

    proptest! {
        #[test]
        fn what_fits_never_passes_the_ceiling(
            allocatable in any_quota(), granted in any_quota(), asked in any_quota(), overcommit in 1..400u32
        ) {
            let room = Room::new(allocatable, overcommit, granted.least(&Room::new(allocatable, overcommit, Quota::ZERO).ceiling));
            if room.short_of(&asked).is_empty() {
                prop_assert!(room.granted.plus(&asked).fits(&room.ceiling));
            }
        }
    }
}
