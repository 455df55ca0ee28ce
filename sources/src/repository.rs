//! A classic repository: an `index.yaml`, and archives where that says. What is in the index is not read here.

use crate::credentials::Authorization;
use crate::digest::Digest;
use crate::error::{Error, cleaned};
use crate::fetched::Fetched;
use crate::http::{Ask, Client, authority};
use http::StatusCode;
use http::header::ETAG;
use url::Url;

const LONGEST_ETAG: usize = 256;

/// One repository.
pub struct IndexRepository {
    client: Client,
    /// Its path ends with `/`.
    base: Url,
    authorization: Option<Authorization>,
    asks_for_proof: bool,
}

/// What is there, as the repository has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Index {
    /// Still what the tag is of that was asked with.
    Unchanged,
    Changed {
        bytes: Vec<u8>,
        etag: Option<String>,
    },
}

impl IndexRepository {
    pub(crate) fn open(
        client: Client,
        mut base: Url,
        authorization: Option<Authorization>,
        asks_for_proof: bool,
    ) -> Self {
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Self { client, base, authorization, asks_for_proof }
    }

    /// The folder with `index.yaml` in it, to which the addresses of an index are relative.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// `index.yaml`, unless it is still the one that `etag` is of.
    pub async fn index(&self, etag: Option<&str>) -> Result<Index, Error> {
        let what = format!("index.yaml at {}", authority(&self.base));
        self.client.within(what.clone(), self.ask_index(etag, what)).await
    }

    async fn ask_index(&self, etag: Option<&str>, what: String) -> Result<Index, Error> {
        let url = self.base.join("index.yaml").map_err(|error| Error::Address { why: error.to_string() })?;
        let accept = "application/yaml, text/yaml, */*;q=0.5";
        let ask = Ask { url, what, accept, authorization: self.authorization.as_ref(), etag };
        let answer = self.client.send(ask).await?;
        if answer.status == StatusCode::NOT_MODIFIED && etag.is_some() {
            return Ok(Index::Unchanged);
        }
        let answer = answer.ok().await?;
        let etag = answer.header(ETAG).filter(|etag| etag.len() <= LONGEST_ETAG).map(str::to_owned);
        let bytes = answer.document(self.client.limits().index_bytes).await?;
        Ok(Index::Changed { bytes, etag })
    }

    /// The archive at an address of the index, absolute or from the repository on, whose digest is verified where the index
    /// has one; with its provenance beside it, if the source wants that. Another host is asked without credentials, unless the
    /// source lists it.
    pub async fn fetch(&self, address: &str, digest: Option<&str>) -> Result<Fetched, Error> {
        let what = format!("the chart {} at {}", self.shown(address), authority(&self.base));
        let digest = digest.map(str::trim).filter(|it| !it.is_empty()).map(Digest::of_index).transpose()?;
        self.client.within(what.clone(), self.fetch_archive(address, digest, what)).await
    }

    async fn fetch_archive(&self, address: &str, digest: Option<Digest>, what: String) -> Result<Fetched, Error> {
        let url = self.archive_url(address, &what)?;
        let accept = "application/gzip, application/octet-stream, */*;q=0.5";
        let authorization = self.authorization.as_ref();
        let ask = Ask { url: url.clone(), what: what.clone(), accept, authorization, etag: None };
        let answer = self.client.send(ask).await?.ok().await?;
        let etag = answer.header(ETAG).filter(|etag| etag.len() <= LONGEST_ETAG).map(str::to_owned);
        let bytes = answer.archive(self.client.limits().chart_bytes).await?;
        let got = digest.as_ref().map_or_else(|| Digest::of(&bytes), |digest| digest.same_kind_of(&bytes));
        if let Some(expected) = digest.filter(|digest| *digest != got) {
            return Err(Error::WrongDigest { what, got, expected });
        }
        let from = format!("{}{}", authority(&url), url.path());
        let provenance = if self.asks_for_proof { self.provenance(url, &what).await? } else { None };
        Ok(Fetched { bytes, digest: got, manifest: None, provenance, signatures: Vec::new(), from, etag })
    }

    fn archive_url(&self, address: &str, what: &str) -> Result<Url, Error> {
        let url = self.base.join(address).map_err(|error| Error::Address { why: format!("{what}: {error}") })?;
        match (self.base.scheme(), url.scheme()) {
            (_, "oci") => Err(Error::InRegistry { what: what.to_owned(), address: cleaned(url.as_str()) }),
            ("https", "http") => Err(Error::RedirectInTheClear { what: what.to_owned() }),
            _ => Ok(url),
        }
    }

    /// None where there is none; where it may not be read, too, and where everything that is not there is a web page.
    async fn provenance(&self, mut url: Url, what: &str) -> Result<Option<Vec<u8>>, Error> {
        url.set_path(&format!("{}.prov", url.path()));
        let what = what.replacen("the chart", "the provenance of the chart", 1);
        let ask = Ask { url, what, accept: "*/*", authorization: self.authorization.as_ref(), etag: None };
        let answer = match self.client.send(ask).await?.ok().await {
            Err(Error::NotFound { .. } | Error::Forbidden { .. }) => return Ok(None),
            answer => answer?,
        };
        match answer.document(self.client.limits().signature_bytes).await {
            Err(Error::WebPage { .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// Without what may be a secret.
    fn shown(&self, address: &str) -> String {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        cleaned(address[..end].rsplit('/').next().unwrap_or_default())
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}
