//! Everything seen on one cluster, and how one namespace's part of it is put together for readers.

use super::namespaced_store::NamespacedStore;
use super::projection::{
    SeenBinding, SeenClaim, SeenJob, SeenNamespace, SeenNode, SeenPod, SeenReplicaSet, SeenService,
};
use super::{Allocatable, CapacitySeen, NameSeen, Observed, QuotaSeen};
use domain::diagnosis::{Pod, Warning, Workload, WorkloadKind};
use domain::quota::Quota;
use serde_json::Value;
use std::collections::BTreeMap;

/// Warnings kept of one namespace, and those shown of them once they are grouped.
const WARNINGS_KEPT: usize = 500;
const WARNINGS_SHOWN: usize = 50;

#[derive(Default)]
pub struct ClusterCache {
    pub pods: NamespacedStore<SeenPod>,
    pub deployments: NamespacedStore<Workload>,
    pub replica_sets: NamespacedStore<SeenReplicaSet>,
    pub stateful_sets: NamespacedStore<Workload>,
    pub daemon_sets: NamespacedStore<Workload>,
    pub jobs: NamespacedStore<SeenJob>,
    pub cron_jobs: NamespacedStore<Workload>,
    pub quotas: NamespacedStore<QuotaSeen>,
    pub warnings: NamespacedStore<Warning>,
    pub nodes: NamespacedStore<SeenNode>,
    pub namespaces: NamespacedStore<SeenNamespace>,
    /// RoleBindings without Berth's label.
    pub other_bindings: NamespacedStore<SeenBinding>,
    pub services: NamespacedStore<SeenService>,
    pub claims: NamespacedStore<SeenClaim>,
    pub managed: Managed,
}

/// Objects that carry Berth's label, as they are.
#[derive(Default)]
pub struct Managed {
    pub namespaces: NamespacedStore<Value>,
    pub quotas: NamespacedStore<Value>,
    pub limits: NamespacedStore<Value>,
    pub policies: NamespacedStore<Value>,
    pub accounts: NamespacedStore<Value>,
    pub bindings: NamespacedStore<Value>,
}

impl Managed {
    /// None for a kind that is not watched.
    pub fn store(&self, kind: &str) -> Option<&NamespacedStore<Value>> {
        Some(match kind {
            "Namespace" => &self.namespaces,
            "ResourceQuota" => &self.quotas,
            "LimitRange" => &self.limits,
            "NetworkPolicy" => &self.policies,
            "ServiceAccount" => &self.accounts,
            "RoleBinding" => &self.bindings,
            _ => return None,
        })
    }
}

impl ClusterCache {
    pub fn observe(&self, namespace: &str) -> Observed {
        let pods: Vec<_> = self.pods.of(namespace).map(|(_, seen)| self.pod(namespace, seen)).collect();
        let warnings = grouped(self.warnings.of(namespace).map(|(_, warning)| warning));
        let mut workloads = self.workloads(namespace);
        workloads.extend(pods.iter().filter_map(unowned));
        for workload in &mut workloads {
            if workload.problem.is_none() && workload.ready < workload.desired {
                workload.problem = cannot_create_pods(workload, &warnings);
            }
        }
        let quota = self.quota(namespace);
        let n_warnings = warnings.len();
        let warnings = warnings.into_iter().take(WARNINGS_SHOWN).collect();
        Observed { quota, workloads, pods, warnings, n_warnings, ..Observed::default() }
    }

    /// Sum over the ready nodes that take pods.
    pub fn allocatable(&self) -> CapacitySeen {
        if self.nodes.iter().next().is_none() {
            return CapacitySeen::NotRead;
        }
        let mut sum = Allocatable { quota: Quota::ZERO, n_nodes: 0 };
        for (name, node) in self.nodes.of("").filter(|(_, node)| node.takes_pods) {
            let Some(allocatable) = &node.allocatable else { return CapacitySeen::Unreadable { node: name.into() } };
            sum = Allocatable { quota: sum.quota.plus(allocatable), n_nodes: sum.n_nodes + 1 };
        }
        CapacitySeen::Known(sum)
    }

    /// Whether a namespace could be made under this name.
    pub fn name(&self, name: &str) -> NameSeen {
        match self.namespaces.get(name, name) {
            None => NameSeen::Free,
            // It may be gone by now.
            Some(namespace) if namespace.is_leaving => NameSeen::Unknown,
            Some(_) => NameSeen::Held,
        }
    }

    /// Keeps what a namespace may fill without bound within bounds.
    pub fn trim(&mut self, namespace: &str) {
        self.warnings.trim(namespace, WARNINGS_KEPT, |warning| warning.last_at);
    }

    fn pod(&self, namespace: &str, seen: &SeenPod) -> Pod {
        Pod { workload: self.workload_of(namespace, seen), ..seen.pod.clone() }
    }

