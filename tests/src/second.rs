//! A second control plane, for tests that need two or that end one: started by the first of them, one for the run.

use crate::eventually;
use crate::kubernetes::{address_of, admin_of};
use crate::run::{administrators_key, stack, stack_dir};
use crate::seen;
use kube::Client;
use stack::cluster::Cluster;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};

/// One test at a time has it.
pub struct SecondCluster {
    slot: MutexGuard<'static, Option<Cluster>>,
}

impl SecondCluster {
    /// It runs.
    pub async fn take() -> Self {
        static SECOND: Mutex<Option<Cluster>> = Mutex::const_new(None);
        let mut second = Self { slot: SECOND.lock().await };
        if second.slot.is_none() {
            second.start(true).await;
        }
        second
    }

    /// The administrator's kubeconfig, as text.
    pub fn kubeconfig(&self) -> String {
        std::fs::read_to_string(&self.running().kubeconfig).expect("can be read")
    }

    pub async fn admin(&self) -> Client {
        admin_of(&self.running().kubeconfig).await
    }

    /// As by a loss of power: its processes are gone at once.
    pub async fn kill(&mut self) {
        let address = address_of(&self.running().kubeconfig).await;
        let cluster = self.slot.take().expect("it runs");
        tokio::task::spawn_blocking(|| cluster.kill()).await.expect("is ended").expect("can be ended");
        // Its parts end when they see that it is gone; then their ports are free for the next start.
        eventually("nobody listens there", async || TcpStream::connect(address).await.err().map(drop)).await;
    }

    /// With what it had, where it was.
    pub async fn start_again(&mut self) {
        self.start(false).await;
    }

    async fn start(&mut self, fresh: bool) {
        let trusted = (stack().cluster_issuer.as_str(), stack().cluster_issuer_ca.as_path());
        let cluster = Cluster::start(&stack().devcluster, dir(), trusted, fresh, None).await;
        *self.slot = Some(cluster.expect("the second cluster starts"));
        seen::learn("an administrator's key", &administrators_key(&self.kubeconfig()));
    }

    fn running(&self) -> &Cluster {
        self.slot.as_ref().expect("it runs")
    }
}

/// One that no other run on the same stack has.
fn dir() -> &'static Path {
    static PLACE: OnceLock<(PathBuf, File)> = OnceLock::new();
    let (dir, _) = PLACE.get_or_init(|| {
        let places = (1..).map(|n| stack_dir().join(format!("second-{n}")));
        let mut locked = places.filter_map(|dir| {
            std::fs::create_dir_all(&dir).expect("is made");
            let lock = File::create(dir.join("lock")).expect("can be written");
            lock.try_lock().ok().map(|()| (dir, lock))
        });
        locked.next().expect("there are enough")
    });
    dir
}
