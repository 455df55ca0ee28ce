//! How one namespace's part of everything seen on a cluster is put together for readers.

use super::kinds::ClusterCache;
use super::projection::{SeenJob, SeenPod};
use super::{Allocatable, CapacitySeen, NameSeen, Observed, QuotaSeen};
use domain::diagnosis::{Claim, Pod, Said, Warning, Workload, WorkloadKind};
use domain::diagnosis::{fits_quota, holds_cron_job_up, refusing_quota};
use domain::quota::Quota;
use std::cmp::Reverse;
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
        let ooms = self.node_ooms();
        let pod = |seen| self.pod(namespace, seen, &events, &ooms);
        let pods: Vec<_> = self.pods.of(namespace).map(|(_, seen)| pod(seen)).collect();
        let quota = self.quota(namespace);
        let mut workloads = self.workloads(namespace, &pods, &events);
        workloads.extend(pods.iter().filter_map(unowned));
        for workload in &mut workloads {
            self.look_for_room(namespace, workload);
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

    fn pod(&self, namespace: &str, seen: &SeenPod, events: &Events<'_>, ooms: &BTreeMap<&str, &Warning>) -> Pod {
        let pod = &seen.pod;
        let warnings = events.about("Pod", &pod.name, pod.uid.as_deref());
        Pod {
            workload: self.workload_of(namespace, seen),
            claims: pod.claims.iter().map(|claim| self.claim(namespace, claim, events)).collect(),
            unready_node: pod.node.as_deref().and_then(|node| self.unready_node(node)),
            node_memory: pod.node.as_deref().map(|node| self.node_memory(node, ooms)).unwrap_or_default(),
            warnings: warnings.filter(|warning| !self.is_back(pod, warning)).take(WARNINGS_OF_ONE).cloned().collect(),
            ..pod.clone()
        }
    }

    fn unready_node(&self, node: &str) -> Option<Said> {
        self.nodes.get("", node)?.unready.clone()
    }

    /// Events about nodes are kept with those of namespace `default`.
    fn node_ooms(&self) -> BTreeMap<&str, &Warning> {
        let is_about = |event: &&Warning| event.object_kind == "Node" && event.reason == "SystemOOM";
        let mut newest: BTreeMap<_, &Warning> = BTreeMap::new();
        for event in self.warnings.of("default").map(|(_, event)| event).filter(is_about) {
            let known = newest.entry(event.object_name.as_str()).or_insert(event);
            *known = if event.last_at > known.last_at { event } else { known };
        }
        newest
    }

    /// What says that a node ran out of memory: the kernel's word of one moment, and its own of all since.
    fn node_memory(&self, node: &str, ooms: &BTreeMap<&str, &Warning>) -> Vec<Said> {
        let pressure = self.nodes.get("", node).and_then(|node| node.memory_pressure.clone());
        ooms.get(node).map(|event| event.said()).into_iter().chain(pressure).collect()
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
                .about("PersistentVolumeClaim", &claim.name, seen.and_then(|seen| seen.uid.as_deref()))
                .find(|warning| seen.is_none_or(|seen| warning.is_about(seen.uid.as_deref(), seen.created_at)))
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
        let begun_by_job = newest_by_job(pods);
        let with_refusal = |workload: &Workload| Workload {
            problem: workload.problem.clone().or_else(|| cannot_create_pods(workload, &begun, events)),
            tried_at: refused(workload, events).and_then(|event| event.last_at),
            ..workload.clone()
        };
        let sets = self.sets_in_use(namespace);
        let deployments = self.deployments.of(namespace).map(|(name, seen)| {
            let its = sets.get(name).map(Vec::as_slice).unwrap_or_default();
            deployment(seen, its, events)
        });
        let replica_sets = self.replica_sets.of(namespace).map(|(_, seen)| seen);
        let bare = replica_sets.filter(|seen| seen.deployment.is_none() && seen.is_in_use).map(|seen| &seen.workload);
        let jobs = self.jobs.of(namespace).filter(|(_, job)| job.cron_job.is_none()).map(|(_, job)| &job.workload);
        let runs = self.runs(namespace);
        let cron_job = |cron_job: &Workload| {
            let runs = runs.get(cron_job.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            of_runs(cron_job, runs, &begun_by_job, events)
        };
        let cron_jobs = self.cron_jobs.of(namespace).map(|(_, seen)| cron_job(seen));
        let own = self.stateful_sets.of(namespace).chain(self.daemon_sets.of(namespace));
        let own = own.chain(self.replication_controllers.of(namespace)).map(|(_, workload)| workload);
        deployments.chain(own.chain(bare).chain(jobs).map(with_refusal)).chain(cron_jobs).collect()
    }

    /// The ReplicaSets of each Deployment, without those that it keeps to go back to.
    fn sets_in_use(&self, namespace: &str) -> BTreeMap<&str, Vec<&Workload>> {
        let mut sets: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (_, seen) in self.replica_sets.of(namespace).filter(|(_, seen)| seen.is_in_use) {
            if let Some(deployment) = &seen.deployment {
                sets.entry(deployment.as_str()).or_default().push(&seen.workload);
            }
        }
        sets
    }

    /// The jobs of each CronJob, newest first.
    fn runs(&self, namespace: &str) -> BTreeMap<&str, Vec<&SeenJob>> {
        let mut runs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (_, job) in self.jobs.of(namespace) {
            if let Some(cron_job) = &job.cron_job {
                runs.entry(cron_job.as_str()).or_default().push(job);
            }
        }
        for of_one in runs.values_mut() {
            of_one.sort_by_key(|job| Reverse(job.workload.created_at));
        }
        runs
    }

    /// Of one that was refused for lack of quota: whether that quota has room by now, and since when that may be.
    fn look_for_room(&self, namespace: &str, workload: &mut Workload) {
        let Some(problem) = &workload.problem else { return };
        let Some(name) = refusing_quota(&problem.message) else { return };
        let Some(quota) = self.quotas.get(namespace, &name) else { return };
        let (Some(used), Some(enforced)) = (quota.used, quota.enforced) else { return };
        workload.has_room_again = fits_quota(&problem.message, &used, &enforced);
        workload.tried_at = workload.tried_at.or(quota.changed_at);
    }

    fn quota(&self, namespace: &str) -> Option<QuotaSeen> {
        let ours = self.quotas.of(namespace).filter(|(name, _)| name.starts_with("berth-")).map(|(_, quota)| quota);
        ours.fold(None, |sum: Option<QuotaSeen>, quota| {
            let Some(sum) = sum else { return Some(*quota) };
            let plus = |one: Option<Quota>, other: Option<Quota>| Some(one?.plus(&other?));
            Some(QuotaSeen {
                changed_at: sum.changed_at.max(quota.changed_at),
                used: plus(sum.used, quota.used),
                enforced: plus(sum.enforced, quota.enforced),
            })
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

fn newest_by_job(pods: &[Pod]) -> Begun<'_> {
    newest(pods.iter().filter_map(|pod| Some(((WorkloadKind::Job, pod.job.as_deref()?), pod.created_at))))
}

fn newest<'a>(made: impl Iterator<Item = ((WorkloadKind, &'a str), Option<OffsetDateTime>)>) -> Begun<'a> {
    let mut begun = Begun::new();
    for (workload, at) in made {
        let newest = begun.entry(workload).or_default();
        *newest = at.max(*newest);
    }
    begun
}

