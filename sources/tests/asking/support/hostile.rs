//! A server that answers whatever a test says, byte for byte.

use super::certificates::Certificates;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What is done with a request.
pub enum Reply {
    /// Said, and then the connection is closed.
    Bytes(Vec<u8>),
    /// Said, and then nothing comes any more.
    Stall(Vec<u8>),
    /// Said, and then its second part again and again.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    /// A status, headers, and a body whose length is said.
    pub fn of(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        Self::raw(status, &[headers, &[("Content-Length", &length)]].concat(), body)
    }

    pub fn json(body: impl ToString) -> Self {
        Self::of(200, &[("Content-Type", "application/json")], body.to_string())
    }

    /// Nothing is added.
    pub fn raw(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let mut bytes = format!("HTTP/1.1 {status} It\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(b"Connection: close\r\n\r\n");
        bytes.extend(body.as_ref());
        Self::Bytes(bytes)
    }

    pub fn moved(to: &str) -> Self {
        Self::of(307, &[("Location", to)], "")
    }

    pub fn not_found() -> Self {
        Self::of(404, &[], "")
    }

    pub fn then_stall(self) -> Self {
        match self {
            Self::Bytes(bytes) | Self::Stall(bytes) | Self::Endless(bytes, _) => Self::Stall(bytes),
        }
    }

    pub fn then_again(self, more: impl AsRef<[u8]>) -> Self {
        match self {
            Self::Bytes(bytes) | Self::Stall(bytes) | Self::Endless(bytes, _) => {
                Self::Endless(bytes, more.as_ref().to_owned())
            }
        }
    }
}

/// Ends when it is dropped.
pub struct Hostile {
    pub address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Hostile {
    /// Without TLS. `reply` is asked with the path of each request.
    pub async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(None, reply).await
    }

    pub async fn with_tls(certificates: &Certificates, reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let chain = CertificateDer::from_pem_slice(certificates.certificate.as_bytes()).expect("is one");
        let key = PrivateKeyDer::from_pem_slice(certificates.key.as_bytes()).expect("is one");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("are some")
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .expect("belong together");
        Self::serve(Some(TlsAcceptor::from(Arc::new(config))), reply).await
    }

    async fn serve(tls: Option<TlsAcceptor>, reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("has an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (heads, reply) = (asked.clone(), Arc::new(reply));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, heads, reply) = (tls.clone(), heads.clone(), reply.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &heads, reply.as_ref()).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer(stream, &heads, reply.as_ref()).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, scheme, asked, accepting }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The head of each request, in lower case but for its first line.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("is whole").clone()
    }

    pub fn n_with_credentials(&self) -> usize {
        self.asked().iter().filter(|head| head.contains("\nauthorization:")).count()
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<String>>,
    reply: &(impl Fn(&str) -> Reply + ?Sized),
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).expect("is text");
    let path = head.split(' ').nth(1).expect("has a path").to_owned();
    asked.lock().expect("is whole").push(head);
    // Nobody may read to the end: that is what many tests are about.
    let _ = match reply(&path) {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await,
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
            stream.read_u8().await.map(|_| ())
        }
        Reply::Endless(bytes, more) => {
            let _ = stream.write_all(&bytes).await;
            while stream.write_all(&more).await.is_ok() {}
            Ok(())
        }
    };
    let _ = stream.shutdown().await;
}
