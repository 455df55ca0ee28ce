//! A proxy in front of the real cluster, which makes trouble for the requests that a test chooses and passes on the rest,
//! with whoever's credentials they carry. What a cluster in trouble answers cannot be had from a sound one on demand.

use crate::{Opening, Wire, kubernetes};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use futures::stream;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

pub struct Proxy {
    wire: Wire,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It is passed on after this long.
    Late(Duration),
    /// It is answered in the cluster's form.
    Status { code: u16, says: &'static str, retry_after: Option<u32> },
    /// It is passed on; half of what comes back arrives.
    HalfAnAnswer,
    /// It is answered with a page of something else.
    Garbage,
    /// It is passed on with a token that nobody knows.
    UnknownToken,
    /// It is neither passed on nor answered.
    Held,
    /// It is passed on; what comes back is held.
    AnswerHeld,
    /// It is passed on; the object that comes back is changed.
    Changed(fn(&mut Value)),
    /// A watch is told that what it begins from is too long ago.
    Gone,
}

/// A disturbance that lasts until this is dropped; an answer that is held then goes on.
pub struct Disturbance {
    rule: Arc<Rule>,
    shared: Arc<Shared>,
}

struct Rule {
    /// Asked with method, path and query.
    concerns: Box<dyn Fn(&str) -> bool + Send + Sync>,
    fault: Fault,
    n_met: watch::Sender<usize>,
    is_over: CancellationToken,
}

struct Shared {
    rules: Mutex<Vec<Arc<Rule>>>,
    identity: Mutex<TlsAcceptor>,
    upstream: reqwest::Client,
    there: SocketAddr,
}

const LARGEST: usize = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

impl Proxy {
    pub async fn to_cluster() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let inside = listener.local_addr().expect("has an address");
        let shared = Arc::new(Shared {
            rules: Mutex::default(),
            identity: Mutex::new(identity(authority())),
            upstream: upstream().await,
            there: kubernetes::address().await,
        });
        let router = Router::new().fallback(meet).with_state(shared.clone());
        let mut serving = JoinSet::new();
        let tls = Tls { listener, shared: shared.clone() };
        serving.spawn(async move { axum::serve(tls, router).await.expect("serves") });
        Self { wire: Wire::to_address(inside).await, shared, _serving: serving }
    }

    /// A desk that reaches the cluster through it.
    pub fn opening(&self) -> Opening {
        let ca = Some(authority().1.as_str());
        Opening { cluster_at: Some(self.wire.address()), cluster_ca: ca, ..Opening::default() }
    }

    /// Disturbs each request that `concerns` says yes to; the newest disturbance counts.
    pub fn disturb(&self, fault: Fault, concerns: impl Fn(&str) -> bool + Send + Sync + 'static) -> Disturbance {
        let rule = Rule {
            concerns: Box::new(concerns),
            fault,
            n_met: watch::Sender::new(0),
            is_over: CancellationToken::new(),
        };
        let rule = Arc::new(rule);
        self.shared.rules.lock().expect("is not poisoned").push(rule.clone());
        Disturbance { rule, shared: self.shared.clone() }
    }

    /// Ends every connection and takes no new one.
    pub async fn cut(&mut self) {
        self.wire.cut().await;
    }

    pub async fn restore(&mut self) {
        self.wire.restore().await;
    }

    /// Ends every connection.
    pub async fn hang_up(&mut self) {
        self.cut().await;
        self.restore().await;
    }

    /// Shows a certificate that Berth was not told to trust, or again one that it was.
    pub async fn be_somebody_else(&mut self, is_somebody_else: bool) {
        let foreign = new_authority();
        let shown = if is_somebody_else { &foreign } else { authority() };
        *self.shared.identity.lock().expect("is not poisoned") = identity(shown);
        self.hang_up().await;
    }
}

impl Disturbance {
    /// Waits until it has met a request, and passed it on where its answer is held; the test fails when none comes in time.
    pub async fn met(&self) {
        let mut n_met = self.rule.n_met.subscribe();
        let met = tokio::time::timeout(PATIENCE, n_met.wait_for(|n| *n > 0)).await;
        met.expect("a request in time").expect("is there as long as this is");
    }

    pub fn count(&self) -> usize {
        *self.rule.n_met.borrow()
    }
}

