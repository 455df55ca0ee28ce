//! What every request must pass before anything is done for it: it names this host, says each thing once, comes from no other
//! site, and is there whole.
//!
//! A body is read here, before a seat is taken, so that nobody holds one by sending slowly.

use super::archive;
use super::auth;
use super::connections::Spare;
use super::problem::Problem;
use super::problem_layer;
use super::request_context::RequestContext;
use super::shares::Shares;
use crate::app::Error;
use crate::config;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

pub const LARGEST_BODY: usize = 64 * 1024;
/// A body that is there within this time counts nowhere: nearly all are.
const AT_ONCE: Duration = Duration::from_millis(250);
/// For a body to be there whole.
const BODY_LIMIT: Duration = Duration::from_secs(10);
/// Bodies that are waited for.
const MOST_AWAITED: usize = 512;
const MOST_AWAITED_OF_ONE: usize = 32;
/// Headers that are read as one value.
const SAID_ONCE: [&str; 8] = [
    "content-length",
    "content-type",
    "host",
    "if-match",
    "origin",
    "idempotency-key",
    "sec-fetch-site",
    "x-request-id",
];

pub struct Gate {
    host: String,
    is_loopback: bool,
    origin: String,
    is_https: bool,
    awaited: Arc<Shares<IpAddr>>,
}

/// What [`layer`] turned away, for [`turned_away`] to say.
#[derive(Clone)]
struct TurnedAway(Problem);

impl Gate {
    pub fn new(http: &config::Http) -> Self {
        let host = http.public_url.host_str().unwrap_or_default().to_ascii_lowercase();
        Self {
            is_loopback: is_loopback(&host),
            host,
            origin: http.public_origin(),
            is_https: http.is_https(),
            awaited: Shares::new(MOST_AWAITED, MOST_AWAITED_OF_ONE),
        }
    }

    fn check(&self, context: &RequestContext, parts: &Parts) -> Result<(), Problem> {
        if context.is_probe() {
            return Ok(());
        }
        if parts.extensions.get::<Spare>().is_some() {
            return Err(busy());
        }
        said_once(&parts.headers)?;
        // Signed by the provider, which may know Berth by another name.
        if parts.uri.path() == auth::BACK_CHANNEL_PATH {
            return Ok(());
        }
        let host = effective_host(parts).ok_or_else(|| Problem::bad_header(HOST.as_str(), "HOST or HOST:PORT"))?;
        if !self.is_ours(host.host()) {
            return Err(unknown_host());
        }
        match parts.headers.get(ORIGIN) {
            Some(origin) if !self.is_own(origin.as_bytes(), &host) => Err(Problem::cross_site()),
            Some(_) | None => Ok(()),
        }
    }

    /// The port is not compared: proxies leave it out.
    fn is_ours(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(&self.host) || (self.is_loopback && is_loopback(host))
    }

    fn is_own(&self, origin: &[u8], host: &Authority) -> bool {
        let same = || format!("http://{host}").eq_ignore_ascii_case(&String::from_utf8_lossy(origin));
        origin == self.origin.as_bytes() || (!self.is_https && same())
    }

    async fn read(&self, context: &RequestContext, body: Body) -> Result<Bytes, Problem> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        if body.size_hint().lower() > LARGEST_BODY as u64 {
            return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let mut whole = Box::pin(Limited::new(body, LARGEST_BODY).collect());
        let read = match timeout(AT_ONCE, whole.as_mut()).await {
            Ok(read) => read,
            Err(_) => {
                let _share = self.awaited.take(context.shareholder()).map_err(|_| busy())?;
                timeout(BODY_LIMIT, whole).await.map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))?
            }
        };
        read.map(|body| body.to_bytes()).map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            None => Problem::of_status(StatusCode::BAD_REQUEST),
        })
    }
}

/// Outside of what gives problems their form, which reads the body, too.
pub async fn layer(State(gate): State<Arc<Gate>>, context: RequestContext, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let read = match gate.check(&context, &parts) {
        // Its handler reads it, once it is known who sends it.
        Ok(()) if archive::is_upload(&parts.method, parts.uri.path()) => Ok(body),
        Ok(()) => gate.read(&context, body).await.map(Body::from),
        Err(problem) => Err(problem),
    };
    let body = read.unwrap_or_else(|problem| {
        parts.extensions.insert(TurnedAway(problem));
        Body::empty()
    });
    let response = next.run(Request::from_parts(parts, body)).await;
    match context.count_the_rest() {
        Ok(()) => response,
        Err(problem) => problem_layer::formed(problem, &context).await,
    }
}

/// Inside of it.
pub async fn turned_away(request: Request, next: Next) -> Response {
    match request.extensions().get::<TurnedAway>() {
        Some(TurnedAway(problem)) => problem.clone().into_response(),
        None => next.run(request).await,
    }
}

fn said_once(headers: &HeaderMap) -> Result<(), Problem> {
    let is_twice = |name: &str| headers.get_all(name).iter().nth(1).is_some();
    if is_twice(AUTHORIZATION.as_str()) {
        return Err(Problem::bad_token());
    }
    match SAID_ONCE.into_iter().find(|name| is_twice(name)) {
        Some(name) => Err(Problem::bad_header(name, "one value, once")),
        None => Ok(()),
    }
}

fn effective_host(parts: &Parts) -> Option<Authority> {
    match parts.uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => parts.headers.get(HOST)?.to_str().ok()?.parse().ok(),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn unknown_host() -> Problem {
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", "Not here")
        .detail("Berth is not served under this host name. Use the address in http.public_url.")
}

pub fn busy() -> Problem {
    Error::Unavailable("Berth is busy. Try again in a moment.".into()).into()
}
