//! One question to a registry, signed in as it wants; and the questions that there are.

use super::challenge::Challenge;
use super::manifest::{self, Descriptor, Manifest};
use super::{Access, Charts, Registry, link, name};
use crate::digest::Digest;
use crate::error::{Error, cleaned};
use crate::http::{Answer, Ask};
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

const JSON: &str = "application/json";
/// Entries of a page; more is refused by some.
const PAGE: usize = 100;

pub(super) struct Question {
    pub url: Url,
    /// What is needed to be answered: `repository:NAME:pull`; empty if only signing in.
    pub scope: String,
    pub accept: &'static str,
    pub what: String,
}

#[derive(Deserialize)]
struct Catalog {
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

impl Registry {
    /// Whether it is a registry that answers, and how it let Berth in.
    pub(crate) async fn ping(&self) -> Result<Access, Error> {
        let scope = String::new();
        let question =
            Question { url: self.url("")?, scope, accept: JSON, what: self.whole("the registry's API (/v2/)") };
        let answer = self.get(&question).await?.ok().await?;
        answer.document(self.client.limits().document_bytes).await?;
        Ok(self.tokens.known(&question.scope).map_or(Access::Open, |(_, access)| access))
    }

    pub(super) async fn catalog(&self) -> Result<Charts, Error> {
        let question = Question {
            url: self.url(&format!("_catalog?n={PAGE}"))?,
            scope: "registry:catalog:*".into(),
            accept: JSON,
            what: self.whole("the list of repositories"),
        };
        let entries =
            |page: Catalog| page.repositories.unwrap_or_default().iter().filter_map(|it| self.chart_of(it)).collect();
        match self.pages(question, self.client.limits().n_names, entries).await {
            Ok(charts) => Ok(Charts::Catalog(charts)),
            Err(Error::NotFound { .. }) => Ok(Charts::NoCatalog),
            Err(Error::Status { status: 400 | 405 | 501, .. }) => Ok(Charts::NoCatalog),
            Err(Error::Unauthorized { .. } | Error::Forbidden { .. }) => Ok(Charts::CatalogForbidden),
            Err(error) => Err(error),
        }
    }

    fn chart_of(&self, repository: &str) -> Option<String> {
        let chart = repository.strip_prefix(&self.prefix)?;
        name::repository(repository).is_ok().then(|| chart.to_owned())
    }

    /// Those that are of versions, as versions.
    pub(super) async fn tagged(&self, repository: &str) -> Result<Vec<String>, Error> {
        let question = Question {
            url: self.url(&format!("{repository}/tags/list?n={PAGE}"))?,
            scope: pull(repository),
            accept: JSON,
            what: self.what("the tags", repository),
        };
        let entries = |page: Tags| page.tags.unwrap_or_default().iter().filter_map(|tag| name::version(tag)).collect();
        self.pages(question, self.client.limits().n_names, entries).await
    }

    /// By tag or digest.
    pub(super) async fn manifest(&self, repository: &str, reference: &str) -> Result<Manifest, Error> {
        let question = Question {
            url: self.url(&format!("{repository}/manifests/{reference}"))?,
            scope: pull(repository),
            accept: manifest::ACCEPTED,
            what: self.what(&format!("the manifest {reference}"), repository),
        };
        let answer = self.get(&question).await?.ok().await?;
        let media_type = answer.media_type();
        // A digest that cannot be read is as one that is not said: the bytes have their own.
        let said = answer.header("docker-content-digest").and_then(|said| said.parse::<Digest>().ok());
        let said = reference.parse().ok().or(said);
        let bytes = answer.document(self.client.limits().document_bytes).await?;
        Manifest::read(question.what, &media_type, said.as_ref(), bytes)
    }

