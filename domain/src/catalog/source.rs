//! Where charts come from.

use crate::field_error::FieldErrors;
use crate::text::{self, Lines};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A registry (<https://github.com/opencontainers/distribution-spec>).
    Oci,
    /// A classic repository: an `index.yaml` with archives beside it.
    Repository,
}

/// What is set up of a source, but for its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    pub kind: SourceKind,
    /// `oci://registry.example.com/charts`, `https://charts.example.com/stable`.
    pub url: String,
    /// Certificates of the authority that signed the server's, in PEM; none means the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Charts that are taken from it, where a registry does not list them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub charts: BTreeSet<String>,
}

impl SourceKind {
    pub const ALL: [Self; 2] = [Self::Oci, Self::Repository];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oci => "oci",
            Self::Repository => "repository",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Oci => "OCI registry",
            Self::Repository => "Index repository",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl SourceSpec {
    /// Refuses what cannot be meant, with every mistake at once. Whether the address may be asked is the guard's to say.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if let Err(problem) = text::check(&self.url, 1, 500, Lines::One) {
            errors.add("url", problem);
        }
        let schemes: &[&str] = match self.kind {
            SourceKind::Oci => &["oci://"],
            SourceKind::Repository => &["https://", "http://"],
        };
        if !schemes.iter().any(|scheme| self.url.starts_with(scheme)) {
            errors.add("url", format!("begins with {}", schemes.join(" or ")));
        }
        if self.charts.len() > 500 {
            errors.add("charts", "are more than 500");
        }
        for chart in &self.charts {
            if let Err(problem) = text::check(chart, 1, 250, Lines::One) {
                errors.add("charts", problem);
            }
        }
        if self.ca.as_ref().is_some_and(|ca| ca.len() > 64 * 1024) {
            errors.add("ca", "is longer than 64 KiB");
        }
        if self.ca.as_ref().is_some_and(|ca| ca.contains("PRIVATE KEY")) {
            errors.add("ca", "holds a private key: only certificates are wanted here");
        }
        errors.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(SourceKind::Oci, "oci://registry.example.com/charts", true)]
    #[case(SourceKind::Oci, "https://registry.example.com/charts", false)]
    #[case(SourceKind::Repository, "https://charts.example.com", true)]
    #[case(SourceKind::Repository, "oci://charts.example.com", false)]
    #[case(SourceKind::Repository, "file:///etc/passwd", false)]
    #[case(SourceKind::Repository, "", false)]
    fn an_address_is_of_the_sources_kind(#[case] kind: SourceKind, #[case] url: &str, #[case] is_right: bool) {
        let spec = SourceSpec { kind, url: url.into(), ca: None, charts: BTreeSet::new() };
        assert_eq!(spec.check().is_ok(), is_right);
    }

    #[test]
    fn a_private_key_is_no_certificate() {
        let ca = Some("-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----".into());
        let spec = SourceSpec { kind: SourceKind::Oci, url: "oci://r.example.com".into(), ca, charts: BTreeSet::new() };
        assert_eq!(spec.check().expect_err("wrong").0[0].field, "ca");
    }
}
