//! An HTTP client that costs little: one connection, kept alive, each request timed from its first byte to the answer's
//! last.

use anyhow::{Context, Result, ensure};
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// What is asked, again and again.
#[derive(Clone, Debug)]
pub struct Target {
    pub method: Method,
    /// Path with its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// As a browser names who it asks.
    host: HeaderValue,
}

impl Connection {
    pub async fn open(at: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(at).await.with_context(|| format!("connect to {at}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: HeaderValue::try_from(at.to_string())? })
    }

    pub async fn ask(&mut self, target: &Target) -> Result<Answer> {
        let (parts, body) = self.send(target).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// The answer with its body unread.
    pub async fn send(&mut self, target: &Target) -> Result<http::Response<hyper::body::Incoming>> {
        let mut request = Request::new(Full::new(target.body.clone()));
        *request.method_mut() = target.method.clone();
        *request.uri_mut() = target.path.parse()?;
        *request.headers_mut() = target.headers.clone();
        request.headers_mut().insert(HOST, self.host.clone());
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?)
    }

    /// How long an answer takes that is what is expected.
    async fn time(&mut self, target: &Target) -> Result<Duration> {
        let began = Instant::now();
        let answer = self.ask(target).await?;
        let took = began.elapsed();
        ensure!(answer.status.is_success(), "{} {} answered {}", target.method, target.path, answer.status);
        Ok(took)
    }
}

/// Times `n` requests, one after another.
pub async fn one_by_one(at: SocketAddr, target: &Target, n: usize) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(at).await?;
    let mut times = Vec::with_capacity(n);
    for _ in 0..n {
        times.push(connection.time(target).await?);
    }
    Ok(times)
}

/// Times `n` requests, shared by as many connections.
pub async fn at_once(at: SocketAddr, target: &Target, n: usize, connections: usize) -> Result<Vec<Duration>> {
    let each = (0..connections).map(|_| one_by_one(at, target, n.div_ceil(connections)));
    Ok(futures::future::try_join_all(each).await?.concat())
}
