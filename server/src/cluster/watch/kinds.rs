//! Everything that is watched on a cluster, one line for each kind. What is kept, the watches, how the lack of one is told,
//! and the rights of the observer follow from this table.

use super::namespaced_store::NamespacedStore;
use super::projection::{
    self, SeenBinding, SeenClaim, SeenJob, SeenNamespace, SeenNode, SeenPod, SeenReplicaSet, SeenService,
};
use super::{QuotaSeen, Watched};
use crate::cluster::bounds::{LARGEST_KINDS, LIMITS, Limits};
use crate::cluster::{BERTH, MANAGED_BY};
use domain::diagnosis::{Warning, Workload};
use k8s_openapi::Resource;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{
    Event, LimitRange, Namespace, Node, PersistentVolumeClaim, Pod, ReplicationController, ResourceQuota, Service,
    ServiceAccount,
};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Client;
use kube::runtime::watcher::Config;
use serde_json::Value;
use std::sync::Arc;
use tokio::task::JoinSet;

/// What is not known without a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// Nothing of the cluster is shown: what runs, or what of its quota is used.
    Everything,
    /// Nobody knows how many workloads there are.
    Workloads,
    /// Only what is of this kind.
    Itself,
}

/// Which objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    All,
    Warnings,
    /// Those that carry Berth's label: what changes in them may have to be put right.
    Managed,
    /// Those without it: what carries it and is not Berth's is removed.
    Others,
}

/// What a watch does with the objects of one kind.
pub struct Kind<K, T> {
    pub spec: KindSpec,
    pub store: fn(&mut ClusterCache) -> &mut NamespacedStore<T>,
    pub project: fn(&K) -> T,
}

/// What the watches of one cluster are begun with.
pub struct Following<'a> {
    pub(super) watched: &'a Arc<Watched>,
    pub(super) client: Client,
    pub(super) tasks: &'a mut JoinSet<()>,
}

/// A line of the table.
pub struct WatchedKind {
    pub spec: KindSpec,
    /// API group and resource, as rights name them.
    pub group: &'static str,
    pub resource: &'static str,
    /// Begins to watch it.
    pub begin: fn(&mut Following<'_>),
}

/// What a kind is called, and how much it matters.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    pub name: &'static str,
    pub without: Lacks,
    pub only: Only,
    /// How much is kept of it.
    pub limits: Limits,
}

/// A kind that is forbidden or late is said, and takes nothing else with it: a version of Berth that watches one more kind
/// lacks the right at first.
const fn optional(name: &'static str) -> KindSpec {
    KindSpec { name, without: Lacks::Itself, only: Only::All, limits: LIMITS }
}

const fn essential(name: &'static str) -> KindSpec {
    KindSpec { without: Lacks::Everything, ..optional(name) }
}

const fn of_workloads(name: &'static str) -> KindSpec {
    KindSpec { without: Lacks::Workloads, ..optional(name) }
}

/// Berth's own objects are kept whole.
const fn managed(name: &'static str) -> KindSpec {
    KindSpec { only: Only::Managed, limits: LARGEST_KINDS, ..optional(name) }
}

impl KindSpec {
    const fn only(self, only: Only) -> Self {
        Self { only, ..self }
    }

    const fn many(self) -> Self {
        Self { limits: LARGEST_KINDS, ..self }
    }
}

impl Only {
    pub fn narrow(self, config: Config) -> Config {
        match self {
            Self::All => config,
            Self::Warnings => config.fields("type=Warning"),
            Self::Managed => config.labels(&format!("{MANAGED_BY}={BERTH}")),
            Self::Others => config.labels(&format!("{MANAGED_BY}!={BERTH}")),
        }
    }
}

// Of these is asked by name whether they are known.
pub const EVENTS: &str = "events";
pub const SERVICES: &str = "services";
pub const CLAIMS: &str = "persistentvolumeclaims";
pub const NODES: &str = "nodes";
/// All of them, whoever made them: a name that is there is not free.
pub const NAMESPACES: &str = "namespaces";
pub const OTHER_BINDINGS: &str = "rolebindings";
pub const MANAGED_NAMESPACES: &str = "Berth's namespaces";

