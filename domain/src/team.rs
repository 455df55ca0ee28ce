//! What a team may hold at most, all its namespaces together.

use crate::field_error::FieldErrors;
use crate::quota::named::{self, Others};
use crate::quota::{PerResource, Quota, Resource};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A limit for the number of namespaces and for each resource; what is not named has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub namespaces: Option<u64>,
    pub resources: PerResource<Option<u64>>,
}

/// What a team has been granted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub n_namespaces: u64,
    pub quota: Quota,
}

/// One limit that an ask would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverLimit {
    /// None for the number of namespaces.
    pub resource: Option<Resource>,
    pub used: u64,
    pub asked: u64,
    pub limit: u64,
}

const NAMESPACES: &str = "namespaces";

/// Most namespaces a limit may name.
const LARGEST_NUMBER: u64 = 100_000;

impl Limits {
    /// Of its fields.
    fn names() -> impl Iterator<Item = &'static str> {
        [NAMESPACES].into_iter().chain(Resource::ALL.map(Resource::field))
    }

    pub fn get(&self, resource: Resource) -> Option<u64> {
        self.resources[resource]
    }

    /// Refuses numbers nobody may name.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.namespaces.is_some_and(|n| n > LARGEST_NUMBER) {
            errors.add(NAMESPACES, format!("is more than {LARGEST_NUMBER}"));
        }
        for resource in Resource::ALL {
            if let Some(message) = self.get(resource).and_then(|amount| resource.mistake(amount)) {
                errors.add(resource.field(), message);
            }
        }
        errors.finish()
    }

    /// Whether `n_more` namespaces and `more` of each resource still fit. What is not asked for more of is not at fault,
    /// even where a limit was lowered below what is held.
    pub fn admit(&self, held: &Held, n_more: u64, more: &Quota) -> Result<(), Vec<OverLimit>> {
        let number =
            self.namespaces.map(|limit| OverLimit { resource: None, used: held.n_namespaces, asked: n_more, limit });
        let resources = Resource::ALL.into_iter().filter_map(|resource| {
            let (used, asked) = (held.quota.get(resource), more.get(resource));
            self.get(resource).map(|limit| OverLimit { resource: Some(resource), used, asked, limit })
        });
        let passed = |line: &OverLimit| line.asked > 0 && line.used.saturating_add(line.asked) > line.limit;
        let over: Vec<_> = number.into_iter().chain(resources).filter(passed).collect();
        if over.is_empty() { Ok(()) } else { Err(over) }
    }
}

