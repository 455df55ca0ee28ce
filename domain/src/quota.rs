//! Quota: how much of each resource, in canonical integers, and the arithmetic over it.

use crate::quantity::{self, QuantityError};
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
    pub fn format(self, amount: u64) -> String {
        match self {
            Self::Cpu => quantity::describe_milli(amount),
            Self::Memory | Self::Storage => quantity::describe_bytes(amount),
            Self::Pods | Self::LoadBalancers | Self::Gpus => amount.to_string(),
        }
    }

    /// Amounts to be compared, each in words, the last one with its unit: `14.9`, `2`, `16 GiB`.
    pub fn format_together(self, amounts: &[u64]) -> Vec<String> {
        match self {
            Self::Memory | Self::Storage => quantity::describe_bytes_together(amounts),
            Self::Cpu | Self::Pods | Self::LoadBalancers | Self::Gpus => {
                amounts.iter().map(|amount| self.format(*amount)).collect()
            }
        }
    }

    /// The amount as it stands in a form, to be read back by [`Self::parse`]: as people say it where that is exact.
    pub fn write(self, amount: u64) -> String {
        let said = self.format(amount);
        if self.parse(&said) == Ok(amount) {
            return said;
        }
        match self {
            Self::Cpu => format!("{amount}m"),
            Self::Memory | Self::Storage => format!("{amount} B"),
            Self::Pods | Self::LoadBalancers | Self::Gpus => amount.to_string(),
        }
    }

    /// The amount as Kubernetes writes it: `1500m`, `16Gi`, `50`, `2k`.
    pub fn quantity(self, amount: u64) -> String {
        match self {
            Self::Cpu => quantity::format_milli(amount),
            Self::Memory | Self::Storage => quantity::format_bytes(amount),
            Self::Pods | Self::LoadBalancers | Self::Gpus => quantity::format_count(amount),
        }
    }

    /// Reads an amount as Kubernetes writes it, whichever way that is: `1500m`, `1k`, `751619276800m`. What cannot be read
    /// is not known, and never nothing.
    pub fn read(self, quantity: &str) -> Result<u64, QuantityError> {
        match self {
            Self::Cpu => quantity::parse_milli(quantity),
            Self::Memory | Self::Storage | Self::Pods | Self::LoadBalancers | Self::Gpus => {
                quantity::parse_whole(quantity)
            }
        }
    }

    /// Reads an amount as a person types it: `2`, `500m`, `2 cores`; `16Gi`, `16 GiB`; `50`. Bytes need their unit: who types a
    /// bare number means something larger.
    pub fn parse(self, text: &str) -> Result<u64, Refusal> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let invalid = |problem: &str| Refusal::invalid(self.field(), problem);
        let is_bare = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let amount = match self {
            Self::Cpu => quantity::parse_milli(compact.strip_suffix("cores").unwrap_or(&compact)),
            Self::Memory | Self::Storage if is_bare(&compact) => match quantity::parse_whole(&compact) {
                Ok(amount) if amount > 0 => return Err(invalid(&self.ask_back(&compact, amount))),
                read => read,
            },
            Self::Memory | Self::Storage => quantity::parse_whole(compact.strip_suffix('B').unwrap_or(&compact)),
            Self::Pods | Self::LoadBalancers | Self::Gpus if !is_bare(&compact) || compact.contains('.') => {
                return Err(invalid("use a whole number"));
            }
            Self::Pods | Self::LoadBalancers | Self::Gpus => quantity::parse_whole(&compact),
        };
        match amount {
            Ok(amount) if amount <= self.largest() => Ok(amount),
            Ok(_) => Err(invalid(&format!("is more than {}", self.format(self.largest())))),
            Err(problem) => Err(invalid(&format!("{problem}: write {}", self.example()))),
        }
    }

    /// What a bare number of bytes may have been meant as.
    fn ask_back(self, typed: &str, amount: u64) -> String {
        let meant = if amount < 1 << 20 { format!("{typed}Gi") } else { quantity::format_bytes(amount) };
        let meant = if meant == typed { format!("{typed} B") } else { meant };
        format!("{typed} has no unit: did you mean {meant}?")
    }

    /// How people write it, with its unit.
    pub fn example(self) -> &'static str {
        match self {
            Self::Cpu => "2 or 500m cores",
            Self::Memory | Self::Storage => "16Gi or 512Mi",
            Self::Pods | Self::LoadBalancers | Self::Gpus => "a whole number",
        }
    }

    /// Its unit, and an example: what stands beside every field for it.
    pub fn unit_and_example(self) -> &'static str {
        match self {
            Self::Cpu => "cores, for example 2 or 500m",
            Self::Memory | Self::Storage => "GiB or MiB, for example 16Gi or 512Mi",
            Self::Pods => "pods, for example 50",
            Self::LoadBalancers => "load balancers, for example 2",
            Self::Gpus => "GPUs, for example 1",
        }
    }

    /// The least that means anything, where it is not nothing: fewer bytes are a unit left out.
    pub fn least(self) -> u64 {
        match self {
            Self::Memory | Self::Storage => 1 << 20,
            Self::Cpu | Self::Pods | Self::LoadBalancers | Self::Gpus => 1,
        }
    }

    /// A mistake in an amount that nobody can mean, without its field.
    pub fn mistake(self, amount: u64) -> Option<String> {
        if amount > self.largest() {
            Some(format!("is more than {}", self.format(self.largest())))
        } else if amount > 0 && amount < self.least() {
            Some(format!("is only {}: it must be at least {}", self.format(amount), self.format(self.least())))
        } else {
            None
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
            if let Some(message) = resource.mistake(self.get(resource)) {
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
    pub fn describe(&self) -> String {
        let parts: Vec<_> =
            Resource::ALL.into_iter().filter(|r| self.get(*r) > 0).map(|r| format_with_name(r, self.get(r))).collect();
        if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_with_name(self.resource, self.missing))
    }
}

fn format_with_name(resource: Resource, amount: u64) -> String {
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
    format!("{} {name}", resource.format(amount))
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
        assert_eq!(quota.describe(), "4 CPU, 16 GiB memory, 1 pod");
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
    fn bytes_without_a_unit_are_asked_back() {
        for resource in [Resource::Memory, Resource::Storage] {
            for (typed, meant) in [("4", "4Gi"), ("1.5", "1.5Gi"), ("17179869184", "16Gi"), ("1048577", "1048577 B")] {
                let refusal = resource.parse(typed).expect_err("has no unit");
                assert!(refusal.fields()[0].message.contains(meant), "{refusal}");
                assert!(resource.parse(meant).is_ok());
            }
            assert_eq!((resource.parse("0"), resource.parse("4 B")), (Ok(0), Ok(4)));
        }
    }

    #[test]
    fn amounts_of_a_few_bytes_are_a_mistake() {
        let quota = Quota { cpu_m: 1, memory_bytes: 4, storage_bytes: 10, pods: 1, ..Quota::ZERO };
        let fields: Vec<_> = quota.check().expect_err("bytes").fields().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["memory_bytes", "storage_bytes"]);
        assert!(Quota { memory_bytes: 1 << 20, storage_bytes: 0, ..quota }.check().is_ok());
    }

    #[test]
    fn a_namespace_without_cpu_is_refused() {
        let refusal = Quota { memory_bytes: 1 << 20, pods: 1, ..Quota::ZERO }.check().expect_err("no CPU");
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
        fn what_is_written_is_read_back(quota in any_quota()) {
            for resource in Resource::ALL {
                let amount = quota.get(resource);
                prop_assert_eq!(resource.read(&resource.quantity(amount)), Ok(amount));
                prop_assert_eq!(resource.parse(&resource.write(amount)), Ok(amount));
            }
        }

        /// Each number is followed by its own unit, or all are in the unit of the last one.
        #[test]
        fn amounts_said_together_are_what_they_are(
            shifts in prop::collection::vec((0..1000u64, 0..39u32), 1..4), storage in any::<bool>()
        ) {
            let resource = if storage { Resource::Storage } else { Resource::Memory };
            let amounts: Vec<_> = shifts.into_iter().map(|(n, shift)| n << shift).collect();
            let said = resource.format_together(&amounts);
            let (_, shared) = said[said.len() - 1].split_once(' ').expect("the last one has a unit");
            for (said, amount) in said.iter().zip(&amounts) {
                let (number, unit) = said.split_once(' ').unwrap_or((said, shared));
                let read = resource.parse(&format!("{number} {unit}")).or_else(|_| resource.parse(&format!("{number}B")));
                let (read, amount) = (read.unwrap_or(u64::MAX) as f64, *amount as f64);
                prop_assert!((read - amount).abs() <= amount / 2.0, "{} for {}", said, amount);
                prop_assert_eq!(said.split(' ').count(), 1 + usize::from(said.contains(' ')));
            }
        }
    }
}
