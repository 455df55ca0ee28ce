//! Quota: how much of each resource, in canonical integers, and the arithmetic over it.

mod amount;
pub(crate) mod named;
mod resource;
mod unit;

pub use resource::{OnNodes, PerResource, QuotaObject, Resource};

use crate::field_error::FieldErrors;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Amounts of every resource. CPU in millicores, memory and storage in bytes, the rest in counts.
///
/// CPU and memory bound both the sum of requests and the sum of limits of the pods in a namespace.
pub type Quota = PerResource<u64>;

/// How much of one resource is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shortfall {
    pub resource: Resource,
    pub missing: u64,
}

impl Quota {
    pub fn get(&self, resource: Resource) -> u64 {
        self[resource]
    }

    pub fn set(&mut self, resource: Resource, amount: u64) {
        self[resource] = amount;
    }

    pub fn plus(&self, other: &Quota) -> Quota {
        Quota::from_fn(|r| self.get(r).saturating_add(other.get(r)))
    }

    /// What is left of `self` after `other`; never below zero.
    pub fn minus(&self, other: &Quota) -> Quota {
        Quota::from_fn(|r| self.get(r).saturating_sub(other.get(r)))
    }

    pub fn least(&self, other: &Quota) -> Quota {
        Quota::from_fn(|r| self.get(r).min(other.get(r)))
    }

    pub fn most(&self, other: &Quota) -> Quota {
        Quota::from_fn(|r| self.get(r).max(other.get(r)))
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
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        for resource in Resource::ALL {
            if let Some(message) = resource.mistake(self.get(resource)) {
                errors.add(resource.field(), message);
            }
        }
        for resource in Resource::ALL.into_iter().filter(|resource| resource.is_needed()) {
            errors.unless(self.get(resource) > 0, resource.field(), "must be more than nothing");
        }
        errors.finish()
    }

    /// What the screen says of it: `4 CPU, 16 GiB memory, 100 GiB storage, 50 pods`.
    pub fn describe(&self) -> String {
        let parts: Vec<_> =
            Resource::ALL.into_iter().filter(|r| self.get(*r) > 0).map(|r| format_with_name(r, self.get(r))).collect();
        if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Quota {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let says = "Amounts of every resource. CPU in millicores, memory and storage in bytes, the rest in counts.\n\n\
                    CPU and memory bound both the sum of requests and the sum of limits of the pods in a namespace.";
        let object = named::schema(Resource::ALL.map(Resource::field), u64::schema(), named::Others::Refuse);
        let required = Resource::ALL.into_iter().filter(|resource| !resource.is_optional());
        required.fold(object.description(Some(says)), |object, resource| object.required(resource.field())).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Quota {
    fn name() -> std::borrow::Cow<'static, str> {
        "Quota".into()
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_with_name(self.resource, self.missing))
    }
}

fn format_with_name(resource: Resource, amount: u64) -> String {
    format!("{} {}", resource.format(amount), resource.name_of(amount))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::unit::Unit;
    use super::*;
    use proptest::prelude::*;

    /// Amounts that are more than others about as often as less.
    pub fn any_quota() -> impl Strategy<Value = Quota> {
        let most = |resource: Resource| match resource.unit() {
            Unit::Cores => 50_000u64,
            Unit::Bytes => 1 << 40,
            Unit::Pieces => 50,
        };
        per_resource(move |resource| 0..most(resource))
    }

    pub fn per_resource<S: Strategy>(of: impl Fn(Resource) -> S) -> impl Strategy<Value = PerResource<S::Value>>
    where
        S::Value: Clone,
    {
        let all: Vec<_> = Resource::ALL.into_iter().map(of).collect();
        all.prop_map(|values| PerResource::from_fn(|resource| values[resource as usize].clone()))
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
                let errors = resource.parse(typed).expect_err("has no unit");
                assert!(errors.0[0].message.contains(meant), "{errors}");
                assert!(resource.parse(meant).is_ok());
            }
            assert_eq!((resource.parse("0"), resource.parse("4 B")), (Ok(0), Ok(4)));
        }
    }

    #[test]
    fn amounts_of_a_few_bytes_are_a_mistake() {
        let quota = Quota { cpu_m: 1, memory_bytes: 4, storage_bytes: 10, pods: 1, ..Quota::ZERO };
        let fields: Vec<_> = quota.check().expect_err("bytes").0.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["memory_bytes", "storage_bytes"]);
        assert!(Quota { memory_bytes: 1 << 20, storage_bytes: 0, ..quota }.check().is_ok());
    }

    #[test]
    fn a_namespace_without_cpu_is_refused() {
        let errors = Quota { memory_bytes: 1 << 20, pods: 1, ..Quota::ZERO }.check().expect_err("no CPU");
        assert_eq!(errors.0[0].field, "cpu_m");
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
