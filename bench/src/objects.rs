//! What Berth made in a namespace, and the same again by a bare Kubernetes client: one object after another, by server-side
//! apply, as the same service account.

use anyhow::{Context, Result, ensure};
use kube::api::{Api, ApiResource, DynamicObject, ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use stack::describe::StackFile;
use std::time::{Duration, Instant};

/// In the order in which Berth applies them.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("", "v1", "Namespace", "namespaces"),
    ("", "v1", "ResourceQuota", "resourcequotas"),
    ("", "v1", "LimitRange", "limitranges"),
    ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
    ("", "v1", "ServiceAccount", "serviceaccounts"),
    ("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
    ("", "v1", "ConfigMap", "configmaps"),
];
const MANAGED: &str = "app.kubernetes.io/managed-by=berth";
const FIELD_MANAGER: &str = "berth";
const PROVISIONER: &str = "system:serviceaccount:berth-system:berth-provisioner";
/// What the API server adds.
const NOT_OURS: [&str; 6] =
    ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "ownerReferences"];

pub struct Objects {
    client: Client,
    namespace: String,
    objects: Vec<(ApiResource, Value)>,
}

impl Objects {
    /// Reads what is in force there.
    pub async fn made_in(stack: &StackFile, namespace: &str) -> Result<Self> {
        let kubeconfig = Kubeconfig::read_from(&stack.kubeconfig)?;
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        let administrator = Client::try_from(config.clone())?;
        let mut objects = Vec::new();
        for (group, version, kind, plural) in KINDS {
            let resource = resource(group, version, kind, plural);
            for object in list(&administrator, &resource, namespace).await? {
                let value = stripped(object, &resource)?;
                objects.push((resource.clone(), value));
            }
        }
        ensure!(objects.len() > KINDS.len(), "Berth has made little in {namespace}: {} objects", objects.len());
        config.auth_info.impersonate = Some(PROVISIONER.to_owned());
        Ok(Self { client: Client::try_from(config)?, namespace: namespace.to_owned(), objects })
    }

    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Applies them in another namespace and answers how long that took.
    pub async fn apply_in(&self, namespace: &str) -> Result<Duration> {
        let params = PatchParams::apply(FIELD_MANAGER).force().validation_strict();
        let mut objects = Vec::new();
        for (resource, value) in &self.objects {
            // The namespace is named in each of them, also as the place of service accounts.
            let value: Value = serde_json::from_str(&value.to_string().replace(&self.namespace, namespace))?;
            let name = value["metadata"]["name"].as_str().context("an object has a name")?.to_owned();
            let api: Api<DynamicObject> = match resource.kind.as_str() {
                "Namespace" => Api::all_with(self.client.clone(), resource),
                _ => Api::namespaced_with(self.client.clone(), namespace, resource),
            };
            objects.push((api, name, value));
        }
        // Opens the connection, which Berth's client has open already.
        let (first, name, _) = objects.first().context("there are objects")?;
        first.get_opt(name).await?;
        let began = Instant::now();
        for (api, name, value) in objects {
            api.patch(&name, &params, &Patch::Apply(value)).await.with_context(|| format!("apply {name}"))?;
        }
        Ok(began.elapsed())
    }
}

fn resource(group: &str, version: &str, kind: &str, plural: &str) -> ApiResource {
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version,
        kind: kind.to_owned(),
        plural: plural.to_owned(),
    }
}

async fn list(client: &Client, resource: &ApiResource, namespace: &str) -> Result<Vec<DynamicObject>> {
    if resource.kind == "Namespace" {
        return Ok(vec![Api::all_with(client.clone(), resource).get(namespace).await?]);
    }
    let api = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, resource);
    Ok(api.list(&ListParams::default().labels(MANAGED)).await?.items)
}

/// Without what the API server added, and with what lists leave out.
fn stripped(object: DynamicObject, resource: &ApiResource) -> Result<Value> {
    let mut value = serde_json::to_value(object)?;
    (value["apiVersion"], value["kind"]) = (json!(resource.api_version), json!(resource.kind));
    if let Some(object) = value.as_object_mut() {
        object.remove("status");
    }
    if let Some(metadata) = value["metadata"].as_object_mut() {
        NOT_OURS.iter().for_each(|field| drop(metadata.remove(*field)));
    }
    if let Some(labels) = value.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("kubernetes.io/metadata.name");
    }
    if value["kind"] == "Namespace"
        && let Some(object) = value.as_object_mut()
    {
        object.remove("spec");
    }
    Ok(value)
}
