//! Signatures of cosign beside a chart: under the tag that its digest names, and by the API of referrers, or the tag that stands
//! in for it. They are handed on as they are; whether one is good is for others to say.

use super::Registry;
use super::ask::{Question, pull};
use super::manifest::{Descriptor, is_signature};
use crate::digest::Digest;
use crate::error::Error;
use crate::fetched::Signature;
use serde::Deserialize;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[derive(Deserialize)]
struct Referrers {
    manifests: Option<Vec<Descriptor>>,
}

impl Registry {
    /// All that there are of a manifest; errs if they are more than anybody needs.
    pub(super) async fn signatures(&self, repository: &str, of: &Digest) -> Result<Vec<Signature>, Error> {
        let mut found = Vec::new();
        self.signatures_of(repository, &format!("{}.sig", of.as_tag()), &mut found).await?;
        for digest in self.referrers(repository, of).await? {
            self.signatures_of(repository, digest.as_str(), &mut found).await?;
        }
        Ok(found)
    }

    async fn signatures_of(&self, repository: &str, reference: &str, found: &mut Vec<Signature>) -> Result<(), Error> {
        let manifest = match self.manifest(repository, reference).await {
            Err(Error::NotFound { .. }) => return Ok(()),
            read => read?,
        };
        let limits = self.client.limits();
        for layer in manifest.signatures() {
            if found.len() >= limits.n_signatures {
                let what = self.what("the signatures", repository);
                return Err(Error::TooMany { what, limit: limits.n_signatures });
            }
            let bytes = self.blob(repository, "a signature", layer, limits.signature_bytes).await?;
            found.push(Signature {
                manifest: manifest.digest.clone(),
                media_type: layer.media_type.clone(),
                annotations: layer.annotations.clone().unwrap_or_default(),
                bytes,
            });
        }
        Ok(())
    }

    /// Manifests that may have signatures.
    async fn referrers(&self, repository: &str, of: &Digest) -> Result<Vec<Digest>, Error> {
        let question = |path: String| {
            Ok::<_, Error>(Question {
                url: self.url(&path)?,
                scope: pull(repository),
                accept: INDEX,
                what: self.what("what refers to the chart", repository),
            })
        };
        let limit = self.client.limits().n_signatures;
        let by_api = self.pages(question(format!("{repository}/referrers/{of}"))?, limit, signing).await;
        match by_api {
            // Registries without that API say so in their own ways.
            Err(
                Error::NotFound { .. }
                | Error::Forbidden { .. }
                | Error::WebPage { .. }
                | Error::Status { status: 400 | 405 | 406 | 501, .. },
            ) => {
                let by_tag = question(format!("{repository}/manifests/{}", of.as_tag()))?;
                match self.pages(by_tag, limit, signing).await {
                    Err(Error::NotFound { .. }) => Ok(Vec::new()),
                    found => found,
                }
            }
            found => found,
        }
    }
}

/// What cannot be named by a digest cannot be asked for.
fn signing(page: Referrers) -> Vec<Digest> {
    let may_be = |it: &Descriptor| it.artifact_type.as_deref().is_some_and(may_have_signatures);
    let all = page.manifests.unwrap_or_default();
    all.iter().filter(|it| may_be(it)).filter_map(|it| it.digest.parse().ok()).collect()
}

/// By what the manifest itself is.
fn may_have_signatures(artifact_type: &str) -> bool {
    is_signature(artifact_type) || artifact_type == "application/vnd.dev.cosign.artifact.sig.v1+json"
}
