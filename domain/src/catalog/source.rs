//! Where charts come from: a registry or a repository that the platform team connects.

use crate::field_error::FieldErrors;
use crate::name::SourceName;
use crate::text::{self, Lines};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Characters of an address.
const LONGEST_ADDRESS: usize = 2048;
/// Bytes of certificates: those of a company and of its authorities.
const LONGEST_CA: usize = 32 * 1024;
/// Charts that are named because a registry does not list them, and hosts that may have the credentials.
const MOST_CHARTS: usize = 200;
const MOST_HOSTS: usize = 20;

/// A source, as the platform team writes it; stored as JSON. What it is asked with is kept apart, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    pub kind: SourceKind,
    /// `oci://registry.example.com/charts`, or the address of the folder with `index.yaml` in it.
    pub address: String,
    /// PEM; trusted beside the public authorities.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ca: String,
    /// Hosts that may have the credentials besides the source's own: one that gives its tokens, or has its archives.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub credential_hosts: BTreeSet<String>,
    /// The charts of a registry that does not list them; empty if it does.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub charts: BTreeSet<String>,
    /// Whose signature each chart needs: the crate `signatures` says what stands in it (`Policy`). Empty means that none is
    /// needed.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub proof: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An OCI registry, or the part of it below a path.
    Registry,
    /// A repository with an `index.yaml`.
    Index,
}

/// Where an entry's versions come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChartOrigin {
    pub source: SourceName,
    /// As the source names it: `postgresql`, in a registry with its path below the source's.
    pub chart: String,
}

/// How a source is signed in to, without what is secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceAuth {
    #[default]
    Anonymous,
    Basic,
    Bearer,
}

impl SourceSpec {
    /// Refuses what cannot be meant, with every mistake at once. Whether its address may be asked is not known here.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let address = text::check(&self.address, 1, LONGEST_ADDRESS, Lines::One);
        errors.unless(address.is_ok(), "address", "must be an address, as oci://registry.example.com/charts");
        errors.unless(self.ca.len() <= LONGEST_CA, "ca", "is longer than 32 KiB");
        // It is shown to all who set up.
        errors.unless(!self.ca.contains("PRIVATE KEY"), "ca", "holds a private key: give certificates alone");
        errors.unless(self.credential_hosts.len() <= MOST_HOSTS, "credential_hosts", "has more than 20 hosts");
        errors.unless(self.charts.len() <= MOST_CHARTS, "charts", "has more than 200 names");
        let are_names = self.charts.iter().all(|chart| text::check(chart, 1, 255, Lines::One).is_ok());
        errors.unless(are_names, "charts", "has a name that is empty or longer than 255 characters");
        errors.finish()
    }

    /// Whether each chart needs somebody's signature.
    pub fn needs_proof(&self) -> bool {
        self.proof.get("require").and_then(Value::as_array).is_some_and(|demands| !demands.is_empty())
    }
}

impl ChartOrigin {
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let is_name = text::check(&self.chart, 1, 255, Lines::One).is_ok() && !self.chart.contains(char::is_whitespace);
        errors.unless(is_name, "chart", "must be the name of a chart, as the source has it");
        errors.finish()
    }

    /// What the chart itself must be called: Helm keeps a chart in a registry under its name.
    pub fn chart_name(&self) -> &str {
        self.chart.rsplit('/').next().unwrap_or_default()
    }
}

impl SourceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Index => "index",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Registry => "OCI registry",
            Self::Index => "Index repository",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        [Self::Registry, Self::Index].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl SourceAuth {
    pub const ALL: [Self; 3] = [Self::Anonymous, Self::Basic, Self::Bearer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Anonymous => "Anonymous",
            Self::Basic => "User name and password",
            Self::Bearer => "Token",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|auth| auth.as_str() == text)
    }
}

#[cfg(test)]
pub(crate) fn sample() -> SourceSpec {
    SourceSpec {
        kind: SourceKind::Registry,
        address: "oci://registry.example.com/charts".into(),
        ca: String::new(),
        credential_hosts: BTreeSet::new(),
        charts: BTreeSet::new(),
        proof: Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_at_once() {
        let mut wrong = sample();
        assert_eq!(wrong.check(), Ok(()));
        wrong.ca = "-----BEGIN EC PRIVATE KEY-----".into();
        assert_eq!(wrong.check().expect_err("wrong").0[0].field, "ca");
        wrong.address = String::new();
        wrong.ca = "x".repeat(LONGEST_CA + 1);
        wrong.charts.insert("x".repeat(256));
        wrong.credential_hosts = (0..=MOST_HOSTS).map(|n| format!("h{n}.example")).collect();
        let fields: Vec<_> = wrong.check().expect_err("wrong").0.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["address", "ca", "credential_hosts", "charts"]);
    }

    #[test]
    fn a_chart_in_a_registry_has_the_last_part_of_its_path_as_its_name() {
        let origin = |chart: &str| ChartOrigin { source: "main".parse().expect("a name"), chart: chart.into() };
        assert_eq!(origin("team/web").chart_name(), "web");
        assert_eq!(origin("web").chart_name(), "web");
        assert!(origin("").check().is_err() && origin("a b").check().is_err() && origin("a/b").check().is_ok());
    }
}
