//! The guard as a connector: for everything that is built on `hyper`, TLS and the client of Kubernetes above it too.

use super::{Guard, Unconnected};
use futures::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

/// Dials what the guard has judged, for each connection anew.
#[derive(Debug, Clone)]
pub struct Connector(pub Guard);

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Unconnected;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default().to_owned();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let guard = self.0.clone();
        Box::pin(async move { Ok(TokioIo::new(guard.connect(&host, port).await?.0)) })
    }
}
