//! One guard for every address that people type: what may be asked, and who dials it.
//!
//! An address is judged twice. [`Guard::read`] and [`Guard::admit`] judge what is written: scheme, user names, addresses as
//! they are spelled. [`Guard::connect`] judges what a name leads to, and dials what it judged: nobody resolves the name again in
//! between. Everything that follows redirects asks `admit` before each, and connects through the guard. No proxy is asked:
//! behind one, nobody knows what is dialled.

mod allowed;
mod connector;
mod kind;
mod network;

pub use allowed::{Allowed, NeitherNameNorNetwork};
pub use connector::Connector;
pub use kind::{Kind, kind};
pub use network::{Machine, Network};

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// Longer than any address that people type.
const LONGEST: usize = 2048;
/// A name that leads to more is asked at the first ones.
const MOST_ADDRESSES: usize = 8;
/// For a name to become addresses, and for each address to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Cheap to clone; one for the whole process.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

struct Inner {
    allowed: Allowed,
    network: Box<dyn Network>,
}

/// Why an address is not asked. The sentences are for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("`{typed}` is no address: {why}")]
    NotAnAddress { typed: String, why: String },
    #[error("`{scheme}` is not how hosts are asked here; the address begins with https://")]
    Scheme { scheme: String },
    #[error("{host} would be asked without TLS; write https://, or have the platform allow this host")]
    Plain { host: String },
    #[error("the address of {host} has a user name or a password in it; give them apart from the address")]
    UserInfo { host: String },
    #[error("{address} is {kind}, and Berth asks public addresses only; the platform can allow this host")]
    Address { address: IpAddr, kind: Kind },
    #[error(
        "{host} leads to {address}, which is {kind}, and Berth asks public addresses only; the platform can allow this host"
    )]
    LeadsTo { host: String, address: IpAddr, kind: Kind },
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unconnected {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the name {host} leads nowhere; is it spelled right?")]
    Unresolved { host: String },
    #[error("{host} does not answer at {address}: {why}")]
    Unreachable { host: String, address: SocketAddr, why: String },
    #[error("{host} gives no name to an address within {} s", PATIENCE.as_secs())]
    SlowName { host: String },
    #[error("{host} and Berth do not agree on TLS: {why}")]
    Tls { host: String, why: String },
}

impl Guard {
    /// Over this machine's network.
    pub fn new(allowed: Allowed) -> Self {
        Self::over(allowed, Machine)
    }

    pub fn over(allowed: Allowed, network: impl Network) -> Self {
        Self(Arc::new(Inner { allowed, network: Box::new(network) }))
    }

