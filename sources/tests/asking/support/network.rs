//! A network in which names lead where a test says, and whatever is dialled, one server of this machine answers.

use futures::future::BoxFuture;
use sources::guard::Network;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;

#[derive(Clone)]
pub struct Staged {
    /// What each look-up of a name answers; the last one again and again.
    leads_to: Arc<Mutex<HashMap<String, VecDeque<IpAddr>>>>,
    dialled: Arc<Mutex<Vec<SocketAddr>>>,
    server: SocketAddr,
}

impl Staged {
    pub fn before(server: SocketAddr) -> Self {
        Self { leads_to: Arc::default(), dialled: Arc::default(), server }
    }

    pub fn leading(self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|it| it.parse().expect("is an address")).collect();
        self.leads_to.lock().expect("is whole").insert(name.to_owned(), addresses);
        self
    }

    pub fn dialled(&self) -> Vec<String> {
        self.dialled.lock().expect("is whole").iter().map(SocketAddr::to_string).collect()
    }
}

impl Network for Staged {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let mut known = self.leads_to.lock().expect("is whole");
        let found = known.get_mut(name).and_then(|answers| match answers.len() {
            0 | 1 => answers.front().copied(),
            _ => answers.pop_front(),
        });
        Box::pin(async move { Ok(found.into_iter().collect()) })
    }

    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.dialled.lock().expect("is whole").push(address);
        Box::pin(TcpStream::connect(self.server))
    }
}
