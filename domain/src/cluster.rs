//! What is known of a cluster, and how much capacity it has.

use crate::quota::{OnNodes, Quota, Resource, Shortfall};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How fresh what we show of a cluster is. Each has its own words and look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Freshness {
    /// Not all has been read that it takes to show anything, or there is more of it than is kept.
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
pub struct Capacity {
    pub ceiling: Quota,
    /// Granted to namespaces, and held for those that are being provisioned.
    pub granted: Quota,
}

/// Whether there is capacity for what somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Fit {
    Fits,
    /// There would be, but others wait for it already.
    Behind,
    Short {
        of: Vec<Shortfall>,
    },
}

impl Capacity {
    /// CPU and memory are overcommitted by the factor (percent); pods and GPUs are what they are.
    /// Storage and load balancers are not node resources: nodes say nothing of them, so they are not bounded here.
    pub fn new(allocatable: Quota, overcommit_percent: u32, granted: Quota) -> Capacity {
        let factor =
            |amount: u64| u64::try_from(u128::from(amount) * u128::from(overcommit_percent) / 100).unwrap_or(u64::MAX);
        let ceiling = Quota::from_fn(|resource| match resource.on_nodes() {
            OnNodes::Never => u64::MAX,
            OnNodes::Always(_) | OnNodes::Sometimes(_) if resource.is_overcommitted() => {
                factor(allocatable.get(resource))
            }
            OnNodes::Always(_) | OnNodes::Sometimes(_) => allocatable.get(resource),
        });
        Capacity { ceiling, granted }
    }

    pub fn free(&self) -> Quota {
        self.ceiling.minus(&self.granted)
    }

    /// What `asked` is short of; empty when it fits.
    pub fn short_of(&self, asked: &Quota) -> Vec<Shortfall> {
        asked.beyond(&self.free())
    }

    /// The capacity for whoever comes after those who wait already. Who fits counts as granted; who does not keeps others
    /// from all that is left of what they wait for, and from nothing else.
    #[must_use]
    pub fn behind(&self, needs: &[Quota]) -> Capacity {
        needs.iter().fold(*self, |capacity, need| {
            let short = capacity.short_of(need);
            if short.is_empty() {
                return Capacity { granted: capacity.granted.plus(need), ..capacity };
            }
            let mut granted = capacity.granted;
            for Shortfall { resource, .. } in short {
                granted.set(resource, granted.get(resource).max(capacity.ceiling.get(resource)));
            }
            Capacity { granted, ..capacity }
        })
    }

    /// How `need` stands, with `waiting` in line before it.
    pub fn fit(&self, waiting: &[Quota], need: &Quota) -> Fit {
        let short = self.short_of(need);
        match (short.is_empty(), self.behind(waiting).short_of(need).is_empty()) {
            (false, _) => Fit::Short { of: short },
            (true, false) => Fit::Behind,
            (true, true) => Fit::Fits,
        }
    }

    /// The resources the cluster bounds.
    pub fn bounded(&self) -> impl Iterator<Item = Resource> + '_ {
        Resource::ALL.into_iter().filter(|r| self.ceiling.get(*r) != u64::MAX)
    }
}

/// How a grant counts against the capacity of a cluster: the class may let its CPU and memory count for less, because not
/// everybody uses all of theirs at once. Everything else counts as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OvercommitRatio {
    overcommit_percent: u32,
}

impl OvercommitRatio {
    pub const WHOLE: OvercommitRatio = OvercommitRatio { overcommit_percent: 100 };

    pub fn new(overcommit_percent: u32) -> Self {
        Self { overcommit_percent: overcommit_percent.max(1) }
    }

    /// Rounded up, as the view `held` does it: what is granted never counts for nothing.
    pub fn of(self, quota: &Quota) -> Quota {
        let part = |amount: u64| {
            let part = (u128::from(amount) * 100).div_ceil(u128::from(self.overcommit_percent));
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        Quota::from_fn(|resource| {
            let amount = quota.get(resource);
            if resource.is_overcommitted() { part(amount) } else { amount }
        })
    }
}

/// Where a grant would go: the capacity there is, and what its namespace holds of it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// As it is for whoever stands at the end of the line: [`Capacity::behind`].
    pub capacity: Capacity,
    /// As it was granted. Nothing, for what is new.
    pub held: Quota,
    /// How grants of the class count.
    pub overcommit: OvercommitRatio,
}

impl Placement {
    /// What the cluster is short of for `grant`.
    pub fn short_of(&self, grant: &Quota) -> Vec<Shortfall> {
        self.capacity.short_of(&self.need(grant))
    }

    /// What `grant` takes of the capacity. Only what grows needs any.
    pub fn need(&self, grant: &Quota) -> Quota {
        self.overcommit.of(grant).minus(&self.overcommit.of(&self.held))
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
        let capacity = Capacity::new(allocatable, 150, Quota::ZERO);
        assert_eq!((capacity.ceiling.cpu_m, capacity.ceiling.memory_bytes, capacity.ceiling.pods), (15_000, 150, 110));
    }

    #[test]
    fn a_class_that_overcommits_counts_for_less_but_never_for_nothing() {
        let quota = Quota { cpu_m: 1001, memory_bytes: 1, pods: 10, ..Quota::ZERO };
        let half = Quota { cpu_m: 501, ..quota };
        assert_eq!(OvercommitRatio::new(200).of(&quota), half);
        assert_eq!(OvercommitRatio::WHOLE.of(&quota), quota);
    }

