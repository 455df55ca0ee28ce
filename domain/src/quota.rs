//! Quota: how much of each resource, in canonical integers, and the arithmetic over it.

use crate::quantity;
use crate::refusal::{FieldError, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A resource that quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Cpu,
    Memory,
    Storage,
    Pods,
    LoadBalancers,
    Gpus,
}

/// Amounts of every resource. CPU in millicores, memory and storage in bytes, the rest in counts.
///
/// CPU and memory bound both the sum of requests and the sum of limits of the pods in a namespace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub cpu_m: u64,
    pub memory_bytes: u64,
    pub storage_bytes: u64,
    pub pods: u64,
    #[serde(default)]
    pub load_balancers: u64,
    #[serde(default)]
    pub gpus: u64,
}

/// How much of one resource is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shortfall {
    pub resource: Resource,
    pub missing: u64,
}

impl Resource {
    pub const ALL: [Resource; 6] =
        [Self::Cpu, Self::Memory, Self::Storage, Self::Pods, Self::LoadBalancers, Self::Gpus];

    /// What the screen calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Storage => "Storage",
            Self::Pods => "Pods",
            Self::LoadBalancers => "Load balancers",
            Self::Gpus => "GPUs",
        }
    }

    /// Its field in [`Quota`], in forms and in JSON.
    pub fn field(self) -> &'static str {
        match self {
            Self::Cpu => "cpu_m",
            Self::Memory => "memory_bytes",
            Self::Storage => "storage_bytes",
            Self::Pods => "pods",
            Self::LoadBalancers => "load_balancers",
            Self::Gpus => "gpus",
        }
    }

    /// The largest amount anybody may name: 10,000 cores, 1 PiB, 100,000 objects. Sums of a million of these fit an `i64`.
    pub fn largest(self) -> u64 {
        match self {
            Self::Cpu => 10_000_000,
            Self::Memory | Self::Storage => 1 << 50,
            Self::Pods | Self::LoadBalancers | Self::Gpus => 100_000,
        }
    }

    /// The amount in words people use, without the resource's name: `2`, `16 GiB`, `50`.
    pub fn say(self, amount: u64) -> String {
        match self {
            Self::Cpu => quantity::say_milli(amount),
            Self::Memory | Self::Storage => quantity::say_bytes(amount),
            Self::Pods | Self::LoadBalancers | Self::Gpus => amount.to_string(),
        }
    }

    /// The amount as it stands in a form: as people say it where that is exact, else as a Kubernetes quantity.
    pub fn write(self, amount: u64) -> String {
        let said = self.say(amount);
        if self.parse(&said) == Ok(amount) { said } else { self.quantity(amount) }
    }

    /// The amount as a Kubernetes quantity: `1500m`, `16Gi`, `50`.
    pub fn quantity(self, amount: u64) -> String {
        match self {
            Self::Cpu => quantity::format_milli(amount),
            Self::Memory | Self::Storage => quantity::format_bytes(amount),
            Self::Pods | Self::LoadBalancers | Self::Gpus => amount.to_string(),
        }
    }

    /// Reads an amount as a person or Kubernetes writes it: `2`, `500m` cores; `16Gi`, `16 GiB` bytes; `50`.
    pub fn parse(self, text: &str) -> Result<u64, Refusal> {
        let text = text.trim();
        let invalid = |problem: &str| Refusal::invalid(self.field(), problem);
        let amount = match self {
            Self::Cpu => quantity::parse_milli(text),
            Self::Memory | Self::Storage => {
                let compact: String = text.chars().filter(|c| *c != ' ').collect();
                quantity::parse_whole(compact.strip_suffix('B').unwrap_or(&compact))
            }
            Self::Pods | Self::LoadBalancers | Self::Gpus => {
                if !text.chars().all(|c| c.is_ascii_digit()) {
                    return Err(invalid("use a whole number"));
                }
                quantity::parse_whole(text)
            }
        };
        match amount {
            Ok(amount) if amount <= self.largest() => Ok(amount),
            Ok(_) => Err(invalid(&format!("is more than {}", self.say(self.largest())))),
            Err(problem) => Err(invalid(&format!("{problem}: write {}", self.example()))),
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Cpu => "2 or 500m",
            Self::Memory | Self::Storage => "16Gi or 512Mi",
            Self::Pods | Self::LoadBalancers | Self::Gpus => "a whole number",
        }
    }
}

impl Quota {
    pub const ZERO: Quota = Quota { cpu_m: 0, memory_bytes: 0, storage_bytes: 0, pods: 0, load_balancers: 0, gpus: 0 };

