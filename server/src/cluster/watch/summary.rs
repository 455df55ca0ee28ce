//! What lists say of a namespace: kept until something in it changes, so that it is worked out once, not for each reader.

use super::{Observed, QuotaSeen};
use domain::diagnosis::{Diagnosis, Health, HelmRelease, Pod, Workload, diagnose_pod, diagnose_workload_by};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use time::OffsetDateTime;

/// Diagnoses kept of one namespace: lists show fewer.
const DIAGNOSES_KEPT: usize = 20;

/// Workloads of one namespace whose releases are kept.
const RELEASES_KEPT: usize = 200;

/// One namespace in short.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// None: the quota Berth set has not been seen.
    pub quota: Option<QuotaSeen>,
    pub n_workloads: usize,
    pub n_failing: usize,
    /// Of which the cluster does not say how they are.
    pub n_unknown: usize,
    /// Names of workloads, and what is the matter with them; the first of `n_diagnosed`.
    pub diagnosed: Vec<(String, Diagnosis)>,
    pub n_diagnosed: usize,
    /// Not all kinds of workload could be read: there may be more than these.
    pub lacks_workloads: bool,
    /// Helm's releases that have workloads, of the first [`RELEASES_KEPT`] workloads that have one.
    pub releases: BTreeSet<HelmRelease>,
    /// Something that waits counts as failing from then on: this is no longer so.
    pub changes_at: Option<OffsetDateTime>,
}

impl Summary {
    pub fn of(observed: &Observed, diagnosed: &Diagnosed<'_>) -> Self {
        let all = &diagnosed.workloads;
        let count = |wanted: Health| all.iter().filter(|(_, (health, _))| *health == wanted).count();
        let needs_a_look = |health: Health| matches!(health, Health::Failing | Health::Unknown);
        let found = all.iter().filter(|(_, (health, _))| needs_a_look(*health));
        let mut diagnosed_first: Vec<_> =
            found.filter_map(|(workload, (health, why))| Some((*health, &workload.name, why.clone()?))).collect();
        diagnosed_first.sort_by_key(|(health, name, _)| (*health, *name));
        Self {
            changes_at: diagnosed.changes_at(),
            quota: observed.quota,
            n_workloads: all.len(),
            n_failing: count(Health::Failing),
            n_unknown: count(Health::Unknown),
            n_diagnosed: diagnosed_first.len(),
            diagnosed: diagnosed_first
                .into_iter()
                .take(DIAGNOSES_KEPT)
                .map(|(_, name, why)| (name.clone(), why))
                .collect(),
            lacks_workloads: observed.lacks_workloads,
            releases: observed
                .workloads
                .iter()
                .filter_map(|workload| workload.release.clone())
                .take(RELEASES_KEPT)
                .collect(),
        }
    }
}

/// How something is, and why.
pub type Verdict = (Health, Option<Diagnosis>);

/// How all that is seen in a namespace is at one moment.
pub struct Diagnosed<'a> {
    /// In the order in which they are seen, like `pods`.
    pub workloads: Vec<(&'a Workload, Verdict)>,
    pub pods: Vec<(&'a Pod, Verdict)>,
}

impl Diagnosed<'_> {
    /// When time alone makes something of it another than it is.
    pub fn changes_at(&self) -> Option<OffsetDateTime> {
        let workloads = self.workloads.iter().map(|(_, verdict)| verdict);
        let all = workloads.chain(self.pods.iter().map(|(_, verdict)| verdict));
        all.filter_map(|(_, why)| why.as_ref()?.changes_at()).min()
    }
}

