//! What keeps a namespace from reaching others and from growing without end. Everything has a safe default; a class
//! loosens it knowingly.

use crate::name::label;
use crate::quota::{Quota, Resource};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

/// The guardrails of a class beside pod security, network and quota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Guardrails {
    /// What is refused unless it is named here.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub allows: BTreeSet<Loosening>,
    /// Keys of taints that pods may tolerate besides what Kubernetes adds by itself and `nvidia.com/gpu`; `*` is every taint.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tolerations: BTreeSet<String>,
    /// Priority classes that pods may name, besides the cluster's default.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub priority_classes: BTreeSet<String>,
    /// When not empty, load balancers must name their source ranges, each one of these.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub load_balancer_sources: BTreeSet<String>,
    /// When not empty, Ingresses may serve these hosts only: `shop.example.com`, or all below one: `*.apps.example.com`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub ingress_hosts: BTreeSet<String>,
    /// Devices and huge pages that pods may ask for besides those of the quota, and how many in the whole namespace:
    /// `amd.com/gpu`, or `hugepages-2Mi`, which is counted in pages. What is not named is refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub devices: BTreeMap<String, u32>,
    /// Node ports besides those of load balancers. 0: Services of type NodePort are refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub node_ports: u32,
    #[serde(skip_serializing_if = "is_default")]
    pub ephemeral_storage: EphemeralStorage,
    /// How many objects of a kind there may be; a kind that is not named has its default.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub objects: BTreeMap<Counted, u32>,
}

/// Something that reaches beyond a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Loosening {
    /// Services take the traffic of addresses of their choice.
    ExternalIps,
    /// Services stand for a host name of their choice.
    ExternalNames,
    /// Load balancers ask for an address of their choice.
    LoadBalancerAddresses,
    /// Ingresses serve every host, or put their own text into the controller's configuration.
    UnboundIngresses,
    /// Pods say on which node they run, past the scheduler.
    NodeNames,
    /// Pods keep away from, or come close to, pods of other namespaces.
    CrossNamespaceAffinity,
    /// Volume claims name the volume they want, or take one that waits for whoever comes.
    VolumeNames,
    /// Pods choose their address, or networks beside the cluster's.
    PodNetworks,
    /// Tokens of the namespace's service accounts that are good for more than a day, or for ever.
    LastingTokens,
}

/// Space on nodes that is gone with the pod: layers of containers, logs, `emptyDir`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct EphemeralStorage {
    /// Of a container that names none.
    pub request_bytes: u64,
    /// Of a container that names none.
    pub limit_bytes: u64,
    /// The namespace may have this much for each pod of its quota, in requests and in limits.
    pub per_pod_bytes: u64,
}

/// A kind of object whose number is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    ConfigMaps,
    Secrets,
    Services,
    ServiceAccounts,
    VolumeClaims,
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    Jobs,
    CronJobs,
    Autoscalers,
    DisruptionBudgets,
    Ingresses,
    Roles,
    RoleBindings,
    Leases,
    /// Besides those of the quota, which counts what runs only.
    EndedPods,
}

impl Guardrails {
    pub fn allows(&self, what: Loosening) -> bool {
        self.allows.contains(&what)
    }

    pub fn most(&self, kind: Counted) -> u32 {
        self.objects.get(&kind).copied().unwrap_or(kind.unsaid())
    }

    /// All that pods of a namespace with this quota may have together.
    pub fn ephemeral_bytes(&self, quota: &Quota) -> u64 {
        self.ephemeral_storage.per_pod_bytes.saturating_mul(quota.pods)
    }

    pub(super) fn is_default(&self) -> bool {
        is_default(self)
    }
}

impl Loosening {
    pub const ALL: [Loosening; 9] = [
        Self::ExternalIps,
        Self::ExternalNames,
        Self::LoadBalancerAddresses,
        Self::UnboundIngresses,
        Self::NodeNames,
        Self::CrossNamespaceAffinity,
        Self::VolumeNames,
        Self::PodNetworks,
        Self::LastingTokens,
    ];

    /// Its name in JSON and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExternalIps => "external_ips",
            Self::ExternalNames => "external_names",
            Self::LoadBalancerAddresses => "load_balancer_addresses",
            Self::UnboundIngresses => "unbound_ingresses",
            Self::NodeNames => "node_names",
            Self::CrossNamespaceAffinity => "cross_namespace_affinity",
            Self::VolumeNames => "volume_names",
            Self::PodNetworks => "pod_networks",
            Self::LastingTokens => "lasting_tokens",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::ExternalIps => "Services with external IPs",
            Self::ExternalNames => "Services of type ExternalName",
            Self::LoadBalancerAddresses => "Load balancers with a chosen address",
            Self::UnboundIngresses => "Ingresses for any host, and snippets",
            Self::NodeNames => "Pods that name their node",
            Self::CrossNamespaceAffinity => "Affinity to pods of other namespaces",
            Self::VolumeNames => "Volume claims for a volume that is there",
            Self::PodNetworks => "Pods that choose their address or networks",
            Self::LastingTokens => "Tokens of service accounts that last",
        }
    }
}

impl Counted {
    pub const ALL: [Counted; 18] = [
        Self::ConfigMaps,
        Self::Secrets,
        Self::Services,
        Self::ServiceAccounts,
        Self::VolumeClaims,
        Self::Deployments,
        Self::ReplicaSets,
        Self::StatefulSets,
        Self::DaemonSets,
        Self::Jobs,
        Self::CronJobs,
        Self::Autoscalers,
        Self::DisruptionBudgets,
        Self::Ingresses,
        Self::Roles,
        Self::RoleBindings,
        Self::Leases,
        Self::EndedPods,
    ];

