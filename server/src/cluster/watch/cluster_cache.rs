//! How one namespace's part of everything seen on a cluster is put together for readers.

use super::kinds::ClusterCache;
use super::projection::SeenPod;
use super::{Allocatable, CapacitySeen, NameSeen, Observed, QuotaSeen};
use domain::diagnosis::{Claim, Pod, Said, Warning, Workload, WorkloadKind, fits_quota};
use domain::quota::Quota;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Warnings kept of one namespace, and those shown of them once they are grouped.
const WARNINGS_KEPT: usize = 500;
const WARNINGS_SHOWN: usize = 50;
/// Warnings that say why one pod is as it is.
const WARNINGS_OF_ONE: usize = 20;

impl ClusterCache {
    pub fn observe(&self, namespace: &str) -> Observed {
        let events = Events::of(self.warnings.of(namespace).map(|(_, warning)| warning));
        let pods: Vec<_> = self.pods.of(namespace).map(|(_, seen)| self.pod(namespace, seen, &events)).collect();
        let quota = self.quota(namespace);
        let mut workloads = self.workloads(namespace, &pods, &events);
        workloads.extend(pods.iter().filter_map(unowned));
        for workload in &mut workloads {
            workload.has_room_again = has_room_again(workload, quota);
        }
        let warnings = grouped(self.warnings.of(namespace).map(|(_, warning)| warning));
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

    fn pod(&self, namespace: &str, seen: &SeenPod, events: &Events<'_>) -> Pod {
        let pod = &seen.pod;
        let warnings = events.about("Pod", &pod.name);
        Pod {
            workload: self.workload_of(namespace, seen),
            claims: pod.claims.iter().map(|claim| self.claim(namespace, claim, events)).collect(),
            unready_node: pod.node.as_deref().and_then(|node| self.unready_node(node)),
            warnings: warnings.filter(|warning| !self.is_back(pod, warning)).take(WARNINGS_OF_ONE).cloned().collect(),
            ..pod.clone()
        }
    }

    fn unready_node(&self, node: &str) -> Option<Said> {
        self.nodes.get("", node)?.unready.clone()
    }

    /// That a node was lost is past once it is ready again.
    fn is_back(&self, pod: &Pod, warning: &Warning) -> bool {
        let ready_at = || pod.node.as_deref().and_then(|node| self.nodes.get("", node)?.ready_at);
        warning.reason == "NodeNotReady" && ready_at().is_some_and(|ready_at| warning.last_at < Some(ready_at))
    }

    fn claim(&self, namespace: &str, claim: &Claim, events: &Events<'_>) -> Claim {
        let seen = self.claims.get(namespace, &claim.name);
        Claim {
            name: claim.name.clone(),
            phase: seen.map(|seen| seen.phase.clone()),
            storage_class: seen.and_then(|seen| seen.storage_class.clone()),
            warning: events
                .about("PersistentVolumeClaim", &claim.name)
                .find(|warning| seen.is_none_or(|seen| warning.last_at >= seen.created_at))
                .cloned(),
        }
    }

    /// Follows owners up to the workload people know. None: the owner has not been seen yet.
    fn workload_of(&self, namespace: &str, seen: &SeenPod) -> Option<(WorkloadKind, String)> {
        let own = || Some((WorkloadKind::Pod, seen.pod.name.clone()));
        let Some(owner) = &seen.owner else { return own() };
        match owner.kind.as_str() {
            "ReplicaSet" => match &self.replica_sets.get(namespace, &owner.name)?.deployment {
                Some(deployment) => Some((WorkloadKind::Deployment, deployment.clone())),
                None => Some((WorkloadKind::ReplicaSet, owner.name.clone())),
            },
            // Not every observer may see these.
            "ReplicationController" => match self.replication_controllers.get(namespace, &owner.name) {
                Some(_) => Some((WorkloadKind::ReplicationController, owner.name.clone())),
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

    fn workloads(&self, namespace: &str, pods: &[Pod], events: &Events<'_>) -> Vec<Workload> {
        let begun = newest_by_workload(pods);
        let refused = |workload: &Workload| Workload {
            problem: workload.problem.clone().or_else(|| cannot_create_pods(workload, &begun, events)),
            ..workload.clone()
        };
        let deployments = self.deployments.of(namespace).map(|(name, deployment)| Workload {
            problem: self.replica_problem(namespace, name, deployment),
            ..deployment.clone()
        });
        let replica_sets = self.replica_sets.of(namespace).map(|(_, seen)| seen);
        let bare = replica_sets.filter(|seen| seen.deployment.is_none() && seen.is_in_use).map(|seen| &seen.workload);
        let jobs = self.jobs.of(namespace).filter(|(_, job)| job.cron_job.is_none()).map(|(_, job)| &job.workload);
        let cron_jobs = self.cron_jobs.of(namespace).map(|(_, cron_job)| self.cron_job(namespace, cron_job, events));
        let own = self.stateful_sets.of(namespace).chain(self.daemon_sets.of(namespace));
        let own = own.chain(self.replication_controllers.of(namespace)).map(|(_, workload)| workload);
        deployments.chain(own.chain(bare).chain(jobs).map(refused)).chain(cron_jobs).collect()
    }

    /// What keeps a Deployment's ReplicaSets from making pods says more than that the Deployment takes too long.
    fn replica_problem(&self, namespace: &str, name: &str, deployment: &Workload) -> Option<Said> {
        let own = deployment.problem.clone();
        if own.as_ref().is_some_and(|own| own.source.ends_with("ReplicaFailure")) {
            return own;
        }
        let replica_sets = self.replica_sets.of(namespace).map(|(_, seen)| seen);
        let its = replica_sets.filter(|seen| seen.deployment.as_deref() == Some(name) && seen.is_in_use);
        its.filter_map(|seen| seen.workload.problem.clone()).max_by_key(|said| said.at).or(own)
    }

    /// A CronJob is as well as its newest run that came to an end, and as the one under way.
    fn cron_job(&self, namespace: &str, cron_job: &Workload, events: &Events<'_>) -> Workload {
        let runs = self.jobs.of(namespace).map(|(_, job)| job);
        let mut runs: Vec<_> = runs.filter(|job| job.cron_job.as_ref() == Some(&cron_job.name)).collect();
        runs.sort_by_key(|job| std::cmp::Reverse(job.workload.created_at));
        let Some(newest) = runs.first() else { return cron_job.clone() };
        let begun = newest_by_job(self.pods.of(namespace).map(|(_, seen)| &seen.pod));
        let refused = (!newest.is_finished).then(|| cannot_create_pods(&newest.workload, &begun, events)).flatten();
        let finished = runs.iter().find(|run| run.is_finished).filter(|_| refused.is_none());
        let failed = finished.and_then(|run| Some((run, run.workload.problem.clone()?)));
        let (run, problem) = failed.map_or((newest, refused), |(run, problem)| (run, Some(problem)));
        let says =
            |problem: Said| Said { source: format!("{} of job {}", problem.source, run.workload.name), ..problem };
        Workload { run: Some(run.workload.name.clone()), problem: problem.map(says), ..cron_job.clone() }
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
        ..Workload::default()
    })
}

/// When the newest pod of each workload was made.
type Begun<'a> = BTreeMap<(WorkloadKind, &'a str), Option<OffsetDateTime>>;

fn newest_by_workload(pods: &[Pod]) -> Begun<'_> {
    let owned = pods.iter().filter_map(|pod| Some((pod.workload.as_ref()?, pod.created_at)));
    newest(owned.map(|((kind, name), at)| ((*kind, name.as_str()), at)))
}

fn newest_by_job<'a>(pods: impl Iterator<Item = &'a Pod>) -> Begun<'a> {
    newest(pods.filter_map(|pod| Some(((WorkloadKind::Job, pod.job.as_deref()?), pod.created_at))))
}

