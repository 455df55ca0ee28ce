//! Userinfo: what the ID token left out, as JSON or signed (OpenID Connect Core, 5.3).

use super::claims::{Info, UserInfo};
use super::discovery::Metadata;
use super::provider::{Provider, Tokens, asymmetric};
use super::signed::payload;
use super::transport::Unanswered;
use anyhow::{Context, anyhow, ensure};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::{HttpResponse, OAuth2TokenResponse, SubjectIdentifier, UserInfoError};
use serde_json::Value;

impl Provider {
    /// A sign-in does not fail for what userinfo could have added.
    pub(super) async fn user_info(
        &self,
        metadata: &Metadata,
        subject: &SubjectIdentifier,
        tokens: &Tokens,
    ) -> UserInfo {
        let Some(endpoint) = metadata.userinfo_endpoint() else { return UserInfo::None };
        match self.ask(endpoint.as_str(), metadata, subject, tokens.access_token().secret()).await {
            Ok(info) => UserInfo::Said(Box::new(info)),
            Err(error) => {
                tracing::warn!(cause = format!("{error:#}"), "userinfo could not be read");
                UserInfo::Failed
            }
        }
    }

    async fn ask(
        &self,
        endpoint: &str,
        metadata: &Metadata,
        subject: &SubjectIdentifier,
        token: &str,
    ) -> anyhow::Result<Info> {
        let request = http::Request::get(endpoint)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json, application/jwt")
            .body(Vec::new())?;
        let answer = self.http.send(request).await?;
        ensure!(answer.status().is_success(), "it was answered with {}", answer.status());
        let json = if is_signed(&answer) {
            let token = String::from_utf8(answer.into_body()).context("the signed answer")?;
            let algorithms = asymmetric(metadata);
            let json = payload(token.trim(), "userinfo+jwt", metadata.jwks().keys(), &algorithms);
            let json = json.map_err(|wrong| wrong.into_error().context("the signed answer"))?;
            self.check_claims(&json)?;
            json
        } else {
            answer.into_body()
        };
        Info::from_json(&json, Some(subject)).map_err(|error: UserInfoError<Unanswered>| anyhow!(error))
    }

    /// A signed answer should say who made it, and for whom; if it does, it must be this provider, for us.
    fn check_claims(&self, json: &[u8]) -> anyhow::Result<()> {
        let claims: Value = serde_json::from_slice(json)?;
        let is_or_lacks = |claim: &str, expected: &str| match &claims[claim] {
            Value::Null => true,
            Value::Array(all) => all.iter().any(|one| one == expected),
            one => one == expected,
        };
        ensure!(is_or_lacks("iss", &self.issuer), "the signed answer comes from {}", claims["iss"]);
        ensure!(is_or_lacks("aud", &self.client_id), "the signed answer is for {}", claims["aud"]);
        Ok(())
    }
}

fn is_signed(answer: &HttpResponse) -> bool {
    let said = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/jwt"))
}
