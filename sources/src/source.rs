//! What the platform team says of one place for charts, and opening it.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::guard::Guard;
use crate::http::{Client, Limits};
use crate::oci::{Opening, Registry};
use crate::reader::Reader;
use crate::repository::IndexRepository;
use secrecy::ExposeSecret;
use url::{Origin, Url};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An OCI registry, or the part of it below a path.
    Registry,
    /// A classic repository with an `index.yaml`.
    Index,
}

#[derive(Debug, Clone)]
pub struct Source {
    pub kind: Kind,
    /// As it was typed: `oci://registry.example.com/charts` or `https://…`.
    pub address: String,
    pub credentials: Credentials,
    /// PEM; trusted beside this machine's authorities.
    pub ca: Option<String>,
    /// Hosts, with a port where it is not 443, that may have the credentials as well: one that gives a registry's tokens, or one
    /// that has a repository's archives.
    pub credential_hosts: Vec<String>,
    /// The charts of a registry that does not list them; none if it does.
    pub charts: Vec<String>,
    /// Whether provenance and signatures are asked for with each chart.
    pub asks_for_proof: bool,
}

impl Source {
    /// Of this kind and address, for anybody.
    pub fn new(kind: Kind, address: impl Into<String>) -> Self {
        Self {
            kind,
            address: address.into(),
            credentials: Credentials::Anonymous,
            ca: None,
            credential_hosts: Vec::new(),
            charts: Vec::new(),
            asks_for_proof: true,
        }
    }

    /// Nothing is asked yet. Errs with what is wrong in what was typed.
    pub fn open(&self, guard: &Guard, limits: Limits) -> Result<Reader, Error> {
        let address = self.read_address(guard)?;
        self.check_credentials()?;
        let others = self.credential_hosts.iter().map(|host| origin(guard, host)).collect::<Result<Vec<_>, _>>()?;
        let client = Client::new(guard.clone(), self.ca.as_deref(), limits)?;
        Ok(match self.kind {
            Kind::Registry => Reader::Registry(Box::new(Registry::open(Opening {
                client,
                address,
                credentials: self.credentials.clone(),
                token_hosts: others,
                named: self.charts.clone(),
                asks_for_proof: self.asks_for_proof,
            })?)),
            Kind::Index => {
                let origins = [address.origin()].into_iter().chain(others).collect();
                let authorization = self.credentials.authorization(origins);
                let repository = IndexRepository::open(client, address, authorization, self.asks_for_proof);
                Reader::Index(Box::new(repository))
            }
        })
    }

    fn read_address(&self, guard: &Guard) -> Result<Url, Error> {
        let typed = self.address.trim();
        let url = match (self.kind, typed.strip_prefix("oci://")) {
            // Judged as https: of a scheme that is not known, hosts are not read as hosts.
            (Kind::Registry, Some(rest)) => guard.read(&format!("https://{rest}"))?,
            (Kind::Registry, None) | (Kind::Index, _) => guard.read(typed)?,
        };
        match url.query() {
            Some(_) => Err(Error::Address { why: "the address of a source has no `?` in it".into() }),
            None => Ok(url),
        }
    }

    fn check_credentials(&self) -> Result<(), Error> {
        match &self.credentials {
            Credentials::Basic { user, .. } if user.contains(':') => {
                Err(Error::Credentials { why: "a user name has no `:` in it" })
            }
            Credentials::Bearer(token) if token.expose_secret().bytes().any(|b| !b.is_ascii_graphic()) => {
                Err(Error::Credentials { why: "a token has no spaces, line ends or accents in it" })
            }
            Credentials::Anonymous | Credentials::Basic { .. } | Credentials::Bearer(_) => Ok(()),
        }
    }
}

/// Of a host as a source lists it; with its scheme where that is not https.
fn origin(guard: &Guard, host: &str) -> Result<Origin, Error> {
    let host = host.trim();
    let url = if host.contains("://") { guard.read(host)? } else { guard.read(&format!("https://{host}"))? };
    let is_host_alone = url.path() == "/" && url.query().is_none();
    if is_host_alone {
        Ok(url.origin())
    } else {
        Err(Error::Address { why: format!("`{}` has more in it than a host", url.host_str().unwrap_or_default()) })
    }
}
