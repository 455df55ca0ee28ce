//! The objects that people made in a namespace, taken out so that they can be made again: without what the cluster adds, what
//! follows from others, and what is Berth's. The data in volumes is not among them.

use super::error::patiently;
use super::inside::Inside;
use super::{BERTH, Error, MANAGED_BY, NAMESPACE_ID};
use kube::ResourceExt;
use kube::api::{Api, ApiResource, DynamicObject, PostParams};
use kube::core::GroupVersionKind;
use serde_json::Value;

mod clean;

use clean::clean;

/// Bytes of objects that are kept at most.
const MOST_BYTES: usize = 8 << 20;
/// Refusals that are told one by one.
const TOLD: usize = 20;

/// Group, version, kind and plural of what teams can make through Berth's roles or are shown by them, in the order in which
/// they are made again.
const KINDS: [(&str, &str, &str, &str); 19] = [
    ("", "v1", "ServiceAccount", "serviceaccounts"),
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "Secret", "secrets"),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("", "v1", "Service", "services"),
    ("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
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
    /// Made now, or there already.
    pub n_made: usize,
    /// The first that could not be made, and why.
    pub refused: Vec<(String, String)>,
    pub n_refused: usize,
}

impl Inside {
    /// All that Berth may read there. A kind that it may not is said.
    pub async fn export(&self) -> Result<Export, Error> {
        let (mut export, mut missing, mut n_bytes) = (Export::default(), Vec::new(), 0);
        for kind in KINDS {
            let api = self.api(&resource(kind));
            let found = match patiently(|| self.list(&api)).await {
                Ok(found) => found,
                Err(error @ Error::Unreachable { .. }) => return Err(error),
                Err(error @ (Error::Refused { .. } | Error::Collision { .. })) => {
                    missing.push(format!("{}: {error}", kind.3));
                    continue;
                }
            };
            let theirs = found.into_iter().filter(|object| !is_berths(object));
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
                Ok(()) => filled.n_made += 1,
                Err(error @ Error::Unreachable { .. }) => return Err(error),
                Err(error @ (Error::Refused { .. } | Error::Collision { .. })) => {
                    filled.n_refused += 1;
                    if filled.refused.len() < TOLD {
                        filled.refused.push((title(object), error.to_string()));
                    }
                }
            }
        }
        Ok(filled)
    }

    async fn make(&self, object: &Value) -> Result<(), Error> {
        let known = KINDS.into_iter().find(|kind| object["kind"] == kind.2);
        let known = known.ok_or_else(|| Error::refused("this version of Berth does not know its kind"))?;
        let object: DynamicObject =
            serde_json::from_value(object.clone()).map_err(|_| Error::refused("it is no object"))?;
        let params = PostParams { field_manager: Some(BERTH.into()), ..PostParams::default() };
        match self.api(&resource(known)).create(&params, &object).await {
            Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => Ok(()),
            answer => answer.map(|_| ()).map_err(Error::from),
        }
    }

    fn api(&self, resource: &ApiResource) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, resource)
    }
}

fn resource((group, version, kind, plural): (&str, &str, &str, &str)) -> ApiResource {
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}

fn title(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// Berth makes them again by itself.
fn is_berths(object: &DynamicObject) -> bool {
    let labels = object.labels();
    labels.get(MANAGED_BY).is_some_and(|manager| manager == BERTH) || labels.contains_key(NAMESPACE_ID)
}
