//! Whether the provider does what Berth is set up to ask of it, found out without anybody signing in.

use super::discovery::Metadata;
use super::oauth::said;
use super::product::Missing;
use super::provider::Provider;
use openidconnect::{AuthorizationCode, PkceCodeVerifier, RequestTokenError};

/// What the provider says of itself, held against the settings.
pub struct Checked {
    /// Scopes asked for that it does not name among those it gives; none of them when it names none at all.
    pub unknown_scopes: Vec<String>,
    /// It knows `offline_access`, and is not asked for it.
    pub could_be_offline: bool,
    pub takes_back_tokens: bool,
    pub missing: Missing,
    pub secret: Secret,
}

/// What it thinks of the client's secret.
pub enum Secret {
    Taken,
    /// With its words.
    Refused(String),
    /// It said something else, from which neither follows.
    Unclear(String),
}

impl Provider {
    /// Whether it answers, and as whom it should.
    pub async fn check(&self) -> anyhow::Result<()> {
        self.metadata().await.map(drop)
    }

    /// Everything that can be asked without a person.
    pub async fn check_all(&self) -> anyhow::Result<Checked> {
        let metadata = self.metadata().await?;
        let supported = metadata.scopes_supported();
        let lacks = |scope: &str| supported.is_some_and(|all| !all.iter().any(|known| known.as_str() == scope));
        let unknown_scopes = self.scopes.iter().filter(|scope| lacks(scope)).map(|scope| scope.to_string()).collect();
        let is_asked = self.scopes.iter().any(|scope| scope.as_str() == OFFLINE);
        Ok(Checked {
            unknown_scopes,
            could_be_offline: supported.is_some() && !lacks(OFFLINE) && !is_asked,
            takes_back_tokens: metadata.additional_metadata().revocation_endpoint.is_some(),
            missing: self.missing(&metadata),
            secret: self.try_secret(&metadata).await,
        })
    }

    /// Shows it the secret with a code that nobody was given: who knows the client says that the code is wrong.
    async fn try_secret(&self, metadata: &Metadata) -> Secret {
        let client = self.client(metadata);
        let Ok(request) = client.exchange_code(AuthorizationCode::new("berth-doctor".into())) else {
            return Secret::Unclear("it names no token endpoint".into());
        };
        let verifier = PkceCodeVerifier::new("berth-doctor-asks-with-a-code-that-nobody-was-given".into());
        match request.set_pkce_verifier(verifier).request_async(&self.http).await {
            Ok(_) => Secret::Unclear("it gave tokens for a code that it never gave".into()),
            Err(RequestTokenError::Request(cause)) => Secret::Unclear(cause.to_string()),
            Err(refused) => match said(&refused) {
                Some((code, _)) if code == "invalid_grant" => Secret::Taken,
                Some((code, words)) if code == "invalid_client" || code == "unauthorized_client" => {
                    Secret::Refused(words)
                }
                Some((_, words)) => Secret::Unclear(words),
                None => Secret::Unclear(refused.to_string()),
            },
        }
    }
}

const OFFLINE: &str = "offline_access";
