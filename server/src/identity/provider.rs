//! Questions to the provider, and what its answers prove.

use super::claims::{Claims, Extra, Groups, Said};
use super::discovery::{Discovery, Metadata};
use super::logout_token::{Expected, LogoutToken, read};
use super::oauth::{auth_type, not_exchanged, not_refreshed, provider_error};
use super::product::{Missing, Product};
use super::signed::Wrong;
use super::transport::Http;
use super::{Again, Answer, Challenge, Identity, ProviderError, SKEW};
use crate::config::{Config, MissingGroups};
use anyhow::{Context, anyhow, bail, ensure};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use time::OffsetDateTime;
use url::Url;

/// Longer ones would make a URL that servers refuse, so they are not kept; without it the provider asks before it signs out.
const LONGEST_HINT: usize = 4096;

/// OpenID Connect Core, 2.
const LONGEST_SUBJECT: usize = 255;

pub struct Provider {
    pub(super) http: Http,
    pub(super) issuer: String,
    pub(super) client_id: ClientId,
    pub(super) client_secret: SecretString,
    pub(super) scopes: Vec<Scope>,
    groups_claim: String,
    missing_groups: Option<MissingGroups>,
    trust_emails: bool,
    callback: RedirectUrl,
    signed_out: Url,
    discovery: Discovery,
}

