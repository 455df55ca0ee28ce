//! What a namespace costs, for those who decide to know. Berth bills nobody.

use crate::quota::{Quota, Resource};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Prices of a month, in hundredths of the currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Three letters (ISO 4217): `EUR`.
    pub currency: String,
    pub cpu: u64,
    pub memory_gib: u64,
    #[serde(default)]
    pub storage_gib: u64,
    #[serde(default)]
    pub load_balancer: u64,
    #[serde(default)]
    pub gpu: u64,
}

/// An amount of money, in hundredths of the currency. Displays as `EUR 12.50`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cost {
    pub currency: String,
    pub hundredths: u64,
}

/// The highest price of one unit: ten million a month.
pub const HIGHEST_PRICE: u64 = 1_000_000_000;

/// Something that may have a price: so much of a resource for a month.
pub struct Priced {
    pub resource: Resource,
    /// Its field in the form of a draft.
    pub field: &'static str,
    /// What the form calls it, and what a sentence does.
    pub title: &'static str,
    pub name: &'static str,
    per: u64,
}

const MILLI: u64 = 1000;
const GIB: u64 = 1 << 30;

/// In the order in which they are shown.
pub const PRICED: [Priced; 5] = [
    Priced { resource: Resource::Cpu, field: "price_cpu", title: "A CPU", name: "CPU", per: MILLI },
    Priced {
        resource: Resource::Memory,
        field: "price_memory_gib",
        title: "A GiB of memory",
        name: "GiB memory",
        per: GIB,
    },
    Priced {
        resource: Resource::Storage,
        field: "price_storage_gib",
        title: "A GiB of storage",
        name: "GiB storage",
        per: GIB,
    },
    Priced {
        resource: Resource::LoadBalancers,
        field: "price_load_balancer",
        title: "A load balancer",
        name: "load balancer",
        per: 1,
    },
    Priced { resource: Resource::Gpus, field: "price_gpu", title: "A GPU", name: "GPU", per: 1 },
];

impl Prices {
    pub fn from_fn(currency: String, mut price: impl FnMut(Resource) -> u64) -> Self {
        Self {
            currency,
            cpu: price(Resource::Cpu),
            memory_gib: price(Resource::Memory),
            storage_gib: price(Resource::Storage),
            load_balancer: price(Resource::LoadBalancers),
            gpu: price(Resource::Gpus),
        }
    }

    /// Nothing for what has none.
    pub fn get(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory_gib,
            Resource::Storage => self.storage_gib,
            Resource::LoadBalancers => self.load_balancer,
            Resource::Gpus => self.gpu,
            Resource::Pods => 0,
        }
    }

    /// Rounded up once, at the end: what is granted is never free by rounding.
    pub fn monthly(&self, quota: &Quota) -> Cost {
        // All over the same denominator, a multiple of every other, so that nothing is lost on the way.
        const WHOLE: u128 = GIB as u128 * MILLI as u128;
        let part = |priced: &Priced| {
            let amount = u128::from(quota.get(priced.resource)) * u128::from(self.get(priced.resource));
            amount * (WHOLE / u128::from(priced.per))
        };
        let parts: u128 = PRICED.iter().map(part).sum();
        let hundredths = u64::try_from(parts.div_ceil(WHOLE)).unwrap_or(u64::MAX);
        Cost { currency: self.currency.clone(), hundredths }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{:02}", self.currency, self.hundredths / 100, self.hundredths % 100)
    }
}
