//! What Berth keeps on a cluster for a team: the desired state, and the steps that make it so.

use crate::actor::TeamRole;
use crate::class::Class;
use crate::id::{ClusterId, NamespaceId, TeamId};
use crate::name::{ClusterName, GroupName, NamespaceName, Purpose, RequestNumber, TeamSlug};
use crate::quota::Quota;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A namespace as it should be. Postgres says so; the cluster follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    pub id: NamespaceId,
    pub name: NamespaceName,
    pub team: TeamRef,
    pub cluster: ClusterRef,
    pub class: Class,
    pub quota: Quota,
    /// When it is suspended, and deleted later ([`lifetime`](crate::lifetime)); none where it has no end.
    pub expires_at: Option<OffsetDateTime>,
    pub purpose: Purpose,
    /// The request that made it.
    pub request: RequestNumber,
    /// Groups of the team, as the identity provider spells them, with the role each gives.
    pub groups: Vec<(GroupName, TeamRole)>,
    /// People with a role in the team of their own, until a date.
    pub members: Vec<Member>,
    /// Counts the desired states that it was written to its cluster with; 0 before the first.
    pub revision: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRef {
    pub id: TeamId,
    pub slug: TeamSlug,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRef {
    pub id: ClusterId,
    pub name: ClusterName,
}

/// Somebody with a membership of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As the identity provider calls them; never their e-mail address, which another may have one day.
    pub subject: String,
    pub role: TeamRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NamespaceState {
    /// Being made; its capacity is held.
    Provisioning,
    Ready,
    /// Making it gave up; the request says why.
    Failed,
    /// Berth takes back what it made; then the namespace is gone.
    Removing,
}

/// What provisioning does, in this order; access comes last, so that nobody works in a half-made namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Preflight,
    Namespace,
    Quota,
    Limits,
    Network,
    Deployer,
    Access,
    Info,
    Verify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
}

impl NamespaceState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Removing => "removing",
        }
    }
}

impl Step {
    pub const ALL: [Step; 9] = [
        Self::Preflight,
        Self::Namespace,
        Self::Quota,
        Self::Limits,
        Self::Network,
        Self::Deployer,
        Self::Access,
        Self::Info,
        Self::Verify,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Namespace => "namespace",
            Self::Quota => "quota",
            Self::Limits => "limits",
            Self::Network => "network",
            Self::Deployer => "deployer",
            Self::Access => "access",
            Self::Info => "info",
            Self::Verify => "verify",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Preflight => "Check everything without changing anything",
            Self::Namespace => "Namespace with its pod security level",
            Self::Quota => "Quota for compute, storage and objects",
            Self::Limits => "Default requests and limits",
            Self::Network => "Network policies",
            Self::Deployer => "Service account for deployments",
            Self::Access => "Access for the team's groups",
            Self::Info => "Note for kubectl users",
            Self::Verify => "Verify on the cluster",
        }
    }
}
