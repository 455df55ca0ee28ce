//! How much of an answer is read. A cluster, or whoever answers in its place, that sends without end costs one connection
//! and the bound, and none of the others anything.
//!
//! Bytes are counted as they are read, after decompression. What they say is bounded by who parses them: `serde_json` goes
//! no deeper than 128 levels. What is kept of all the pages of a list, and of a watch, is bounded by who keeps it
//! ([`Limits`]).

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tower::{BoxError, Layer, Service};

/// One page of a list, or one object. Pages are asked for with [`PAGE_SIZE`] objects.
const LARGEST_ANSWER: usize = 32 << 20;
/// One event of a watch; what etcd keeps of one object is 1.5 MiB.
const LARGEST_EVENT: usize = 8 << 20;
/// Objects in one page of a list: with the largest that are usual, pods of some 50 KiB, a page is well below the bound.
pub const PAGE_SIZE: u32 = 250;

/// How much is kept of one kind of object of one cluster. Each kind is bounded by itself, so none pays for another.
///
/// What is kept of a kind stays readable while a list of it is read anew, and each of both may be as large as this: for
/// that moment the kind takes twice the memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub n_objects: usize,
    /// What they take in memory, about.
    pub bytes: usize,
}

/// More than the pods that Kubernetes is built for (150 000), and what these take.
pub const LARGEST_KINDS: Limits = Limits { n_objects: 200_000, bytes: 128 << 20 };
pub const LIMITS: Limits = Limits { n_objects: 200_000, bytes: 32 << 20 };

#[derive(Debug, thiserror::Error)]
#[error("its answer is larger than {} MiB", .0 >> 20)]
struct TooLarge(usize);

/// Bounds every answer.
#[derive(Clone, Copy)]
pub struct Bounds;

#[derive(Clone)]
pub struct Bounded<S>(S);

impl<S> Layer<S> for Bounds {
    type Service = Bounded<S>;

    fn layer(&self, inner: S) -> Bounded<S> {
        Bounded(inner)
    }
}

impl<S, A, B> Service<http::Request<A>> for Bounded<S>
where
    S: Service<http::Request<A>, Response = http::Response<B>>,
    S::Future: Send + 'static,
    B: 'static,
{
    type Response = http::Response<BoundedBody<B>>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<A>) -> Self::Future {
        // A watch goes on for long; each of its lines is an event.
        let is_watch = request.uri().query().is_some_and(|query| query.split('&').any(|part| part == "watch=true"));
        let bound = move |inner| BoundedBody { inner, is_watch, n_read: 0 };
        self.0.call(request).map_ok(move |answer| answer.map(bound)).boxed()
    }
}

pub struct BoundedBody<B> {
    inner: B,
    is_watch: bool,
    /// Bytes of the answer so far, or of the event that is being read.
    n_read: usize,
}

impl<B> BoundedBody<B> {
    fn count(&mut self, read: &[u8]) -> Result<(), TooLarge> {
        let largest = if self.is_watch { LARGEST_EVENT } else { LARGEST_ANSWER };
        self.n_read += read.len();
        if self.n_read > largest {
            return Err(TooLarge(largest));
        }
        if self.is_watch
            && let Some(end) = read.iter().rposition(|byte| *byte == b'\n')
        {
            self.n_read = read.len() - end - 1;
        }
        Ok(())
    }
}

impl<B> Body for BoundedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            None => return Poll::Ready(None),
        };
        let counted = frame.data_ref().map_or(Ok(()), |read| self.count(read));
        Poll::Ready(Some(counted.map(|()| frame).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Credentials, Error};
    use futures::{StreamExt, TryStreamExt};
    use k8s_openapi::api::core::v1::Pod;
    use kube::Api;
    use kube::api::{ListParams, WatchParams};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// More than anybody reads.
    const ENDLESS: usize = 1 << 30;
    /// What lies between them and us: buffers of the kernel and of the client.
    const ON_THE_WAY: usize = 16 << 20;

    /// Answers everything with a beginning and then filling, without end; counts what it got rid of.
    async fn hostile(begins: &'static str, filling: &'static [u8]) -> (Credentials, Arc<AtomicUsize>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let server = format!("http://{}", listener.local_addr().expect("has an address"));
        let n_sent = Arc::new(AtomicUsize::new(0));
        let counter = n_sent.clone();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody asks");
            let _ = stream.read(&mut [0; 4096]).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(format!("{head}{begins}").as_bytes()).await;
            let filling = filling.repeat((1 << 20) / filling.len());
            while counter.load(Ordering::Relaxed) < ENDLESS && stream.write_all(&filling).await.is_ok() {
                counter.fetch_add(filling.len(), Ordering::Relaxed);
            }
        });
        let credentials = Credentials { server, ca_pem: None, tls_server_name: None, token: "none".to_owned().into() };
        (credentials, n_sent)
    }

    fn is_cut(error: kube::Error, n_sent: &AtomicUsize, bound: usize) {
        let reason = Error::from(error).reason();
        assert_eq!(reason, format!("its answer is larger than {} MiB", bound >> 20));
        let n_sent = n_sent.load(Ordering::Relaxed);
        assert!(n_sent < bound + ON_THE_WAY, "{n_sent} bytes were sent");
    }

    #[tokio::test]
    async fn a_list_without_end_is_cut() {
        let (credentials, n_sent) = hostile("{\"items\":[\"", b"\nx").await;
        let pods: Api<Pod> = Api::all(credentials.client().expect("is a client"));
        let error = pods.list(&ListParams::default()).await.expect_err("is too large");
        is_cut(error, &n_sent, LARGEST_ANSWER);
    }

    #[tokio::test]
    async fn an_event_without_end_is_cut_and_many_small_ones_are_not() {
        let (credentials, n_sent) = hostile("{\"type\":\"", b"x").await;
        let pods: Api<Pod> = Api::all(credentials.client().expect("is a client"));
        let mut events = pods.watch(&WatchParams::default(), "0").await.expect("begins").boxed();
        let error = events.try_next().await.expect_err("is too large");
        is_cut(error, &n_sent, LARGEST_EVENT);

        let name = "x".repeat(60_000);
        let event = format!("{{\"type\":\"DELETED\",\"object\":{{\"metadata\":{{\"name\":\"{name}\"}}}}}}\n");
        let (credentials, n_sent) = hostile("", event.leak().as_bytes()).await;
        let pods: Api<Pod> = Api::all(credentials.client().expect("is a client"));
        let mut events = pods.watch(&WatchParams::default(), "0").await.expect("begins").boxed();
        while n_sent.load(Ordering::Relaxed) < LARGEST_EVENT + ON_THE_WAY {
            assert!(events.try_next().await.expect("is small").is_some());
        }
    }

    #[tokio::test]
    async fn what_nests_too_deeply_is_refused_before_it_is_built() {
        let (credentials, _) = hostile("{\"items\":", b"[").await;
        let pods: Api<Pod> = Api::all(credentials.client().expect("is a client"));
        assert!(pods.list(&ListParams::default()).await.is_err());
        let deep = format!("{{\"metadata\":{}{}}}", "{\"a\":".repeat(200), "}".repeat(200));
        let error = serde_json::from_str::<serde_json::Value>(&deep).expect_err("is refused");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}
