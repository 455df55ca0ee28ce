//! What the provider says of itself, with the keys it signs with.
//!
//! Read when first needed and kept: a provider that is down keeps nobody out who is signed in, and
//! does not stop Berth from starting.

use super::transport::Http;
use anyhow::Context;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// Keys are read again after this long.
const GOOD_FOR: Duration = Duration::from_secs(60 * 60);
/// When a key is missing, they are read again, but not more often than this.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// A provider that did not answer is left alone for this long.
const LEFT_ALONE: Duration = Duration::from_secs(5);

pub type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What other standards add: RP-initiated logout, token revocation (RFC 7009), and RFC 9207.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct More {
    pub end_session_endpoint: Option<Url>,
    pub revocation_endpoint: Option<Url>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

pub struct Discovery {
    issuer: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<Arc<Metadata>>,
    read_at: Option<Instant>,
    failed_at: Option<Instant>,
}

impl Discovery {
    pub fn new(issuer: String) -> Self {
        Self { issuer, known: Mutex::default() }
    }

    pub async fn metadata(&self, http: &Http) -> anyhow::Result<Arc<Metadata>> {
        self.not_older_than(GOOD_FOR, http).await
    }

    /// For when a token is signed with a key that is not known: the provider may have a new one.
    pub async fn metadata_with_new_keys(&self, http: &Http) -> anyhow::Result<Arc<Metadata>> {
        self.not_older_than(AGAIN_AFTER, http).await
    }

    async fn not_older_than(&self, age: Duration, http: &Http) -> anyhow::Result<Arc<Metadata>> {
        let mut known = self.known.lock().await;
        if known.is_due(age) {
            match self.read(http).await {
                Ok(metadata) => *known = Known::now(metadata),
                Err(error) => known.keep(error)?,
            }
        }
        known.metadata.clone().context("the provider did not answer a moment ago")
    }

    async fn read(&self, http: &Http) -> anyhow::Result<Metadata> {
        let issuer = IssuerUrl::new(self.issuer.clone())?;
        Metadata::discover_async(issuer, http).await.with_context(|| format!("discovery of {} failed", self.issuer))
    }
}

impl Known {
    fn now(metadata: Metadata) -> Self {
        Self { metadata: Some(Arc::new(metadata)), read_at: Some(Instant::now()), failed_at: None }
    }

    fn is_due(&self, age: Duration) -> bool {
        self.read_at.is_none_or(|at| at.elapsed() >= age) && self.failed_at.is_none_or(|at| at.elapsed() >= LEFT_ALONE)
    }

    /// What was read before is good enough, if there is any.
    fn keep(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        self.failed_at = Some(Instant::now());
        if self.metadata.is_none() {
            return Err(error);
        }
        tracing::warn!(cause = format!("{error:#}"), "the provider's keys could not be read again");
        Ok(())
    }
}