pub(super) type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
pub(super) type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
pub(super) type Client = openidconnect::Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// Asks the provider nothing yet.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let oidc = &config.oidc;
        Ok(Self {
            http: Http::new()?,
            issuer: oidc.issuer.clone(),
            client_id: ClientId::new(oidc.client_id.clone()),
            client_secret: oidc.client_secret.clone(),
            scopes: oidc.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new).collect(),
            groups_claim: oidc.groups_claim.clone(),
            missing_groups: oidc.missing_groups,
            trust_emails: oidc.trust_emails,
            callback: RedirectUrl::from_url(config.http.public_url.join("/auth/callback")?),
            signed_out: config.http.public_url.join("/signed-out")?,
            discovery: Discovery::new(oidc.issuer.clone()),
        })
    }

    /// Where to send the browser, and what to remember until it comes back.
    pub async fn authorize(&self) -> Result<(Url, Challenge), ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        let client = self.client(&metadata);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Ok((url, Challenge { state, nonce, verifier }))
    }

    /// The code in the answer, once it is sure that it answers this attempt and comes from this provider.
    pub async fn code(&self, attempt: &Challenge, answer: Answer) -> Result<AuthorizationCode, ProviderError> {
        if !answer.state.is_some_and(|state| is_same(&state, attempt.state.secret())) {
            return Err(ProviderError::OtherAttempt);
        }
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        let must_say = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        check_issuer(answer.iss.as_deref(), &self.issuer, must_say).map_err(ProviderError::Unproven)?;
        match (answer.error, answer.code) {
            (Some(error), _) => Err(provider_error(&error, answer.error_description.as_deref())),
            (None, Some(code)) => Ok(AuthorizationCode::new(code)),
            (None, None) => Err(ProviderError::Unproven(anyhow!("the answer holds neither a code nor an error"))),
        }
    }

    /// Exchanges the code, and checks and reads what the provider vouches for.
    pub async fn identify(&self, attempt: &Challenge, code: AuthorizationCode) -> Result<Identity, ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        let tokens = self.exchange(&metadata, attempt, code).await?;
        let nonce = |said: Option<&Nonce>| match said {
            Some(said) if is_same(said.secret(), attempt.nonce.secret()) => Ok(()),
            Some(_) | None => Err("the nonce is another one".to_owned()),
        };
        let claims = self.verify(metadata.clone(), &tokens, nonce).await.map_err(ProviderError::Unproven)?;
        in_time(&claims, OffsetDateTime::now_utc())?;
        check_subject(claims.subject()).map_err(ProviderError::Unproven)?;
        if tokens.refresh_token().is_none() {
            tracing::warn!(
                "the provider gave no refresh token: groups count as they are now until the session ends; perhaps it gives \
                 one for the scope offline_access"
            );
        }
        let said = Said::from(&claims, &self.groups_claim);
        Ok(self.identity(&metadata, &tokens, said, Some(&claims), claims.subject()).await)
    }

    /// Asks again who somebody is. `subject` is who it was: another is nobody whom this session knows.
    /// `userinfo_has_groups`: whether it told this session's before.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        subject: &str,
        userinfo_has_groups: bool,
    ) -> Result<Again, ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        let client = self.client(&metadata);
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let request = client.exchange_refresh_token(&token).map_err(|error| ProviderError::Unproven(error.into()))?;
        let tokens = request.request_async(&self.http).await.map_err(not_refreshed)?;
        let unjudged = |error: anyhow::Error| Again::Unjudged {
            why: format!("{error:#}"),
            refresh_token: tokens.refresh_token().map(|token| token.secret().to_owned().into()),
        };
        let claims = match tokens.id_token() {
            // It need not repeat the nonce of a sign-in that is long over.
            Some(_) => match self.verify(metadata.clone(), &tokens, |_: Option<&Nonce>| Ok(())).await {
                Err(error) if is_unknown_key(&error) => return Ok(unjudged(error)),
                verified => Some(verified.map_err(ProviderError::Unproven)?),
            },
            None => None,
        };
        if let Some(Err(error)) = claims.as_ref().map(|claims| not_over(claims, OffsetDateTime::now_utc())) {
            return Ok(unjudged(error.context("it was made a moment ago, so one of the two clocks is wrong")));
        }
        let subject = SubjectIdentifier::new(subject.to_owned());
        if claims.as_ref().is_some_and(|claims| *claims.subject() != subject) {
            return Err(ProviderError::Unproven(anyhow!("the provider answered for somebody else")));
        }
        let said = match &claims {
            Some(claims) => Said::from(claims, &self.groups_claim),
            None => Said::without_token(userinfo_has_groups),
        };
        let identity = self.identity(&metadata, &tokens, said, claims.as_ref(), &subject).await;
        Ok(Again::Vouched(Box::new(identity)))
    }

    /// Reads a logout token, once it is sure that this provider signed it for us, a moment ago.
    pub async fn logout_token(&self, token: &str) -> Result<LogoutToken, ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        match self.read_logout(token, &metadata) {
            Err(Wrong::UnknownKey) => {
                let metadata =
                    self.discovery.metadata_with_new_keys(&self.http).await.map_err(ProviderError::Unreachable)?;
                self.read_logout(token, &metadata)
            }
            read => read,
        }
        .map_err(|wrong| ProviderError::Unproven(wrong.into_error().context("a logout token was not taken")))
    }

    fn read_logout(&self, token: &str, metadata: &Metadata) -> Result<LogoutToken, Wrong> {
        let algorithms: Vec<_> = asymmetric(metadata);
        let expected = Expected {
            issuer: &self.issuer,
            client_id: self.client_id.as_str(),
            keys: metadata.jwks().keys(),
            algorithms: &algorithms,
            now: OffsetDateTime::now_utc(),
        };
        read(token, &expected)
    }

    /// What the ID token says and, where that is silent, userinfo.
    async fn identity(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        mut said: Said,
        claims: Option<&Claims>,
        subject: &SubjectIdentifier,
    ) -> Identity {
        if said.lacks_something() {
            let info = self.user_info(metadata, subject, tokens).await;
            said.fill(info, &self.groups_claim);
        }
        Identity {
            issuer: self.issuer.clone(),
            subject: subject.to_string(),
            email_verified: said.email.is_some() && (said.email_verified || self.trust_emails),
            email: said.email,
            name: said.name,
            userinfo_has_groups: said.userinfo_has_groups,
            groups: self.groups(said.groups, self.missing(metadata).means, subject),
            // What is too long to be handed back is not kept either.
            id_token: tokens.id_token().map(ToString::to_string).filter(|token| token.len() <= LONGEST_HINT),
            sid: claims.and_then(|claims| claims.additional_claims().sid()),
            refresh_token: tokens.refresh_token().map(|token| token.secret().to_owned().into()),
        }
    }

    /// None when it is not known which they are.
    fn groups(&self, said: Groups, missing: MissingGroups, subject: &SubjectIdentifier) -> Option<Vec<String>> {
        match (said, missing) {
            (Groups::All(groups), _) => Some(groups),
            (Groups::Missing, MissingGroups::None) => Some(Vec::new()),
            (Groups::Missing, MissingGroups::Unknown) | (Groups::NotAll, _) => {
                tracing::warn!(subject = %subject.as_str(), claim = self.groups_claim, "the provider did not say all groups: those it said before stay");
                None
            }
        }
    }

    /// What it means that there is no groups claim.
    pub(super) fn missing(&self, metadata: &Metadata) -> Missing {
        let scopes: Vec<_> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        Product::of(metadata).missing(self.missing_groups, &scopes)
    }

    /// Where to send the browser so that the provider forgets it, too; none when it has no such place.
    pub async fn end_session_url(&self, id_token: Option<&str>) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
        let mut url = metadata.additional_metadata().end_session_endpoint.clone()?;
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", &self.client_id);
        query.append_pair("post_logout_redirect_uri", self.signed_out.as_str());
        if let Some(hint) = id_token {
            query.append_pair("id_token_hint", hint);
        }
        drop(query);
        Some(url)
    }

    async fn exchange(
        &self,
        metadata: &Metadata,
        attempt: &Challenge,
        code: AuthorizationCode,
    ) -> Result<Tokens, ProviderError> {
        let client = self.client(metadata);
        let request = client.exchange_code(code).map_err(|error| ProviderError::Unproven(error.into()))?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.secret().clone());
        request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(not_exchanged)
    }

    /// Everything but the times in it, which are for the caller ([`in_time`], [`not_over`]).
    async fn verify(
        &self,
        metadata: Arc<Metadata>,
        tokens: &Tokens,
        nonce: impl Fn(Option<&Nonce>) -> Result<(), String>,
    ) -> anyhow::Result<Claims> {
        match self.verify_with(&metadata, tokens, &nonce) {
            Err(error) if is_unknown_key(&error) => {
                tracing::info!("an ID token is signed with an unknown key: reading the provider's keys again");
                let metadata = self.discovery.metadata_with_new_keys(&self.http).await?;
                self.verify_with(&metadata, tokens, &nonce)
            }
            result => result,
        }
    }

    fn verify_with(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        nonce: &impl Fn(Option<&Nonce>) -> Result<(), String>,
    ) -> anyhow::Result<Claims> {
        let client = self.client(metadata);
        let id_token = tokens.id_token().context("the provider sent no ID token")?;
        let long_ago = Default::default;
        let verifier = client.id_token_verifier().set_allowed_algs(asymmetric(metadata)).set_time_fn(long_ago);
        let claims = id_token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier)?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, key)?;
            if actual != *expected {
                bail!("the access token is not the one the ID token speaks of");
            }
        }
        Ok(claims.clone())
    }

    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let secret = ClientSecret::new(self.client_secret.expose_secret().to_owned());
        Client::from_provider_metadata(metadata.clone(), self.client_id.clone(), Some(secret))
            .set_auth_type(auth_type(metadata.token_endpoint_auth_methods_supported().map(Vec::as_slice)))
            .set_redirect_uri(self.callback.clone())
    }

    pub(super) async fn metadata(&self) -> anyhow::Result<Arc<Metadata>> {
        self.discovery.metadata(&self.http).await
    }
}

