//! What a source is asked with. Nothing here is ever shown.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::{Origin, Url};

/// Of one source.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    #[default]
    Anonymous,
    Basic {
        user: String,
        password: SecretString,
    },
    /// Sent as it is.
    Bearer(SecretString),
}

/// The value of a header, and the only places that it is sent to.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    value: HeaderValue,
    origins: Vec<Origin>,
}

impl Credentials {
    /// None where there are none, or where they cannot stand in a header.
    pub(crate) fn authorization(&self, origins: Vec<Origin>) -> Option<Authorization> {
        match self {
            Self::Anonymous => None,
            Self::Basic { user, password } => {
                let pair = SecretString::from(format!("{user}:{}", password.expose_secret()));
                let coded = STANDARD.encode(pair.expose_secret());
                Authorization::new("Basic", &coded.into(), origins)
            }
            Self::Bearer(token) => Authorization::new("Bearer", token, origins),
        }
    }
}

impl Authorization {
    pub fn new(scheme: &str, secret: &SecretString, origins: Vec<Origin>) -> Option<Self> {
        let text = SecretString::from(format!("{scheme} {}", secret.expose_secret()));
        let mut value = HeaderValue::from_str(text.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some(Self { value, origins })
    }

    /// Its value for a request to this address, if it is sent there.
    pub fn for_url(&self, url: &Url) -> Option<HeaderValue> {
        self.origins.contains(&url.origin()).then(|| self.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("is a URL")
    }

    #[test]
    fn credentials_go_to_their_own_scheme_host_and_port_alone() {
        let basic = Credentials::Basic { user: "ada".into(), password: "hunter2".into() };
        let own = vec![url("https://charts.example.com").origin()];
        let authorization = basic.authorization(own).expect("there are some");
        let value = authorization.for_url(&url("https://charts.example.com:443/a")).expect("is its own");
        assert_eq!(value.to_str().ok(), Some("Basic YWRhOmh1bnRlcjI="));
        for other in [
            "http://charts.example.com/",
            "https://charts.example.com:8443/",
            "https://a.charts.example.com/",
            "https://charts.example.com.evil.example/",
        ] {
            assert!(authorization.for_url(&url(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let own = || vec![url("https://charts.example.com").origin()];
        let basic = Credentials::Basic { user: "ada".into(), password: "hunter2".into() };
        let bearer = Credentials::Bearer("hunter2".into());
        for credentials in [basic, bearer] {
            let authorization = credentials.authorization(own());
            let shown = format!("{credentials:?} {authorization:?}");
            assert!(
                !shown.contains("hunter2") && !shown.contains("aHVudGVy") && !shown.contains("h1bnRlcj"),
                "{shown}"
            );
        }
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_not_sent() {
        assert!(Credentials::Bearer("a\r\nX-Evil: b".into()).authorization(Vec::new()).is_none());
    }
}