/// Names of the kinds of which this is so.
pub fn names(is_so: impl Fn(&KindSpec) -> bool) -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.spec).filter(move |spec| is_so(spec)).map(|spec| spec.name)
}

pub fn limits(kind: &str) -> Limits {
    KINDS.iter().find(|line| line.spec.name == kind).map_or(LIMITS, |line| line.spec.limits)
}

/// Makes of each line a store, and the watch that fills it.
macro_rules! kinds {
    (
        { $($field:ident: $object:ty => $seen:ty, $project:expr, $spec:expr;)* }
        managed { $($own:ident: $own_object:ty, $own_project:expr, $own_terms:expr;)* }
    ) => {
        /// Everything seen on one cluster.
        #[derive(Default)]
        pub struct ClusterCache {
            $(pub $field: NamespacedStore<$seen>,)*
            pub managed: Managed,
        }

        /// Objects that carry Berth's label, as they are.
        #[derive(Default)]
        pub struct Managed {
            $(pub $own: NamespacedStore<Value>,)*
        }

        impl Managed {
            /// By what Kubernetes calls the kind. None for one that is not watched.
            pub fn store(&self, kind: &str) -> Option<&NamespacedStore<Value>> {
                match kind {
                    $(<$own_object as Resource>::KIND => Some(&self.$own),)*
                    _ => None,
                }
            }
        }

        pub const KINDS: &[WatchedKind] = &[
            $(kinds!(line $object, $project, $spec, |cache: &mut ClusterCache| &mut cache.$field),)*
            $(kinds!(line $own_object, $own_project, $own_terms, |cache: &mut ClusterCache| &mut cache.managed.$own),)*
        ];
    };
    (line $object:ty, $project:expr, $spec:expr, $store:expr) => {
        WatchedKind {
            spec: $spec,
            group: <$object as Resource>::GROUP,
            resource: <$object as Resource>::URL_PATH_SEGMENT,
            begin: |following| following.follow::<$object, _>(|| Kind { spec: $spec, store: $store, project: $project }),
        }
    };
}

kinds! {
    {
        pods: Pod => SeenPod, projection::pod, essential("pods").many();
        deployments: Deployment => Workload, projection::deployment, of_workloads("deployments");
        replica_sets: ReplicaSet => SeenReplicaSet, projection::replica_set, of_workloads("replicasets");
        stateful_sets: StatefulSet => Workload, projection::stateful_set, of_workloads("statefulsets");
        daemon_sets: DaemonSet => Workload, projection::daemon_set, of_workloads("daemonsets");
        jobs: Job => SeenJob, projection::job, of_workloads("jobs");
        cron_jobs: CronJob => Workload, projection::cron_job, of_workloads("cronjobs");
        replication_controllers: ReplicationController => Workload, projection::replication_controller, optional("replicationcontrollers");
        quotas: ResourceQuota => QuotaSeen, projection::resource_quota, essential("resourcequotas");
        warnings: Event => Warning, projection::warning, optional(EVENTS).only(Only::Warnings);
        services: Service => SeenService, projection::service, optional(SERVICES);
        claims: PersistentVolumeClaim => SeenClaim, projection::claim, optional(CLAIMS);
        nodes: Node => SeenNode, projection::node, optional(NODES);
        namespaces: Namespace => SeenNamespace, projection::namespace, optional(NAMESPACES);
        other_bindings: RoleBinding => SeenBinding, projection::binding, optional(OTHER_BINDINGS).only(Only::Others);
    }
    managed {
        namespaces: Namespace, projection::managed_with_status, managed(MANAGED_NAMESPACES);
        quotas: ResourceQuota, projection::managed, managed("Berth's resourcequotas");
        limits: LimitRange, projection::managed, managed("Berth's limitranges");
        policies: NetworkPolicy, projection::managed, managed("Berth's networkpolicies");
        accounts: ServiceAccount, projection::managed, managed("Berth's serviceaccounts");
        bindings: RoleBinding, projection::managed, managed("Berth's rolebindings");
    }
}
