//! What lists say of a namespace: kept until something in it changes, so that it is worked out once, not for each reader.

use super::{Observed, QuotaSeen};
use domain::diagnosis::{Diagnosis, Health, Pod, Workload, diagnose_workload};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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
}

impl Summary {
    pub fn of(observed: &Observed) -> Self {
        let all = observed.diagnosed();
        let mut diagnosed: Vec<_> =
            all.iter().filter_map(|(workload, health, why)| Some((*health, &workload.name, why.clone()?))).collect();
        diagnosed.sort_by_key(|(health, name, _)| (*health, *name));
        Self {
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
    pub fn diagnosed(&self) -> Vec<(&Workload, Health, Option<Diagnosis>)> {
        let mut by_workload: BTreeMap<_, Vec<&Pod>> = BTreeMap::new();
        for pod in &self.pods {
            if let Some(owner) = &pod.workload {
                by_workload.entry((owner.0, owner.1.as_str())).or_default().push(pod);
            }
        }
        let diagnose = |workload| {
            let pods = by_workload.get(&key(workload)).map(Vec::as_slice).unwrap_or_default();
            let (health, diagnosis) = diagnose_workload(workload, pods);
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
pub struct Summaries(HashMap<String, Arc<Summary>>);

impl Summaries {
    /// What is kept, or is now. What cannot be read changes without an event: one that was made then is made anew.
    pub fn get(&mut self, namespace: &str, lacks_workloads: bool, observe: impl FnOnce() -> Observed) -> Arc<Summary> {
        if let Some(kept) = self.0.get(namespace).filter(|kept| kept.lacks_workloads == lacks_workloads) {
            return kept.clone();
        }
        let made = Arc::new(Summary::of(&Observed { lacks_workloads, ..observe() }));
        self.0.insert(namespace.to_owned(), made.clone());
        made
    }

    pub fn forget(&mut self, namespace: &str) {
        self.0.remove(namespace);
    }

    pub fn forget_all(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(n_pods: usize) -> Observed {
        let workload = |n| Workload {
            kind: domain::diagnosis::WorkloadKind::Pod,
            name: format!("pod-{n}"),
            desired: 1,
            ready: 1,
            images: Vec::new(),
            created_at: None,
            problem: None,
            is_paused: false,
        };
        Observed { workloads: (0..n_pods).map(workload).collect(), ..Observed::default() }
    }

    #[test]
    fn a_summary_is_made_once_for_all_who_ask_until_something_changes() {
        let mut summaries = Summaries::default();
        let first = summaries.get("payments-dev", false, || observed(2));
        assert_eq!(first.n_workloads, 2);
        let again = summaries.get("payments-dev", false, || panic!("it is kept"));
        assert!(Arc::ptr_eq(&first, &again));
        summaries.forget("payments-dev");
        assert_eq!(summaries.get("payments-dev", false, || observed(3)).n_workloads, 3);
    }

    #[test]
    fn a_kind_that_can_be_read_no_more_makes_a_summary_anew() {
        let mut summaries = Summaries::default();
        summaries.get("payments-dev", false, || observed(2));
        assert!(summaries.get("payments-dev", true, || observed(2)).lacks_workloads);
    }
}
