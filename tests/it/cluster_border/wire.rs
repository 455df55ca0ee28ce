//! A wire to a server that can be cut and mended: the way a cluster goes away.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub struct Wire {
    here: SocketAddr,
    there: SocketAddr,
    passing: Option<JoinHandle<()>>,
}

impl Wire {
    pub async fn to(there: SocketAddr) -> Wire {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let here = listener.local_addr().expect("has an address");
        Wire { here, there, passing: Some(tokio::spawn(pass(listener, there))) }
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

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.expect("the port is still free");
        self.passing = Some(tokio::spawn(pass(listener, self.there)));
    }
}

async fn pass(listener: TcpListener, there: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(there).await {
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
