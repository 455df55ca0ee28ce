//! Typed objects with their type erased, so that one list and one way of applying hold several kinds.

use super::{BERTH, MANAGED_BY, NAMESPACE_ID};
use k8s_openapi::NamespaceResourceScope;
use kube::api::{Api, ApiResource, DynamicObject, Resource};
use kube::{Client, ResourceExt};
use serde::Serialize;
use serde_json::Value;

/// One object as it should be. Made from a typed value only.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    resource: ApiResource,
    namespace: Option<String>,
    name: String,
    value: Value,
}

impl Object {
    pub(super) fn new<K: Resource<DynamicType = ()> + Serialize>(typed: &K) -> Self {
        Self {
            resource: ApiResource::erase::<K>(&()),
            namespace: typed.namespace(),
            name: typed.name_any(),
            value: serde_json::to_value(typed).expect("Kubernetes' types are maps with text keys"),
        }
    }

    pub fn kind(&self) -> &str {
        &self.resource.kind
    }

    pub(super) fn is_namespace(&self) -> bool {
        self.resource.kind == "Namespace"
    }

    /// Whether it says who may do what.
    pub(super) fn is_access(&self) -> bool {
        self.resource.kind == "RoleBinding"
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub(super) fn resource(&self) -> &ApiResource {
        &self.resource
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// Whether it carries Berth's label; what does not is somebody else's object of which Berth sets a field.
    pub(super) fn is_whole(&self) -> bool {
        self.value.pointer("/metadata/labels").and_then(|labels| labels.get(MANAGED_BY)) == Some(&BERTH.into())
    }

    /// The row of Berth it belongs to, when it says so.
    pub(super) fn namespace_id(&self) -> Option<&str> {
        self.value.pointer("/metadata/labels")?.get(NAMESPACE_ID)?.as_str()
    }

    pub(super) fn api(&self, client: &Client) -> Api<DynamicObject> {
        match &self.namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &self.resource),
            None => Api::all_with(client.clone(), &self.resource),
        }
    }
}

/// A stand-in for an object that must not be there: what to look for and delete.
pub(super) fn absent<K>(namespace: &str, name: &str) -> Object
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    Object {
        resource: ApiResource::erase::<K>(&()),
        namespace: Some(namespace.into()),
        name: name.into(),
        value: Value::Null,
    }
}

/// Objects as the documents of one YAML file.
pub fn to_yaml(objects: &[Object]) -> String {
    let documents = objects.iter().map(|object| {
        let yaml = serde_saphyr::to_string(&object.value).expect("JSON can be written as YAML");
        format!("---\n{yaml}")
    });
    documents.collect()
}
