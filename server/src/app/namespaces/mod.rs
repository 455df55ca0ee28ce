//! Namespaces: making the cluster what the desired state says.

mod ahead;
mod deletion;
mod ending;
pub(in crate::app) mod kubeconfig;
mod reconcile;
pub(in crate::app) mod suspension;
mod sync;

pub use ahead::resolve_ahead;
pub use ending::{FollowLifetimes, begin_ending, follow_lifetimes, restore, set_expiry, stop_ending};
pub(in crate::app) use ending::{lift_expired, refuse_reserved};
pub use kubeconfig::{KubeconfigFile, kubeconfig};
pub use reconcile::{SweepNamespaces, sweep, sync_now, watch_for_drift};
pub use suspension::EXPORT;
pub use sync::SyncNamespace;

use super::{Change, Ctx, Result};
use crate::cluster::manifests::Site;
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use domain::audit::EventKind;
use domain::drift::Condition;
use domain::namespace::Namespace;

fn record_event(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, kind: EventKind) {
    let subject = format!("{}/{}", namespace.cluster.name, namespace.name);
    tx.record(ctx, subject, Some(namespace.team.id), kind);
}

fn site(ctx: &Ctx, cluster: &Cluster) -> Site {
    Site {
        groups_prefix: cluster.groups_prefix.clone(),
        users_prefix: cluster.users_prefix.clone(),
        public_url: ctx.berth.config.http.public_url.to_string(),
    }
}

/// The cluster has what was desired when this run began; its capacity is given back where it was more before. Answers
/// the condition that is over.
async fn applied(tx: &mut Conn, ctx: &Ctx, namespace: &Namespace, digest: &[u8]) -> Result<Option<Condition>> {
    store::namespaces::save_applied(&mut *tx, namespace.id, &namespace.quota).await?;
    Ok(store::drift::save_right(&mut *tx, namespace.id, namespace.class.id, digest, ctx.now()).await?)
}
