//! What was found in a version of a chart when it was taken in and rendered: what those who decide on it must know.

use super::entry::Risk;
use crate::class::PodSecurity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was found in a version, rendered with its defaults. Stored as JSON beside the version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Findings {
    /// As the manifests name them: `docker.io/library/postgres:17.6`.
    pub images: Vec<String>,
    /// Objects outside of any namespace: `ClusterRole metrics-reader`.
    pub cluster_scoped: Vec<String>,
    /// Kinds of objects that it defines itself.
    pub custom_resources: Vec<String>,
    /// What its roles may do on the cluster.
    pub rights: Vec<Right>,
    /// The strictest level of pod security that lets all of its pods start.
    pub pod_security: PodSecurity,
    /// What keeps it from a stricter level, each with its workload.
    pub pod_security_violations: Vec<String>,
    /// Objects that a team's account may not make in a namespace, with their kinds.
    pub not_creatable: Vec<String>,
    /// Names of its hooks: `pre-install Job migrate`.
    pub hooks: Vec<String>,
    pub needs: Needs,
    pub n_objects: usize,
    pub signature: Signature,
    /// A list of it is cut: there is more than it names.
    #[serde(default)]
    pub is_cut: bool,
}

/// One right that a role of the chart gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Right {
    /// `get, list secrets`.
    pub words: String,
    /// On the whole cluster, and not only in the namespace that it is installed into.
    pub is_cluster_wide: bool,
    /// It reads secrets, does everything, or gives rights itself.
    pub is_grave: bool,
}

/// The least that it asks for: the sum of its pods' requests, and of its volumes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Needs {
    pub cpu_m: u64,
    pub memory_bytes: u64,
    pub storage_bytes: u64,
    /// Containers that ask for no CPU or no memory: what they need is not in the sum.
    pub n_unknown: usize,
}

/// Whether the bytes are those that somebody known has signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Signature {
    /// Its source demands none.
    NotRequired,
    Verified {
        by: String,
    },
    /// Its source demands one, and there is none.
    Missing,
    Failed {
        why: String,
    },
}

/// Why two people decide on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// The entry's own risk is elevated or high.
    Risk,
    /// It makes objects outside of the namespace.
    ClusterScoped,
    /// It makes objects that a team's account may not make, in its namespace or in others, which the version before did not.
    NotCreatable,
    /// It asks for rights that the version before did not.
    NewRights,
    /// It needs a lower level of pod security than restricted, and than the version before.
    PodSecurity,
    /// Its images come from repositories that those of the version before did not.
    NewRepositories,
    /// Somebody else signed it than the version before, or nobody did.
    OtherSigner,
    /// There is more in it than Berth lists: what is new in that is not known.
    NotAllListed,
    /// The entry was eased since two people last approved a version of it: its risk was lowered, or its rule switched on.
    Eased,
}

/// What of an entry bears on how many people decide on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stakes {
    pub risk: Risk,
    /// See [`Gravity::Eased`].
    pub is_eased: bool,
}

impl Findings {
    /// Why two people decide on it, `before` being what is offered now.
    pub fn gravity(&self, stakes: Stakes, before: Option<&Self>) -> BTreeSet<Gravity> {
        let mut found = BTreeSet::new();
        let mut add = |is: bool, gravity| {
            if is {
                found.insert(gravity);
            }
        };
        add(stakes.risk >= Risk::Elevated, Gravity::Risk);
        add(stakes.is_eased, Gravity::Eased);
        add(self.is_cut, Gravity::NotAllListed);
        add(!self.cluster_scoped.is_empty(), Gravity::ClusterScoped);
        let known: BTreeSet<_> = before.iter().flat_map(|before| &before.not_creatable).collect();
        add(self.not_creatable.iter().any(|object| !known.contains(object)), Gravity::NotCreatable);
        let rights: BTreeSet<_> = before.iter().flat_map(|before| &before.rights).collect();
        add(self.rights.iter().any(|right| !rights.contains(right)), Gravity::NewRights);
        let level = before.map_or(PodSecurity::Restricted, |before| before.pod_security);
        // Two that are of the same level may ask for very different things.
        let kept_from: BTreeSet<_> = before.iter().flat_map(|before| &before.pod_security_violations).collect();
        let is_new =
            self.pod_security == level && self.pod_security_violations.iter().any(|it| !kept_from.contains(it));
        add(self.pod_security < level || is_new, Gravity::PodSecurity);
        if let Some(before) = before {
            let known = before.repositories();
            add(self.repositories().iter().any(|repository| !known.contains(repository)), Gravity::NewRepositories);
            add(
                self.signature != before.signature && !self.signature.is_better_than(&before.signature),
                Gravity::OtherSigner,
            );
        }
        found
    }