impl Observed {
    /// Asks each pod once, and each workload by its pods.
    pub fn diagnosed(&self, now: OffsetDateTime) -> Diagnosed<'_> {
        let pods: Vec<_> = self.pods.iter().map(|pod| (pod, diagnose_pod(pod, now))).collect();
        let mut by_workload: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (pod, verdict) in &pods {
            if let Some(owner) = &pod.workload {
                by_workload.entry((owner.0, owner.1.as_str())).or_default().push((*pod, verdict));
            }
        }
        let diagnose = |workload| {
            let pods = by_workload.get(&key(workload)).map(Vec::as_slice).unwrap_or_default();
            (workload, diagnose_workload_by(workload, pods, now))
        };
        let workloads = self.workloads.iter().map(diagnose).collect();
        Diagnosed { workloads, pods }
    }
}

fn key(workload: &Workload) -> (domain::diagnosis::WorkloadKind, &str) {
    (workload.kind, workload.name.as_str())
}

/// Summaries of the namespaces that somebody has asked for.
#[derive(Default)]
pub struct Summaries {
    kept: HashMap<String, Arc<Summary>>,
    /// When time alone changes what was read of a namespace.
    clocks: BTreeMap<String, OffsetDateTime>,
}

impl Summaries {
    /// What is kept, or is now. What cannot be read changes without an event: one that was made then is made anew, and so is
    /// one in which something has waited too long by now.
    pub fn get(
        &mut self,
        namespace: &str,
        lacks_workloads: bool,
        now: OffsetDateTime,
        observe: impl FnOnce() -> Observed,
    ) -> Arc<Summary> {
        let is_now = |kept: &Summary| {
            kept.lacks_workloads == lacks_workloads && kept.changes_at.is_none_or(|changes_at| now < changes_at)
        };
        if let Some(kept) = self.kept.get(namespace).filter(|kept| is_now(kept)) {
            return kept.clone();
        }
        let observed = Observed { lacks_workloads, ..observe() };
        let made = Arc::new(Summary::of(&observed, &observed.diagnosed(now)));
        self.kept.insert(namespace.to_owned(), made.clone());
        match made.changes_at {
            Some(changes_at) => self.clocks.insert(namespace.to_owned(), changes_at),
            None => self.clocks.remove(namespace),
        };
        made
    }

    /// Somebody has read of this namespace what is so until then. Who read before may have to be told earlier.
    pub fn set_clock(&mut self, namespace: &str, changes_at: OffsetDateTime) {
        let known = self.clocks.entry(namespace.to_owned()).or_insert(changes_at);
        *known = changes_at.min(*known);
    }

    /// Namespaces in which something has waited too long since it was read; each is told once.
    pub fn take_expired(&mut self, now: OffsetDateTime) -> Vec<String> {
        let expired = |(namespace, at): (&String, &OffsetDateTime)| (*at <= now).then(|| namespace.clone());
        let namespaces: Vec<_> = self.clocks.iter().filter_map(expired).collect();
        for namespace in &namespaces {
            self.clocks.remove(namespace);
            self.kept.remove(namespace);
        }
        namespaces
    }

    pub fn forget(&mut self, namespace: &str) {
        self.kept.remove(namespace);
    }

