//! What the chart's own accounts may do in Kubernetes, in words.

mod bindings;
mod merge;

pub use bindings::{Binding, Subject};

use super::object::Object;
use serde::{Deserialize, Serialize};
use std::fmt;

/// All rights that a chart gives, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightsFacts {
    /// Merged and sorted, the widest reach first.
    pub rights: Vec<Right>,
    pub bindings: Vec<Binding>,
    /// How many combinations of group, resource and name are left out, because there are too many.
    pub n_left_out: usize,
}

/// Some verbs on some resources of one API group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Right {
    pub reach: Reach,
    /// Empty for Kubernetes' first one; `*` for all.
    pub group: String,
    pub resources: Vec<String>,
    /// Addresses of the API server that are no resources: `/metrics`.
    pub urls: Vec<String>,
    /// Objects of these names only; empty means all.
    pub names: Vec<String>,
    pub verbs: Vec<String>,
    pub marks: Vec<Concern>,
}

/// Where a right holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everywhere.
    Cluster,
    /// In a namespace that a binding names, mostly the release's.
    Namespace,
    /// For everybody who has the cluster's `admin`, `edit` or `view`.
    Aggregated,
    /// Nowhere, until somebody binds the role.
    Unbound,
}

/// Why a right deserves a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// All groups, all resources or all verbs.
    Wildcard,
    /// Reads or changes Secrets.
    Secrets,
    /// Gives itself or others more rights: escalate, bind, impersonate, changing roles or bindings.
    Escalates,
    /// Runs programs in pods, or pods as any account of the namespace.
    RunsCode,
    /// Makes tokens of accounts.
    Tokens,
    /// Changes what the API server lets in.
    Admission,
    /// Reaches kubelets.
    Nodes,
}

impl Concern {
    pub fn title(self) -> &'static str {
        match self {
            Self::Wildcard => "everything",
            Self::Secrets => "secrets",
            Self::Escalates => "can gain more rights",
            Self::RunsCode => "can run code in pods",
            Self::Tokens => "can make tokens",
            Self::Admission => "changes admission",
            Self::Nodes => "reaches nodes",
        }
    }
}

impl Reach {
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "in the whole cluster",
            Self::Namespace => "in its namespace",
            Self::Aggregated => "for everybody with the cluster's admin, edit or view",
            Self::Unbound => "once somebody binds the role",
        }
    }
}

impl fmt::Display for Right {
    /// `get, list secrets of apps in the whole cluster`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.resources.iter().chain(&self.urls).map(String::as_str).collect::<Vec<_>>().join(", ");
        write!(f, "{} {what}", self.verbs.join(", "))?;
        if !self.group.is_empty() {
            write!(f, " of {}", self.group)?;
        }
        if !self.names.is_empty() {
            write!(f, " named {}", self.names.join(", "))?;
        }
        write!(f, " {}", self.reach.title())
    }
}

pub fn facts(objects: &[Object]) -> RightsFacts {
    let reaches = bindings::reaches(objects);
    let (rights, n_left_out) = merge::rights(&reaches);
    RightsFacts { rights, bindings: bindings::bindings(objects), n_left_out }
}
