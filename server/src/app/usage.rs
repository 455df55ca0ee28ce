//! What a namespace uses.

use super::Ctx;
use super::clusters::freshness;
use domain::cluster::Freshness;
use domain::namespace::Namespace;
use domain::quota::Quota;

/// What the cluster counts as used, if that is fresh.
pub(super) fn used(ctx: &Ctx, namespace: &Namespace) -> Option<Quota> {
    match freshness(ctx, namespace.cluster.id) {
        Freshness::Live { .. } => {
            let seen = ctx.berth.caches.summary(namespace.cluster.id, &namespace.name, ctx.now())?;
            seen.quota?.used
        }
        Freshness::NotLoaded | Freshness::Stale { .. } | Freshness::Unreachable { .. } => None,
    }
}
