//! How a namespace is gone.

use serde::{Deserialize, Serialize};

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
