//! What is in a namespace, for who is about to end it.

use crate::cluster::Freshness;
use crate::diagnosis::WorkloadKind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// What was seen in a namespace. What is none is not known: not read, not allowed, or not read in whole.
    pub struct ContentsView {
        /// How old all of it is.
        pub freshness: Freshness,
        /// By kind and name; pods that nothing owns are among them.
        pub workloads: Option<Vec<ContainedWorkload>>,
        pub n_pods: Option<i64>,
        pub n_running: Option<i64>,
        /// Services that are reached from outside of the cluster.
        pub services: Option<Vec<ContainedService>>,
        /// PersistentVolumeClaims: their data is lost with the namespace.
        pub volumes: Option<Vec<ContainedVolume>>,
        /// Whether there is more than is listed.
        pub is_cut: bool,
        /// When the newest workload or pod in it was made.
        #[serde(with = "time::serde::rfc3339::option")]
        pub changed_at: Option<OffsetDateTime>,
    }

    pub struct ContainedWorkload {
        pub kind: WorkloadKind,
        pub name: String,
        /// Replicas, as it should have; runs of a CronJob that are under way.
        pub desired: i32,
        pub ready: i32,
    }

    pub struct ContainedService {
        pub name: String,
        /// IP addresses and host names; empty while the cluster has given none.
        pub addresses: Vec<String>,
    }

    pub struct ContainedVolume {
        pub name: String,
        /// None where it does not say, or not so that it can be read.
        pub bytes: Option<u64>,
    }
}
