//! What an administrator lets Berth loosen on the cluster: nothing, or for a moment everything. Tests that depend on it
//! take turns.

use super::ground::{DESK_URL, Ground};
use domain::view::CheckOutcome;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kube::Client;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::{Value, json};
use server::cluster::check::check;
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

    /// As docs/clusters.md says.
    pub async fn to_everything(&self, ground: &Ground) {
        let rules = json!([{"apiGroups": ["berth.dev"], "resources": ["guardrails"], "verbs": ["loosen"]}]);
        let role: ClusterRole = read(json!({"metadata": {"name": NAME}, "rules": rules}));
        let bound: ClusterRoleBinding = read(json!({
            "metadata": {"name": NAME},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME},
            "subjects": [{"kind": "ServiceAccount", "name": "berth-provisioner", "namespace": "berth-system"}],
        }));
        Api::all(self.admin.clone()).create(&PostParams::default(), &role).await.expect("is made");
        Api::all(self.admin.clone()).create(&PostParams::default(), &bound).await.expect("is made");
        eventually("the right counts", async || is_agreed(ground).await.then_some(())).await;
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
    report.checks.iter().any(|check| check.outcome == CheckOutcome::Passed && check.detail.contains("external-ips"))
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}
