//! What every answer carries and every request must pass, in one place: [`apply_layers`].

use super::auth;
use super::gate::{self, Gate, LARGEST_BODY};
use super::limits::Limits;
use super::problem::Problem;
use super::problem_layer;
use super::refused;
use super::request_context::{self, Given, RequestContext};
use crate::app::health::DatabaseHeartbeat;
use crate::app::{Berth, Error};
use crate::config::Config;
use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use frontend::Assets;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::timeout::TimeoutLayer;

/// Until the answer begins, once the request is there whole; a stream of events may last longer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Of gzip, for what is made for one answer: brotli makes it up to a sixth smaller for three times the work. What never
/// changes lies there compressed by brotli.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);
/// Requests at the same time, streams of events aside.
const MOST_REQUESTS: usize = 512;

const SCRIPTS: &str = "'self' 'wasm-unsafe-eval'";
/// Nothing of these is used, so nothing may ask for it.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Puts on all layers; a request meets the last one first.
pub fn apply_layers(
    router: Router,
    berth: &Arc<Berth>,
    heartbeat: Arc<DatabaseHeartbeat>,
    assets: &Arc<Assets>,
) -> anyhow::Result<Router> {
    let limits = Arc::new(Limits::new(&berth.config.limits));
    let given = Given { berth: berth.clone(), assets: assets.clone(), limits };
    let headers = Arc::new(headers(&berth.config)?);
    let seats = Arc::new(Seats { free: Semaphore::new(MOST_REQUESTS), heartbeat });
    let gate = Arc::new(Gate::new(&berth.config.http));
    let same_origin = CsrfLayer::new()
        .add_trusted_origin(berth.config.http.public_origin())?
        // No browser sends it and no cookie counts there: the provider's signature does.
        .with_insecure_bypass(|_, uri| uri.path() == auth::BACK_CHANNEL_PATH)
        .with_rejection_response(|_: ProtectionError| Problem::cross_site().into_response());
    Ok(router
        .layer(from_fn(refused::layer))
        .layer(same_origin)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_LIMIT))
        .layer(from_fn_with_state(seats, limit_concurrency))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(gate::turned_away))
        .layer(from_fn(problem_layer::layer))
        .layer(from_fn_with_state(gate, gate::layer))
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .layer(from_fn_with_state(headers, guarded))
        .layer(from_fn_with_state(given, request_context::layer)))
}

/// Adds the headers; what a handler said itself stays, as of files that are not ours.
async fn guarded(State(ours): State<Arc<HeaderMap>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ours.iter() {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

struct Seats {
    free: Semaphore,
    heartbeat: Arc<DatabaseHeartbeat>,
}

/// Refuses at once what would only wait: a queue helps nobody, nor does a database that does not answer. Probes need no
/// seat, and files no database.
async fn limit_concurrency(
    State(seats): State<Arc<Seats>>,
    context: RequestContext,
    request: Request,
    next: Next,
) -> Response {
    if context.is_probe() {
        return next.run(request).await;
    }
    let Ok(_seat) = seats.free.try_acquire() else { return gate::busy().into_response() };
    if context.is_of_file() {
        return next.run(request).await;
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = seats.heartbeat.until_away() => if reads { Error::database_away() } else { Error::database_lost() }.into_response(),
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Error::internal(anyhow::anyhow!("panic: {text}")).into_response()
}

fn headers(config: &Config) -> anyhow::Result<HeaderMap> {
    let policy = content_security_policy(SCRIPTS, &config.oidc.issuer_origin(), &config.catalog.image_hosts);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_SECURITY_POLICY, policy.parse().context("the issuer does not fit in a header")?);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", PERMISSIONS),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if config.http.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    Ok(headers)
}

/// The issuer is there because signing out is a form that ends at it; `image_hosts`, because the platform lets READMEs of charts
/// show their images.
fn content_security_policy(scripts: &str, issuer_origin: &str, image_hosts: &[String]) -> String {
    let images: String = image_hosts.iter().map(|host| format!(" https://{host}")).collect();
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'{images}; font-src 'self'; \
         connect-src 'self'; form-action 'self' {issuer_origin}; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_issuer_and_nothing_else_outside() {
        let policy = content_security_policy(SCRIPTS, "https://login.example.org", &[]);
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"));
        assert!(policy.contains("; img-src 'self'; "));
        assert!(policy.contains("form-action 'self' https://login.example.org; base-uri 'none'"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains('*'));
    }

    #[test]
    fn images_come_from_hosts_that_the_platform_names() {
        let hosts = ["a.example.org".to_owned(), "b.example.org".to_owned()];
        let policy = content_security_policy(SCRIPTS, "https://login.example.org", &hosts);
        assert!(policy.contains("; img-src 'self' https://a.example.org https://b.example.org; font-src"));
    }

    #[test]
    fn a_panic_is_an_internal_error_without_its_message() {
        let response = panicked(Box::new("secret"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let problem = response.extensions().get::<Problem>().expect("is a problem");
        assert!(!format!("{problem:?}").contains("secret"));
    }
}
