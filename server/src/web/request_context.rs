//! One HTTP request, as all layers know it: its id, who makes it, and the line in the log it ends with.

use super::limits::Limits;
use super::problem::Problem;
use super::recent::{self, Visit};
use super::return_to::ReturnTo;
use super::typed::Typed;
use super::{client, cookie, done};
use crate::app::{Berth, Ctx, Error};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::page::{OpenTo, PageKind};
use domain::view::Viewer;
use domain::{Actor, FormKey, form_token};
use frontend::{Assets, Frame, Theme};
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use tracing::Instrument;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where what changes on a page is followed.
pub const LIVE: &str = "/live";
/// Where whoever looks at a page chooses how.
const THEME: &str = "/theme";
/// Routes that are asked every few seconds by machines.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// Cheap to clone: all clones are of the same request.
#[derive(Clone)]
pub struct RequestContext(Arc<Known>);

struct Known {
    id: String,
    berth: Arc<Berth>,
    assets: Arc<Assets>,
    limits: Arc<Limits>,
    /// Where it comes from.
    address: IpAddr,
    /// Whose share it takes of what is scarce.
    shareholder: Option<IpAddr>,
    /// As the router names it.
    route: String,
    is_reading: bool,
    has_counted: AtomicBool,
    /// With its query.
    path: String,
    theme: Theme,
    /// What was done just before, and whether the page says it.
    done: Option<String>,
    has_said_done: AtomicBool,
    /// Where whoever calls has been, as the browser keeps it, and as it is to keep it from now on.
    recent: String,
    visited: OnceLock<String>,
    /// Known once somebody asked who it is.
    ctx: OnceLock<Ctx>,
    has_dead_cookie: AtomicBool,
    /// What was typed into the form of this page before.
    typed: Option<Typed>,
    has_taken_typed: AtomicBool,
}

/// What every request is given.
#[derive(Clone)]
pub struct Given {
    pub berth: Arc<Berth>,
    pub assets: Arc<Assets>,
    pub limits: Arc<Limits>,
}

/// The outermost layer.
pub async fn layer(State(given): State<Given>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let context = RequestContext::new(given, &request);
    let method = method_label(request.method());
    request.extensions_mut().insert(context.clone());
    // At the level of errors, so that no filter takes the id from the lines it belongs to.
    let span = tracing::error_span!("request", id = context.id());
    let mut response = next.run(request).instrument(span).await;
    if response.status().is_success() && context.has_taken_typed() {
        response.headers_mut().append(SET_COOKIE, cookie::clear(cookie::TYPED));
    }
    context.set_headers(response.headers_mut());
    context.log(method, response.status().as_u16(), started.elapsed());
    response
}

impl RequestContext {
    fn new(given: Given, request: &Request) -> Self {
        let (headers, now) = (request.headers(), OffsetDateTime::now_utc());
        let typed = (request.method() == Method::GET)
            .then(|| Typed::from_cookie(&given.berth.seal, headers, request.uri().path(), now));
        let typed = typed.flatten();
        let proxies = &given.berth.config.http.trusted_proxies;
        let address = client::address(peer(request), headers, proxies);
        let shareholder = client::shareholder(address, proxies);
        Self(Arc::new(Known {
            id: inbound_id(request.headers(), peer(request), proxies).unwrap_or_else(|| Uuid::now_v7().to_string()),
            berth: given.berth,
            assets: given.assets,
            limits: given.limits,
            address,
            shareholder,
            route: route(request),
            is_reading: matches!(*request.method(), Method::GET | Method::HEAD),
            has_counted: AtomicBool::new(false),
            path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            theme: cookie::find(request.headers(), cookie::THEME).map(Theme::parse).unwrap_or_default(),
            done: done::read(request.headers()),
            has_said_done: AtomicBool::new(false),
            recent: cookie::find(request.headers(), cookie::RECENT).unwrap_or_default().to_owned(),
            visited: OnceLock::new(),
            ctx: OnceLock::new(),
            has_dead_cookie: AtomicBool::new(false),
            typed,
            has_taken_typed: AtomicBool::new(false),
        }))
    }

    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub fn berth(&self) -> &Arc<Berth> {
        &self.0.berth
    }