    /// Its name in JSON and in forms.
    pub fn as_str(self) -> &'static str {
        self.words().0
    }

    pub fn title(self) -> &'static str {
        self.words().1
    }

    /// What Kubernetes counts it by (<https://kubernetes.io/docs/concepts/policy/resource-quotas/#object-count-quota>).
    pub fn quota_name(self) -> &'static str {
        self.words().2
    }

    /// How many there may be when a class says nothing.
    pub fn unsaid(self) -> u32 {
        self.words().3
    }

    /// A Deployment keeps ten old ReplicaSets; etcd keeps 1 MiB of each ConfigMap and Secret.
    fn words(self) -> (&'static str, &'static str, &'static str, u32) {
        match self {
            Self::ConfigMaps => ("config_maps", "ConfigMaps", "count/configmaps", 100),
            Self::Secrets => ("secrets", "Secrets", "count/secrets", 100),
            Self::Services => ("services", "Services", "count/services", 50),
            Self::ServiceAccounts => ("service_accounts", "Service accounts", "count/serviceaccounts", 50),
            Self::VolumeClaims => ("volume_claims", "Volume claims", "count/persistentvolumeclaims", 50),
            Self::Deployments => ("deployments", "Deployments", "count/deployments.apps", 50),
            Self::ReplicaSets => ("replica_sets", "ReplicaSets", "count/replicasets.apps", 600),
            Self::StatefulSets => ("stateful_sets", "StatefulSets", "count/statefulsets.apps", 50),
            Self::DaemonSets => ("daemon_sets", "DaemonSets", "count/daemonsets.apps", 10),
            Self::Jobs => ("jobs", "Jobs", "count/jobs.batch", 200),
            Self::CronJobs => ("cron_jobs", "CronJobs", "count/cronjobs.batch", 50),
            Self::Autoscalers => ("autoscalers", "Autoscalers", "count/horizontalpodautoscalers.autoscaling", 50),
            Self::DisruptionBudgets => {
                ("disruption_budgets", "Disruption budgets", "count/poddisruptionbudgets.policy", 50)
            }
            Self::Ingresses => ("ingresses", "Ingresses", "count/ingresses.networking.k8s.io", 50),
            Self::Roles => ("roles", "Roles", "count/roles.rbac.authorization.k8s.io", 50),
            Self::RoleBindings => ("role_bindings", "RoleBindings", "count/rolebindings.rbac.authorization.k8s.io", 50),
            Self::Leases => ("leases", "Leases", "count/leases.coordination.k8s.io", 50),
            Self::EndedPods => ("ended_pods", "Ended pods", "count/pods", 200),
        }
    }
}

impl Default for EphemeralStorage {
    fn default() -> Self {
        Self { request_bytes: 64 << 20, limit_bytes: 1 << 30, per_pod_bytes: 2 << 30 }
    }
}

/// So many of a device, as a quantity of Kubernetes: huge pages are counted by their bytes.
pub fn device_amount(name: &str, most: u32) -> String {
    page_size(name).map_or(most.to_string(), |(size, unit)| format!("{}{unit}", u64::from(size) * u64::from(most)))
}

/// Whether pods can ask for a device of this name: `vendor.example/thing`, or huge pages. Those that the quota counts are in the
/// quota itself, and names of Kubernetes' own are no devices
/// (<https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources>).
pub(super) fn is_device(name: &str) -> bool {
    let ends_well = |text: &str| {
        let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        text.len() <= 63 && is_end(text.chars().next()) && is_end(text.chars().last())
    };
    let Some((vendor, thing)) = name.split_once('/') else { return page_size(name).is_some() };
    let is_others =
        vendor != "kubernetes.io" && !vendor.ends_with(".kubernetes.io") && !vendor.starts_with("requests.");
    let is_name = ends_well(thing) && thing.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    Resource::ALL.iter().all(|resource| resource.on_nodes().name() != Some(name))
        && vendor.len() <= 200
        && is_others
        && vendor.split('.').all(|part| label(part, 63).is_ok())
        && is_name
}

/// `hugepages-2Mi`: 2, `Mi`.
fn page_size(name: &str) -> Option<(u16, &str)> {
    let size = name.strip_prefix("hugepages-")?;
    let (number, unit) = size.split_at(size.find(|c: char| !c.is_ascii_digit())?);
    let number = number.parse().ok().filter(|number: &u16| number.is_power_of_two())?;
    ["Ki", "Mi", "Gi"].contains(&unit).then_some((number, unit))
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A map as it is written: of two values with one key nobody knows which is meant.
fn unique_keys<'de, D, K>(given: D) -> Result<BTreeMap<K, u32>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + Serialize,
{
    struct Unique<K>(PhantomData<K>);

    impl<'de, K: Deserialize<'de> + Ord + Serialize> Visitor<'de> for Unique<K> {
        type Value = BTreeMap<K, u32>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(key) = given.next_key::<K>()? {
                let said = serde_json::to_string(&key).unwrap_or_default();
                if map.insert(key, given.next_value()?).is_some() {
                    return Err(de::Error::custom(format_args!("{said} is there twice")));
                }
            }
            Ok(map)
        }
    }

    given.deserialize_map(Unique(PhantomData))
}
