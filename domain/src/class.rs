//! Classes: what kinds of namespace there are, with their guardrails and sizes.

mod automatic;
mod bounds;
mod check;
pub mod fields;
mod guardrails;
mod moves;
mod price;
mod words;

pub use automatic::AutomaticBounds;
pub use bounds::{Counted, EphemeralStorage, Guardrails, Loosening, device_amount};
pub use fields::ClassFields;
pub use guardrails::{Access, ContainerBounds, ContainerDefaults, RoleMapping};
pub use price::{Cost, PRICED, Priced, Prices};
pub use words::{SpecChange, SpecLine};

use crate::cluster::OvercommitRatio;
use crate::field_error::FieldErrors;
use crate::id::ClassId;
use crate::name::{ClassName, ClusterName, SizeName};
use crate::quota::Quota;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::{Duration, OffsetDateTime};

/// One published, immutable version of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub id: ClassId,
    pub name: ClassName,
    /// Counts from 1.
    pub version: i32,
    pub spec: ClassSpec,
}

/// What a class says; stored as JSON, written as YAML in setup files. What came later has a default, so that what was
/// written before stays what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClassSpec {
    pub title: String,
    pub summary: String,
    pub environment: Environment,
    pub pod_security: PodSecurity,
    /// Version of Kubernetes whose rules of pod security count: `v1.33`, or `latest` for the cluster's own.
    #[serde(default = "pod_security_version")]
    pub pod_security_version: String,
    pub network: NetworkProfile,
    /// Smallest first.
    pub sizes: Vec<Size>,
    /// Most that may be requested with custom amounts.
    pub ceiling: Quota,
    pub container: ContainerDefaults,
    /// Least and most that one container may name; none leaves that to the quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_bounds: Option<ContainerBounds>,
    /// What keeps a namespace from others and from growing without end.
    #[serde(default, skip_serializing_if = "Guardrails::is_default")]
    pub guardrails: Guardrails,
    /// Clusters it may be used on; empty means all.
    #[serde(default)]
    pub clusters: BTreeSet<ClusterName>,
    /// What team roles may do on the cluster.
    #[serde(default)]
    pub roles: RoleMapping,
    /// How long a namespace lives; none means for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_days: Option<u32>,
    /// What a namespace costs; none when nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// How far the sum of grants of this class may pass what the cluster gives them, in percent: at 200, a grant counts
    /// half its CPU and memory against the cluster's capacity.
    #[serde(default = "no_overcommit")]
    pub overcommit_percent: u32,
    /// How much is granted without anybody's approval before people decide; for sandboxes.
    #[serde(default, skip_serializing_if = "AutomaticBounds::is_default")]
    pub automatic: AutomaticBounds,
}

/// What is written down where nothing else is said.
fn pod_security_version() -> String {
    "v1.33".into()
}

fn no_overcommit() -> u32 {
    100
}

/// From the least that is at stake to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Sandbox,
    Development,
    Production,
}

/// Pod security level (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PodSecurity {
    Privileged,
    Baseline,
    Restricted,
}

/// Where pods may connect to, besides their own namespace and DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NetworkProfile {
    /// Nowhere else.
    Isolated,
    /// Other namespaces of the cluster.
    Cluster,
    /// Everywhere.
    Internet,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Size {
    pub name: SizeName,
    pub quota: Quota,
}

impl Class {
    /// The quota of a size, or a mistake that names those there are.
    pub fn size(&self, name: &SizeName) -> Result<&Size, FieldErrors> {
        self.spec.sizes.iter().find(|s| &s.name == name).ok_or_else(|| {
            let names: Vec<_> = self.spec.sizes.iter().map(|s| s.name.as_str()).collect();
            FieldErrors::of("size", format!("class {} has the sizes {}", self.name, names.join(", ")))
        })
    }
}

impl ClassSpec {
    /// What a class says before anybody has said anything: the start of a draft.
    pub fn blank() -> Self {
        Self {
            title: String::new(),
            summary: String::new(),
            environment: Environment::Development,
            pod_security: PodSecurity::Restricted,
            pod_security_version: pod_security_version(),
            network: NetworkProfile::Cluster,
            sizes: Vec::new(),
            ceiling: Quota::ZERO,
            container: ContainerDefaults {
                request_cpu_m: 100,
                request_memory_bytes: 128 << 20,
                limit_cpu_m: 500,
                limit_memory_bytes: 512 << 20,
            },
            container_bounds: None,
            guardrails: Guardrails::default(),
            clusters: BTreeSet::new(),
            roles: RoleMapping::default(),
            lifetime_days: None,
            prices: None,
            overcommit_percent: no_overcommit(),
            automatic: AutomaticBounds::default(),
        }
    }

    /// How its grants count against the capacity of a cluster.
    pub fn overcommit(&self) -> OvercommitRatio {
        OvercommitRatio::new(self.overcommit_percent)
    }

    pub fn may_be_on(&self, cluster: &ClusterName) -> bool {
        self.clusters.is_empty() || self.clusters.contains(cluster)
    }

    /// When a namespace that is granted now expires.
    pub fn expiry(&self, granted_at: OffsetDateTime) -> Option<OffsetDateTime> {
        self.lifetime_days.map(|days| granted_at + Duration::days(days.into()))
    }

    /// What a month of this quota costs, where the class has prices.
    pub fn monthly_cost(&self, quota: &Quota) -> Option<Cost> {
        self.prices.as_ref().map(|prices| prices.monthly(quota))
    }
}

impl Environment {
    pub const ALL: [Environment; 3] = [Self::Sandbox, Self::Development, Self::Production];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

impl PodSecurity {
    /// From the least strict.
    pub const ALL: [PodSecurity; 3] = [Self::Privileged, Self::Baseline, Self::Restricted];

    /// Value of the labels `pod-security.kubernetes.io/{enforce,audit,warn}`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl NetworkProfile {
    pub const ALL: [NetworkProfile; 3] = [Self::Isolated, Self::Cluster, Self::Internet];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Cluster => "cluster",
            Self::Internet => "internet",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Isolated => "own namespace and DNS only",
            Self::Cluster => "inside the cluster",
            Self::Internet => "cluster and internet",
        }
    }
}

#[cfg(test)]
mod tests;
