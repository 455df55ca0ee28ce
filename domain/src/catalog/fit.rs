//! Whether an entry can be installed into a namespace.

use super::entry::{EntrySpec, NotOffered};
use super::findings::{Findings, Needs};
use crate::class::{Environment, PodSecurity};
use crate::name::{ClassName, TeamSlug};
use crate::quota::{Quota, Resource, Shortfall};
use serde::{Deserialize, Serialize};

/// What it is to be installed into, as far as the answer depends on it.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    pub team: &'a TeamSlug,
    pub class: &'a ClassName,
    pub environment: Environment,
    pub pod_security: PodSecurity,
    pub quota: Quota,
    /// As the cluster counts it; none where that is not known.
    pub used: Option<Quota>,
}

/// What a version asks of the place where it is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirements {
    pub needs: Needs,
    /// The strictest level at which its pods start.
    pub pod_security: PodSecurity,
    /// It makes nothing that a team's account may not make.
    pub is_creatable: bool,
}

impl Requirements {
    pub fn of(findings: &Findings) -> Self {
        let is_creatable = findings.not_creatable.is_empty() && findings.cluster_scoped.is_empty();
        Self { needs: findings.needs, pod_security: findings.pod_security, is_creatable }
    }
}

/// Whether an entry can be installed into a namespace as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum EntryFit {
    Fits,
    /// The teams, classes or environments that the entry is for leave it out.
    NotOffered {
        because: NotOffered,
    },
    /// It makes objects that a team's account may not make.
    NotCreatable,
    /// Its pods would be refused by the class.
    PodSecurity {
        needs: PodSecurity,
        class_has: PodSecurity,
    },
    /// The quota leaves less than it needs at least.
    Short {
        short: Vec<Shortfall>,
    },
    /// What is used there, or what it needs, is not known.
    Unknown,
}

impl EntryFit {
    /// Of a version with these requirements.
    pub fn of(spec: &EntrySpec, requirements: &Requirements, place: &Place<'_>) -> Self {
        let Requirements { needs, pod_security, is_creatable } = *requirements;
        if let Err(because) = spec.offered_to(place.team, place.class, place.environment) {
            return Self::NotOffered { because };
        }
        if !is_creatable {
            return Self::NotCreatable;
        }
        if pod_security < place.pod_security {
            return Self::PodSecurity { needs: pod_security, class_has: place.pod_security };
        }
        let Some(used) = place.used else { return Self::Unknown };
        let wanted = [
            (Resource::Cpu, needs.cpu_m),
            (Resource::Memory, needs.memory_bytes),
            (Resource::Storage, needs.storage_bytes),
        ];
        let missing = |(resource, needed): (Resource, u64)| {
            let free = place.quota.get(resource).saturating_sub(used.get(resource));
            (needed > free).then(|| Shortfall { resource, missing: needed - free })
        };
        let short: Vec<_> = wanted.into_iter().filter_map(missing).collect();
        match (short.is_empty(), needs.n_unknown) {
            (false, _) => Self::Short { short },
            (true, 0) => Self::Fits,
            (true, _) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{entry, findings};
    use super::*;
    use proptest::prelude::*;

    const QUOTA: Quota = Quota { cpu_m: 2000, memory_bytes: 4 << 30, storage_bytes: 20 << 30, ..Quota::ZERO };

    fn fit(needs: Needs, pod_security: PodSecurity, used: Option<Quota>) -> EntryFit {
        let (team, class) = ("payments".parse().expect("a name"), "standard".parse().expect("a name"));
        let (environment, level) = (Environment::Development, PodSecurity::Baseline);
        let place = Place { team: &team, class: &class, environment, pod_security: level, quota: QUOTA, used };
        EntryFit::of(&entry::sample(), &Requirements { needs, pod_security, is_creatable: true }, &place)
    }

    #[test]
    fn what_is_free_is_what_counts() {
        let needs = findings::sample().needs;
        assert_eq!(fit(needs, PodSecurity::Restricted, Some(Quota::ZERO)), EntryFit::Fits);
        let used = Quota { cpu_m: 1600, storage_bytes: 11 << 30, ..Quota::ZERO };
        let short = vec![
            Shortfall { resource: Resource::Cpu, missing: 100 },
            Shortfall { resource: Resource::Storage, missing: 1 << 30 },
        ];
        assert_eq!(fit(needs, PodSecurity::Restricted, Some(used)), EntryFit::Short { short });
    }

    #[test]
    fn pods_start_at_their_level_and_below() {
        let needs = Needs::default();
        assert_eq!(fit(needs, PodSecurity::Baseline, Some(Quota::ZERO)), EntryFit::Fits);
        let refused = EntryFit::PodSecurity { needs: PodSecurity::Privileged, class_has: PodSecurity::Baseline };
        assert_eq!(fit(needs, PodSecurity::Privileged, Some(Quota::ZERO)), refused);
    }

    #[test]
    fn what_a_team_may_not_make_fits_nowhere() {
        let mut findings = findings::sample();
        let (team, class) = ("payments".parse().expect("a name"), "standard".parse().expect("a name"));
        let place = Place {
            team: &team,
            class: &class,
            environment: Environment::Development,
            pod_security: PodSecurity::Baseline,
            quota: QUOTA,
            used: Some(Quota::ZERO),
        };
        let fit = |findings: &Findings| EntryFit::of(&entry::sample(), &Requirements::of(findings), &place);
        assert_eq!(fit(&findings), EntryFit::Fits);
        findings.not_creatable.push("Role reads-secrets".into());
        assert_eq!(fit(&findings), EntryFit::NotCreatable);
        let outside = Findings { cluster_scoped: vec!["ClusterRole reads".into()], ..findings::sample() };
        assert_eq!(fit(&outside), EntryFit::NotCreatable);
    }

    #[test]
    fn what_is_not_known_is_said_but_what_is_missing_for_sure_comes_first() {
        let needs = Needs { n_unknown: 1, ..Needs::default() };
        assert_eq!(fit(needs, PodSecurity::Restricted, Some(Quota::ZERO)), EntryFit::Unknown);
        assert_eq!(fit(Needs::default(), PodSecurity::Restricted, None), EntryFit::Unknown);
        let large = Needs { cpu_m: 9000, ..needs };
        assert!(matches!(fit(large, PodSecurity::Restricted, Some(Quota::ZERO)), EntryFit::Short { .. }));
    }

    proptest! {
        #[test]
        fn more_used_never_makes_room(cpu_m in 0u64..4000, used in 0u64..4000, more in 0u64..4000) {
            let of = |used| fit(Needs { cpu_m, ..Needs::default() }, PodSecurity::Restricted, Some(Quota { cpu_m: used, ..Quota::ZERO }));
            if of(used) != EntryFit::Fits {
                prop_assert_ne!(of(used + more), EntryFit::Fits);
            }
        }
    }
}
