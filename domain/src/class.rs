//! Classes: what kinds of namespace there are, with their guardrails and sizes.

use crate::id::ClassId;
use crate::name::{ClassName, SizeName};
use crate::quota::Quota;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One published, immutable version of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub id: ClassId,
    pub name: ClassName,
    /// Counts from 1.
    pub version: i32,
    pub spec: ClassSpec,
}

/// What a class says; stored as JSON, written as YAML in setup files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClassSpec {
    pub title: String,
    pub summary: String,
    pub environment: Environment,
    pub pod_security: PodSecurity,
    pub network: NetworkProfile,
    /// Smallest first.
    pub sizes: Vec<Size>,
    /// Most that may be asked for with own numbers.
    pub ceiling: Quota,
    pub container: ContainerDefaults,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PodSecurity {
    Privileged,
    Baseline,
    Restricted,
}

/// Where pods may connect to, besides their own namespace and DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Defaults for containers that name no requests or limits, so that quota does not refuse their pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContainerDefaults {
    pub request_cpu_m: u64,
    pub request_memory_bytes: u64,
    pub limit_cpu_m: u64,
    pub limit_memory_bytes: u64,
}

impl Class {
    /// The quota of a size, or a refusal that names those there are.
    pub fn size(&self, name: &SizeName) -> Result<&Size, Refusal> {
        self.spec.sizes.iter().find(|s| &s.name == name).ok_or_else(|| {
            let names: Vec<_> = self.spec.sizes.iter().map(|s| s.name.as_str()).collect();
            Refusal::invalid("size", &format!("class {} has the sizes {}", self.name, names.join(", ")))
        })
    }
}

impl ClassSpec {
    /// Whether it can be published: names are there and single, sizes grow no further than the ceiling, defaults make sense.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.sizes.is_empty() {
            return Err(Refusal::invalid("sizes", "a class needs at least one size"));
        }
        let names: BTreeSet<_> = self.sizes.iter().map(|s| &s.name).collect();
        if names.len() != self.sizes.len() {
            return Err(Refusal::invalid("sizes", "two sizes have the same name"));
        }
        self.ceiling.check()?;
        for size in &self.sizes {
            size.quota.check()?;
            if !size.quota.fits(&self.ceiling) {
                return Err(Refusal::invalid("sizes", &format!("size {} is larger than the ceiling", size.name)));
            }
        }
        let defaults = &self.container;
        if defaults.request_cpu_m > defaults.limit_cpu_m || defaults.request_memory_bytes > defaults.limit_memory_bytes
        {
            return Err(Refusal::invalid("container", "the default request is larger than the default limit"));
        }
        Ok(())
    }
}

impl Environment {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

impl PodSecurity {
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
    pub fn title(self) -> &'static str {
        match self {
            Self::Isolated => "own namespace and DNS only",
            Self::Cluster => "inside the cluster",
            Self::Internet => "cluster and internet",
        }
    }
}