    /// Path with its query.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Whether a program asks, rather than somebody who looks at a page.
    pub fn is_api(&self) -> bool {
        self.0.path.starts_with("/api/v1/")
    }

    /// Whether it answers somebody who is not signed in: a page that is for them, or what leads in and out.
    pub(super) fn is_open_to_nobody(&self) -> bool {
        let route = self.0.route.as_str();
        match PageKind::ALL.iter().find(|page| page.path() == route) {
            Some(page) => matches!(page.about().open_to, OpenTo::Everybody | OpenTo::SignedOut),
            None => route == THEME || route.starts_with("/auth/"),
        }
    }

    /// Whether a program reads the answer: one of somebody's, or ours in a browser.
    pub fn is_for_program(&self) -> bool {
        self.is_api() || self.0.route == LIVE
    }

    /// What machines ask every few seconds.
    pub(super) fn is_probe(&self) -> bool {
        self.0.is_reading && PROBES.contains(&&*self.0.route)
    }

    /// What a page loads, and needs nothing else for.
    pub(super) fn is_of_file(&self) -> bool {
        self.0.is_reading && self.0.route.starts_with("/assets/")
    }

    /// Whose share it takes of what is scarce; nobody's, where many stand behind the address.
    pub(super) fn shareholder(&self) -> Option<IpAddr> {
        self.0.shareholder
    }

    /// Counts it for whoever calls.
    pub(super) fn admit(&self, actor: &Actor, token: Option<Uuid>) -> Result<(), Problem> {
        match actor.person_id() {
            Some(person) => {
                self.0.has_counted.store(true, Ordering::Relaxed);
                self.0.limits.admit(person, token)
            }
            None => self.admit_stranger(),
        }
    }

    /// Counts it for the address it comes from.
    pub(super) fn admit_stranger(&self) -> Result<(), Problem> {
        self.0.has_counted.store(true, Ordering::Relaxed);
        self.0.limits.admit_from(self.0.address)
    }

    /// What nobody had to ask about who calls, such as what is not there, counts for the address, too.
    pub(super) fn count_the_rest(&self) -> Result<(), Problem> {
        if self.0.has_counted.load(Ordering::Relaxed) || self.is_probe() || self.is_of_file() {
            return Ok(());
        }
        self.admit_stranger()
    }

    /// What every page is given besides its view.
    pub fn frame(&self, viewer: Option<Viewer>) -> Frame {
        self.0.has_said_done.store(self.0.done.is_some(), Ordering::Relaxed);
        let session = self.ctx().and_then(|ctx| ctx.session.as_ref());
        Frame {
            theme: self.0.theme,
            done: self.0.done.clone(),
            recent: self.visits().iter().map(Visit::hit).collect(),
            brings_back: self.has_taken_typed(),
            ..frame_of(self.0.assets.clone(), viewer, session, form_token::without(&self.0.path))
        }
    }

    pub fn assets(&self) -> &Arc<Assets> {
        &self.0.assets
    }

    /// They look at this one now.
    pub fn visit(&self, visit: &Visit) {
        let person = self.ctx().and_then(|ctx| ctx.actor.person_id());
        if let Some(value) = person.and_then(|person| recent::with(&self.visits(), visit, person)) {
            let _ = self.0.visited.set(value);
        }
    }

    fn visits(&self) -> Vec<Visit> {
        let person = self.ctx().and_then(|ctx| ctx.actor.person_id());
        person.map(|person| recent::read(&self.0.recent, person)).unwrap_or_default()
    }

    /// For the form of this page, which then has it; the browser forgets it once the page is shown.
    pub(super) fn take_typed(&self) -> Option<&Typed> {
        let typed = self.0.typed.as_ref()?;
        self.0.has_taken_typed.store(true, Ordering::Relaxed);
        Some(typed)
    }

    fn has_taken_typed(&self) -> bool {
        self.0.has_taken_typed.load(Ordering::Relaxed)
    }

    /// Who calls, if it has been asked already.
    pub fn ctx(&self) -> Option<&Ctx> {
        self.0.ctx.get()
    }

