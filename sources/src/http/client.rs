//! Asks, and follows redirects: each is judged anew, and credentials stay where they belong.

use super::Limits;
use super::answer::Answer;
use super::stream::{Reached, TlsOverGuard};
use crate::credentials::Authorization;
use crate::error::{Error, cleaned};
use crate::guard::{Guard, Refused, Unconnected};
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, IF_NONE_MATCH, LOCATION, USER_AGENT};
use http::{HeaderValue, Request};
use http_body_util::Empty;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(30);

/// Asks one source.
pub struct Client {
    guard: Guard,
    http: legacy::Client<TlsOverGuard, Empty<Bytes>>,
    limits: Limits,
    reached: Mutex<Option<Reached>>,
}

/// One question; it is always GET.
pub struct Ask<'a> {
    pub url: Url,
    /// The thing and the host, for errors.
    pub what: String,
    pub accept: &'static str,
    pub authorization: Option<&'a Authorization>,
    /// Answered with 304 if it is still this.
    pub etag: Option<&'a str>,
}

impl Client {
    /// `ca` is PEM, and trusted beside this machine's authorities.
    pub fn new(guard: Guard, ca: Option<&str>, limits: Limits) -> Result<Self, Error> {
        let connector = TlsOverGuard::new(guard.clone(), ca)?;
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .build(connector);
        Ok(Self { guard, http, limits, reached: Mutex::default() })
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Who answered first, if anybody did: the source itself, and not where it leads to.
    pub fn reached(&self) -> Option<Reached> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What an order takes longer for than it may, it does not go on with.
    pub async fn within<T>(&self, what: String, asking: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let limit = self.limits.order;
        timeout(limit, Box::pin(asking)).await.unwrap_or(Err(Error::Slow { what, limit }))
    }

    /// The answer behind all redirects, whatever its status.
    pub async fn send(&self, ask: Ask<'_>) -> Result<Answer, Error> {
        let until = Instant::now() + self.limits.answer;
        let mut url = self.guard.admit(ask.url.clone())?;
        for _ in 0..=self.limits.n_redirects {
            let answer = self.send_once(&ask, &url, until).await?;
            if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            url = self.guard.admit(next(&answer, &url, &ask.what)?)?;
        }
        Err(Error::Redirects { what: ask.what, limit: self.limits.n_redirects })
    }

    async fn send_once(&self, ask: &Ask<'_>, url: &Url, until: Instant) -> Result<Answer, Error> {
        let request = self.http.request(request(ask, url)?);
        let soon = until.min(Instant::now() + self.limits.read);
        let slow = || Error::Slow { what: ask.what.clone(), limit: self.limits.read };
        let response =
            timeout_at(soon, request).await.map_err(|_| slow())?.map_err(|error| broken(&ask.what, &error))?;
        if let Some(reached) = response.extensions().get::<Reached>() {
            self.reached.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reached.clone());
        }
        let (parts, body) = response.into_parts();
        let what = ask.what.clone();
        let (status, headers) = (parts.status, parts.headers);
        Ok(Answer { what, url: url.clone(), status, headers, body, until, limits: self.limits.clone() })
    }
}

fn request(ask: &Ask<'_>, url: &Url) -> Result<Request<Empty<Bytes>>, Error> {
    let mut request = Request::get(url.as_str())
        .header(USER_AGENT, HeaderValue::from_static("berth"))
        .header(ACCEPT, HeaderValue::from_static(ask.accept))
        // What comes compressed could grow without bounds.
        .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(value) = ask.authorization.and_then(|authorization| authorization.for_url(url)) {
        request = request.header(AUTHORIZATION, value);
    }
    if let Some(etag) = ask.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    request.body(Empty::new()).map_err(|error| {
        let typed = format!("{}{}", url.host_str().unwrap_or_default(), url.path()).chars().take(100).collect();
        Refused::NotAnAddress { typed, why: error.to_string() }.into()
    })
}

fn next(answer: &Answer, url: &Url, what: &str) -> Result<Url, Error> {
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| url.join(location).ok());
    let next = next.ok_or_else(|| Error::RedirectNowhere { what: what.to_owned() })?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(Error::RedirectInTheClear { what: what.to_owned() });
    }
    Ok(next)
}

fn broken(what: &str, error: &legacy::Error) -> Error {
    let mut cause = error.source();
    let mut why = error.to_string();
    while let Some(inner) = cause {
        if let Some(unconnected) = inner.downcast_ref::<Unconnected>() {
            return unconnected.clone().into();
        }
        why = inner.to_string();
        cause = inner.source();
    }
    Error::Broken { what: what.to_owned(), why: cleaned(&why) }
}

/// Host, and port where it is not the usual one: as a source lists it.
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
