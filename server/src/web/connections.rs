//! The connections: how long each may take, and how many there may be.
//!
//! HTTP/1.1 only: browsers speak HTTP/2 over TLS, which ends at the proxy, so nothing here has to bound its streams.

use super::client;
use super::shares::{Share, Shares};
use super::taken::Taken;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// In all, where the system lets Berth have as many files.
const MOST: usize = 4096;
/// From one address, behind which one visitor or one office stands.
const MOST_OF_ONE: usize = 512;
/// Beyond all others, so that a probe is heard when there is no room left. Each lasts for one request.
const MOST_SPARE: usize = 64;
/// Open files that are not connections of visitors: the database, clusters, the site.
const OTHER_FILES: u64 = 256;
/// More are not asked for.
const FILES: u64 = 16_384;
/// For the head of a request to be there whole; so a connection that sends nothing ends after it, too.
const HEAD_LIMIT: Duration = Duration::from_secs(20);
const SPARE_HEAD_LIMIT: Duration = Duration::from_secs(2);
/// For the other side to take some of what is there for it.
const TAKE_LIMIT: Duration = Duration::from_secs(30);
const LARGEST_HEAD: usize = 64 * 1024;
const MOST_HEADERS: usize = 100;
/// After the system refused to hand out a connection: it has no files left, as a rule.
const PAUSE: Duration = Duration::from_millis(200);

/// Who may come in.
pub struct ConnectionLimits {
    places: Arc<Shares<IpAddr>>,
    spare: Arc<Shares<IpAddr>>,
    proxies: Vec<IpNet>,
    take_limit: Duration,
}

/// Marks a request on a connection beyond all that there may be: only probes are answered.
#[derive(Clone, Copy)]
pub struct Spare;

struct Admitted {
    _share: Share<IpAddr>,
    is_spare: bool,
}

impl ConnectionLimits {
    pub fn of_site(proxies: &[IpNet]) -> Self {
        let most = most_connections(raise_file_limit());
        Self {
            places: Shares::new(most, MOST_OF_ONE.min(most)),
            spare: Shares::new(MOST_SPARE, MOST_SPARE / 4),
            proxies: proxies.to_vec(),
            take_limit: TAKE_LIMIT,
        }
    }

    /// For what few machines ask.
    pub fn of_few() -> Self {
        let (places, spare) = (Shares::new(64, 16), Shares::new(0, 0));
        Self { places, spare, proxies: Vec::new(), take_limit: TAKE_LIMIT }
    }

    /// None for those who have their share, and where not even a spare one is left.
    fn admit(&self, peer: SocketAddr) -> Option<Admitted> {
        let shareholder = client::shareholder(peer.ip(), &self.proxies);
        if let Ok(share) = self.places.take(shareholder) {
            return Some(Admitted { _share: share, is_spare: false });
        }
        self.spare.take(shareholder).ok().map(|share| Admitted { _share: share, is_spare: true })
    }
}

/// Takes connections until `closing`, then ends what is under way.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, closing: CancellationToken) {
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = closing.cancelled() => break,
            Some(_) = open.join_next() => continue,
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, peer)) = accepted else { continue };
        if let Some(admitted) = limits.admit(peer) {
            let stream = Taken::within(limits.take_limit, stream);
            open.spawn(answer(stream, peer, router.clone(), admitted, closing.clone()));
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) if is_of_one(&error) => None,
        Err(error) => {
            tracing::error!(%error, "cannot take a connection; trying again");
            sleep(PAUSE).await;
            None
        }
    }
}