    /// All of a blob, which is as long as its descriptor says and has its digest.
    pub(super) async fn blob(
        &self,
        repository: &str,
        thing: &str,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Vec<u8>, Error> {
        let (digest, expected) = (descriptor.digest.parse::<Digest>()?, descriptor.size);
        let question = Question {
            url: self.url(&format!("{repository}/blobs/{digest}"))?,
            scope: pull(repository),
            accept: "application/octet-stream, */*;q=0.5",
            what: self.what(thing, repository),
        };
        if expected > limit {
            return Err(Error::TooLarge { what: question.what, limit });
        }
        let answer = self.get(&question).await?.ok().await?;
        let said = answer.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        let what = question.what;
        if let Some(got) = said.filter(|said| *said != expected) {
            return Err(Error::Length { what, got, expected });
        }
        let bytes = match answer.bytes(expected).await {
            Err(Error::TooLarge { .. }) => return Err(Error::Length { what, got: expected + 1, expected }),
            read => read?,
        };
        let got = bytes.len() as u64;
        if got < expected {
            return Err(Error::CutShort { what, got, expected });
        }
        let got = digest.same_kind_of(&bytes);
        if got == digest { Ok(bytes) } else { Err(Error::WrongDigest { what, got, expected: digest }) }
    }

    /// What is kept of all pages of a list. It is small: pages are bounded, and there are many.
    pub(super) async fn pages<T: DeserializeOwned, N>(
        &self,
        mut question: Question,
        limit: usize,
        entries: impl Fn(T) -> Vec<N>,
    ) -> Result<Vec<N>, Error> {
        let (limits, mut all) = (self.client.limits(), Vec::new());
        for _ in 0..limits.n_pages {
            let answer = self.get(&question).await?.ok().await?;
            let next = self.next(&question, &answer)?;
            all.extend(entries(answer.json(limits.document_bytes).await?));
            if all.len() > limit {
                return Err(Error::TooMany { what: question.what, limit });
            }
            match next {
                Some(url) => question.url = url,
                None => return Ok(all),
            }
        }
        Err(Error::TooMany { what: question.what, limit: limits.n_pages })
    }

    fn next(&self, question: &Question, answer: &Answer) -> Result<Option<Url>, Error> {
        let Some(link) = link::next(&answer.headers) else {
            return Ok(None);
        };
        let no_link = || Error::Json { what: question.what.clone(), why: format!("`{}` is no link", cleaned(link)) };
        let url = answer.url.join(link).map_err(|_| no_link())?;
        if url.origin() != self.root.origin() {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(Error::LinkElsewhere { what: question.what.clone(), host });
        }
        Ok(Some(url))
    }

    /// The answer after signing in, if the registry wants that.
    pub(super) async fn get(&self, question: &Question) -> Result<Answer, Error> {
        let known = self.tokens.known(&question.scope).map(|(authorization, _)| authorization);
        let answer = self.send(question, known.as_ref()).await?;
        // What another host wants, to which a blob may be moved, is not met.
        let is_own = answer.url.origin() == self.root.origin();
        if answer.status != StatusCode::UNAUTHORIZED || !is_own {
            return Ok(answer);
        }
        self.tokens.forget(&question.scope);
        let challenge = Challenge::of(&answer.headers);
        match self.tokens.meet(&self.client, challenge, &question.scope, &question.what).await? {
            Some(authorization) => self.send(question, Some(&authorization)).await,
            None => Ok(answer),
        }
    }

    async fn send(
        &self,
        question: &Question,
        authorization: Option<&crate::credentials::Authorization>,
    ) -> Result<Answer, Error> {
        let (url, what) = (question.url.clone(), question.what.clone());
        self.client.send(Ask { url, what, accept: question.accept, authorization, etag: None }).await
    }

    /// What is behind `/v2/`; each part was judged before.
    pub(super) fn url(&self, path: &str) -> Result<Url, Error> {
        let address = |error: url::ParseError| Error::Address { why: error.to_string() };
        self.root.join(&format!("/v2/{path}")).map_err(address)
    }
}

pub(super) fn pull(repository: &str) -> String {
    format!("repository:{repository}:pull")
}
