//! Whether a source is as it should be, in steps that say what was seen.

use super::Reader;
use crate::error::Error;
use crate::http::{Client, Reached};
use crate::oci::{Access, Charts, Registry};
use crate::repository::{Index, IndexRepository};
use std::fmt;

/// One look at a source.
#[derive(Debug, Clone)]
pub struct Step {
    pub title: &'static str,
    pub outcome: Result<Seen, Error>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Reached(Reached),
    Access(Access),
    Charts(Charts),
    Versions {
        chart: String,
        n: usize,
    },
    /// As it was read.
    Index {
        bytes: Vec<u8>,
    },
}

impl Reader {
    /// Asks whether it is there, whether it lets Berth in, and what it has; ends with the first step without which the others
    /// make no sense.
    pub async fn check(&self) -> Vec<Step> {
        match self {
            Self::Registry(registry) => check_registry(registry).await,
            Self::Index(repository) => check_index(repository).await,
        }
    }
}

async fn check_registry(registry: &Registry) -> Vec<Step> {
    let ping = registry.ping().await;
    let Some(mut steps) = reached(registry.client()) else {
        return vec![Step { title: "Reach it", outcome: ping.map(Seen::Access) }];
    };
    steps.push(Step { title: "Sign in", outcome: ping.map(Seen::Access) });
    let charts = registry.charts().await;
    let first = charts.as_ref().ok().and_then(|charts| charts.names().first().cloned());
    steps.push(Step { title: "List charts", outcome: charts.map(Seen::Charts) });
    if let Some(chart) = first {
        let versions = registry.versions(&chart).await;
        let outcome = versions.map(|versions| Seen::Versions { chart, n: versions.len() });
        steps.push(Step { title: "List versions", outcome });
    }
    steps
}

async fn check_index(repository: &IndexRepository) -> Vec<Step> {
    let index = repository.index(None).await.map(|index| match index {
        Index::Changed { bytes, .. } => Seen::Index { bytes },
        // Only where one is named that may be unchanged.
        Index::Unchanged => Seen::Index { bytes: Vec::new() },
    });
    match reached(repository.client()) {
        Some(mut steps) => {
            steps.push(Step { title: "Read index.yaml", outcome: index });
            steps
        }
        None => vec![Step { title: "Reach it", outcome: index }],
    }
}

/// None if nobody answered.
fn reached(client: &Client) -> Option<Vec<Step>> {
    Some(vec![Step { title: "Reach it", outcome: Ok(Seen::Reached(client.reached()?)) }])
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached(Reached { address, tls: None }) => write!(f, "reached {} without TLS", address.ip()),
            Self::Reached(Reached { address, tls: Some(tls) }) => {
                write!(f, "reached {} over TLS {}, signed by {}", address.ip(), tls.version, tls.signed_by)
            }
            Self::Access(Access::Open) => f.write_str("anonymous allowed"),
            Self::Access(Access::Basic) => f.write_str("signed in with a password"),
            Self::Access(Access::Bearer) => f.write_str("signed in with the source's token"),
            Self::Access(Access::Token { realm, is_anonymous: true }) => {
                write!(f, "anonymous allowed, with a token from {realm}")
            }
            Self::Access(Access::Token { realm, is_anonymous: false }) => {
                write!(f, "signed in with a token from {realm}")
            }
            Self::Charts(Charts::Named(names)) if names.len() == 1 => f.write_str("1 chart named by the source"),
            Self::Charts(Charts::Named(names)) => write!(f, "{} charts named by the source", names.len()),
            Self::Charts(Charts::Catalog(names)) => write!(f, "{} repositories listed", names.len()),
            Self::Charts(Charts::NoCatalog) => f.write_str("it lists no repositories; name its charts in the source"),
            Self::Charts(Charts::CatalogForbidden) => {
                f.write_str("its list of repositories is not for these credentials; name its charts in the source")
            }
            Self::Versions { chart, n } => write!(f, "{chart} has {n} versions"),
            Self::Index { bytes } => write!(f, "index.yaml has {} bytes", bytes.len()),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(seen) => write!(f, "{}: {seen}", self.title),
            Err(error) => write!(f, "{}: {error}", self.title),
        }
    }
}
