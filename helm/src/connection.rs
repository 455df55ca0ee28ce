//! Where a namespace is and as whom helm acts there.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

/// Address of an API server, whom to trust, and the token of one account, for operations in one namespace.
#[derive(Debug, Clone)]
pub struct Connection {
    server: Url,
    ca_pem: Option<String>,
    tls_server_name: Option<String>,
    token: SecretString,
    namespace: String,
}

/// An address that no token is sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{server:?} is no https address of an API server.")]
pub struct NotAServer {
    pub server: String,
}

impl Connection {
    /// Without certificates of an authority (PEM), those of the machine are trusted.
    pub fn new(server: &str, ca_pem: Option<String>, token: SecretString, namespace: &str) -> Result<Self, NotAServer> {
        let url = Url::parse(server).ok();
        let url = url.filter(|url| url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty());
        let url = url.ok_or_else(|| NotAServer { server: server.chars().take(200).collect() })?;
        Ok(Self { server: url, ca_pem, tls_server_name: None, token, namespace: namespace.to_owned() })
    }

    /// With the name in the server's certificate, where it is not the one in the address.
    pub fn with_tls_server_name(self, name: Option<String>) -> Self {
        Self { tls_server_name: name, ..self }
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(super) fn token(&self) -> &str {
        self.token.expose_secret()
    }

    /// As helm is told of it where no proxy stands before it.
    pub(super) fn host(&self) -> &str {
        self.server.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// The file by which helm finds all of this, with the token in the clear. It is JSON, which is YAML.
    pub(super) fn kubeconfig(&self) -> SecretString {
        let mut cluster = json!({ "server": self.server.as_str().trim_end_matches('/') });
        if let Some(pem) = &self.ca_pem {
            cluster["certificate-authority-data"] = BASE64_STANDARD.encode(pem).into();
        }
        if let Some(name) = &self.tls_server_name {
            cluster["tls-server-name"] = name.as_str().into();
        }
        let context = json!({ "cluster": "cluster", "user": "user", "namespace": self.namespace });
        let file = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "cluster", "cluster": cluster }],
            "contexts": [{ "name": "context", "context": context }],
            "current-context": "context",
            "users": [{ "name": "user", "user": { "token": self.token() } }],
        });
        file.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::Value;

    fn connection(server: &str) -> Result<Connection, NotAServer> {
        Connection::new(server, Some("-----BEGIN CERTIFICATE-----\n".into()), "the-token".into(), "team")
    }

    #[rstest]
    #[case::in_the_clear("http://10.0.0.1:6443")]
    #[case::with_a_name("https://user@10.0.0.1:6443")]
    #[case::nowhere("https://")]
    #[case::no_address("10.0.0.1:6443")]
    fn tokens_go_to_https_addresses_only(#[case] server: &str) {
        assert_eq!(connection(server).map(drop), Err(NotAServer { server: server.into() }));
    }

    #[rstest]
    #[case::name("https://harbour.example.com:6443", "harbour.example.com")]
    #[case::v4("https://10.0.0.1", "10.0.0.1")]
    #[case::v6("https://[fd00::1]:6443", "fd00::1")]
    fn the_host_is_one_as_in_a_list_of_exceptions(#[case] server: &str, #[case] host: &str) {
        assert_eq!(connection(server).unwrap().host(), host);
    }

    #[test]
    fn the_token_is_in_the_kubeconfig_and_is_not_printed() {
        let connection = connection("https://10.0.0.1:6443").unwrap().with_tls_server_name(Some("kubernetes".into()));
        assert!(!format!("{connection:?}").contains("the-token"));
        let file: Value = serde_json::from_str(connection.kubeconfig().expose_secret()).unwrap();
        assert_eq!(file["users"][0]["user"]["token"], "the-token");
        assert_eq!(file["contexts"][0]["context"]["namespace"], "team");
        let cluster = &file["clusters"][0]["cluster"];
        assert_eq!(cluster["server"], "https://10.0.0.1:6443");
        assert_eq!(cluster["tls-server-name"], "kubernetes");
        assert_eq!(cluster["certificate-authority-data"], "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==");
    }
}
