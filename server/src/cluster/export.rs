//! The objects that people made in a namespace, taken out so that they can be made again: without what the cluster adds, what
//! follows from others, and what is Berth's. The data in volumes is not among them.

use super::error::patiently;
use super::inside::Inside;
use super::suspend::is_stopped;
use super::{BERTH, Error, MANAGED_BY, NAMESPACE_ID};
use kube::ResourceExt;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use serde_json::Value;
use std::collections::BTreeMap;

mod clean;

use clean::{clean, comes_with_namespace};

const RBAC: &str = "rbac.authorization.k8s.io";
/// Bytes of objects that are kept at most.
const MOST_BYTES: usize = 8 << 20;

/// Group, version, kind and plural of what teams can make through Berth's roles or are shown by them, in the order in which
/// they are made again.
const KINDS: [(&str, &str, &str, &str); 19] = [
    ("", "v1", "ServiceAccount", "serviceaccounts"),
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "Secret", "secrets"),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("", "v1", "Service", "services"),
    (RBAC, "v1", "Role", "roles"),
    (RBAC, "v1", "RoleBinding", "rolebindings"),
    ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
    ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    ("apps", "v1", "Deployment", "deployments"),
    ("apps", "v1", "StatefulSet", "statefulsets"),
    ("apps", "v1", "DaemonSet", "daemonsets"),
    ("apps", "v1", "ReplicaSet", "replicasets"),
    ("", "v1", "ReplicationController", "replicationcontrollers"),
    ("batch", "v1", "CronJob", "cronjobs"),
    ("batch", "v1", "Job", "jobs"),
    ("", "v1", "Pod", "pods"),
    ("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    ("networking.k8s.io", "v1", "Ingress", "ingresses"),
];

/// What was taken out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Export {
    pub objects: Vec<Value>,
    /// What is not among them, and why; none when nothing is missing that Berth may read.
    pub incomplete: Option<String>,
}

/// What became of objects that were to be made again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Made now; what is there already is not among them.
    pub n_made: usize,
    /// What could not be made, and why.
    pub refused: Vec<(String, String)>,
}

impl Inside {
    /// All that Berth may read there, as it was before it was stopped: `undo` says by UID what brings back what still is. A kind
    /// that it may not read is said.
    pub async fn export(&self, undo: &BTreeMap<String, Value>) -> Result<Export, Error> {
        let (mut export, mut missing, mut n_bytes) = (Export::default(), Vec::new(), 0);
        for kind in KINDS {
            let api = self.api(&resource(kind));
            let found = match patiently(|| self.list(&api)).await {
                Ok(found) => found,
                Err(error) if !error.is_answer() => return Err(error),
                Err(error) => {
                    missing.push(format!("{}: {error}", kind.3));
                    continue;
                }
            };
            let theirs = found.into_iter().filter(|object| !is_berths(object)).map(|object| as_before(object, undo));
            let objects = theirs.filter_map(|object| clean(&resource(kind), &object));
            for object in objects {
                n_bytes += object.to_string().len();
                if n_bytes > MOST_BYTES {
                    missing.push(format!("{} and what follows: more than {} MiB", kind.3, MOST_BYTES >> 20));
                    export.incomplete = Some(missing.join("; "));
                    return Ok(export);
                }
                export.objects.push(object);
            }
        }
        export.incomplete = (!missing.is_empty()).then(|| missing.join("; "));
        Ok(export)
    }

    /// Makes these objects. What is there already stays as it is, so that it can be done again.
    pub async fn fill(&self, objects: &[Value]) -> Result<Filled, Error> {
        let mut filled = Filled::default();
        for object in objects {
            match patiently(|| self.make(object)).await {
                Ok(is_new) => filled.n_made += usize::from(is_new),
                Err(error) if !error.is_answer() => return Err(error),
                Err(error) => filled.refused.push((title(object), error.to_string())),
            }
        }
        Ok(filled)
    }

    /// Answers whether it was not there before.
    async fn make(&self, object: &Value) -> Result<bool, Error> {
        let known = KINDS.into_iter().find(|kind| object["kind"] == kind.2);
        let known = known.ok_or_else(|| Error::refused("this version of Berth does not know its kind"))?;
        let object: DynamicObject =
            serde_json::from_value(object.clone()).map_err(|_| Error::refused("it is no object"))?;
        let params = PostParams { field_manager: Some(BERTH.into()), ..PostParams::default() };
        let api = self.api(&resource(known));
        match api.create(&params, &object).await {
            Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => {}
            answer => return answer.map(|_| true).map_err(Error::from),
        }
        if comes_with_namespace(known.2, &object) {
            let params = PatchParams { field_manager: Some(BERTH.into()), ..PatchParams::default() };
            api.patch(&object.name_any(), &params, &Patch::Merge(&object)).await?;
        }
        Ok(false)
    }

    fn api(&self, resource: &ApiResource) -> Api<DynamicObject> {
        let deployer = self.deployer.as_ref().filter(|_| resource.group == RBAC);
        Api::namespaced_with(deployer.unwrap_or(&self.client).clone(), &self.namespace, resource)
    }
}

fn resource((group, version, kind, plural): (&str, &str, &str, &str)) -> ApiResource {
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}

fn as_before(mut object: DynamicObject, undo: &BTreeMap<String, Value>) -> DynamicObject {
    let undo = object.metadata.uid.as_ref().and_then(|uid| undo.get(uid));
    if let Some(undo) = undo.filter(|_| is_stopped(&object)) {
        json_patch::merge(&mut object.data, undo);
    }
    object
}

/// Kind and name, which no two of them share.
pub fn title(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// Berth makes them again by itself.
fn is_berths(object: &DynamicObject) -> bool {
    let labels = object.labels();
    labels.get(MANAGED_BY).is_some_and(|manager| manager == BERTH) || labels.contains_key(NAMESPACE_ID)
}