    /// Follows owners up to the workload people know. None: the owner has not been seen yet.
    fn workload_of(&self, namespace: &str, seen: &SeenPod) -> Option<(WorkloadKind, String)> {
        let own = || Some((WorkloadKind::Pod, seen.pod.name.clone()));
        let Some(owner) = &seen.owner else { return own() };
        match owner.kind.as_str() {
            "ReplicaSet" => match &self.replica_sets.get(namespace, &owner.name)?.deployment {
                Some(deployment) => Some((WorkloadKind::Deployment, deployment.clone())),
                None => own(),
            },
            "Job" => match &self.jobs.get(namespace, &owner.name)?.cron_job {
                Some(cron_job) => Some((WorkloadKind::CronJob, cron_job.clone())),
                None => Some((WorkloadKind::Job, owner.name.clone())),
            },
            "StatefulSet" => Some((WorkloadKind::StatefulSet, owner.name.clone())),
            "DaemonSet" => Some((WorkloadKind::DaemonSet, owner.name.clone())),
            _ => own(),
        }
    }

    fn workloads(&self, namespace: &str) -> Vec<Workload> {
        let jobs =
            self.jobs.of(namespace).filter(|(_, job)| job.cron_job.is_none()).map(|(_, job)| job.workload.clone());
        let cron_jobs = self
            .cron_jobs
            .of(namespace)
            .map(|(name, cron_job)| Workload { problem: self.last_run_problem(namespace, name), ..cron_job.clone() });
        let deployments = self.deployments.of(namespace).map(|(name, deployment)| Workload {
            problem: deployment.problem.clone().or_else(|| self.replica_problem(namespace, name)),
            ..deployment.clone()
        });
        deployments
            .chain(self.stateful_sets.of(namespace).map(|(_, workload)| workload.clone()))
            .chain(self.daemon_sets.of(namespace).map(|(_, workload)| workload.clone()))
            .chain(jobs)
            .chain(cron_jobs)
            .collect()
    }

    /// What keeps a Deployment's ReplicaSets from making pods.
    fn replica_problem(&self, namespace: &str, deployment: &str) -> Option<String> {
        let mut replica_sets = self.replica_sets.of(namespace).map(|(_, seen)| seen);
        replica_sets.find_map(|seen| seen.problem.clone().filter(|_| seen.deployment.as_deref() == Some(deployment)))
    }

    /// A CronJob is as well as its newest run.
    fn last_run_problem(&self, namespace: &str, cron_job: &str) -> Option<String> {
        let runs = self.jobs.of(namespace).map(|(_, job)| job).filter(|job| job.cron_job.as_deref() == Some(cron_job));
        let last = runs.max_by_key(|job| job.workload.created_at)?;
        last.workload.problem.as_ref().map(|problem| format!("Job {}: {problem}", last.workload.name))
    }

    fn quota(&self, namespace: &str) -> Option<QuotaSeen> {
        let ours = self.quotas.of(namespace).filter(|(name, _)| name.starts_with("berth-")).map(|(_, quota)| quota);
        ours.fold(None, |sum: Option<QuotaSeen>, quota| {
            let Some(sum) = sum else { return Some(*quota) };
            let plus = |one: Option<Quota>, other: Option<Quota>| Some(one?.plus(&other?));
            Some(QuotaSeen { used: plus(sum.used, quota.used), enforced: plus(sum.enforced, quota.enforced) })
        })
    }
}

/// A pod that belongs to nothing else, as a workload of its own.
fn unowned(pod: &Pod) -> Option<Workload> {
    let (WorkloadKind::Pod, name) = pod.workload.as_ref()? else { return None };
    let is_done = pod.phase == "Succeeded";
    Some(Workload {
        kind: WorkloadKind::Pod,
        name: name.clone(),
        desired: 1,
        ready: i32::from(pod.is_ready || is_done),
        images: pod.containers.iter().map(|container| container.image.clone()).collect(),
        created_at: pod.created_at,
        problem: None,
        is_paused: false,
    })
}

/// Controllers without a condition for it say only in an event that their pods are refused.
fn cannot_create_pods(workload: &Workload, warnings: &[Warning]) -> Option<String> {
    let kind = format!("{:?}", workload.kind);
    let about = |w: &&Warning| w.reason == "FailedCreate" && w.object_kind == kind && w.object_name == workload.name;
    warnings.iter().find(about).map(|warning| warning.message.clone())
}

/// One warning for each reason and object, with the newest message; newest first.
fn grouped<'a>(warnings: impl Iterator<Item = &'a Warning>) -> Vec<Warning> {
    let mut groups: BTreeMap<(&str, &str, &str), Warning> = BTreeMap::new();
    for warning in warnings {
        let key = (warning.reason.as_str(), warning.object_kind.as_str(), warning.object_name.as_str());
        match groups.get_mut(&key) {
            None => {
                groups.insert(key, warning.clone());
            }
            Some(group) => {
                let count = group.count.saturating_add(warning.count);
                if warning.last_at > group.last_at {
                    *group = warning.clone();
                }
                group.count = count;
            }
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.last_at));
    groups
}

#[cfg(test)]
mod tests;