/// Without telling by the time it takes how much of it is the same.
fn is_same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

/// A token that was made for this sign-in was made now. One that seems to come from another time tells of a wrong clock.
fn in_time(claims: &Claims, now: OffsetDateTime) -> Result<(), ProviderError> {
    let issued_at = moment(claims.issue_time().timestamp()).map_err(ProviderError::Unproven)?;
    if (now - issued_at).abs() > SKEW {
        return Err(ProviderError::ClocksApart { here: now, there: issued_at });
    }
    not_over(claims, now).map_err(ProviderError::Unproven)
}

fn not_over(claims: &Claims, now: OffsetDateTime) -> anyhow::Result<()> {
    let expires_at = moment(claims.expiration().timestamp())?;
    ensure!(now - SKEW < expires_at, "the ID token has ended at {expires_at}");
    Ok(())
}

fn moment(unix_s: i64) -> anyhow::Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(unix_s).context("a time in the ID token")
}

/// Everybody without one would be the same person.
fn check_subject(subject: &SubjectIdentifier) -> anyhow::Result<()> {
    let subject = subject.as_str();
    ensure!(!subject.trim().is_empty(), "the ID token names nobody: its `sub` is empty");
    ensure!(subject.len() <= LONGEST_SUBJECT, "the `sub` of the ID token is longer than {LONGEST_SUBJECT} bytes");
    Ok(())
}