    pub(super) fn identify(&self, ctx: Ctx) -> Ctx {
        self.0.ctx.get_or_init(|| ctx).clone()
    }

    /// The browser holds a cookie of a session that is over.
    pub(super) fn drop_cookie(&self) {
        self.0.has_dead_cookie.store(true, Ordering::Relaxed);
    }

    fn set_headers(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.0.id) {
            headers.insert(REQUEST_ID, id);
        }
        if self.0.has_dead_cookie.load(Ordering::Relaxed) && !sets_session(headers) {
            headers.append(SET_COOKIE, cookie::clear(cookie::SESSION));
        }
        if self.0.has_said_done.load(Ordering::Relaxed) {
            headers.append(SET_COOKIE, cookie::clear(cookie::DONE));
        }
        if let Some(visited) = self.0.visited.get() {
            headers.append(SET_COOKIE, cookie::set(cookie::RECENT, visited, Some(recent::LIFE_S)));
        }
    }

    /// One line and one measurement per request. The route as it is in the router: no names, no query.
    fn log(&self, method: &'static str, status: u16, took: Duration) {
        let route = &*self.0.route;
        let actor = self.ctx().map(|ctx| &ctx.actor);
        let actor_kind = actor.map_or("nobody", |actor| actor.kind());
        let actor_id = actor.and_then(|actor| actor.person_id()).map(tracing::field::display);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if PROBES.contains(&route) {
            tracing::debug!(method, route, status, ms, request_id = self.id(), "answered");
        } else {
            tracing::info!(method, route, status, ms, request_id = self.id(), actor_kind, actor_id, "answered");
        }
        let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
        metrics::histogram!("berth_http_request_duration_seconds", &labels).record(took.as_secs_f64());
    }
}

/// Of a page at a path: what its slots need, and nothing of who calls but what is said here.
pub fn frame_of(assets: Arc<Assets>, viewer: Option<Viewer>, session: Option<&[u8; 32]>, path: &str) -> Frame {
    Frame {
        viewer,
        form_key: session.map(FormKey::of_session),
        theme: Theme::default(),
        done: None,
        recent: Vec::new(),
        path: ReturnTo::parse(path).as_str().to_owned(),
        now: OffsetDateTime::now_utc(),
        assets,
        brings_back: false,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let context = parts.extensions.get::<RequestContext>().cloned();
        context.ok_or_else(|| Error::internal(anyhow::anyhow!("{} is served outside the layers", parts.uri.path())))
    }
}

/// As the router names it. What no route answers is one word: a scanner's guesses must not fill the metrics.
fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "none".to_owned(),
    }
}

/// Anybody can make up one more, and each would be kept.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// The other end of the connection.
fn peer(request: &Request) -> IpAddr {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip())
}

/// An id that a trusted proxy in front gave, if it looks like one. Others choose none: it stands in the audit trail.
fn inbound_id(headers: &HeaderMap, peer: IpAddr, proxies: &[IpNet]) -> Option<String> {
    if !client::is_proxy(peer, proxies) {
        return None;
    }
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_sane = (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    is_sane.then(|| id.to_owned())
}

fn sets_session(headers: &HeaderMap) -> bool {
    let is_session =
        |line: &HeaderValue| line.to_str().is_ok_and(|line| line.split('=').next() == Some(cookie::SESSION));
    headers.get_all(SET_COOKIE).iter().any(is_session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("0195f2a4-7b1c-7000-8000-000000000001", true)]
    #[case("proxy_1.abcdef", true)]
    #[case("short", false)]
    #[case("with blank inside", false)]
    #[case("<script>alert(1)</script>", false)]
    #[case("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    fn an_id_from_outside_is_taken_only_if_it_looks_like_one(#[case] id: &'static str, #[case] taken: bool) {
        let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(id))]);
        let (proxy, stranger) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 7]));
        let proxies = ["10.0.0.0/8".parse().expect("is one")];
        assert_eq!(inbound_id(&headers, proxy, &proxies).is_some(), taken);
        assert_eq!(inbound_id(&headers, stranger, &proxies), None, "nobody else chooses what stands in the trail");
    }
}