    /// How many different people must approve it, `before` being what is offered now.
    pub fn approvals_needed(&self, stakes: Stakes, before: Option<&Self>) -> u8 {
        if self.gravity(stakes, before).is_empty() { 1 } else { 2 }
    }

    /// Whether it asks for something that `before`, the same version with other values, did not: who approved that has not
    /// approved this.
    pub fn asks_for_more_than(&self, before: &Self) -> bool {
        let is_new = |now: &[String], then: &[String]| now.iter().any(|object| !then.contains(object));
        let none = Stakes { risk: Risk::Low, is_eased: false };
        let mut graver = self.gravity(none, Some(before));
        graver.remove(&Gravity::ClusterScoped); // whether or not it did before
        !graver.is_empty() || is_new(&self.cluster_scoped, &before.cluster_scoped)
    }

    /// What is found with these values or with others: the more of both.
    pub fn with(self, other: Self) -> Self {
        fn both<T: Ord>(one: Vec<T>, other: Vec<T>) -> Vec<T> {
            one.into_iter().chain(other).collect::<BTreeSet<_>>().into_iter().collect()
        }
        let (a, b) = (self.needs, other.needs);
        Self {
            images: both(self.images, other.images),
            cluster_scoped: both(self.cluster_scoped, other.cluster_scoped),
            custom_resources: both(self.custom_resources, other.custom_resources),
            rights: both(self.rights, other.rights),
            pod_security: self.pod_security.min(other.pod_security),
            pod_security_violations: both(self.pod_security_violations, other.pod_security_violations),
            not_creatable: both(self.not_creatable, other.not_creatable),
            hooks: both(self.hooks, other.hooks),
            needs: Needs {
                cpu_m: a.cpu_m.max(b.cpu_m),
                memory_bytes: a.memory_bytes.max(b.memory_bytes),
                storage_bytes: a.storage_bytes.max(b.storage_bytes),
                n_unknown: a.n_unknown.max(b.n_unknown),
            },
            n_objects: self.n_objects.max(other.n_objects),
            signature: self.signature,
            is_cut: self.is_cut || other.is_cut,
        }
    }

    /// Where its images come from, without tags and digests.
    pub fn repositories(&self) -> BTreeSet<&str> {
        // The line that says how many more there are is no image.
        self.images.iter().filter(|image| !image.contains(' ')).map(|image| repository(image)).collect()
    }
}

impl Signature {
    /// Whether what was asked of it holds.
    pub fn is_good(&self) -> bool {
        match self {
            Self::NotRequired | Self::Verified { .. } => true,
            Self::Missing | Self::Failed { .. } => false,
        }
    }

    fn is_better_than(&self, before: &Self) -> bool {
        matches!(self, Self::Verified { .. }) && !matches!(before, Self::Verified { .. })
    }
}