/// As one object: `{"namespaces": 5, "cpu_m": 16000}`.
impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let resources = Resource::ALL.into_iter().map(|resource| (resource.field(), self.get(resource)));
        let limits = [(NAMESPACES, self.namespaces)].into_iter().chain(resources);
        serializer.collect_map(limits.filter_map(|(name, limit)| Some((name, limit?))))
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name_of = |field: &str| Limits::names().find(|name| *name == field);
        let limits = named::read::<_, Option<u64>>(deserializer, name_of, Others::Refuse)?;
        let get = |name| limits.get(name).copied().flatten();
        Ok(Self { namespaces: get(NAMESPACES), resources: PerResource::from_fn(|resource| get(resource.field())) })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Limits {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type, schema::SchemaType};
        let number = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::Integer, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0));
        let says = "A limit for the number of namespaces and for each resource; what is not named has none.";
        named::schema(Limits::names(), number, Others::Refuse).description(Some(says)).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Limits {}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.resource.map_or("namespaces", Resource::title);
        let amount = |n: u64| self.resource.map_or_else(|| n.to_string(), |resource| resource.format(n));
        write!(f, "{name}: {} asked, {} of {} used", amount(self.asked), amount(self.used), amount(self.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::tests::any_quota;
    use proptest::prelude::*;

    fn limits<const N: usize>(namespaces: Option<u64>, named: [(Resource, u64); N]) -> Limits {
        let mut limits = Limits { namespaces, ..Limits::default() };
        for (resource, limit) in named {
            limits.resources[resource] = Some(limit);
        }
        limits
    }

    fn of(quota: &Quota) -> Limits {
        Limits { namespaces: None, resources: PerResource::from_fn(|resource| Some(quota.get(resource))) }
    }

    #[test]
    fn what_is_over_says_what_is_used_asked_and_allowed() {
        let limits = limits(Some(2), [(Resource::Cpu, 16_000)]);
        let held = Held { n_namespaces: 2, quota: Quota { cpu_m: 14_000, ..Quota::ZERO } };
        let over = limits.admit(&held, 1, &Quota { cpu_m: 4000, pods: 9, ..Quota::ZERO }).expect_err("too much");
        let says: Vec<_> = over.iter().map(ToString::to_string).collect();
        assert_eq!(says, ["namespaces: 1 asked, 2 of 2 used", "CPU: 4 asked, 14 of 16 used"]);
    }

    #[test]
    fn a_team_above_a_lowered_limit_may_still_ask_for_other_things() {
        let limits = limits(None, [(Resource::Cpu, 1000)]);
        let held = Held { n_namespaces: 1, quota: Quota { cpu_m: 4000, ..Quota::ZERO } };
        assert_eq!(limits.admit(&held, 0, &Quota { pods: 10, ..Quota::ZERO }), Ok(()));
        assert!(limits.admit(&held, 0, &Quota { cpu_m: 1, ..Quota::ZERO }).is_err());
    }

    #[test]
    fn a_limit_nobody_may_name_is_a_mistake_in_its_field() {
        let limits = limits(Some(1 << 40), [(Resource::Cpu, u64::MAX), (Resource::Pods, 3)]);
        let fields: Vec<_> = limits.check().expect_err("nobody may name them").0.into_iter().map(|m| m.field).collect();
        assert_eq!(fields, ["namespaces", "cpu_m"]);
    }

    #[test]
    fn a_limit_of_a_few_bytes_is_a_mistake_and_one_of_nothing_is_none() {
        let limits = limits(None, [(Resource::Memory, 64), (Resource::Storage, 0)]);
        let fields: Vec<_> = limits.check().expect_err("nobody may name them").0.into_iter().map(|m| m.field).collect();
        assert_eq!(fields, ["memory_bytes"]);
    }

    #[test]
    fn limits_are_one_object_of_what_is_limited() {
        let said = r#"{"namespaces":2,"cpu_m":1000,"gpus":0}"#;
        let read: Limits = serde_json::from_str(said).expect("limits");
        assert_eq!(read, limits(Some(2), [(Resource::Cpu, 1000), (Resource::Gpus, 0)]));
        assert_eq!(serde_json::to_string(&read).ok().as_deref(), Some(said));
        assert_eq!(serde_json::from_str::<Limits>(r#"{"cpu_m": null}"#).ok(), Some(Limits::default()));
        for wrong in [r#"{"cpu": 1}"#, r#"{"cpu_m": 1, "cpu_m": 1}"#, r#"{"cpu_m": 0.5}"#, "7"] {
            assert!(serde_json::from_str::<Limits>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_admitted_stays_within_the_limits(limit in any_quota(), held in any_quota(), more in any_quota()) {
            let held = Held { n_namespaces: 0, quota: held.least(&limit) };
            let admitted = of(&limit).admit(&held, 0, &more).is_ok();
            prop_assert_eq!(admitted, held.quota.plus(&more).fits(&limit));
        }

        /// Namespaces are granted more and less; the cluster follows, or fails half-way; what failed is undone or tried again.
        /// Each step asks for what it takes beyond what the namespace holds: the sum never passes the limit.
        #[test]
        fn what_a_team_holds_never_passes_its_limits(
            limit in 1..40u64, steps in prop::collection::vec((0..4usize, 0..20u64, 0..4u8), 0..60)
        ) {
            let some = |n: u64| Quota { cpu_m: n, pods: n, ..Quota::ZERO };
            let limits = of(&some(limit));
            let (mut desired, mut applied, mut base) = ([Quota::ZERO; 4], [Quota::ZERO; 4], [Quota::ZERO; 4]);
            for (namespace, amount, what) in steps {
                let held = |i: usize| desired[i].most(&applied[i]);
                let sum = Held { n_namespaces: 4, quota: (0..4).fold(Quota::ZERO, |sum, i| sum.plus(&held(i))) };
                let admits = |after: &Quota| limits.admit(&sum, 0, &after.minus(&held(namespace))).is_ok();
                match what {
                    // Granted, or tried again: the cluster may have either from now on.
                    0 | 1 if admits(&some(amount)) => {
                        applied[namespace] = held(namespace);
                        base[namespace] = desired[namespace];
                        desired[namespace] = some(amount);
                    }
                    // Undone.
                    2 if admits(&base[namespace]) => {
                        applied[namespace] = held(namespace);
                        desired[namespace] = base[namespace];
                    }
                    // The cluster has what is desired.
                    3 => applied[namespace] = desired[namespace],
                    _ => {}
                }
                let after = (0..4).fold(Quota::ZERO, |sum, i| sum.plus(&desired[i].most(&applied[i])));
                prop_assert!(after.fits(&some(limit)));
            }
        }

        #[test]
        fn without_limits_everything_is_admitted(held in any_quota(), more in any_quota()) {
            let held = Held { n_namespaces: 9, quota: held };
            prop_assert_eq!(Limits::default().admit(&held, 1, &more), Ok(()));
        }
    }
}
