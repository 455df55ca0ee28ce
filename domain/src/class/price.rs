//! What a namespace costs, for those who decide to know. Berth bills nobody.

use crate::quota::Quota;
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

impl Prices {
    /// Rounded up once, at the end: what is granted is never free by rounding.
    pub fn monthly(&self, quota: &Quota) -> Cost {
        const GIB: u128 = 1 << 30;
        const MILLI: u128 = 1000;
        let times = |amount: u64, price: u64| u128::from(amount) * u128::from(price);
        // All over the same denominator, so that nothing is lost on the way.
        let parts = times(quota.cpu_m, self.cpu) * GIB
            + times(quota.memory_bytes, self.memory_gib) * MILLI
            + times(quota.storage_bytes, self.storage_gib) * MILLI
            + (times(quota.load_balancers, self.load_balancer) + times(quota.gpus, self.gpu)) * GIB * MILLI;
        let hundredths = u64::try_from(parts.div_ceil(GIB * MILLI)).unwrap_or(u64::MAX);
        Cost { currency: self.currency.clone(), hundredths }
    }

    /// Each price with its name in forms and files.
    pub fn list(&self) -> [(&'static str, u64); 5] {
        [
            ("price_cpu", self.cpu),
            ("price_memory_gib", self.memory_gib),
            ("price_storage_gib", self.storage_gib),
            ("price_load_balancer", self.load_balancer),
            ("price_gpu", self.gpu),
        ]
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{:02}", self.currency, self.hundredths / 100, self.hundredths % 100)
    }
}
