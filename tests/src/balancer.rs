//! What stands in front of several replicas: gives each connection to the next one that says it is ready.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Between two looks at whether a replica is ready.
const LOOK: Duration = Duration::from_millis(100);

pub struct Balancer {
    here: SocketAddr,
    replicas: Arc<[Replica]>,
    _tasks: JoinSet<()>,
}

struct Replica {
    at: SocketAddr,
    is_ready: AtomicBool,
}

impl Balancer {
    /// In front of whatever listens, or will listen, on these ports.
    pub async fn of(ports: &[u16]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let here = listener.local_addr().expect("has an address");
        let replica = |port: &u16| Replica { at: ([127, 0, 0, 1], *port).into(), is_ready: AtomicBool::new(false) };
        let replicas: Arc<[Replica]> = ports.iter().map(replica).collect();
        let mut tasks = JoinSet::new();
        for place in 0..replicas.len() {
            tasks.spawn(look(replicas.clone(), place));
        }
        tasks.spawn(spread(listener, replicas.clone()));
        Self { here, replicas, _tasks: tasks }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Waits until these many are ready.
    pub async fn until_ready(&self, n: usize) {
        crate::eventually(&format!("{n} replicas are ready"), async || (self.n_ready() == n).then_some(())).await;
    }

    fn n_ready(&self) -> usize {
        self.replicas.iter().filter(|replica| replica.is_ready.load(Ordering::Relaxed)).count()
    }
}

async fn look(replicas: Arc<[Replica]>, place: usize) {
    let (replica, http) = (&replicas[place], without_pool());
    loop {
        let answer = http.get(format!("http://{}/readyz", replica.at)).send().await;
        replica.is_ready.store(answer.is_ok_and(|answer| answer.status().is_success()), Ordering::Relaxed);
        tokio::time::sleep(LOOK).await;
    }
}

async fn spread(listener: TcpListener, replicas: Arc<[Replica]>) {
    let (mut connections, turn) = (JoinSet::new(), AtomicUsize::new(0));
    while let Ok((mut near, _)) = listener.accept().await {
        let ready: Vec<_> = replicas.iter().filter(|replica| replica.is_ready.load(Ordering::Relaxed)).collect();
        let Some(next) = ready.get(turn.fetch_add(1, Ordering::Relaxed) % ready.len().max(1)) else { continue };
        let at = next.at;
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(at).await {
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A client whose every request is a connection of its own.
pub(crate) fn without_pool() -> reqwest::Client {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).redirect(reqwest::redirect::Policy::none());
    client.build().expect("is a client")
}
