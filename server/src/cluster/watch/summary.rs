//! What lists say of a namespace: kept until something in it changes, so that it is worked out once, not for each reader.

use super::{Observed, QuotaSeen};
use domain::diagnosis::{Diagnosis, Health, Pod, Workload, diagnose_workload};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use time::OffsetDateTime;

/// Diagnoses kept of one namespace: lists show fewer.
const DIAGNOSES_KEPT: usize = 20;

/// One namespace in short.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// None: the quota Berth set has not been seen.
    pub quota: Option<QuotaSeen>,
    pub n_workloads: usize,
    pub n_failing: usize,
    /// Names of workloads, and what is the matter with them; the first of `n_diagnosed`.
    pub diagnosed: Vec<(String, Diagnosis)>,
    pub n_diagnosed: usize,
    /// Not all kinds of workload could be read: there may be more than these.
    pub lacks_workloads: bool,
    /// Something that waits counts as failing from then on: this is no longer so.
    pub changes_at: Option<OffsetDateTime>,
}

impl Summary {
    pub fn of(observed: &Observed, now: OffsetDateTime) -> Self {
        let all = observed.diagnosed(now);
        let needs_a_look = |health: Health| matches!(health, Health::Failing | Health::Unknown);
        let found = all.iter().filter(|(_, health, _)| needs_a_look(*health));
        let mut diagnosed: Vec<_> =
            found.filter_map(|(workload, health, why)| Some((*health, &workload.name, why.clone()?))).collect();
        diagnosed.sort_by_key(|(health, name, _)| (*health, *name));
        let fails_at = |(_, _, why): &(_, _, Option<Diagnosis>)| why.as_ref()?.fails_at;
        Self {
            changes_at: all.iter().filter_map(fails_at).min(),
            quota: observed.quota,
            n_workloads: all.len(),
            n_failing: all.iter().filter(|(_, health, _)| *health == Health::Failing).count(),
            n_diagnosed: diagnosed.len(),
            diagnosed: diagnosed.into_iter().take(DIAGNOSES_KEPT).map(|(_, name, why)| (name.clone(), why)).collect(),
            lacks_workloads: observed.lacks_workloads,
        }
    }
}

impl Observed {
    /// How each workload is, by its pods.
    pub fn diagnosed(&self, now: OffsetDateTime) -> Vec<(&Workload, Health, Option<Diagnosis>)> {
        let mut by_workload: BTreeMap<_, Vec<&Pod>> = BTreeMap::new();
        for pod in &self.pods {
            if let Some(owner) = &pod.workload {
                by_workload.entry((owner.0, owner.1.as_str())).or_default().push(pod);
            }
        }
        let diagnose = |workload| {
            let pods = by_workload.get(&key(workload)).map(Vec::as_slice).unwrap_or_default();
            let (health, diagnosis) = diagnose_workload(workload, pods, now);
            (workload, health, diagnosis)
        };
        self.workloads.iter().map(diagnose).collect()
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
        let made = Arc::new(Summary::of(&Observed { lacks_workloads, ..observe() }, now));
        self.kept.insert(namespace.to_owned(), made.clone());
        self.set_clock(namespace, made.changes_at);
        made
    }

    /// Somebody has read of this namespace what is so until then.
    pub fn set_clock(&mut self, namespace: &str, changes_at: Option<OffsetDateTime>) {
        match changes_at {
            Some(changes_at) => self.clocks.insert(namespace.to_owned(), changes_at),
            None => self.clocks.remove(namespace),
        };
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
