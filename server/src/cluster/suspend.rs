//! Stopping everything that runs in a namespace, and starting it again as it was. Each change can be done twice, and says
//! before it is made how it is undone.
//!
//! What has a number of replicas goes to zero; CronJobs and Jobs are suspended; DaemonSets look for nodes with a label that
//! none has. A HorizontalPodAutoscaler leaves alone what is at zero. Pods that nothing owns would be lost, and keep running.

use super::Error;
use super::error::patiently;
use super::inside::Inside;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

/// No node has this label.
const NO_NODE: &str = "berth.dev/suspended";
/// Whether a StatefulSet that is scaled down deletes its volumes.
const CLAIMS_POLICY: &str = "persistentVolumeClaimRetentionPolicy";

/// A workload that is not stopped, and how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub kind: String,
    pub name: String,
    pub uid: String,
    /// The merge patch that brings it back.
    pub undo: Value,
    /// Of what has some.
    pub replicas: Option<i32>,
    stop: Value,
}

/// What became of a workload that was to be started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Done,
    /// Somebody has started it already, or it is gone, or another one of its name is there.
    NotOurs,
}

impl Inside {
    /// Everything that is not stopped.
    pub async fn running(&self) -> Result<Vec<Running>, Error> {
        patiently(|| self.find_running()).await
    }

    async fn find_running(&self) -> Result<Vec<Running>, Error> {
        let mut running = Vec::new();
        running.extend(self.all::<CronJob>().await?.iter().filter_map(cron_job));
        running.extend(self.all::<Deployment>().await?.iter().filter_map(deployment));
        running.extend(self.all::<StatefulSet>().await?.iter().filter_map(stateful_set));
        running.extend(self.all::<ReplicaSet>().await?.iter().filter_map(replica_set));
        running.extend(self.all::<DaemonSet>().await?.iter().filter_map(daemon_set));
        running.extend(self.all::<Job>().await?.iter().filter_map(job));
        Ok(running)
    }

    /// Gone already is stopped, too.
    pub async fn stop(&self, workload: &Running) -> Result<(), Error> {
        patiently(|| self.change(&workload.kind, &workload.name, &workload.stop)).await
    }

    /// Brings it back, unless somebody made another one. Of one that somebody started already only what does not start it is
    /// brought back.
    pub async fn start(&self, kind: &str, name: &str, uid: &str, undo: &Value) -> Result<Started, Error> {
        let api = self.api_of(kind)?;
        let found = patiently(|| async { Ok(api.get_opt(name).await?) }).await?;
        let Some(found) = found.filter(|found| found.uid().as_deref() == Some(uid)) else {
            return Ok(Started::NotOurs);
        };
        if is_stopped(&found) {
            return patiently(|| self.change(kind, name, undo)).await.map(|()| Started::Done);
        }
        if let Some(rest) = beside_starting(undo) {
            patiently(|| self.change(kind, name, &rest)).await?;
        }
        Ok(Started::NotOurs)
    }

    async fn change(&self, kind: &str, name: &str, patch: &Value) -> Result<(), Error> {
        let params = PatchParams { field_manager: Some(super::BERTH.into()), ..PatchParams::default() };
        match self.api_of(kind)?.patch(name, &params, &Patch::Merge(patch)).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            answer => answer.map(|_| ()).map_err(Error::from),
        }
    }

    async fn all<K>(&self) -> Result<Vec<K>, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
    {
        self.list(&Api::<K>::namespaced(self.client.clone(), &self.namespace)).await
    }

    fn api_of(&self, kind: &str) -> Result<Api<DynamicObject>, Error> {
        let resource = match kind {
            "Deployment" => ApiResource::erase::<Deployment>(&()),
            "StatefulSet" => ApiResource::erase::<StatefulSet>(&()),
            "ReplicaSet" => ApiResource::erase::<ReplicaSet>(&()),
            "DaemonSet" => ApiResource::erase::<DaemonSet>(&()),
            "CronJob" => ApiResource::erase::<CronJob>(&()),
            "Job" => ApiResource::erase::<Job>(&()),
            other => return Err(Error::refused(format!("{other} is no workload that Berth stops"))),
        };
        Ok(Api::namespaced_with(self.client.clone(), &self.namespace, &resource))
    }
}

