//! A namespace with things in it, and what time does to it.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::batch::v1::CronJob;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service};
use kube::api::{Api, PostParams};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::app::{Ctx, namespaces};
use std::fmt::Debug;
use tests::{CLUSTER, Desk, Role, eventually, kubernetes};
use time::Duration;

/// As the job does it.
pub async fn follow(desk: &Desk) {
    namespaces::follow_lifetimes(&ctx(desk)).await.expect("is done");
}

pub fn ctx(desk: &Desk) -> Ctx {
    Ctx::system(desk.berth().clone(), "follow_lifetimes")
}

/// As if it expired so long from now, and that had been said long ago.
pub async fn expire_in(desk: &Desk, name: &str, in_time: Duration) {
    desk.forged().made_days_ago(400).await;
    desk.forged().expires_in(name, Some(in_time)).await;
}

/// As if its grace ended so long from now.
pub async fn grace_ends_in(desk: &Desk, name: &str, in_time: Duration) {
    desk.forged().grace_ends_in(name, in_time).await;
}

pub fn path(name: &str) -> String {
    format!("/api/v1/namespaces/{CLUSTER}/{name}")
}

pub async fn view(desk: &Desk, name: &str) -> Value {
    desk.as_(Role::Developer).await.get(&path(name)).await.expect(200).json()
}

pub async fn restore(desk: &Desk, name: &str) -> Value {
    desk.as_(Role::Developer).await.post(&format!("{}/restore", path(name)), &json!({})).await.expect(200).json()
}

pub async fn sync(desk: &Desk, name: &str) {
    desk.as_(Role::Developer).await.post(&format!("{}/sync", path(name)), &json!({})).await.expect(200);
}

pub async fn until(desk: &Desk, name: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let view = view(desk, name).await;
        is_so(&view).then_some(view)
    })
    .await
}

pub async fn told(desk: &Desk, action: &str) -> Vec<Value> {
    let query = sqlx::query_scalar("select detail from audit_events where action = $1 order by seq").bind(action);
    query.fetch_all(desk.db()).await.expect("are read")
}

/// A ready namespace with things in it, on a desk whose jobs are done when a test says so.
pub struct Ground {
    pub desk: Desk,
    pub admin: Client,
    pub name: String,
}

impl Ground {
    pub async fn on(desk: Desk) -> Self {
        let worker = desk.start_worker();
        let request = desk.provisioned().await;
        worker.stop().await;
        let name = request["name"].as_str().expect("is text").to_owned();
        Self { desk, admin: kubernetes::admin().await, name }
    }

    pub async fn open() -> Self {
        Self::on(Desk::quiet().await).await
    }

    pub fn here<K>(&self) -> Api<K>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()> + Clone + DeserializeOwned + Debug,
    {
        Api::namespaced(self.admin.clone(), &self.name)
    }

    pub async fn make<K>(&self, object: Value)
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>
            + Clone
            + DeserializeOwned
            + serde::Serialize
            + Debug,
    {
        let object: K = serde_json::from_value(object).expect("is one");
        self.here::<K>().create(&PostParams::default(), &object).await.expect("is made");
    }

    /// A Deployment with three replicas and one with none, a CronJob, a DaemonSet, and what they need.
    pub async fn fill(&self) {
        for (name, replicas) in [("web", 3), ("off", 0)] {
            let deployment = kubernetes::a_deployment(name, replicas, "100m", "");
            self.here::<Deployment>().create(&PostParams::default(), &deployment).await.expect("is made");
        }
        let pods =
            serde_json::to_value(kubernetes::a_deployment("tick", 1, "50m", "")).expect("is JSON")["spec"]["template"]
                .clone();
        let mut once = pods.clone();
        once["spec"]["restartPolicy"] = "Never".into();
        let cron = json!({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": once}}});
        self.make::<CronJob>(json!({"metadata": {"name": "tick"}, "spec": cron})).await;
        let daemons = json!({"selector": {"matchLabels": {"app": "tick"}}, "template": pods});
        self.make::<DaemonSet>(json!({"metadata": {"name": "agent"}, "spec": daemons})).await;
        self.make::<ConfigMap>(json!({"metadata": {"name": "settings"}, "data": {"colour": "teal"}})).await;
        self.make::<Secret>(json!({"metadata": {"name": "key"}, "stringData": {"key": "open-sesame"}})).await;
        let service = json!({"selector": {"app": "web"}, "ports": [{"port": 80}]});
        self.make::<Service>(json!({"metadata": {"name": "web"}, "spec": service})).await;
        let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
        self.make::<PersistentVolumeClaim>(json!({"metadata": {"name": "data"}, "spec": claim})).await;
    }

    pub async fn replicas(&self, name: &str) -> i32 {
        self.here::<Deployment>().get(name).await.expect("is there").spec.expect("has one").replicas.expect("has some")
    }

    /// Replicas of the two Deployments, whether the CronJob is suspended, and whether the DaemonSet finds nodes.
    pub async fn running(&self) -> (i32, i32, bool, bool) {
        let cron = self.here::<CronJob>().get("tick").await.expect("is there").spec.expect("has one");
        let daemons = self.here::<DaemonSet>().get("agent").await.expect("is there").spec.expect("has one");
        let nodes = daemons.template.spec.and_then(|pods| pods.node_selector).unwrap_or_default();
        (self.replicas("web").await, self.replicas("off").await, cron.suspend == Some(true), nodes.is_empty())
    }

    /// Expired, and suspended by a worker that has come and gone.
    pub async fn suspend(&self) {
        expire_in(&self.desk, &self.name, -Duration::MINUTE).await;
        follow(&self.desk).await;
        let worker = self.desk.start_worker();
        until(&self.desk, &self.name, "everything is at zero", |view| !view["suspension"]["scaled_at"].is_null()).await;
        worker.stop().await;
    }

    pub async fn until_gone(&self) {
        let namespaces = Api::<Namespace>::all(self.admin.clone());
        eventually("it is gone from the cluster", async || {
            namespaces.get_opt(&self.name).await.expect("answers").is_none().then_some(())
        })
        .await;
    }
}

pub const RUNNING: (i32, i32, bool, bool) = (3, 0, false, true);
pub const STOPPED: (i32, i32, bool, bool) = (0, 0, true, false);