    /// What somebody typed, in the one spelling that it has. Errs unless it may be asked, as far as can be told before its name
    /// is resolved.
    pub fn read(&self, typed: &str) -> Result<Url, Refused> {
        let refuse = |why: &str| Refused::NotAnAddress { typed: shown(typed), why: why.to_owned() };
        if typed.len() > LONGEST {
            return Err(refuse("it is longer than 2048 bytes"));
        }
        if typed.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(refuse("it has spaces, control characters or backslashes in it"));
        }
        let (_, rest) = typed.split_once("://").ok_or_else(|| refuse("it has no scheme; it begins with https://"))?;
        let url = Url::parse(typed).map_err(|error| refuse(&error.to_string()))?;
        if matches!(url.scheme(), "https" | "http") && rest.starts_with('/') {
            return Err(refuse("it names no host"));
        }
        if rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')) {
            return Err(Refused::UserInfo { host: url.host_str().unwrap_or_default().to_owned() });
        }
        self.admit(url)
    }

    /// An address that comes from elsewhere, a redirect or a link; as [`read`](Self::read) in everything else.
    pub fn admit(&self, mut url: Url) -> Result<Url, Refused> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Refused::Scheme { scheme: format!("{}://", url.scheme()) });
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo { host });
        }
        if let Some(name) = host.strip_suffix('.') {
            let why = |why: &str| Refused::NotAnAddress { typed: host.clone(), why: why.to_owned() };
            url.set_host(Some(name)).map_err(|error| why(&error.to_string()))?;
        }
        self.judge_host(&url)?;
        url.set_fragment(None);
        Ok(url)
    }

    fn judge_host(&self, url: &Url) -> Result<(), Refused> {
        let none = || Refused::NotAnAddress { typed: shown(url.as_str()), why: "it names no host".into() };
        let host = url.host().ok_or_else(none)?;
        match host {
            Host::Domain(name) if name.is_empty() || name.ends_with('.') => return Err(none()),
            Host::Domain(_) => {}
            Host::Ipv4(address) => self.judge_literal(address.into())?,
            Host::Ipv6(address) => self.judge_literal(address.into())?,
        }
        if url.scheme() == "http" && !self.0.allowed.opens_host(&host) {
            return Err(Refused::Plain { host: host.to_string() });
        }
        Ok(())
    }

    fn judge_literal(&self, address: IpAddr) -> Result<(), Refused> {
        match self.kind_refused(None, address) {
            Some(kind) => Err(Refused::Address { address, kind }),
            None => Ok(()),
        }
    }

    fn kind_refused(&self, name: Option<&str>, address: IpAddr) -> Option<Kind> {
        kind(address).filter(|kind| !self.0.allowed.opens(name, address, *kind))
    }

    /// A connection to the first address of this host that may be dialled and answers, and which it is. Takes at most some
    /// seconds for each. `host` is as in a URL, with brackets around IPv6.
    pub async fn connect(&self, host: &str, port: u16) -> Result<(TcpStream, SocketAddr), Unconnected> {
        let mut last = None;
        for address in self.addresses(host).await? {
            let address = SocketAddr::new(kind::canonical(address), port);
            let why = match timeout(PATIENCE, self.0.network.dial(address)).await {
                Ok(Ok(stream)) => return Ok((stream, address)),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("nothing for {} s", PATIENCE.as_secs()),
            };
            last = Some(Unconnected::Unreachable { host: host.to_owned(), address, why });
        }
        Err(last.unwrap_or_else(|| Unconnected::Unresolved { host: host.to_owned() }))
    }

    /// Those that may be dialled. Errs if there is none, with the first that may not.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Unconnected> {
        let not_an_address =
            |error: url::ParseError| Refused::NotAnAddress { typed: shown(host), why: error.to_string() };
        let name = match Host::parse(host).map_err(not_an_address)? {
            Host::Ipv4(address) => return Ok(self.judge_literal(address.into()).map(|()| vec![address.into()])?),
            Host::Ipv6(address) => return Ok(self.judge_literal(address.into()).map(|()| vec![address.into()])?),
            Host::Domain(name) => name,
        };
        let found = match timeout(PATIENCE, self.0.network.resolve(&name)).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => return Err(Unconnected::Unresolved { host: name }),
            Err(_) => return Err(Unconnected::SlowName { host: name }),
        };
        let refused = found.iter().find_map(|address| Some((*address, self.kind_refused(Some(&name), *address)?)));
        let open = found.into_iter().filter(|address| self.kind_refused(Some(&name), *address).is_none());
        let open: Vec<_> = open.take(MOST_ADDRESSES).collect();
        match refused {
            Some((address, kind)) if open.is_empty() => Err(Refused::LeadsTo { host: name, address, kind }.into()),
            Some(_) | None => Ok(open),
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.0.allowed).finish()
    }
}

/// The beginning, without what may be a password.
fn shown(typed: &str) -> String {
    let typed: String = typed.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let (scheme, rest) = typed.split_once("://").map_or(("", typed.as_str()), |(scheme, rest)| (scheme, rest));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest[..end].rsplit('@').next().unwrap_or_default();
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{rest}").chars().take(100).collect()
}

#[cfg(test)]
mod tests;