    pub fn get(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Cpu => self.cpu_m,
            Resource::Memory => self.memory_bytes,
            Resource::Storage => self.storage_bytes,
            Resource::Pods => self.pods,
            Resource::LoadBalancers => self.load_balancers,
            Resource::Gpus => self.gpus,
        }
    }

    pub fn set(&mut self, resource: Resource, amount: u64) {
        match resource {
            Resource::Cpu => self.cpu_m = amount,
            Resource::Memory => self.memory_bytes = amount,
            Resource::Storage => self.storage_bytes = amount,
            Resource::Pods => self.pods = amount,
            Resource::LoadBalancers => self.load_balancers = amount,
            Resource::Gpus => self.gpus = amount,
        }
    }

    /// Resource by resource, from a function.
    pub fn of(amount: impl Fn(Resource) -> u64) -> Quota {
        let mut quota = Quota::ZERO;
        for resource in Resource::ALL {
            quota.set(resource, amount(resource));
        }
        quota
    }

    pub fn plus(&self, other: &Quota) -> Quota {
        Quota::of(|r| self.get(r).saturating_add(other.get(r)))
    }

    /// What is left of `self` after `other`; never below zero.
    pub fn minus(&self, other: &Quota) -> Quota {
        Quota::of(|r| self.get(r).saturating_sub(other.get(r)))
    }

    pub fn least(&self, other: &Quota) -> Quota {
        Quota::of(|r| self.get(r).min(other.get(r)))
    }

    pub fn most(&self, other: &Quota) -> Quota {
        Quota::of(|r| self.get(r).max(other.get(r)))
    }

    /// By how much `self` passes `limit`, resource by resource; empty when it fits.
    pub fn beyond(&self, limit: &Quota) -> Vec<Shortfall> {
        Resource::ALL
            .into_iter()
            .filter(|r| self.get(*r) > limit.get(*r))
            .map(|resource| Shortfall { resource, missing: self.get(resource) - limit.get(resource) })
            .collect()
    }

    pub fn fits(&self, limit: &Quota) -> bool {
        self.beyond(limit).is_empty()
    }

    /// Refuses numbers nobody may name, and a namespace in which nothing could run.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        for resource in Resource::ALL {
            if self.get(resource) > resource.largest() {
                let message = format!("is more than {}", resource.say(resource.largest()));
                problems.push(FieldError { field: resource.field().into(), message });
            }
        }
        for resource in [Resource::Cpu, Resource::Memory, Resource::Pods] {
            if self.get(resource) == 0 {
                let message = "must be more than nothing".into();
                problems.push(FieldError { field: resource.field().into(), message });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems)) }
    }

    /// What the screen says of it: `4 CPU, 16 GiB memory, 100 GiB storage, 50 pods`.
    pub fn say(&self) -> String {
        let parts: Vec<_> =
            Resource::ALL.into_iter().filter(|r| self.get(*r) > 0).map(|r| say_with_name(r, self.get(r))).collect();
        if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&say_with_name(self.resource, self.missing))
    }
}

fn say_with_name(resource: Resource, amount: u64) -> String {
    let name = match resource {
        Resource::Cpu => "CPU",
        Resource::Memory => "memory",
        Resource::Storage => "storage",
        Resource::Pods if amount == 1 => "pod",
        Resource::Pods => "pods",
        Resource::LoadBalancers if amount == 1 => "load balancer",
        Resource::LoadBalancers => "load balancers",
        Resource::Gpus if amount == 1 => "GPU",
        Resource::Gpus => "GPUs",
    };
    format!("{} {name}", resource.say(amount))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn any_quota() -> impl Strategy<Value = Quota> {
        (0..50_000u64, 0..1u64 << 40, 0..1u64 << 42, 0..500u64, 0..5u64, 0..8u64).prop_map(
            |(cpu_m, memory_bytes, storage_bytes, pods, load_balancers, gpus)| Quota {
                cpu_m,
                memory_bytes,
                storage_bytes,
                pods,
                load_balancers,
                gpus,
            },
        )
    }

    #[test]
    fn a_quota_is_said_in_units_people_use() {
        let quota = Quota { cpu_m: 4000, memory_bytes: 16 << 30, pods: 1, ..Quota::ZERO };
        assert_eq!(quota.say(), "4 CPU, 16 GiB memory, 1 pod");
    }

    #[test]
    fn people_may_write_gib_and_spaces() {
        assert_eq!(Resource::Memory.parse("16 GiB"), Ok(16 << 30));
        assert_eq!(Resource::Memory.parse(" 16Gi "), Ok(16 << 30));
        assert_eq!(Resource::Cpu.parse("0.5"), Ok(500));
        assert!(Resource::Pods.parse("1.5").is_err());
        assert!(Resource::Pods.parse("-1").is_err());
        assert!(Resource::Cpu.parse("1e30").is_err());
        assert!(Resource::Cpu.parse("NaN").is_err());
    }

    #[test]
    fn a_namespace_without_cpu_is_refused() {
        let refusal = Quota { memory_bytes: 1, pods: 1, ..Quota::ZERO }.check().expect_err("no CPU");
        assert_eq!(refusal.fields()[0].field, "cpu_m");
    }

    proptest! {
        #[test]
        fn what_is_left_and_what_was_taken_make_the_whole(whole in any_quota(), part in any_quota()) {
            let part = part.least(&whole);
            prop_assert_eq!(whole.minus(&part).plus(&part), whole);
        }

        #[test]
        fn a_quota_fits_exactly_when_nothing_is_short(asked in any_quota(), limit in any_quota()) {
            prop_assert_eq!(asked.fits(&limit), Resource::ALL.iter().all(|r| asked.get(*r) <= limit.get(*r)));
            prop_assert!(asked.least(&limit).fits(&limit));
        }

        #[test]
        fn what_is_written_for_kubernetes_is_read_back(quota in any_quota()) {
            for resource in Resource::ALL {
                prop_assert_eq!(resource.parse(&resource.quantity(quota.get(resource))), Ok(quota.get(resource)));
                prop_assert_eq!(resource.parse(&resource.write(quota.get(resource))), Ok(quota.get(resource)));
            }
        }
    }
}