fn newest<'a>(made: impl Iterator<Item = ((WorkloadKind, &'a str), Option<OffsetDateTime>)>) -> Begun<'a> {
    let mut begun = Begun::new();
    for (workload, at) in made {
        let newest = begun.entry(workload).or_default();
        *newest = at.max(*newest);
    }
    begun
}

/// Controllers without a condition for it say only in an event that their pods are refused. What they said before their
/// newest pod was made is past.
fn cannot_create_pods(workload: &Workload, begun: &Begun<'_>, events: &Events<'_>) -> Option<Said> {
    if workload.ready >= workload.desired {
        return None;
    }
    let begun = begun.get(&(workload.kind, workload.name.as_str())).copied().flatten().max(workload.created_at);
    let kind = format!("{:?}", workload.kind);
    let refusal =
        events.about(&kind, &workload.name).find(|event| event.reason == "FailedCreate" && event.last_at >= begun);
    refusal.map(Warning::said)
}

/// A pod that was refused for lack of quota would fit by now.
fn has_room_again(workload: &Workload, quota: Option<QuotaSeen>) -> bool {
    let (Some(problem), Some(QuotaSeen { used: Some(used), enforced: Some(enforced) })) = (&workload.problem, quota)
    else {
        return false;
    };
    fits_quota(&problem.message, &used, &enforced)
}

/// Warnings of a namespace by what they are about, newest first.
struct Events<'a>(BTreeMap<(&'a str, &'a str), Vec<&'a Warning>>);

impl<'a> Events<'a> {
    fn of(warnings: impl Iterator<Item = &'a Warning>) -> Self {
        let mut events: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for warning in warnings {
            let about = (warning.object_kind.as_str(), warning.object_name.as_str());
            events.entry(about).or_default().push(warning);
        }
        for about in events.values_mut() {
            about.sort_by_key(|warning| std::cmp::Reverse(warning.last_at));
        }
        Self(events)
    }

    fn about<'b>(&'b self, kind: &'b str, name: &'b str) -> impl Iterator<Item = &'a Warning> + 'b {
        self.0.get(&(kind, name)).into_iter().flatten().copied()
    }
}

/// One warning for each reason and object, with the newest message; newest first. `Failed` is what the kubelet calls all
/// that has no reason of its own: there each message is another one.
fn grouped<'a>(warnings: impl Iterator<Item = &'a Warning>) -> Vec<Warning> {
    let mut groups: BTreeMap<(&str, &str, &str, &str), Warning> = BTreeMap::new();
    for warning in warnings {
        let message = if warning.reason == "Failed" { warning.message.as_str() } else { "" };
        let key = (warning.reason.as_str(), warning.object_kind.as_str(), warning.object_name.as_str(), message);
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