    pub fn forget_all(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use domain::diagnosis::ContainerState;
    use time::Duration;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

    fn observed(n_pods: usize) -> Observed {
        let workload = |n| Workload { name: format!("pod-{n}"), desired: 1, ready: 1, ..Workload::default() };
        Observed { workloads: (0..n_pods).map(workload).collect(), ..Observed::default() }
    }

    /// Its pod runs since `NOW` and is not ready.
    fn waiting() -> Observed {
        let kind = domain::diagnosis::WorkloadKind::Deployment;
        let state = ContainerState::Running { started_at: Some(NOW) };
        let container = domain::diagnosis::Container { name: "web".into(), state, ..Default::default() };
        let pod = Pod {
            name: "web-1".into(),
            phase: "Running".into(),
            node: Some("node-1".into()),
            workload: Some((kind, "web".into())),
            containers: vec![container],
            created_at: Some(NOW),
            ..Pod::default()
        };
        let workload = Workload { kind, name: "web".into(), desired: 1, ..Workload::default() };
        Observed { workloads: vec![workload], pods: vec![pod], ..Observed::default() }
    }

    #[test]
    fn a_summary_is_made_once_for_all_who_ask_until_something_changes() {
        let mut summaries = Summaries::default();
        let first = summaries.get("payments-dev", false, NOW, || observed(2));
        assert_eq!(first.n_workloads, 2);
        let again = summaries.get("payments-dev", false, NOW, || panic!("it is kept"));
        assert!(Arc::ptr_eq(&first, &again));
        summaries.forget("payments-dev");
        assert_eq!(summaries.get("payments-dev", false, NOW, || observed(3)).n_workloads, 3);
    }

    #[test]
    fn a_kind_that_can_be_read_no_more_makes_a_summary_anew() {
        let mut summaries = Summaries::default();
        summaries.get("payments-dev", false, NOW, || observed(2));
        assert!(summaries.get("payments-dev", true, NOW, || observed(2)).lacks_workloads);
    }

    /// Nobody knows how its pod is.
    fn unknown() -> Observed {
        let pod = Pod { phase: "Unknown".into(), is_ready: true, ..waiting().pods.remove(0) };
        let container = domain::diagnosis::Container { is_ready: true, ..pod.containers[0].clone() };
        Observed { pods: vec![Pod { containers: vec![container], ..pod }], ..waiting() }
    }

    #[test]
    fn a_workload_that_nobody_knows_of_is_counted_as_such() {
        let seen = Summaries::default().get("payments-dev", false, NOW, unknown);
        assert_eq!((seen.n_workloads, seen.n_failing, seen.n_unknown, seen.n_diagnosed), (1, 0, 1, 1));
    }

    #[test]
    fn the_earliest_of_those_who_read_is_told_first() {
        let mut summaries = Summaries::default();
        let after = |seconds| NOW + Duration::seconds(seconds);
        for (read, earliest) in [(9, 9), (5, 5), (7, 5)] {
            summaries.set_clock("payments-dev", after(read));
            assert_eq!(summaries.clocks["payments-dev"], after(earliest));
        }
        assert_eq!(summaries.take_expired(after(5)), ["payments-dev"]);
    }

    /// Of two that wait the one that fails first is told, whichever is shown.
    #[test]
    fn a_namespace_changes_when_the_first_thing_in_it_does() {
        let later = Pod { name: "web-2".into(), created_at: Some(NOW + Duration::MINUTE), ..waiting().pods.remove(0) };
        let state = ContainerState::Running { started_at: Some(NOW + Duration::MINUTE) };
        let container = domain::diagnosis::Container { state, ..later.containers[0].clone() };
        let mut both = waiting();
        both.workloads[0].desired = 2;
        both.pods.push(Pod { containers: vec![container], ..later });
        let diagnosed = both.diagnosed(NOW);
        let shown = diagnosed.workloads[0].1.1.as_ref().and_then(|why| why.fails_at).expect("waits");
        assert_eq!(diagnosed.changes_at(), Some(shown - Duration::MINUTE));
    }

    #[test]
    fn what_waits_too_long_fails_though_nothing_else_changes_and_is_told_once() {
        let mut summaries = Summaries::default();
        let first = summaries.get("payments-dev", false, NOW, waiting);
        assert_eq!((first.n_failing, first.n_diagnosed), (0, 0));
        let changes_at = first.changes_at.expect("it waits");
        let before = changes_at - Duration::SECOND;
        assert_eq!(summaries.take_expired(before), Vec::<String>::new());
        assert!(Arc::ptr_eq(&first, &summaries.get("payments-dev", false, before, || panic!("it is kept"))));
        assert_eq!(summaries.take_expired(changes_at), ["payments-dev"]);
        assert_eq!(summaries.take_expired(changes_at), Vec::<String>::new());
        let later = summaries.get("payments-dev", false, changes_at, waiting);
        assert_eq!((later.n_failing, later.n_diagnosed, later.changes_at), (1, 1, None));
    }
}
