//! An OCI registry (<https://github.com/opencontainers/distribution-spec>) that charts are in as Helm puts them there.
//!
//! This is our own and not a library's: those make their own connections, to wherever a registry points them, and hold what it
//! sends without bounds.

mod ask;
mod challenge;
mod link;
mod manifest;
mod name;
mod signatures;
mod token;

pub use token::Access;

use crate::credentials::Credentials;
use crate::digest::Digest;
use crate::error::Error;
use crate::fetched::{self, Fetched};
use crate::http::{Client, authority};
use token::Tokens;
use url::{Origin, Url};

/// One registry, or the part of it below a path.
pub struct Registry {
    client: Client,
    /// Scheme, host and port.
    root: Url,
    /// What stands before the name of each chart; empty, or with a `/` at its end.
    prefix: String,
    /// As the source lists them.
    named: Vec<String>,
    asks_for_proof: bool,
    tokens: Tokens,
}

/// The charts of a registry: repositories, without the path that the source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charts {
    /// The source lists them itself.
    Named(Vec<String>),
    /// The registry does. They may be container images too: that is known when one is looked at.
    Catalog(Vec<String>),
    /// The registry has no list, as many have none.
    NoCatalog,
    /// It has one, but not for these credentials.
    CatalogForbidden,
}

impl Charts {
    /// Of those that are known.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Named(names) | Self::Catalog(names) => names,
            Self::NoCatalog | Self::CatalogForbidden => &[],
        }
    }
}

/// What a registry is opened with.
pub(crate) struct Opening {
    pub client: Client,
    pub address: Url,
    pub credentials: Credentials,
    pub token_hosts: Vec<Origin>,
    pub named: Vec<String>,
    pub asks_for_proof: bool,
}

impl Registry {
    pub(crate) fn open(opening: Opening) -> Result<Self, Error> {
        let Opening { client, address, credentials, token_hosts, named, asks_for_proof } = opening;
        let path = address.path().trim_matches('/');
        let prefix = match path {
            "" => String::new(),
            path => format!("{}/", name::repository(path)?),
        };
        for chart in &named {
            name::repository(&format!("{prefix}{chart}"))?;
        }
        let mut root = address.clone();
        root.set_path("/");
        let tokens = Tokens::new(credentials, root.origin(), token_hosts);
        Ok(Self { client, root, prefix, named, asks_for_proof, tokens })
    }

    /// What is there.
    pub async fn charts(&self) -> Result<Charts, Error> {
        if !self.named.is_empty() {
            return Ok(Charts::Named(self.named.clone()));
        }
        self.client.within(self.whole("the list of repositories"), self.catalog()).await
    }

    /// The versions of a chart, as the registry lists its tags; tags of signatures are none.
    pub async fn versions(&self, chart: &str) -> Result<Vec<String>, Error> {
        let repository = self.repository(chart)?;
        self.client.within(self.what("the tags", &repository), self.tagged(&repository)).await
    }

    /// The digest of the manifest that a version has now; another one is another chart under the same name.
    pub async fn digest(&self, chart: &str, version: &str) -> Result<Digest, Error> {
        let (repository, tag) = (self.repository(chart)?, name::tag(version)?);
        let what = self.what(&format!("version {version}"), &repository);
        Ok(self.client.within(what, self.manifest(&repository, &tag)).await?.digest)
    }

    /// A chart with what proves where it comes from, if the source wants that.
    pub async fn fetch(&self, chart: &str, version: &str) -> Result<Fetched, Error> {
        let (repository, tag) = (self.repository(chart)?, name::tag(version)?);
        let what = self.what(&format!("version {version}"), &repository);
        self.client.within(what, self.fetch_tag(&repository, &tag)).await
    }

    async fn fetch_tag(&self, repository: &str, tag: &str) -> Result<Fetched, Error> {
        let limits = self.client.limits();
        let manifest = self.manifest(repository, tag).await?;
        let chart = manifest.chart()?;
        let bytes = self.blob(repository, "the chart", chart, limits.chart_bytes).await?;
        let mut fetched = Fetched {
            digest: chart.digest.parse()?,
            bytes,
            manifest: Some(fetched::Manifest { digest: manifest.digest.clone(), bytes: manifest.bytes.clone() }),
            provenance: None,
            signatures: Vec::new(),
            from: format!("{}/{repository}:{tag}", authority(&self.root)),
            etag: None,
        };
        if self.asks_for_proof {
            if let Some(provenance) = manifest.provenance() {
                let bytes = self.blob(repository, "the provenance", provenance, limits.signature_bytes).await?;
                fetched.provenance = Some(bytes);
            }
            fetched.signatures = self.signatures(repository, &manifest.digest).await?;
        }
        Ok(fetched)
    }

    fn repository(&self, chart: &str) -> Result<String, Error> {
        let repository = format!("{}{chart}", self.prefix);
        name::repository(&repository)?;
        Ok(repository)
    }

    /// For errors: a thing of a repository.
    fn what(&self, thing: &str, repository: &str) -> String {
        format!("{thing} of {repository} at {}", authority(&self.root))
    }

    /// For errors: a thing of the registry.
    fn whole(&self, thing: &str) -> String {
        format!("{thing} at {}", authority(&self.root))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}