impl Drop for Disturbance {
    fn drop(&mut self) {
        if let Ok(mut rules) = self.shared.rules.lock() {
            rules.retain(|rule| !Arc::ptr_eq(rule, &self.rule));
        }
        self.rule.is_over.cancel();
    }
}

async fn meet(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    let rule = {
        let rules = shared.rules.lock().expect("is not poisoned");
        rules.iter().rev().find(|rule| (rule.concerns)(&asked)).cloned()
    };
    let Some(rule) = rule else { return pass(&shared, request).await };
    let note = || rule.n_met.send_modify(|n| *n += 1);
    if !matches!(rule.fault, Fault::AnswerHeld) {
        note();
    }
    match rule.fault {
        Fault::Late(after) => {
            tokio::select! { () = rule.is_over.cancelled() => {}, () = tokio::time::sleep(after) => {} }
            pass(&shared, request).await
        }
        Fault::Status { code, says, retry_after } => status(code, says, retry_after),
        Fault::HalfAnAnswer => half(pass(&shared, request).await).await,
        Fault::Garbage => "<html>This is not the cluster</html>".into_response(),
        Fault::UnknownToken => {
            let mut request = request;
            request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer of-nobody"));
            pass(&shared, request).await
        }
        Fault::Held => {
            rule.is_over.cancelled().await;
            status(503, "it was held", None)
        }
        Fault::AnswerHeld => {
            let answer = pass(&shared, request).await;
            note();
            rule.is_over.cancelled().await;
            answer
        }
        Fault::Changed(change) => {
            let answer = pass(&shared, request).await;
            let body = to_bytes(answer.into_body(), LARGEST).await.unwrap_or_default();
            let mut object: Value = serde_json::from_slice(&body).expect("is JSON");
            change(&mut object);
            axum::Json(object).into_response()
        }
        Fault::Gone => gone(),
    }
}

async fn pass(shared: &Shared, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let url = format!("https://{}{}", shared.there, parts.uri);
    let mut headers = parts.headers;
    for name in [HOST, CONNECTION, CONTENT_LENGTH] {
        headers.remove(name);
    }
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    match shared.upstream.request(parts.method, url).headers(headers).body(body).send().await {
        Ok(answer) => {
            let (mut parts, body) = http::Response::from(answer).into_parts();
            parts.headers.remove(TRANSFER_ENCODING);
            parts.headers.remove(CONNECTION);
            Response::from_parts(parts, Body::new(body))
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

fn status(code: u16, says: &str, retry_after: Option<u32>) -> Response {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": says,
        "reason": "ForATest", "code": code});
    let code = StatusCode::from_u16(code).expect("is a status");
    let mut response = (code, axum::Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Its length is that of the whole, and then the connection ends.
async fn half(whole: Response) -> Response {
    let (mut parts, body) = whole.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    let broken = std::io::Error::other("for a test");
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok::<Bytes, std::io::Error>(half), Err(broken)])))
}

fn gone() -> Response {
    let event = json!({"type": "ERROR", "object": {"kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": "Failure", "message": "too old resource version", "reason": "Expired", "code": 410}});
    let lines = stream::iter([Ok::<_, Infallible>(format!("{event}\n"))]);
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response()
}

/// A certificate authority, and its certificate.
type Authority = (CertifiedIssuer<'static, KeyPair>, String);

/// The one that is put into Berth's credentials.
fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(new_authority)
}

fn new_authority() -> Authority {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("makes a key");
    let ca = CertifiedIssuer::self_signed(ca, key).expect("signs itself");
    let pem = ca.pem();
    (ca, pem)
}

fn identity((ca, _): &Authority) -> TlsAcceptor {
    let key = KeyPair::generate().expect("makes a key");
    let mut server = CertificateParams::default();
    server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let certificate = server.signed_by(&key, ca).expect("is signed");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("has versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("belong together");
    TlsAcceptor::from(Arc::new(config))
}

async fn upstream() -> reqwest::Client {
    let trusted = kubernetes::authorities().await.into_iter();
    let trusted = trusted.map(|der| reqwest::Certificate::from_der(&der).expect("is a certificate"));
    let client = reqwest::Client::builder().tls_certs_only(trusted).http1_only().no_proxy();
    client.build().expect("is a client")
}

struct Tls {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = Listener::accept(&mut self.listener).await;
            let acceptor = self.shared.identity.lock().expect("is not poisoned").clone();
            // Who does not trust us goes away.
            if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
