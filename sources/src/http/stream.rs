//! A connection that the guard made, with TLS on it or without, and what is known of it.

use super::tls;
use crate::error::Error;
use crate::guard::{Guard, Unconnected};
use futures::future::BoxFuture;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower_service::Service;

/// For TLS to be agreed on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub address: SocketAddr,
    /// None without TLS.
    pub tls: Option<Tls>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `1.3` or `1.2`.
    pub version: &'static str,
    /// Who signed the certificate, as it says.
    pub signed_by: String,
}

/// Connects through the guard, and agrees on TLS for `https`: a connector for any client that is built on `hyper`. What it made
/// says who was [`Reached`], among the extensions of each answer.
#[derive(Clone)]
pub struct TlsOverGuard {
    guard: Guard,
    config: Arc<ClientConfig>,
}

impl TlsOverGuard {
    /// `ca` is PEM, and trusted beside this machine's authorities.
    pub fn new(guard: Guard, ca: Option<&str>) -> Result<Self, Error> {
        Ok(Self { guard, config: tls::config(ca)? })
    }
}

impl Service<Uri> for TlsOverGuard {
    type Response = Stream;
    type Error = Unconnected;
    type Future = BoxFuture<'static, Result<Stream, Unconnected>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unconnected>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (guard, tls) = (self.guard.clone(), TlsConnector::from(self.config.clone()));
        Box::pin(async move {
            let is_plain = uri.scheme_str() == Some("http");
            let host = uri.host().unwrap_or_default().to_owned();
            let (stream, address) =
                guard.connect(&host, uri.port_u16().unwrap_or(if is_plain { 80 } else { 443 })).await?;
            let failed = |why: String| Unconnected::Tls { host: host.clone(), why };
            if is_plain {
                return Ok(Stream { io: Io::Plain(TokioIo::new(stream)), reached: Reached { address, tls: None } });
            }
            let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let name = ServerName::try_from(bare).map_err(|error| failed(error.to_string()))?;
            let stream = match timeout(PATIENCE, tls.connect(name, stream)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return Err(failed(explained(&error))),
                Err(_) => return Err(failed(format!("nothing was said for {} s", PATIENCE.as_secs()))),
            };
            let reached = Reached { address, tls: Some(Tls::of(&stream)) };
            Ok(Stream { io: Io::Tls(Box::new(TokioIo::new(stream))), reached })
        })
    }
}

/// In words where it is the trouble that people have.
fn explained(error: &io::Error) -> String {
    use rustls::CertificateError as Certificate;
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = cause else {
        return error.to_string();
    };
    match certificate {
        Certificate::UnknownIssuer => {
            "its certificate is signed by an authority that is not known here; give the CA certificate with the source"
                .into()
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            "its certificate is for another name".into()
        }
        Certificate::Expired | Certificate::ExpiredContext { .. } => "its certificate has ended".into(),
        other => other.to_string(),
    }
}

impl Tls {
    fn of(stream: &TlsStream<TcpStream>) -> Self {
        let (_, session) = stream.get_ref();
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "1.3",
            Some(_) | None => "1.2",
        };
        let certificate = session.peer_certificates().and_then(|chain| chain.first());
        let signed_by = certificate.and_then(|der| issuer(der)).unwrap_or_else(|| "an authority without a name".into());
        Self { version, signed_by }
    }
}

/// Its common name or else its organisation.
fn issuer(der: &[u8]) -> Option<String> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let issuer = certificate.issuer();
    let name = issuer.iter_common_name().chain(issuer.iter_organization()).find_map(|name| name.as_str().ok());
    name.map(crate::error::cleaned)
}

pub struct Stream {
    io: Io,
    reached: Reached,
}

enum Io {
    Plain(TokioIo<TcpStream>),
    Tls(Box<TokioIo<TlsStream<TcpStream>>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.reached.clone())
    }
}

impl Read for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_read(cx, buffer),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write(cx, bytes),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_flush(cx),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_shutdown(cx),
        }
    }
}