/// RFC 9207: a provider that says who it is must say so every time, and rightly.
fn check_issuer(said: Option<&str>, expected: &str, must_say: bool) -> anyhow::Result<()> {
    match said {
        Some(said) if said == expected => Ok(()),
        Some(said) => bail!("the answer comes from {said:?}, not from {expected}"),
        None if must_say => bail!("the answer does not say which provider it comes from"),
        None => Ok(()),
    }
}

fn is_unknown_key(error: &anyhow::Error) -> bool {
    use ClaimsVerificationError::SignatureVerification;
    let error = error.downcast_ref::<ClaimsVerificationError>();
    matches!(error, Some(SignatureVerification(SignatureVerificationError::NoMatchingKey)))
}

pub(super) fn asymmetric(metadata: &Metadata) -> Vec<CoreJwsSigningAlgorithm> {
    metadata.id_token_signing_alg_values_supported().iter().filter(|alg| is_asymmetric(alg)).cloned().collect()
}

/// A token that anybody with the client's secret could have made vouches for nothing.
fn is_asymmetric(alg: &CoreJwsSigningAlgorithm) -> bool {
    use CoreJwsSigningAlgorithm as Alg;
    !matches!(alg, Alg::HmacSha256 | Alg::HmacSha384 | Alg::HmacSha512 | Alg::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://login.example.org";

    #[test]
    fn an_answer_of_another_provider_is_refused() {
        assert!(check_issuer(Some(ISSUER), ISSUER, true).is_ok());
        assert!(check_issuer(Some("https://login.example.com"), ISSUER, false).is_err());
        assert!(check_issuer(Some("https://login.example.org/"), ISSUER, false).is_err());
    }

    #[test]
    fn a_provider_that_can_say_who_it_is_must() {
        assert!(check_issuer(None, ISSUER, true).is_err());
        assert!(check_issuer(None, ISSUER, false).is_ok());
    }

    #[test]
    fn a_token_that_names_nobody_signs_nobody_in() {
        let check = |subject: &str| check_subject(&SubjectIdentifier::new(subject.to_owned()));
        assert!(check("4711").is_ok());
        assert!(check("").is_err() && check("  ").is_err() && check(&"x".repeat(256)).is_err());
    }

    #[test]
    fn tokens_signed_with_a_shared_secret_are_not_taken() {
        assert!(is_asymmetric(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256));
        assert!(!is_asymmetric(&CoreJwsSigningAlgorithm::HmacSha256));
        assert!(!is_asymmetric(&CoreJwsSigningAlgorithm::None));
    }
}