/// Whether it went wrong for that one connection only.
fn is_of_one(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

async fn answer(stream: Taken, peer: SocketAddr, router: Router, admitted: Admitted, closing: CancellationToken) {
    let is_spare = admitted.is_spare;
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        if is_spare {
            request.extensions_mut().insert(Spare);
        }
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(if is_spare { SPARE_HEAD_LIMIT } else { HEAD_LIMIT })
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .keep_alive(!is_spare)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = Box::pin(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
    drop(admitted);
}

/// Uses what the system would give: many start programs with a small part of it. Answers how many files may be open.
fn raise_file_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    let wanted = limit.maximum.unwrap_or(FILES).min(FILES);
    if wanted <= current {
        return Some(current);
    }
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
    Some(if raised.is_ok() { wanted } else { current })
}

/// Fewer than files, so that the database and the clusters are reached whoever connects.
fn most_connections(files: Option<u64>) -> usize {
    let Some(files) = files else { return MOST };
    let left = files.saturating_sub(OTHER_FILES).max(files / 2);
    usize::try_from(left).unwrap_or(MOST).saturating_sub(MOST_SPARE).clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{StreamExt, stream};
    use rstest::rstest;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
    use tokio::time::timeout;

    #[rstest]
    #[case(None, 4096)]
    #[case(Some(1024), 704)]
    #[case(Some(256), 64)]
    #[case(Some(16_384), 4096)]
    fn connections_leave_files_for_the_rest(#[case] files: Option<u64>, #[case] most: usize) {
        assert_eq!(most_connections(files), most);
    }

    #[test]
    fn one_address_leaves_room_for_others_and_a_full_house_for_probes() {
        let limits =
            ConnectionLimits { places: Shares::new(4, 2), spare: Shares::new(2, 1), ..ConnectionLimits::of_few() };
        let from = |address: &str| limits.admit(SocketAddr::new(address.parse().expect("is one"), 1));
        let of_one: Vec<_> = (0..5).filter_map(|_| from("203.0.113.7")).collect();
        assert_eq!(of_one.iter().filter(|admitted| !admitted.is_spare).count(), 2);
        assert_eq!(of_one.len(), 3, "one of the spare ones, and no more");
        let others = [from("203.0.113.8"), from("203.0.113.9")].map(|admitted| admitted.expect("has room"));
        assert!(others.iter().all(|admitted| !admitted.is_spare));
        let last = from("203.0.113.10").expect("is let in for probes");
        assert!(last.is_spare);
        assert!(from("203.0.113.11").is_none());
    }

    #[test]
    fn a_trusted_proxy_is_not_one_visitor() {
        let proxies = vec!["10.0.0.0/8".parse().expect("is one")];
        let limits = ConnectionLimits { places: Shares::new(4, 1), proxies, ..ConnectionLimits::of_few() };
        let all: Vec<_> = (0..9).filter_map(|_| limits.admit(([10, 1, 2, 3], 1).into())).collect();
        assert_eq!(all.len(), 4);
    }

    const LIMIT: Duration = Duration::from_millis(300);

    /// A site at a port of its own, where the other side has [`LIMIT`] to take something.
    async fn site(body: fn() -> Body) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("has one");
        let router = Router::new().route("/", axum::routing::get(move || async move { body() }));
        let limits = ConnectionLimits { take_limit: LIMIT, ..ConnectionLimits::of_few() };
        tokio::spawn(serve(listener, router, limits, CancellationToken::new()));
        address
    }

    async fn ask(at: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(at).await.expect("connects");
        let request = format!("GET / HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("is sent");
        stream
    }

    /// More than any system keeps for a connection.
    fn endless() -> Body {
        Body::from_stream(stream::repeat_with(|| Ok::<_, io::Error>(vec![b'x'; 64 * 1024])))
    }

    #[tokio::test]
    async fn who_reads_nothing_is_let_go() {
        let mut stream = ask(site(endless).await).await;
        // Only the reset shows here: what was sent until then is not read.
        let reset = async { while !matches!(stream.ready(Interest::ERROR).await, Ok(ready) if ready.is_error()) {} };
        timeout(Duration::from_secs(20), reset).await.expect("it is ended");
        let mut rest = Vec::new();
        assert!(stream.read_to_end(&mut rest).await.is_err(), "it is no whole answer");
    }

    #[tokio::test]
    async fn who_reads_slowly_but_reads_is_served() {
        let body = || Body::from(vec![b'x'; 16 * 1024 * 1024]);
        let mut stream = ask(site(body).await).await;
        let (mut piece, mut n_read) = (vec![0; 1024 * 1024], 0);
        loop {
            sleep(LIMIT / 10).await;
            match stream.read(&mut piece).await.expect("goes on") {
                0 => break,
                n => n_read += n,
            }
        }
        assert!(n_read > 16 * 1024 * 1024);
    }

    #[tokio::test]
    async fn who_has_nothing_to_read_is_not_let_go() {
        let body = || {
            let (first, second) = (stream::iter(["a"]), stream::once(async { sleep(LIMIT * 4).await }).map(|()| "b"));
            Body::from_stream(first.chain(second).map(Ok::<_, io::Error>))
        };
        let mut answer = String::new();
        ask(site(body).await).await.read_to_string(&mut answer).await.expect("is read to its end");
        assert!(answer.contains("\r\n1\r\na\r\n1\r\nb\r\n0\r\n"), "{answer}");
    }
}
