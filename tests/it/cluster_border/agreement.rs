//! What an administrator lets Berth loosen on the cluster: nothing, or for a moment everything. Tests that depend on it
//! take turns.

use super::ground::{DESK_URL, Ground};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kube::Client;
use kube::api::{Api, DeleteParams, PostParams};
use server::cluster::allowed::{LOOSENING, POD_SECURITY};
use server::cluster::check::check;
use server::cluster::install::agreement;
use server::cluster::to_yaml;
use tests::eventually;
use tokio::sync::{Mutex, MutexGuard};

const NAME: &str = "berth-loosened-for-tests";

pub struct Agreement {
    admin: Client,
    _turn: MutexGuard<'static, ()>,
}

impl Agreement {
    pub async fn none(ground: &Ground) -> Self {
        static TURN: Mutex<()> = Mutex::const_new(());
        let agreement = Self { _turn: TURN.lock().await, admin: ground.admin.clone() };
        // A run that broke off may have left it.
        agreement.take_back().await;
        eventually("Berth may loosen nothing", async || (!is_agreed(ground).await).then_some(())).await;
        agreement
    }

    /// With the manifest that Berth shows where a class is published that loosens everything.
    pub async fn to_everything(&self, ground: &Ground) {
        let words: Vec<_> = LOOSENING.into_iter().chain([POD_SECURITY]).collect();
        self.to(&to_yaml(&agreement("for-tests", &words))).await;
        eventually("the right counts", async || is_agreed(ground).await.then_some(())).await;
    }

    /// With such a manifest, whatever class it is for.
    pub async fn to(&self, manifest: &str) {
        let mut documents = manifest.split("---\n").filter(|document| !document.is_empty());
        let mut role: ClusterRole = read(documents.next().expect("is a ClusterRole"));
        let mut bound: ClusterRoleBinding = read(documents.next().expect("is its binding"));
        (role.metadata.name, bound.metadata.name) = (Some(NAME.into()), Some(NAME.into()));
        bound.role_ref.name = NAME.into();
        Api::all(self.admin.clone()).create(&PostParams::default(), &role).await.expect("is made");
        Api::all(self.admin.clone()).create(&PostParams::default(), &bound).await.expect("is made");
    }

    pub async fn take_back(&self) {
        let params = DeleteParams::default();
        let _ = Api::<ClusterRoleBinding>::all(self.admin.clone()).delete(NAME, &params).await;
        let _ = Api::<ClusterRole>::all(self.admin.clone()).delete(NAME, &params).await;
    }
}

/// As a check of the cluster says.
async fn is_agreed(ground: &Ground) -> bool {
    let report = check(&ground.installed.observer, &ground.installed.provisioner, DESK_URL, None).await;
    let agreed = report.checks.iter().find_map(|check| check.agreed.as_ref());
    agreed.is_some_and(|agreed| agreed.contains(&"external-ips"))
}

fn read<T: serde::de::DeserializeOwned>(yaml: &str) -> T {
    serde_saphyr::from_str(yaml).expect("is such an object")
}
