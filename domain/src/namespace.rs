//! What Berth keeps on a cluster for a team: the desired state, and the steps that make it so.

use crate::actor::TeamRole;
use crate::class::Class;
use crate::id::NamespaceId;
use crate::name::{GroupName, NamespaceName, Purpose, RequestNumber};
use crate::quota::Quota;
use crate::request::{ClusterRef, TeamRef};
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

/// How a namespace is gone, for what is to be granted in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Berth keeps it no more.
    NotKept,
    /// Berth takes it back.
    Removing,
    /// Somebody deleted it on its cluster; it can be made again, empty.
    Missing,
    /// The same, and it is not over.
    Leaving,
    /// Another one of its name is there, or it has lost its mark: that ends on the cluster.
    Replaced,
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

impl Gone {
    pub const ALL: [Gone; 5] = [Self::NotKept, Self::Removing, Self::Missing, Self::Leaving, Self::Replaced];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotKept => "not_kept",
            Self::Removing => "removing",
            Self::Missing => "missing",
            Self::Leaving => "leaving",
            Self::Replaced => "replaced",
        }
    }

    /// After its name.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::NotKept => "no longer exists",
            Self::Removing => "is being removed",
            Self::Missing => "was deleted on its cluster",
            Self::Leaving => "is being deleted on its cluster",
            Self::Replaced => "was replaced by another one on its cluster",
        }
    }

    pub(crate) fn leads_to(self) -> &'static str {
        match self {
            Self::NotKept | Self::Removing => "A request cannot recreate it. Request a new namespace",
            Self::Missing | Self::Leaving | Self::Replaced => {
                "A request cannot recreate it. Its page shows under Sync what can be done"
            }
        }
    }

    /// Whether what is asked for in it may still be granted one day.
    pub fn may_end(self) -> bool {
        match self {
            Self::NotKept | Self::Removing => false,
            Self::Missing | Self::Leaving | Self::Replaced => true,
        }
    }
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
