//! A second control plane, for tests that need two or that end one: started by the first of them, one for the run.

use crate::run::{stack, stack_dir};
use kube::Client;
use stack::cluster::Cluster;
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
        crate::kubernetes::admin_of(&self.running().kubeconfig).await
    }

    /// As by a loss of power: its processes are gone at once.
    pub async fn kill(&mut self) {
        let cluster = self.slot.take().expect("it runs");
        tokio::task::spawn_blocking(|| cluster.kill()).await.expect("is ended").expect("can be ended");
    }

    /// With what it had, where it was.
    pub async fn start_again(&mut self) {
        self.start(false).await;
    }

    async fn start(&mut self, fresh: bool) {
        let dir = stack_dir().join(format!("second-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("is made");
        let trusted = (stack().cluster_issuer.as_str(), stack().cluster_issuer_ca.as_path());
        let cluster = Cluster::start(&stack().devcluster, &dir, trusted, fresh).await;
        *self.slot = Some(cluster.expect("the second cluster starts"));
    }

    fn running(&self) -> &Cluster {
        self.slot.as_ref().expect("it runs")
    }
}
