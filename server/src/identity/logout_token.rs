//! What the provider sends when a session there ended (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6).

use super::SKEW;
use super::signed::{Wrong, payload};
use anyhow::{Context, bail, ensure};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

/// The member of `events` that makes a token one of these.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old one may be. For as long its `jti` must be remembered.
pub const OLDEST: Duration = Duration::minutes(10);

/// Whose sessions ended; at least one of both is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    pub issuer: String,
    pub subject: Option<String>,
    pub sid: Option<String>,
    /// Tells it from every other one: each counts once.
    pub jti: String,
}

/// What a token must fit.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub keys: &'a [CoreJsonWebKey],
    pub algorithms: &'a [CoreJwsSigningAlgorithm],
    pub now: OffsetDateTime,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

pub(super) fn read(token: &str, expected: &Expected<'_>) -> Result<LogoutToken, Wrong> {
    let claims = payload(token, "logout+jwt", expected.keys, expected.algorithms)?;
    let claims: Claims = serde_json::from_slice(&claims).context("its claims")?;
    Ok(check(claims, expected)?)
}

fn check(claims: Claims, expected: &Expected<'_>) -> anyhow::Result<LogoutToken> {
    ensure!(claims.iss == expected.issuer, "it comes from {:?}", claims.iss);
    let is_ours = match &claims.aud {
        Audience::One(aud) => aud == expected.client_id,
        Audience::Several(all) => all.iter().any(|aud| aud == expected.client_id),
    };
    ensure!(is_ours, "it is for somebody else");
    let issued_at = OffsetDateTime::from_unix_timestamp(claims.iat).context("its time")?;
    ensure!(issued_at <= expected.now + SKEW, "it comes from the future");
    ensure!(issued_at >= expected.now - OLDEST, "it is too old");
    let expires_at = claims.exp.map(OffsetDateTime::from_unix_timestamp).transpose().context("its end")?;
    ensure!(expires_at.is_none_or(|at| at > expected.now - SKEW), "it has ended");
    ensure!(claims.events.get(EVENT).is_some_and(Value::is_object), "it tells of something else");
    ensure!(claims.nonce.is_none(), "it has a nonce, like an ID token");
    ensure!(!claims.jti.is_empty(), "it has no number");
    if claims.sub.is_none() && claims.sid.is_none() {
        bail!("it names nobody");
    }
    Ok(LogoutToken { issuer: claims.iss, subject: claims.sub, sid: claims.sid, jti: claims.jti })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
    use ed25519_dalek::{Signer, SigningKey};
    use rstest::rstest;
    use serde_json::json;

    const ISSUER: &str = "https://login.example.org";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn public(key: &SigningKey) -> CoreJsonWebKey {
        let x = BASE64URL.encode(key.verifying_key().to_bytes());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "kid": "k", "alg": "EdDSA"});
        serde_json::from_value(jwk).expect("is a key")
    }

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("is a time")
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "aud": "berth", "iat": 1_800_000_000, "exp": 1_800_000_120, "jti": "j",
            "events": { EVENT: {} }, "sub": "developer", "sid": "s",
        })
    }

    fn signed(header: &Value, claims: &Value, by: &SigningKey) -> String {
        let encode = |value: &Value| BASE64URL.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(claims));
        let signature = BASE64URL.encode(by.sign(text.as_bytes()).to_bytes());
        format!("{text}.{signature}")
    }

    fn header() -> Value {
        json!({"alg": "EdDSA", "kid": "k", "typ": "logout+jwt"})
    }

    fn taken(token: &str) -> Result<LogoutToken, Wrong> {
        let keys = [public(&key(1))];
        let algorithms = [CoreJwsSigningAlgorithm::EdDsa];
        read(token, &Expected { issuer: ISSUER, client_id: "berth", keys: &keys, algorithms: &algorithms, now: now() })
    }

    #[test]
    fn a_token_as_the_standard_wants_it_is_taken() {
        let token = taken(&signed(&header(), &claims(), &key(1))).expect("is taken");
        assert_eq!(
            (token.subject.as_deref(), token.sid.as_deref(), token.jti.as_str()),
            (Some("developer"), Some("s"), "j")
        );
    }

    #[rstest]
    #[case("iss", json!("https://login.example.com"))]
    #[case("aud", json!("other"))]
    #[case("aud", json!(["other"]))]
    #[case("iat", json!(1_799_999_000))]
    #[case("iat", json!(1_800_000_400))]
    #[case("exp", json!(1_799_999_600))]
    #[case("jti", json!(""))]
    #[case("jti", json!(null))]
    #[case("events", json!({}))]
    #[case("events", json!({ EVENT: true }))]
    #[case("nonce", json!("n"))]
    fn a_token_with_one_claim_wrong_is_not(#[case] claim: &str, #[case] value: Value) {
        let mut claims = claims();
        claims[claim] = value;
        assert!(matches!(taken(&signed(&header(), &claims, &key(1))), Err(Wrong::Untrue(_))));
    }

    /// As an ID token of the same clock would be.
    #[rstest]
    #[case(240)]
    #[case(-240)]
    fn a_token_of_a_clock_that_is_minutes_from_ours_is_taken(#[case] ahead_s: i64) {
        let mut claims = claims();
        claims["iat"] = json!(1_800_000_000 + ahead_s);
        claims["exp"] = json!(1_800_000_120 + ahead_s);
        assert!(taken(&signed(&header(), &claims, &key(1))).is_ok());
    }

    #[test]
    fn a_token_that_names_nobody_is_not_taken() {
        let mut claims = claims();
        let fields = claims.as_object_mut().expect("is an object");
        fields.remove("sub");
        fields.remove("sid");
        assert!(matches!(taken(&signed(&header(), &claims, &key(1))), Err(Wrong::Untrue(_))));
    }

    #[test]
    fn only_the_providers_own_signature_counts() {
        assert!(matches!(taken(&signed(&header(), &claims(), &key(2))), Err(Wrong::Untrue(_))));
        let other_key = json!({"alg": "EdDSA", "kid": "other"});
        assert!(matches!(taken(&signed(&other_key, &claims(), &key(2))), Err(Wrong::UnknownKey)));
        let unsigned = json!({"alg": "none"});
        assert!(taken(&signed(&unsigned, &claims(), &key(1))).is_err());
        let id_token = json!({"alg": "EdDSA", "kid": "k", "typ": "at+jwt"});
        assert!(matches!(taken(&signed(&id_token, &claims(), &key(1))), Err(Wrong::Untrue(_))));
        let token = signed(&header(), &claims(), &key(1));
        let changed = token.replacen('.', ".e", 1);
        assert!(taken(&changed).is_err() && taken("").is_err() && taken("a.b.c").is_err());
    }
}
