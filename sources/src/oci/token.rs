//! Signing in at a registry: without anything, with a password, or with a token from the host that the registry names, if that
//! host may have the source's credentials.

use super::challenge::{Challenge, reading};
use crate::credentials::{Authorization, Credentials};
use crate::error::{Error, cleaned};
use crate::http::{Ask, Client, authority};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::{Origin, Url};

const LARGEST_TOKEN: u64 = 256 << 10;
/// Where it is not said how long a token lasts.
const LASTS: Duration = Duration::from_secs(60);
/// A token is not used in its last seconds.
const MARGIN: Duration = Duration::from_secs(10);
/// More are forgotten and asked for anew.
const MOST_TOKENS: usize = 1000;

/// How a registry let Berth in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Nobody was asked who it is.
    Open,
    Basic,
    Token {
        /// The host that gave it.
        realm: String,
        is_anonymous: bool,
    },
    /// The source's own token.
    Bearer,
}

/// What was learned of signing in at one registry.
pub struct Tokens {
    credentials: Credentials,
    registry: Origin,
    /// Hosts beside the registry that give tokens.
    others: Vec<Origin>,
    /// By scope, with when it ends.
    kept: Mutex<HashMap<String, (Authorization, Access, Instant)>>,
}

impl Tokens {
    pub fn new(credentials: Credentials, registry: Origin, others: Vec<Origin>) -> Self {
        Self { credentials, registry, others, kept: Mutex::default() }
    }

    /// What to ask with, before the registry wants anything.
    pub fn known(&self, scope: &str) -> Option<(Authorization, Access)> {
        if matches!(self.credentials, Credentials::Bearer(_)) {
            return Some((self.credentials.authorization(vec![self.registry.clone()])?, Access::Bearer));
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (authorization, access, ends_at) = kept.get(scope)?;
        (Instant::now() < *ends_at).then(|| (authorization.clone(), access.clone()))
    }

    pub fn forget(&self, scope: &str) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(scope);
    }

    /// What to ask with after this challenge; none if there is nothing that meets it.
    pub async fn meet(
        &self,
        client: &Client,
        challenge: Option<Challenge>,
        scope: &str,
        what: &str,
    ) -> Result<Option<Authorization>, Error> {
        if matches!(self.credentials, Credentials::Bearer(_)) {
            return Ok(None);
        }
        let (authorization, access, lasts) = match challenge {
            Some(Challenge::Bearer { realm, service, scope: named }) => {
                let (url, origin) = self.realm(client, &realm, what)?;
                let scopes = named.map(|named| reading(&named)).filter(|scopes| !scopes.is_empty());
                let scopes = scopes.unwrap_or_else(|| vec![scope.to_owned()]);
                let url = with_query(url, service.as_deref(), &scopes);
                let realm = url.host_str().unwrap_or_default().to_owned();
                let token = self.token(client, url, origin).await?;
                let authorization = Authorization::new("Bearer", &token.value, vec![self.registry.clone()]);
                let is_anonymous = matches!(self.credentials, Credentials::Anonymous);
                (authorization, Access::Token { realm, is_anonymous }, token.lasts)
            }
            Some(Challenge::Basic) => match self.credentials {
                Credentials::Basic { .. } => {
                    let authorization = self.credentials.authorization(vec![self.registry.clone()]);
                    (authorization, Access::Basic, LASTS)
                }
                Credentials::Anonymous | Credentials::Bearer(_) => return Ok(None),
            },
            None => return Ok(None),
        };
        if let Some(authorization) = &authorization {
            self.keep(scope, authorization.clone(), access, lasts);
        }
        Ok(authorization)
    }

    fn keep(&self, scope: &str, authorization: Authorization, access: Access, lasts: Duration) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_TOKENS {
            kept.clear();
        }
        kept.insert(scope.to_owned(), (authorization, access, Instant::now() + lasts));
    }

    /// Where tokens are given, if it is the registry itself or another that the source names.
    fn realm(&self, client: &Client, realm: &str, what: &str) -> Result<(Url, Origin), Error> {
        let unclear = |why: String| Error::Challenge { what: what.to_owned(), why };
        let url = Url::parse(realm).map_err(|error| unclear(format!("`{}`: {error}", cleaned(realm))))?;
        let url = client.guard().admit(url)?;
        let origin = url.origin();
        if origin != self.registry && !self.others.contains(&origin) {
            return Err(Error::TokenHost { what: what.to_owned(), realm: authority(&url) });
        }
        Ok((url, origin))
    }

    async fn token(&self, client: &Client, url: Url, origin: Origin) -> Result<Token, Error> {
        let what = format!("the token from {}", authority(&url));
        let authorization = self.credentials.authorization(vec![origin]);
        let accept = "application/json";
        let ask = Ask { url, what: what.clone(), accept, authorization: authorization.as_ref(), etag: None };
        let said: Said = client.send(ask).await?.ok().await?.json(LARGEST_TOKEN).await?;
        let value = [said.token, said.access_token].into_iter().flatten().find(|it| !it.expose_secret().is_empty());
        let value = value.ok_or_else(|| Error::Json { what, why: "there is no token in it".into() })?;
        let lasts = said.expires_in.map_or(LASTS, Duration::from_secs).clamp(LASTS, LASTS * 60).saturating_sub(MARGIN);
        Ok(Token { value, lasts })
    }
}

struct Token {
    value: SecretString,
    lasts: Duration,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default, deserialize_with = "secret")]
    token: Option<SecretString>,
    #[serde(default, deserialize_with = "secret")]
    access_token: Option<SecretString>,
    expires_in: Option<u64>,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

fn with_query(mut url: Url, service: Option<&str>, scopes: &[String]) -> Url {
    let mut query = url.query_pairs_mut();
    if let Some(service) = service {
        query.append_pair("service", service);
    }
    for scope in scopes.iter().filter(|scope| !scope.is_empty()) {
        query.append_pair("scope", scope);
    }
    drop(query);
    url
}
