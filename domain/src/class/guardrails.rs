//! What a class says of containers, and of people on the cluster.

use crate::actor::TeamRole;
use crate::field_error::FieldErrors;
use crate::quota::{Quota, Resource};
use serde::{Deserialize, Serialize};

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

impl ContainerDefaults {
    /// Refuses a quota that is too small for one container that names nothing: its pod would never start.
    pub fn check_fits(&self, quota: &Quota) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        for (resource, need) in [(Resource::Cpu, self.limit_cpu_m), (Resource::Memory, self.limit_memory_bytes)] {
            if quota.get(resource) < need {
                let need = resource.format(need);
                errors.add(resource.field(), format!("is less than {need}, which a container gets that names nothing"));
            }
        }
        errors.finish()
    }
}

/// Least that one container may request, and most that its limits may be. Nothing means that there is no such bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContainerBounds {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_cpu_m: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_memory_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cpu_m: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory_bytes: Option<u64>,
}

/// What somebody may do in a namespace on the cluster. Later ones include what earlier ones may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    None,
    View,
    Develop,
    Own,
}

/// What each team role may do on the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleMapping {
    pub viewer: Access,
    pub developer: Access,
    pub owner: Access,
}

impl Access {
    pub const ALL: [Access; 4] = [Self::None, Self::View, Self::Develop, Self::Own];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::View => "view",
            Self::Develop => "develop",
            Self::Own => "own",
        }
    }
}

impl Default for RoleMapping {
    fn default() -> Self {
        Self { viewer: Access::View, developer: Access::Develop, owner: Access::Own }
    }
}

impl RoleMapping {
    pub fn of(&self, role: TeamRole) -> Access {
        match role {
            TeamRole::Viewer => self.viewer,
            TeamRole::Developer => self.developer,
            TeamRole::Owner => self.owner,
        }
    }
}
