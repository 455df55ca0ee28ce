//! Namespaces: making the cluster what the desired state says, and showing what is there.

mod activity;
mod ahead;
mod contents;
mod deletion;
mod ending;
mod kubeconfig;
mod reconcile;
mod show;
mod suspension;
mod sync;

pub use ahead::resolve_ahead;
pub use contents::contents;
pub use ending::{FollowLifetimes, begin_ending, follow_lifetimes, restore, set_expiry, stop_ending};
pub(in crate::app) use ending::{lift_expired, refuse_reserved};
pub use kubeconfig::{KubeconfigFile, kubeconfig};
pub use reconcile::{SweepNamespaces, drift, sweep, sync_now, watch_for_drift};
pub use show::{Desired, desired, get, get_without_activity, list, place};
pub(in crate::app) use show::{access_rows, attention, ending_rows, quota_lines, rows};
pub use suspension::EXPORT;
pub use sync::SyncNamespace;

use super::{Change, Ctx};
use domain::audit::EventKind;
use domain::namespace::Namespace;

fn record_event(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, kind: EventKind) {
    let subject = format!("{}/{}", namespace.cluster.name, namespace.name);
    tx.record(ctx, subject, Some(namespace.team.id), kind);
}
