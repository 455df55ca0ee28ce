//! What the provider signed and no library of ours reads: logout tokens, and userinfo in another algorithm than RS256.

use anyhow::{Context, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;

/// Why a token was not taken.
#[derive(Debug)]
pub(super) enum Wrong {
    /// Signed with a key that is not known: the provider may have a new one.
    UnknownKey,
    Untrue(anyhow::Error),
}

impl From<anyhow::Error> for Wrong {
    fn from(error: anyhow::Error) -> Self {
        Self::Untrue(error)
    }
}

impl Wrong {
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::UnknownKey => anyhow!("it is signed with an unknown key"),
            Self::Untrue(cause) => cause,
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
}

/// What is signed: JSON, once it is sure that one of `keys` signed it. `typ` is the type it may say it has, beside `JWT`.
pub(super) fn payload(
    token: &str,
    typ: &str,
    keys: &[CoreJsonWebKey],
    algorithms: &[CoreJwsSigningAlgorithm],
) -> Result<Vec<u8>, Wrong> {
    let (signed, signature) = token.rsplit_once('.').context("it is no signed token")?;
    let (header, payload) = signed.split_once('.').context("it is no signed token")?;
    let header: Header = serde_json::from_slice(&decoded(header)?).context("its header")?;
    check(&header, typ, algorithms)?;
    let signature = decoded(signature).context("its signature")?;
    let is_named = |key: &&CoreJsonWebKey| match &header.kid {
        Some(kid) => key.key_id().is_some_and(|id| id.as_str() == kid),
        None => true,
    };
    let mut keys = keys.iter().filter(is_named).peekable();
    if keys.peek().is_none() {
        return Err(Wrong::UnknownKey);
    }
    let is_signed = keys.any(|key| key.verify_signature(&header.alg, signed.as_bytes(), &signature).is_ok());
    if !is_signed {
        return Err(Wrong::Untrue(anyhow!("its signature is wrong")));
    }
    Ok(decoded(payload).context("its claims")?)
}

fn check(header: &Header, typ: &str, algorithms: &[CoreJwsSigningAlgorithm]) -> anyhow::Result<()> {
    ensure!(algorithms.contains(&header.alg), "it is signed in a way the provider does not announce");
    let said = header.typ.as_deref().map(str::to_ascii_lowercase);
    let said = said.as_deref().map(|said| said.trim_start_matches("application/"));
    ensure!(said.is_none_or(|said| said == typ || said == "jwt"), "its type is another one");
    Ok(())
}

fn decoded(text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(BASE64URL.decode(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.3.
    const KEY: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    #[test]
    fn another_algorithm_than_rs256_is_read_where_the_provider_announces_it() {
        use CoreJwsSigningAlgorithm::{EcdsaP256Sha256, HmacSha256, RsaSsaPkcs1V15Sha256};
        let keys: [CoreJsonWebKey; 1] = [serde_json::from_str(KEY).expect("is a key")];
        let read = payload(TOKEN, "userinfo+jwt", &keys, &[RsaSsaPkcs1V15Sha256, EcdsaP256Sha256]);
        let claims: serde_json::Value = serde_json::from_slice(&read.expect("is signed")).expect("is JSON");
        assert_eq!(claims["iss"], "joe");
        let not_announced = payload(TOKEN, "userinfo+jwt", &keys, &[RsaSsaPkcs1V15Sha256, HmacSha256]);
        assert!(matches!(not_announced, Err(Wrong::Untrue(_))), "{not_announced:?}");
        let changed = TOKEN.replacen("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Uj", 1);
        assert!(matches!(payload(&changed, "userinfo+jwt", &keys, &[EcdsaP256Sha256]), Err(Wrong::Untrue(_))));
        assert!(matches!(payload(TOKEN, "userinfo+jwt", &[], &[EcdsaP256Sha256]), Err(Wrong::UnknownKey)));
    }
}
