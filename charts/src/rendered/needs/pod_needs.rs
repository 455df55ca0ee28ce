//! What one pod needs, by the rule of the scheduler.

use crate::rendered::pod::{ContainerRole, PodTemplate};
use crate::rendered::value::{quantity_at, short};
use domain::class::ContainerDefaults;
use domain::quantity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Of CPU and memory, where they are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    pub cpu_m: Option<u64>,
    pub memory_bytes: Option<u64>,
}

/// What one container names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerNeeds {
    pub name: String,
    pub role: ContainerRole,
    /// Where only a limit is named, Kubernetes requests as much.
    pub requests: Amounts,
    pub limits: Amounts,
    pub gpus: u64,
}

/// What one pod names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodNeeds {
    pub containers: Vec<ContainerNeeds>,
    /// For all containers together, instead of what they name.
    pub of_pod_requests: Amounts,
    pub of_pod_limits: Amounts,
    /// Of the runtime class, besides.
    pub overhead: Amounts,
}

/// How many containers name no request or limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    pub cpu_requests: u64,
    pub memory_requests: u64,
    pub cpu_limits: u64,
    pub memory_limits: u64,
}

/// Sums of one pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PodAmounts {
    pub requests: Sum,
    pub limits: Sum,
    pub gpus: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub cpu_m: u64,
    pub memory_bytes: u64,
}

const GPU: &str = "nvidia.com/gpu";

impl PodNeeds {
    pub(super) fn read(pod: &PodTemplate<'_>) -> Self {
        let (of_pod_requests, of_pod_limits) = requests_and_limits(pod.spec);
        let containers = pod.containers().into_iter().map(|container| {
            let (requests, limits) = requests_and_limits(container.value);
            let gpus = quantity_at(container.value, &["resources", "limits", GPU]);
            ContainerNeeds {
                name: short(container.name),
                role: container.role,
                requests,
                limits,
                gpus: gpus.and_then(|gpus| quantity::parse_whole(&gpus).ok()).unwrap_or_default(),
            }
        });
        Self {
            containers: containers.collect(),
            of_pod_requests,
            of_pod_limits,
            overhead: amounts(pod.spec, &["overhead"]),
        }
    }

    /// Sums, in which a container that names nothing has the defaults, or nothing.
    pub(super) fn amounts(&self, defaults: Option<&ContainerDefaults>) -> PodAmounts {
        let or =
            |named: Option<u64>, default: fn(&ContainerDefaults) -> u64| named.or(defaults.map(default)).unwrap_or(0);
        let at_once = |amount: &dyn Fn(&ContainerNeeds) -> u64| self.at_once(amount);
        let overhead = |of_pod: Option<u64>, sum: u64, overhead: Option<u64>| {
            of_pod.unwrap_or(sum).saturating_add(overhead.unwrap_or_default())
        };
        let requests = Sum {
            cpu_m: at_once(&|c| or(c.requests.cpu_m, |d| d.request_cpu_m)),
            memory_bytes: at_once(&|c| or(c.requests.memory_bytes, |d| d.request_memory_bytes)),
        };
        let limits = Sum {
            cpu_m: at_once(&|c| or(c.limits.cpu_m, |d| d.limit_cpu_m)),
            memory_bytes: at_once(&|c| or(c.limits.memory_bytes, |d| d.limit_memory_bytes)),
        };
        let finish = |of_pod: Amounts, sum: Sum| Sum {
            cpu_m: overhead(of_pod.cpu_m, sum.cpu_m, self.overhead.cpu_m),
            memory_bytes: overhead(of_pod.memory_bytes, sum.memory_bytes, self.overhead.memory_bytes),
        };
        PodAmounts {
            requests: finish(self.of_pod_requests, requests),
            limits: finish(self.of_pod_limits, limits),
            gpus: at_once(&|c| c.gpus),
        }
    }

    /// The most that containers have at the same time: an init container runs beside the sidecars before it, the main ones
    /// beside all sidecars.
    fn at_once(&self, amount: &dyn Fn(&ContainerNeeds) -> u64) -> u64 {
        let (mut main, mut sidecars, mut starting) = (0u64, 0u64, 0u64);
        for container in &self.containers {
            let amount = amount(container);
            match container.role {
                ContainerRole::Main => main = main.saturating_add(amount),
                ContainerRole::Sidecar => {
                    sidecars = sidecars.saturating_add(amount);
                    starting = starting.max(sidecars);
                }
                ContainerRole::Init => starting = starting.max(sidecars.saturating_add(amount)),
                // Takes of what is there.
                ContainerRole::Ephemeral => {}
            }
        }
        main.saturating_add(sidecars).max(starting)
    }

    pub(super) fn unnamed(&self) -> Unnamed {
        let count = |of_pod: Option<u64>, named: &dyn Fn(&ContainerNeeds) -> Option<u64>| {
            let is_unnamed = |container: &&ContainerNeeds| {
                of_pod.is_none() && container.role != ContainerRole::Ephemeral && named(container).is_none()
            };
            super::count(self.containers.iter().filter(is_unnamed))
        };
        Unnamed {
            cpu_requests: count(self.of_pod_requests.cpu_m, &|c| c.requests.cpu_m),
            memory_requests: count(self.of_pod_requests.memory_bytes, &|c| c.requests.memory_bytes),
            cpu_limits: count(self.of_pod_limits.cpu_m, &|c| c.limits.cpu_m),
            memory_limits: count(self.of_pod_limits.memory_bytes, &|c| c.limits.memory_bytes),
        }
    }
}

impl Unnamed {
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    pub(super) fn times(self, n: u64) -> Self {
        self.with(Self { cpu_requests: n, memory_requests: n, cpu_limits: n, memory_limits: n }, u64::saturating_mul)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.with(other, u64::saturating_add)
    }

    pub(super) fn most(self, other: Self) -> Self {
        self.with(other, u64::max)
    }

    fn with(self, other: Self, of: fn(u64, u64) -> u64) -> Self {
        Self {
            cpu_requests: of(self.cpu_requests, other.cpu_requests),
            memory_requests: of(self.memory_requests, other.memory_requests),
            cpu_limits: of(self.cpu_limits, other.cpu_limits),
            memory_limits: of(self.memory_limits, other.memory_limits),
        }
    }
}

fn requests_and_limits(value: &Value) -> (Amounts, Amounts) {
    let (requests, limits) = (amounts(value, &["resources", "requests"]), amounts(value, &["resources", "limits"]));
    let requests =
        Amounts { cpu_m: requests.cpu_m.or(limits.cpu_m), memory_bytes: requests.memory_bytes.or(limits.memory_bytes) };
    (requests, limits)
}

fn amounts(value: &Value, path: &[&str]) -> Amounts {
    let quantity = |name| quantity_at(value, &[path, &[name]].concat());
    Amounts {
        cpu_m: quantity("cpu").and_then(|cpu| quantity::parse_milli(&cpu).ok()),
        memory_bytes: quantity("memory").and_then(|memory| quantity::parse_whole(&memory).ok()),
    }
}
