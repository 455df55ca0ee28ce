//! A wire to a server that can be cut and mended: the way a cluster or a database goes away.

use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

pub struct Wire {
    here: SocketAddr,
    there: There,
    passing: Option<JoinHandle<()>>,
}

#[derive(Clone)]
enum There {
    Address(SocketAddr),
    Socket(PathBuf),
}

impl Wire {
    pub async fn to_address(there: SocketAddr) -> Wire {
        Self::to(There::Address(there)).await
    }

    /// To a server that listens on a unix socket.
    pub async fn to_socket(there: PathBuf) -> Wire {
        Self::to(There::Socket(there)).await
    }

    async fn to(there: There) -> Wire {
        let port = stack::free_port().expect("there is one");
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let here = listener.local_addr().expect("has an address");
        let passing = Some(tokio::spawn(pass(listener, there.clone())));
        Wire { here, there, passing }
    }

    pub fn address(&self) -> SocketAddr {
        self.here
    }

    /// Ends every connection and takes no new one.
    pub async fn cut(&mut self) {
        if let Some(passing) = self.passing.take() {
            passing.abort();
            let _ = passing.await;
        }
    }

    /// Leads to another server from now on, as an address that has moved does.
    pub async fn move_to_socket(&mut self, there: PathBuf) {
        self.cut().await;
        self.there = There::Socket(there);
        self.restore().await;
    }

    pub async fn restore(&mut self) {
        let listener = TcpListener::bind(self.here).await.expect("the port is still free");
        self.passing = Some(tokio::spawn(pass(listener, self.there.clone())));
    }
}

async fn pass(listener: TcpListener, there: There) {
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        match there.clone() {
            There::Address(address) => connections.spawn(join(near, TcpStream::connect(address))),
            There::Socket(path) => connections.spawn(join(near, UnixStream::connect(path))),
        };
    }
}

async fn join<Far: AsyncRead + AsyncWrite + Unpin>(
    mut near: TcpStream,
    far: impl Future<Output = std::io::Result<Far>>,
) {
    if let Ok(mut far) = far.await {
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}
