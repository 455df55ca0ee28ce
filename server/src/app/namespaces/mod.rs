//! Namespaces: making the cluster what the desired state says, and showing what is there.

mod keep;
mod kubeconfig;
mod show;
mod sync;

pub use keep::{SWEEPS_APART, drift, heed, order_sync, sweep};
pub use kubeconfig::{KubeconfigFile, kubeconfig};
pub(in crate::app) use show::{access_rows, attention, quota_lines, rows};
pub use show::{get, list};
pub use sync::{give_up, sync};