/// An image without its tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    // A colon before the last slash is of a port.
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Findings {
    Findings {
        images: vec!["registry.example.com/postgres:17.4".into()],
        cluster_scoped: vec![],
        custom_resources: vec![],
        rights: vec![],
        pod_security: PodSecurity::Restricted,
        pod_security_violations: vec![],
        not_creatable: vec![],
        hooks: vec![],
        needs: Needs { cpu_m: 500, memory_bytes: 1 << 30, storage_bytes: 10 << 30, n_unknown: 0 },
        n_objects: 5,
        signature: Signature::NotRequired,
        is_cut: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const MODEST: Stakes = Stakes { risk: Risk::Low, is_eased: false };

    fn right(words: &str) -> Right {
        Right { words: words.into(), is_cluster_wide: false, is_grave: false }
    }

    #[rstest]
    #[case("postgres", "postgres")]
    #[case("postgres:17.6", "postgres")]
    #[case("localhost:5000/a/b", "localhost:5000/a/b")]
    #[case("localhost:5000/a/b:1", "localhost:5000/a/b")]
    #[case("r.example.com/a@sha256:00", "r.example.com/a")]
    #[case("r.example.com/a:1@sha256:00", "r.example.com/a")]
    fn a_repository_has_neither_tag_nor_digest(#[case] image: &str, #[case] expected: &str) {
        assert_eq!(repository(image), expected);
    }

    #[test]
    fn a_modest_first_version_is_for_one_person() {
        assert_eq!(sample().gravity(MODEST, None), BTreeSet::new());
    }

    #[test]
    fn what_is_new_is_compared_with_what_is_offered() {
        let before = Findings { rights: vec![right("get pods")], ..sample() };
        let same = Findings { images: vec!["registry.example.com/postgres:17.6".into()], ..before.clone() };
        assert_eq!(same.gravity(MODEST, Some(&before)), BTreeSet::new());
        let fewer = Findings { rights: vec![], ..same.clone() };
        assert_eq!(fewer.gravity(MODEST, Some(&before)), BTreeSet::new());
        for (found, gravity) in [
            (Findings { rights: vec![right("get secrets")], ..same.clone() }, Gravity::NewRights),
            (Findings { cluster_scoped: vec!["ClusterRole x".into()], ..same.clone() }, Gravity::ClusterScoped),
            (
                Findings { not_creatable: vec!["RoleBinding kube-system/x".into()], ..same.clone() },
                Gravity::NotCreatable,
            ),
            (Findings { pod_security: PodSecurity::Baseline, ..same.clone() }, Gravity::PodSecurity),
            (
                Findings { images: vec!["elsewhere.example.com/postgres:17.4".into()], ..same.clone() },
                Gravity::NewRepositories,
            ),
        ] {
            assert_eq!(found.gravity(MODEST, Some(&before)), BTreeSet::from([gravity]));
        }
    }

    #[test]
    fn a_signature_may_only_become_better_unnoticed() {
        let signed = |by: &str| Findings { signature: Signature::Verified { by: by.into() }, ..sample() };
        let is_told =
            |after: &Findings, before: &Findings| after.gravity(MODEST, Some(before)).contains(&Gravity::OtherSigner);
        assert!(!is_told(&signed("A"), &sample()) && !is_told(&signed("A"), &signed("A")));
        assert!(is_told(&signed("B"), &signed("A")) && is_told(&sample(), &signed("A")));
    }

    #[test]
    fn a_risky_entry_takes_two_people_whatever_is_found() {
        let risky = Stakes { risk: Risk::Elevated, ..MODEST };
        assert_eq!(sample().gravity(risky, Some(&sample())), BTreeSet::from([Gravity::Risk]));
        let eased = Stakes { is_eased: true, ..MODEST };
        assert_eq!(sample().gravity(eased, Some(&sample())), BTreeSet::from([Gravity::Eased]));
    }

    #[test]
    fn with_several_values_the_more_of_each_counts() {
        let level = |pod_security| Findings { pod_security, ..sample() };
        let other = Findings {
            images: vec!["elsewhere.example.com/postgres:17.4".into()],
            rights: vec![right("get secrets")],
            needs: Needs { cpu_m: 4000, memory_bytes: 1, ..sample().needs },
            ..level(PodSecurity::Privileged)
        };
        let both = sample().with(other.clone());
        assert_eq!(both.images, ["elsewhere.example.com/postgres:17.4", "registry.example.com/postgres:17.4"]);
        assert_eq!((both.pod_security, both.rights.len()), (PodSecurity::Privileged, 1));
        assert_eq!((both.needs.cpu_m, both.needs.memory_bytes), (4000, sample().needs.memory_bytes));
        assert_eq!(both.clone().with(both.clone()), both);
    }

    #[test]
    fn what_is_judged_anew_asks_for_more_only_where_it_did_not_before() {
        let before = Findings { cluster_scoped: vec!["ClusterRole a".into()], ..sample() };
        let fewer = sample();
        assert!(!before.asks_for_more_than(&before) && !fewer.asks_for_more_than(&before));
        for more in [
            Findings { cluster_scoped: vec!["ClusterRole b".into()], ..before.clone() },
            Findings { pod_security: PodSecurity::Baseline, ..before.clone() },
            Findings { rights: vec![right("get secrets")], ..before.clone() },
            Findings { images: vec!["elsewhere.example.com/postgres:17.4".into()], ..before.clone() },
            Findings { not_creatable: vec!["RoleBinding kube-system/x".into()], ..before.clone() },
        ] {
            assert!(more.asks_for_more_than(&before), "{more:?}");
        }
        let cut = Findings { is_cut: true, ..before.clone() };
        assert!(cut.asks_for_more_than(&before), "what is not listed is not known");
        let needs = Needs { cpu_m: 4000, ..before.needs };
        assert!(!Findings { needs, ..before.clone() }.asks_for_more_than(&before));
    }
}
