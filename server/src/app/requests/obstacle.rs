//! What keeps a request from being granted now: asked when it is decided or revised, shown to who reads it, and looked at
//! before anything is let in.

use crate::app::clusters::capacity_unknown;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::{Availability, Cluster};
use crate::store::namespaces::Stored;
use domain::id::ClusterId;
use domain::request::{Kind, Obstacle, Request};

/// Of a cluster, for whatever of this kind would be granted there. What takes no capacity is Berth's own: it waits for no
/// cluster, and is only refused where Berth has let go of it.
pub(in crate::app) fn of_cluster(ctx: &Ctx, kind: Kind, cluster: &Cluster) -> Option<Obstacle> {
    on_cluster(ctx, kind, cluster.id, &cluster.availability())
}

fn on_cluster(ctx: &Ctx, kind: Kind, id: ClusterId, availability: &Availability) -> Option<Obstacle> {
    if !kind.has_quota() {
        return stopped(availability).filter(|found| *found == Obstacle::Removed);
    }
    match stopped(availability) {
        // Nobody can say what fits before its nodes were read once.
        Some(Obstacle::Paused { .. }) | None if !availability.is_read => {
            Some(Obstacle::CapacityUnknown { why: capacity_unknown(ctx, id) })
        }
        found => found,
    }
}

/// Why nobody works there, whatever the work is.
pub(in crate::app) fn stopped(cluster: &Availability) -> Option<Obstacle> {
    if cluster.is_removed {
        return Some(Obstacle::Removed);
    }
    if cluster.is_another {
        return Some(Obstacle::Replaced);
    }
    cluster.paused_reason.clone().map(|reason| Obstacle::Paused { reason })
}

/// Who asks there would wait for nobody knows how long; the reason says for what.
pub(in crate::app) fn refuse_cluster(ctx: &Ctx, kind: Kind, cluster: &Cluster) -> Result<()> {
    match of_cluster(ctx, kind, cluster) {
        None => Ok(()),
        Some(obstacle) => Err(obstacle.refusal(&cluster.name).into()),
    }
}

/// Of a request, with the cluster and the namespace it is about; none where Berth keeps that no more.
pub(in crate::app) fn of(
    ctx: &Ctx,
    request: &Request,
    cluster: &Availability,
    namespace: Option<&Stored>,
) -> Option<Obstacle> {
    let on_cluster = on_cluster(ctx, request.kind(), request.cluster.id, cluster);
    if on_cluster.as_ref().is_some_and(|found| !found.lets_grant()) {
        return on_cluster;
    }
    let checked = request.check_namespace(namespace.map(|stored| (stored.state, stored.condition)));
    let ending = namespace.filter(|_| request.state.is_pending()).and_then(|stored| stored.ending);
    let checked = checked.and_then(|()| request.kind().require_no_deletion(&request.name, ending));
    checked.err().map(Obstacle::Namespace).or(on_cluster)
}

pub(in crate::app) async fn find(conn: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Option<Obstacle>> {
    let cluster = store::clusters::get(&mut *conn, request.cluster.id).await?;
    let namespace = match request.namespace {
        Some(id) => store::namespaces::find_by_id(conn, id).await?,
        None => None,
    };
    Ok(of(ctx, request, &cluster.availability(), namespace.as_ref()))
}

/// Refuses what could lead nowhere.
pub(in crate::app) async fn refuse(conn: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    match find(conn, ctx, request).await? {
        None | Some(Obstacle::Paused { .. }) => Ok(()),
        Some(obstacle) => Err(obstacle.refusal(&request.cluster.name).into()),
    }
}
