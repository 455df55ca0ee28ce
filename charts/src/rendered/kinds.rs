//! The kinds that Kubernetes has, where they live, and what rights call them.

use super::object::CrdFacts;
use serde::{Deserialize, Serialize};

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Cluster,
    Namespaced,
    /// Of a kind that neither Kubernetes nor the chart has.
    Unknown,
}

/// Who brings a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindOrigin {
    Kubernetes,
    /// A CRD of the chart.
    Chart,
    /// Somebody else: without it, the chart cannot be installed.
    Elsewhere,
}

struct Kind {
    group: &'static str,
    kind: &'static str,
    resource: &'static str,
    scope: Scope,
}

const fn namespaced(group: &'static str, kind: &'static str, resource: &'static str) -> Kind {
    Kind { group, kind, resource, scope: Scope::Namespaced }
}

const fn cluster(group: &'static str, kind: &'static str, resource: &'static str) -> Kind {
    Kind { group, kind, resource, scope: Scope::Cluster }
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";

/// Kinds of Kubernetes 1.36 that a chart may hold, of every version of their group.
const KINDS: &[Kind] = &[
    namespaced("", "ConfigMap", "configmaps"),
    namespaced("", "Endpoints", "endpoints"),
    namespaced("", "Event", "events"),
    namespaced("", "LimitRange", "limitranges"),
    cluster("", "Namespace", "namespaces"),
    cluster("", "Node", "nodes"),
    cluster("", "PersistentVolume", "persistentvolumes"),
    namespaced("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    namespaced("", "Pod", "pods"),
    namespaced("", "PodTemplate", "podtemplates"),
    namespaced("", "ReplicationController", "replicationcontrollers"),
    namespaced("", "ResourceQuota", "resourcequotas"),
    namespaced("", "Secret", "secrets"),
    namespaced("", "Service", "services"),
    namespaced("", "ServiceAccount", "serviceaccounts"),
    cluster(ADMISSION, "MutatingAdmissionPolicy", "mutatingadmissionpolicies"),
    cluster(ADMISSION, "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"),
    cluster(ADMISSION, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
    cluster(ADMISSION, "ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    cluster(ADMISSION, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
    cluster(ADMISSION, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
    cluster("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions"),
    cluster("apiregistration.k8s.io", "APIService", "apiservices"),
    namespaced("apps", "ControllerRevision", "controllerrevisions"),
    namespaced("apps", "DaemonSet", "daemonsets"),
    namespaced("apps", "Deployment", "deployments"),
    namespaced("apps", "ReplicaSet", "replicasets"),
    namespaced("apps", "StatefulSet", "statefulsets"),
    namespaced("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    namespaced("batch", "CronJob", "cronjobs"),
    namespaced("batch", "Job", "jobs"),
    cluster("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests"),
    cluster("certificates.k8s.io", "ClusterTrustBundle", "clustertrustbundles"),
    namespaced("coordination.k8s.io", "Lease", "leases"),
    namespaced("discovery.k8s.io", "EndpointSlice", "endpointslices"),
    namespaced("events.k8s.io", "Event", "events"),
    cluster("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas"),
    cluster("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations"),
    namespaced("networking.k8s.io", "Ingress", "ingresses"),
    cluster("networking.k8s.io", "IngressClass", "ingressclasses"),
    cluster("networking.k8s.io", "IPAddress", "ipaddresses"),
    namespaced("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    cluster("networking.k8s.io", "ServiceCIDR", "servicecidrs"),
    cluster("node.k8s.io", "RuntimeClass", "runtimeclasses"),
    namespaced("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
    cluster("policy", "PodSecurityPolicy", "podsecuritypolicies"),
    cluster(RBAC, "ClusterRole", "clusterroles"),
    cluster(RBAC, "ClusterRoleBinding", "clusterrolebindings"),
    namespaced(RBAC, "Role", "roles"),
    namespaced(RBAC, "RoleBinding", "rolebindings"),
    cluster("resource.k8s.io", "DeviceClass", "deviceclasses"),
    namespaced("resource.k8s.io", "ResourceClaim", "resourceclaims"),
    namespaced("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates"),
    cluster("resource.k8s.io", "ResourceSlice", "resourceslices"),
    cluster("scheduling.k8s.io", "PriorityClass", "priorityclasses"),
    cluster("storage.k8s.io", "CSIDriver", "csidrivers"),
    cluster("storage.k8s.io", "CSINode", "csinodes"),
    namespaced("storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities"),
    cluster("storage.k8s.io", "StorageClass", "storageclasses"),
    cluster("storage.k8s.io", "VolumeAttachment", "volumeattachments"),
    cluster("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses"),
];

fn find(group: &str, kind: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|known| known.group == group && known.kind == kind)
}

/// Where objects of a kind live, and who brings it.
pub fn look_up(group: &str, kind: &str, crds: &[CrdFacts]) -> (Scope, KindOrigin) {
    if let Some(known) = find(group, kind) {
        return (known.scope, KindOrigin::Kubernetes);
    }
    match crds.iter().find(|crd| crd.group == group && crd.kind == kind) {
        Some(crd) => (crd.scope, KindOrigin::Chart),
        None => (Scope::Unknown, KindOrigin::Elsewhere),
    }
}

/// What rights call a kind. Of one that nobody knows, as Kubernetes guesses it.
pub fn resource(group: &str, kind: &str, crds: &[CrdFacts]) -> String {
    if let Some(known) = find(group, kind) {
        return known.resource.into();
    }
    let crd = crds.iter().find(|crd| crd.group == group && crd.kind == kind && !crd.resource.is_empty());
    crd.map_or_else(|| guess(&kind.to_lowercase()), |crd| crd.resource.clone())
}

fn guess(singular: &str) -> String {
    match singular.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if singular.ends_with('s') => format!("{singular}es"),
        None => format!("{singular}s"),
    }
}