/// The newest event that its pods are refused.
fn refused<'a>(workload: &Workload, events: &Events<'a>) -> Option<&'a Warning> {
    let kind = format!("{:?}", workload.kind);
    let mut about = events.about(&kind, &workload.name, workload.uid.as_deref());
    about.find(|event| event.reason == "FailedCreate" && event.last_at >= workload.created_at)
}

/// Controllers without a condition for it say only in an event that their pods are refused. What they said before their
/// newest pod was made is past.
fn cannot_create_pods(workload: &Workload, begun: &Begun<'_>, events: &Events<'_>) -> Option<Said> {
    if workload.ready >= workload.desired {
        return None;
    }
    let begun = begun.get(&(workload.kind, workload.name.as_str())).copied().flatten().max(workload.wanted_since());
    refused(workload, events).filter(|event| event.last_at >= begun).map(Warning::said)
}

/// A CronJob is as well as its newest run that came to an end, and as the one under way; what its controller has said of it
/// since its newest run began says more.
fn of_runs(cron_job: &Workload, runs: &[&SeenJob], begun: &Begun<'_>, events: &Events<'_>) -> Workload {
    let newest = runs.first();
    let held_up = held_up(cron_job, newest.and_then(|run| run.workload.created_at).max(cron_job.tried_at), events);
    let Some(newest) = newest else { return Workload { problem: held_up, ..cron_job.clone() } };
    let refused = (!newest.is_finished).then(|| cannot_create_pods(&newest.workload, begun, events)).flatten();
    let finished = runs.iter().find(|run| run.is_finished).filter(|_| refused.is_none());
    let failed = finished.and_then(|run| Some((run, run.workload.problem.clone()?)));
    let (run, problem) = failed.map_or((newest, refused), |(run, problem)| (run, Some(problem)));
    let says = |problem: Said| Said { source: format!("{} of job {}", problem.source, run.workload.name), ..problem };
    let problem = held_up.or(problem.map(says));
    Workload { run: Some(run.workload.name.clone()), problem, ..cron_job.clone() }
}

/// What keeps a Deployment's ReplicaSets from making pods says more than that the Deployment takes too long.
fn deployment(deployment: &Workload, sets: &[&Workload], events: &Events<'_>) -> Workload {
    let own = deployment.problem.as_ref();
    let own_refusal = own.filter(|own| own.source.ends_with("ReplicaFailure"));
    let of_replicas = || sets.iter().filter_map(|set| set.problem.as_ref()).max_by_key(|said| said.at);
    let problem = own_refusal.or_else(of_replicas).or(own).cloned();
    // Which is said once, when it begins; each try after that is an event about the ReplicaSet.
    let tried_at = problem.as_ref().and_then(|_| sets.iter().filter_map(|set| refused(set, events)?.last_at).max());
    Workload { problem, tried_at, ..deployment.clone() }
}

/// The newest event about a CronJob itself that keeps it from running. What was said before its schedule was corrected or its
/// newest run began is past.
fn held_up(cron_job: &Workload, begun: Option<OffsetDateTime>, events: &Events<'_>) -> Option<Said> {
    let mut about = events.about("CronJob", &cron_job.name, cron_job.uid.as_deref());
    let is_since = |at: Option<OffsetDateTime>| at >= cron_job.wanted_since() && (begun.is_none() || at > begun);
    about.find(|event| holds_cron_job_up(&event.reason) && is_since(event.last_at)).map(Warning::said)
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
            about.sort_by_key(|warning| Reverse(warning.last_at));
        }
        Self(events)
    }

    /// What is said of the object of this uid, as far as uids are known; newest first.
    fn about<'b>(
        &'b self,
        kind: &'b str,
        name: &'b str,
        uid: Option<&'b str>,
    ) -> impl Iterator<Item = &'a Warning> + use<'a, 'b> {
        self.0.get(&(kind, name)).into_iter().flatten().copied().filter(move |event| event.is_about(uid, None))
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
    groups.sort_by_key(|group| Reverse(group.last_at));
    groups
}

#[cfg(test)]
mod tests;