    proptest! {
        #[test]
        fn growing_in_steps_takes_as_much_capacity_as_growing_at_once(
            small in any_quota(), more in any_quota(), overcommit in 100..1000u32
        ) {
            let overcommit = OvercommitRatio::new(overcommit);
            let large = small.plus(&more);
            let capacity = Capacity { ceiling: Quota::from_fn(|_| u64::MAX), granted: Quota::ZERO };
            let placement = |held| Placement { capacity, held, overcommit };
            let steps = placement(Quota::ZERO).need(&small).plus(&placement(small).need(&large));
            prop_assert_eq!(steps, placement(Quota::ZERO).need(&large));
            prop_assert_eq!(steps, overcommit.of(&large));
            prop_assert!(overcommit.of(&large).fits(&large));
            prop_assert_eq!(placement(large).need(&small), Quota::ZERO);
        }

        #[test]
        fn what_is_counted_is_enough_for_what_was_granted(quota in any_quota(), overcommit in 100..1000u32) {
            let counted = OvercommitRatio::new(overcommit).of(&quota);
            for (counted, granted) in [(counted.cpu_m, quota.cpu_m), (counted.memory_bytes, quota.memory_bytes)] {
                prop_assert!(u128::from(counted) * u128::from(overcommit) >= u128::from(granted) * 100);
            }
            prop_assert_eq!((counted.pods, counted.gpus), (quota.pods, quota.gpus));
        }

        #[test]
        fn what_fits_never_passes_the_ceiling(
            allocatable in any_quota(), granted in any_quota(), asked in any_quota(), overcommit in 1..400u32
        ) {
            let capacity = Capacity::new(allocatable, overcommit, granted.least(&Capacity::new(allocatable, overcommit, Quota::ZERO).ceiling));
            if capacity.short_of(&asked).is_empty() {
                prop_assert!(capacity.granted.plus(&asked).fits(&capacity.ceiling));
            }
        }
    }

    /// So much of CPU, and as much of pods.
    fn some(n: u64) -> Quota {
        Quota { cpu_m: n, pods: n, ..Quota::ZERO }
    }

    #[test]
    fn who_waits_keeps_others_from_what_is_short_and_from_nothing_else() {
        let capacity = Capacity { ceiling: some(10), granted: some(4) };
        let waits_for_cpu = Quota { cpu_m: 8, pods: 1, ..Quota::ZERO };
        let rest = capacity.behind(&[waits_for_cpu]);
        assert_eq!(rest.free(), Quota { cpu_m: 0, pods: 6, ..Quota::ZERO });
        assert!(rest.short_of(&Quota { pods: 6, ..Quota::ZERO }).is_empty());
        assert!(!rest.short_of(&some(1)).is_empty());
    }

    #[test]
    fn who_fits_but_for_those_in_line_is_told_so() {
        let capacity = Capacity { ceiling: some(10), granted: some(4) };
        let waits_for_cpu = Quota { cpu_m: 8, ..Quota::ZERO };
        assert_eq!(capacity.fit(&[], &some(6)), Fit::Fits);
        assert_eq!(capacity.fit(&[waits_for_cpu], &some(6)), Fit::Behind);
        assert_eq!(capacity.fit(&[waits_for_cpu], &Quota { pods: 6, ..Quota::ZERO }), Fit::Fits);
        let Fit::Short { of } = capacity.fit(&[waits_for_cpu], &some(7)) else { panic!("it is short") };
        assert_eq!(of, capacity.short_of(&some(7)));
    }

    #[test]
    fn who_gives_back_needs_no_capacity_however_full_the_cluster_is() {
        let full = Placement {
            capacity: Capacity { ceiling: some(1), granted: some(9) },
            held: some(5),
            overcommit: OvercommitRatio::WHOLE,
        };
        assert_eq!(full.short_of(&some(4)), []);
        assert!(!full.short_of(&some(6)).is_empty());
    }

    proptest! {
        /// Namespaces grow and shrink by grants of both kinds, the cluster follows late, some wait in line: what is held
        /// never passes the ceiling, and nobody is let in before somebody who waits for the same.
        #[test]
        fn what_is_held_never_passes_the_ceiling(
            ceiling in 1..40u64, asks in prop::collection::vec((0..6usize, 0..20u64, any::<bool>()), 0..40)
        ) {
            let mut desired = [Quota::ZERO; 6];
            let mut applied = [Quota::ZERO; 6];
            let mut line: Vec<(usize, Quota)> = Vec::new();
            for (namespace, amount, follows) in asks {
                let held = |desired: &[Quota; 6], applied: &[Quota; 6], i: usize| desired[i].most(&applied[i]);
                let capacity = |desired: &[Quota; 6], applied: &[Quota; 6]| Capacity {
                    ceiling: some(ceiling),
                    granted: (0..6).fold(Quota::ZERO, |sum, i| sum.plus(&held(desired, applied, i))),
                };
                if !line.iter().any(|(waiting, _)| *waiting == namespace) {
                    line.push((namespace, some(amount)));
                }
                let mut ahead = Vec::new();
                let before = capacity(&desired, &applied);
                for (namespace, grant) in std::mem::take(&mut line) {
                    let held = held(&desired, &applied, namespace);
                    let placement = Placement { capacity: before.behind(&ahead), held, overcommit: OvercommitRatio::WHOLE };
                    ahead.push(grant.minus(&held));
                    if placement.short_of(&grant).is_empty() {
                        desired[namespace] = grant;
                    } else {
                        line.push((namespace, grant));
                    }
                }
                prop_assert!(capacity(&desired, &applied).granted.fits(&some(ceiling)));
                // The cluster may have the larger one until it is done.
                applied[namespace] = if follows { desired[namespace] } else { held(&desired, &applied, namespace) };
                prop_assert!(capacity(&desired, &applied).granted.fits(&some(ceiling)));
            }
        }
    }
}
