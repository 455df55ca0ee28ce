//! How much a chart needs, counted as the scheduler counts: what containers request, times how many pods there are.
//!
//! A container that names nothing needs something all the same. It is counted in [`Unnamed`], never as zero, and
//! [`Needs::with_defaults`] says what it needs where a class gives it a default.

mod pod_needs;
mod replicas;

pub use pod_needs::{Amounts, ContainerNeeds, PodNeeds, Unnamed};
pub use replicas::Replicas;

use super::object::{Object, ObjectRef};
use super::pod::{self, PodTemplate};
use super::value::{at, items_at, quantity_at, text_at};
use domain::class::ContainerDefaults;
use domain::quantity;
use domain::quota::Quota;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the pods of one workload need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadNeeds {
    pub object: ObjectRef,
    pub replicas: Replicas,
    #[serde(flatten)]
    pub pod: PodNeeds,
    /// Claims that come with each pod, in bytes.
    pub storage_bytes: u64,
    pub n_claims: u64,
}

/// Amounts of all pods of some workloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Storage, pods, load balancers and GPUs among them.
    pub requests: Quota,
    /// CPU and memory only.
    pub limits: Quota,
    pub unnamed: Unnamed,
}

/// What a chart needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    pub workloads: Vec<WorkloadNeeds>,
    /// Of claims that are objects of the chart, in bytes.
    pub claimed_bytes: u64,
    pub n_claims: u64,
    pub load_balancers: u64,
    /// For as long as the release is there, with the fewest pods. One node for what runs on every node.
    pub at_least: Total,
    /// The same, while every Job and CronJob runs once and the largest hook with it.
    pub at_most_with_jobs: Total,
}

impl Needs {
    /// [`Self::at_least`], where each container that names nothing gets the defaults of a class.
    pub fn with_defaults(&self, defaults: &ContainerDefaults) -> Total {
        self.total(Some(defaults))
    }

    fn total(&self, defaults: Option<&ContainerDefaults>) -> Total {
        let steady = self.workloads.iter().filter(|workload| workload.replicas.is_steady());
        steady.map(|workload| workload.total(defaults)).fold(self.of_objects(), Total::plus)
    }

    fn total_with_jobs(&self) -> Total {
        let jobs = self.workloads.iter().filter(|workload| workload.replicas.is_job());
        let hooks = self.workloads.iter().filter(|workload| workload.replicas.is_hook());
        let with_jobs = jobs.map(|workload| workload.total(None)).fold(self.total(None), Total::plus);
        let largest = hooks.map(|workload| workload.total(None)).fold(Total::default(), Total::most);
        with_jobs.plus(largest)
    }

    fn of_objects(&self) -> Total {
        let requests = Quota { storage_bytes: self.claimed_bytes, load_balancers: self.load_balancers, ..Quota::ZERO };
        Total { requests, ..Total::default() }
    }
}

impl WorkloadNeeds {
    fn total(&self, defaults: Option<&ContainerDefaults>) -> Total {
        let n = self.replicas.least();
        let pod = self.pod.amounts(defaults);
        let times = |amount: u64| amount.saturating_mul(n);
        Total {
            requests: Quota {
                cpu_m: times(pod.requests.cpu_m),
                memory_bytes: times(pod.requests.memory_bytes),
                storage_bytes: times(self.storage_bytes),
                pods: n,
                load_balancers: 0,
                gpus: times(pod.gpus),
            },
            limits: Quota {
                cpu_m: times(pod.limits.cpu_m),
                memory_bytes: times(pod.limits.memory_bytes),
                ..Quota::ZERO
            },
            unnamed: if defaults.is_some() { Unnamed::default() } else { self.pod.unnamed().times(n) },
        }
    }
}

impl Total {
    fn plus(self, other: Total) -> Total {
        Total {
            requests: self.requests.plus(&other.requests),
            limits: self.limits.plus(&other.limits),
            unnamed: self.unnamed.plus(other.unnamed),
        }
    }

    /// Of each amount the larger one.
    fn most(self, other: Total) -> Total {
        Total {
            requests: self.requests.most(&other.requests),
            limits: self.limits.most(&other.limits),
            unnamed: self.unnamed.most(other.unnamed),
        }
    }
}

pub fn facts(objects: &[Object]) -> Needs {
    let claims = || objects.iter().filter(|object| object.is("", "PersistentVolumeClaim"));
    let is_balanced = |object: &&Object| {
        object.is("", "Service") && text_at(&object.value, &["spec", "type"]) == Some("LoadBalancer")
    };
    let mut needs = Needs {
        workloads: pod::templates(objects).map(|pod| workload(&pod, objects)).collect(),
        claimed_bytes: claims().fold(0, |sum, claim| sum.saturating_add(claimed(&claim.value))),
        n_claims: count(claims()),
        load_balancers: count(objects.iter().filter(is_balanced)),
        at_least: Total::default(),
        at_most_with_jobs: Total::default(),
    };
    needs.at_least = needs.total(None);
    needs.at_most_with_jobs = needs.total_with_jobs();
    needs
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

fn workload(pod: &PodTemplate<'_>, objects: &[Object]) -> WorkloadNeeds {
    let claims = claims(pod);
    WorkloadNeeds {
        object: pod.object.id.clone(),
        replicas: replicas::of(pod.object, objects),
        pod: PodNeeds::read(pod),
        storage_bytes: claims.iter().fold(0, |sum, claim| sum.saturating_add(claimed(claim))),
        n_claims: count(claims.iter()),
    }
}

/// Those that are made for each pod: by a StatefulSet, and by volumes that live as long as the pod.
fn claims<'a>(pod: &PodTemplate<'a>) -> Vec<&'a Value> {
    let is_stateful = pod.object.is("apps", "StatefulSet");
    let templates = items_at(&pod.object.value, &["spec", "volumeClaimTemplates"]).iter().filter(|_| is_stateful);
    let volumes = pod.volumes().filter_map(|(_, volume)| at(volume, &["ephemeral", "volumeClaimTemplate"]));
    templates.chain(volumes).collect()
}

fn claimed(claim: &Value) -> u64 {
    let request = quantity_at(claim, &["spec", "resources", "requests", "storage"]);
    request.and_then(|request| quantity::parse_whole(&request).ok()).unwrap_or_default()
}
