//! How Berth reaches a cluster as one of its identities.

use super::Error;
use super::bounds::{Bounded, Bounds};
use super::error::{heed_retry_after, leave_out_words};
use http::HeaderValue;
use http::header::USER_AGENT;
use kube::client::{Body, ClientBuilder, DynBody};
use kube::{Client, Config};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tower::util::{AndThenLayer, BoxService};
use tower::{BoxError, service_fn};

/// What Berth calls itself to an API server.
const AGENT: &str = concat!("berth/", env!("CARGO_PKG_VERSION"));
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// How long a watch may last until the server ends it and it begins anew.
pub(super) const WATCH_SECONDS: u32 = 60;
/// A watch that is silent for longer than it may last is dead.
const WATCH_LIMIT: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 15);

/// Address of an API server, whom to trust, and the token of one service account.
///
/// Serialized with the token in the clear: only ever write it encrypted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    pub server: String,
    /// None: the certificate authorities of the machine.
    pub ca_pem: Option<String>,
    /// The name in the server's certificate, when it is not the one in the address.
    pub tls_server_name: Option<String>,
    #[serde(with = "in_the_clear")]
    pub token: SecretString,
}

impl Credentials {
    /// A client for questions: every answer within 15 s.
    pub(super) fn client(&self) -> Result<Client, Error> {
        self.client_with(ANSWER_LIMIT, Some(AGENT))
    }

    /// A client for watches, which are silent for long.
    pub(super) fn watch_client(&self) -> Result<Client, Error> {
        self.client_with(WATCH_LIMIT, Some(AGENT))
    }

    /// For deeds, one after another: each says by itself what it is.
    pub fn connect(&self) -> Result<Connection, Error> {
        Ok(Connection(self.client_with(ANSWER_LIMIT, None)?))
    }

    fn client_with(&self, read_timeout: Duration, agent: Option<&'static str>) -> Result<Client, Error> {
        let server = self.server.parse().map_err(|_| Error::refused(format!("{} is no address", self.server)))?;
        let mut config = Config::new(server);
        config.root_cert = self.ca_pem.as_deref().map(certificates).transpose()?;
        config.tls_server_name = self.tls_server_name.clone();
        config.auth_info.token = Some(self.token.expose_secret().to_owned().into());
        client(config, read_timeout, agent)
    }
}

/// A way to one API server, as one of Berth's identities, that stays open from one deed to the next.
#[derive(Clone)]
pub struct Connection(Client);

impl Connection {
    /// A client that tells the API server what it is at: its audit log shows `correlation_id` as part of the user agent, as Berth's
    /// own trail does with the event. Every answer within 15 s.
    pub(super) fn correlated(&self, correlation_id: &str) -> Result<Client, Error> {
        let agent = format!("{AGENT} ({correlation_id})");
        let agent: HeaderValue = agent.parse().map_err(|_| Error::refused("a correlation ID must fit in a header"))?;
        let connection = self.0.clone();
        let send = move |mut request: http::Request<Body>| {
            request.headers_mut().insert(USER_AGENT, agent.clone());
            let connection = connection.clone();
            async move { connection.send(request).await }
        };
        Ok(Client::new(service_fn(send), self.0.default_namespace()))
    }
}

/// A client with Berth's limits and name. Retrying is left to those who know whether it is wise.
pub(super) fn limited(config: Config) -> Result<Client, Error> {
    client(config, ANSWER_LIMIT, Some(AGENT))
}

/// The same for an address that somebody sent: of what it answers when it says no, nothing is passed on but the status.
pub(super) fn limited_to_status(config: Config) -> Result<Client, Error> {
    Ok(bounded(config, ANSWER_LIMIT, Some(AGENT))?.with_layer(&AndThenLayer::new(leave_out_words)).build())
}

fn client(config: Config, read_timeout: Duration, agent: Option<&'static str>) -> Result<Client, Error> {
    Ok(bounded(config, read_timeout, agent)?.with_layer(&AndThenLayer::new(heed_retry_after)).build())
}

/// What kube makes of a configuration.
type Transport = BoxService<http::Request<Body>, http::Response<Box<DynBody>>, BoxError>;

fn bounded(
    mut config: Config,
    read_timeout: Duration,
    agent: Option<&'static str>,
) -> Result<ClientBuilder<Bounded<Transport>>, Error> {
    config.connect_timeout = Some(CONNECT_LIMIT);
    config.write_timeout = Some(ANSWER_LIMIT);
    config.read_timeout = Some(read_timeout);
    config.reset_reader_on_write = true;
    config.default_retry = false;
    config.headers.extend(agent.map(|agent| (USER_AGENT, HeaderValue::from_static(agent))));
    Ok(ClientBuilder::try_from(config)?.with_layer(&Bounds))
}

fn certificates(pem: &str) -> Result<Vec<Vec<u8>>, Error> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|error| Error::refused(format!("the cluster's certificate authority cannot be read: {error}")))
}

mod in_the_clear {
    use secrecy::{ExposeSecret, SecretString};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(token.expose_secret())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(SecretString::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_back_but_never_printed() {
        let credentials = Credentials {
            server: "https://127.0.0.1:6443".into(),
            ca_pem: None,
            tls_server_name: None,
            token: "secret-token".to_owned().into(),
        };
        let stored = serde_json::to_string(&credentials).expect("serializes");
        let read: Credentials = serde_json::from_str(&stored).expect("is read back");
        assert_eq!(read.token.expose_secret(), "secret-token");
        assert!(!format!("{read:?}").contains("secret-token"));
    }
}
