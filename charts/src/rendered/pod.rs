//! The pods that objects make, and their containers.

use super::object::Object;
use super::value::{at, items_at, text_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What pods of a workload are made from.
pub struct PodTemplate<'a> {
    pub object: &'a Object,
    pub metadata: &'a Value,
    pub metadata_path: String,
    pub spec: &'a Value,
    /// `spec.template.spec`
    pub spec_path: String,
}

/// When a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerRole {
    /// Before the others, to its end.
    Init,
    /// Started before the others, and beside them as long as they run.
    Sidecar,
    Main,
    Ephemeral,
}

/// One container of a pod.
pub struct Container<'a> {
    pub name: &'a str,
    pub role: ContainerRole,
    /// `spec.template.spec.containers[0]`
    pub path: String,
    pub value: &'a Value,
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
static NOTHING: Value = Value::Null;

/// None if it makes no pods.
pub fn template(object: &Object) -> Option<PodTemplate<'_>> {
    let path: &[&str] = match (object.id.group(), object.id.kind.as_str()) {
        ("", "Pod") => &[],
        ("", "PodTemplate") => &["template"],
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => &["spec", "template"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    };
    let template = at(&object.value, path)?;
    let prefix = path.iter().map(|name| format!("{name}.")).collect::<String>();
    Some(PodTemplate {
        object,
        metadata: at(template, &["metadata"]).unwrap_or(&NOTHING),
        metadata_path: format!("{prefix}metadata"),
        spec: at(template, &["spec"]).unwrap_or(&NOTHING),
        spec_path: format!("{prefix}spec"),
    })
}

pub fn templates(objects: &[Object]) -> impl Iterator<Item = PodTemplate<'_>> {
    objects.iter().filter_map(template)
}

impl<'a> PodTemplate<'a> {
    pub fn containers(&self) -> Vec<Container<'a>> {
        let of_list = |list: &'static str| {
            let items = items_at(self.spec, &[list]).iter().enumerate();
            items.map(move |(index, value)| (list, index, value))
        };
        let spec_path = &self.spec_path;
        LISTS
            .into_iter()
            .flat_map(of_list)
            .map(|(list, index, value)| Container {
                name: text_at(value, &["name"]).unwrap_or_default(),
                role: role(list, value),
                path: format!("{spec_path}.{list}[{index}]"),
                value,
            })
            .collect()
    }

    pub fn n_containers(&self) -> usize {
        LISTS.into_iter().map(|list| items_at(self.spec, &[list]).len()).sum()
    }

    /// With their path.
    pub fn volumes(&self) -> impl Iterator<Item = (String, &'a Value)> {
        let path = format!("{}.volumes", self.spec_path);
        items_at(self.spec, &["volumes"]).iter().enumerate().map(move |(n, volume)| (format!("{path}[{n}]"), volume))
    }

    pub fn is_windows(&self) -> bool {
        text_at(self.spec, &["os", "name"]) == Some("windows")
    }

    /// Root in it is nobody on the node.
    pub fn has_user_namespace(&self) -> bool {
        at(self.spec, &["hostUsers"]) == Some(&Value::Bool(false))
    }
}

fn role(list: &str, container: &Value) -> ContainerRole {
    match list {
        "initContainers" if text_at(container, &["restartPolicy"]) == Some("Always") => ContainerRole::Sidecar,
        "initContainers" => ContainerRole::Init,
        "ephemeralContainers" => ContainerRole::Ephemeral,
        _ => ContainerRole::Main,
    }
}
