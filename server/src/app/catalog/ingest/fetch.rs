//! A chart from its source: fetched behind the guard, and vouched for as the source demands.

use super::LARGEST_ARCHIVE;
use crate::app::catalog::sources::{open, policy, read_index};
use crate::app::catalog::steps::{Stop, compute};
use crate::app::{Ctx, Error};
use crate::store;
use charts::chart::Chart;
use domain::catalog::{ChartOrigin, Signature};
use domain::text;
use signatures::cosign::{Attachment, BUNDLE, SIMPLE_SIGNING};
use signatures::provenance::Archive;
use signatures::{Policy, ProofKind, SignedBy, Verdict};
use sources::repository::{Index, IndexRepository};
use sources::{Fetched, Limits, Reader};
use std::sync::Arc;
use time::OffsetDateTime;

/// The media types of bundles begin so, whatever their version.
const BUNDLES: &str = "application/vnd.dev.sigstore.bundle";

/// For a chart with all that vouches for it.
const LONGEST_FETCH: std::time::Duration = std::time::Duration::from_secs(180);

/// What came of a source, and whose signature it needs.
pub struct FromSource {
    pub origin: ChartOrigin,
    /// As it was asked for.
    pub version: String,
    pub fetched: Fetched,
    pub policy: Policy,
    /// Of the source as it was then.
    pub source_version: i32,
}

pub async fn fetch(ctx: &Ctx, origin: &ChartOrigin, version: &str) -> Result<(FromSource, String), Stop> {
    let gone = || Stop::Failed(format!("there is no source {} any more", origin.source));
    let source = store::chart_sources::find(ctx.db(), &origin.source).await?.ok_or_else(gone)?;
    let as_stop = |error| match error {
        Error::Refused(refusal) => Stop::Failed(refusal.to_string()),
        error => Stop::Error(error),
    };
    let policy = policy(&source.spec).map_err(|refusal| Stop::Failed(refusal.to_string()))?;
    let limits = Limits { chart_bytes: LARGEST_ARCHIVE as u64, order: LONGEST_FETCH, ..Limits::default() };
    let reader = open(ctx, &source, limits).map_err(as_stop)?;
    let fetched = match &reader {
        Reader::Registry(registry) => registry.fetch(&origin.chart, version).await.map_err(stop_of)?,
        Reader::Index(repository) => from_index(ctx, repository, origin, version).await?,
    };
    let detail = format!("{} kB from {}, {}", fetched.bytes.len().div_ceil(1000), fetched.from, fetched.digest);
    let detail = text::shown(&detail, 500);
    Ok((
        FromSource {
            origin: origin.clone(),
            version: version.to_owned(),
            fetched,
            policy,
            source_version: source.version,
        },
        detail,
    ))
}

/// Where the list that is kept has it, or else where the index has it now.
async fn from_index(
    ctx: &Ctx,
    repository: &IndexRepository,
    origin: &ChartOrigin,
    version: &str,
) -> Result<Fetched, Stop> {
    let (url, digest) = match store::chart_listings::archive(ctx.db(), origin, version).await? {
        Some(found) => found,
        None => {
            let Index::Changed { bytes, .. } = repository.index(None).await.map_err(stop_of)? else {
                return Err(Stop::Failed("the index of the source did not come".into()));
            };
            let index = read_index(bytes, repository.base()).await.map_err(Stop::Refused)?;
            let entry = index.find(&origin.chart, version);
            let found = entry.and_then(|entry| Some((entry.urls.first()?.to_string(), entry.digest)));
            let (url, digest) = found.ok_or_else(|| {
                Stop::Refused(format!("{} has no version {version} of {}", origin.source, origin.chart))
            })?;
            (url, digest.map(|digest| digest.to_hex()))
        }
    };
    repository.fetch(&url, digest.as_deref()).await.map_err(stop_of)
}

/// What came is wrong, or did not come: that may be otherwise when somebody has put it right, or a little later.
fn stop_of(error: sources::Error) -> Stop {
    use sources::Error as E;
    let is_wrong = match &error {
        E::Name { .. }
        | E::Version { .. }
        | E::Digest(_)
        | E::InRegistry { .. }
        | E::TooLarge { .. }
        | E::TooMany { .. }
        | E::Length { .. }
        | E::WrongDigest { .. }
        | E::Encoded { .. }
        | E::Json { .. }
        | E::MediaType { .. }
        | E::ImageList { .. }
        | E::NoChart { .. }
        | E::Charts { .. } => true,
        E::Refused(_)
        | E::Address { .. }
        | E::Credentials { .. }
        | E::Ca { .. }
        | E::RedirectInTheClear { .. }
        | E::NotFound { .. }
        | E::WebPage { .. }
        | E::Unconnected(_)
        | E::Redirects { .. }
        | E::RedirectNowhere { .. }
        | E::LinkElsewhere { .. }
        | E::Slow { .. }
        | E::Broken { .. }
        | E::Later { .. }
        | E::Unauthorized { .. }
        | E::Forbidden { .. }
        | E::Status { .. }
        | E::TokenHost { .. }
        | E::Challenge { .. }
        | E::CutShort { .. } => false,
    };
    let why = text::shown(&error.to_string(), 1000);
    if is_wrong { Stop::Refused(why) } else { Stop::Failed(why) }
}

