//! The kinds that Kubernetes has, where they live, and what rights call them.

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

/// A kind of Kubernetes.
pub struct Kind {
    group: &'static str,
    kind: &'static str,
    /// What rights call it.
    pub resource: &'static str,
    pub scope: Scope,
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

pub fn find(group: &str, kind: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|known| known.group == group && known.kind == kind)
}
