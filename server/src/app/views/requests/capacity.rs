//! What a cluster has capacity for, beside what is asked.

use crate::app::Ctx;
use crate::app::clusters::freshness;
use domain::cluster::Capacity;
use domain::namespace::ClusterRef;
use domain::quota::{Quota, Shortfall};
use domain::view::{CapacityLine, CapacityView};

/// `need` is what the grant would take of the capacity, and `short` what it lacks, with those who wait before it.
pub fn capacity_view(
    ctx: &Ctx,
    cluster: &ClusterRef,
    capacity: &Capacity,
    (grant, need): (&Quota, &Quota),
    short: Vec<Shortfall>,
) -> CapacityView {
    let line = |resource| CapacityLine {
        resource,
        granted: capacity.granted.get(resource),
        asked: need.get(resource),
        ceiling: capacity.ceiling.get(resource),
    };
    CapacityView {
        cluster: cluster.name.to_string(),
        freshness: freshness(ctx, cluster.id),
        grant: *grant,
        lines: capacity.bounded().map(line).collect(),
        short,
    }
}

/// Of a cluster that was never read, or that Berth no longer reads.
pub fn unknown_capacity(ctx: &Ctx, cluster: &ClusterRef, grant: &Quota) -> CapacityView {
    let freshness = freshness(ctx, cluster.id);
    CapacityView { cluster: cluster.name.to_string(), freshness, grant: *grant, lines: Vec::new(), short: Vec::new() }
}