/// Whether it is the chart that was asked for, and whoever the source demands has signed it.
pub async fn vouch(found: FromSource, chart: Arc<Chart>, now: OffsetDateTime) -> Result<(Signature, String), Stop> {
    compute(move || {
        found.require(&chart)?;
        found.verify(&chart, now)
    })
    .await
}

impl FromSource {
    /// Refuses a chart that is another than the one that was asked for: who controls the address of one could else stand in for
    /// all.
    pub fn require(&self, chart: &Chart) -> Result<(), Stop> {
        let (name, version) = (chart.metadata.name.as_str(), chart.metadata.version.as_str());
        if name != self.origin.chart_name() {
            let why = format!("{} was asked for, and the chart that came says that it is {name}.", self.origin.chart);
            return Err(Stop::Refused(why));
        }
        if version.trim_start_matches('v') != self.version.trim_start_matches('v') {
            let why =
                format!("Version {} was asked for, and the chart that came says that it is {version}.", self.version);
            return Err(Stop::Refused(why));
        }
        Ok(())
    }

    /// Who signed it. Where the source demands that, what is missing is as bad as what is wrong.
    pub fn verify(&self, chart: &Chart, now: OffsetDateTime) -> Result<(Signature, String), Stop> {
        let attachments: Vec<_> = self.fetched.signatures.iter().filter_map(attachment).collect();
        let fetched = signatures::Fetched {
            archive: Archive {
                name: &chart.metadata.name,
                version: chart.metadata.version.as_str(),
                bytes: &self.fetched.bytes,
            },
            provenance: self.fetched.provenance.as_deref(),
            manifest: self.fetched.manifest.as_ref().map(|manifest| manifest.bytes.as_slice()),
            attachments: &attachments,
            now,
        };
        match signatures::verify(&self.policy, &fetched) {
            Verdict::NotRequired { .. } => Ok((Signature::NotRequired, "the source demands no signature".into())),
            Verdict::Verified { by, how, .. } => {
                let by = text::shown(&signer(by), 300);
                let detail = format!("{by}, by {}", kind(how));
                Ok((Signature::Verified { by }, detail))
            }
            Verdict::Missing { demanded, .. } => {
                let kinds: Vec<_> = demanded.into_iter().map(kind).collect();
                // Whoever signs does so after they have pushed it.
                Err(Stop::Failed(format!(
                    "The source demands a signature ({}), and there is none.",
                    kinds.join(" or ")
                )))
            }
            Verdict::Failed { why } => {
                let why: Vec<_> = why.iter().map(ToString::to_string).collect();
                let why = format!("Its signature is not the one that the source demands: {}.", why.join("; "));
                Err(Stop::Refused(text::shown(&why, 1000)))
            }
        }
    }
}

/// What is no signature is none.
fn attachment(of: &sources::Signature) -> Option<Attachment> {
    if of.media_type == SIMPLE_SIGNING {
        let annotations = of.annotations.clone();
        return Some(Attachment::SimpleSigning { payload: of.bytes.clone(), annotations });
    }
    let is_bundle = of.media_type == BUNDLE || of.media_type.starts_with(BUNDLES);
    is_bundle.then(|| Attachment::Bundle { json: of.bytes.clone() })
}

fn signer(by: SignedBy) -> String {
    match by {
        SignedBy::OpenPgp { fingerprint, user_id, .. } => match user_id {
            Some(user_id) => format!("{user_id} ({fingerprint})"),
            None => fingerprint,
        },
        SignedBy::Key { fingerprint } => format!("key {fingerprint}"),
        // Of a workflow, without the tag or branch that it ran at: the next version has another, and the same signer.
        SignedBy::Identity { issuer, subject } => {
            let who = subject.split_once("@refs/").map_or(subject.as_str(), |(workflow, _)| workflow);
            format!("{who} ({issuer})")
        }
    }
}

fn kind(of: ProofKind) -> &'static str {
    match of {
        ProofKind::Provenance => "provenance",
        ProofKind::CosignKey => "cosign with a key",
        ProofKind::CosignKeyless => "cosign, keyless",
    }
}