/// What else there is to be undone.
fn beside_starting(undo: &Value) -> Option<Value> {
    let policy = undo["spec"].get(CLAIMS_POLICY)?;
    Some(json!({"spec": {CLAIMS_POLICY: policy}}))
}

pub(super) fn is_stopped(object: &DynamicObject) -> bool {
    let spec = &object.data["spec"];
    spec["replicas"] == 0
        || spec["suspend"] == true
        || spec["template"]["spec"]["nodeSelector"].get(NO_NODE).is_some_and(|value| value == "true")
}

fn running(kind: &str, metadata: &ObjectMeta, stop: Value, undo: Value, replicas: Option<i32>) -> Option<Running> {
    let (name, uid) = (metadata.name.clone()?, metadata.uid.clone()?);
    let is_leaving = metadata.deletion_timestamp.is_some();
    (!is_leaving).then(|| Running { kind: kind.into(), name, uid, undo, replicas, stop })
}

fn scaled(kind: &str, metadata: &ObjectMeta, replicas: Option<i32>) -> Option<Running> {
    let replicas = replicas.unwrap_or(1);
    let spec = |replicas: i32| json!({"spec": {"replicas": replicas}});
    if replicas > 0 { running(kind, metadata, spec(0), spec(replicas), Some(replicas)) } else { None }
}

fn deployment(found: &Deployment) -> Option<Running> {
    scaled("Deployment", &found.metadata, found.spec.as_ref()?.replicas)
}

/// Its Deployment has it scaled, where it has one. Whatever else it may belong to, it is scaled as it stands.
fn replica_set(found: &ReplicaSet) -> Option<Running> {
    let is_of_deployment = found.owner_references().iter().any(|owner| {
        owner.controller == Some(true) && owner.kind == "Deployment" && owner.api_version.starts_with("apps/")
    });
    if is_of_deployment { None } else { scaled("ReplicaSet", &found.metadata, found.spec.as_ref()?.replicas) }
}

/// One that deletes its volumes when it is scaled down keeps them meanwhile.
fn stateful_set(found: &StatefulSet) -> Option<Running> {
    let spec = found.spec.as_ref()?;
    let mut workload = scaled("StatefulSet", &found.metadata, spec.replicas)?;
    let policy = spec.persistent_volume_claim_retention_policy.as_ref();
    if policy.and_then(|policy| policy.when_scaled.as_deref()) == Some("Delete") {
        let when_scaled = |word: &str| json!({"whenScaled": word});
        workload.stop["spec"][CLAIMS_POLICY] = when_scaled("Retain");
        workload.undo["spec"][CLAIMS_POLICY] = when_scaled("Delete");
    }
    Some(workload)
}

fn daemon_set(found: &DaemonSet) -> Option<Running> {
    let pods = found.spec.as_ref()?.template.spec.as_ref();
    let is_stopped = pods.and_then(|pods| pods.node_selector.as_ref()).is_some_and(|on| on.contains_key(NO_NODE));
    let on = |value: Value| json!({"spec": {"template": {"spec": {"nodeSelector": {NO_NODE: value}}}}});
    if is_stopped { None } else { running("DaemonSet", &found.metadata, on("true".into()), on(Value::Null), None) }
}

fn cron_job(found: &CronJob) -> Option<Running> {
    suspended("CronJob", &found.metadata, found.spec.as_ref()?.suspend)
}

/// One that is over stays over.
fn job(found: &Job) -> Option<Running> {
    let conditions = found.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let ends = ["Complete", "Failed", "SuccessCriteriaMet", "FailureTarget"];
    let mut ended =
        conditions.filter(|condition| condition.status == "True" && ends.contains(&condition.type_.as_str()));
    if ended.next().is_some() { None } else { suspended("Job", &found.metadata, found.spec.as_ref()?.suspend) }
}

fn suspended(kind: &str, metadata: &ObjectMeta, is_suspended: Option<bool>) -> Option<Running> {
    let spec = |suspend: bool| json!({"spec": {"suspend": suspend}});
    if is_suspended == Some(true) { None } else { running(kind, metadata, spec(true), spec(false), None) }
}

#[cfg(test)]
mod tests;
