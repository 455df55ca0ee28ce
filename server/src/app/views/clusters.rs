//! Clusters: a row of each, and all of one.

use crate::app::clusters::{capacity_lines, capacity_unknown, disagreements_on, freshness, not_shown};
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::ManagedNamespace;
use crate::store;
use crate::store::Conn;
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::quota::Quota;
use domain::view::{ClusterDetail, ClusterView, ForgottenNamespace};
use domain::{Action, allow};
use std::collections::{BTreeMap, BTreeSet};

/// Namespaces listed that the database has forgotten.
const FORGOTTEN_SHOWN: usize = 100;

pub async fn list(ctx: &Ctx) -> Result<Vec<ClusterView>> {
    ctx.allow(Action::SeeClusters)?;
    rows(&mut *ctx.snapshot().await?, ctx).await
}

async fn rows(conn: &mut Conn, ctx: &Ctx) -> Result<Vec<ClusterView>> {
    let granted = store::clusters::list_granted(&mut *conn).await?;
    let granted: BTreeMap<_, _> = granted.into_iter().map(|(id, n, quota)| (id, (n, quota))).collect();
    let stopped = store::overview::list_stopped(&mut *conn).await?;
    let mut paused_by: BTreeMap<_, _> = stopped.into_iter().map(|(id, stopped)| (id, stopped.paused_by)).collect();
    let clusters = store::clusters::list(conn).await?;
    let mut view = |cluster: store::clusters::Cluster| {
        let (n_namespaces, granted) = granted.get(&cluster.id).copied().unwrap_or((0, Quota::ZERO));
        let capacity = cluster.capacity(granted);
        ClusterView {
            freshness: freshness(ctx, cluster.id),
            name: cluster.name.to_string(),
            paused: cluster.paused_reason,
            paused_by: paused_by.remove(&cluster.id).flatten(),
            is_another: cluster.seen_uid.is_some(),
            version: cluster.version,
            n_namespaces,
            n_nodes: i64::from(cluster.n_nodes),
            overcommit_percent: cluster.overcommit_percent,
            capacity_unknown: capacity_unknown(ctx, cluster.id),
            lines: capacity.as_ref().map(capacity_lines).unwrap_or_default(),
        }
    };
    Ok(clusters.into_iter().map(&mut view).collect())
}

pub async fn get(ctx: &Ctx, name: &ClusterName) -> Result<ClusterDetail> {
    ctx.allow(Action::SeeClusters)?;
    let mut conn = ctx.snapshot().await?;
    let all = rows(&mut conn, ctx).await?;
    let row = all.into_iter().find(|c| c.name == name.as_str()).ok_or(Error::NotFound)?;
    let stored = store::clusters::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    Ok(ClusterDetail {
        row,
        check: store::clusters::find_check(&mut *conn, stored.id).await?,
        disagreements: disagreements_on(&mut conn, ctx, (stored.id, name)).await?,
        api_url: stored.api_url,
        uid: stored.uid,
        seen_uid: stored.seen_uid,
        not_shown: not_shown(ctx, stored.id),
        forgotten: forgotten(&mut conn, ctx, stored.id).await?,
        groups_prefix: stored.groups_prefix,
        users_prefix: stored.users_prefix,
        oidc: stored.oidc,
        settings_version: stored.settings_version,
        changed_by: stored.changed_by,
        changed_at: stored.changed_at,
        can_change: allow(&ctx.actor, Action::SetUp).is_ok(),
    })
}

/// What the cluster has of Berth's and the database has not; none when the cluster's namespaces are not known now.
async fn forgotten(conn: &mut Conn, ctx: &Ctx, cluster: ClusterId) -> Result<Option<Vec<ForgottenNamespace>>> {
    let Some(managed_namespaces) = ctx.berth.caches.managed_namespaces(cluster, ctx.now()) else { return Ok(None) };
    let known: BTreeSet<_> = store::namespaces::list_ids_on(conn, cluster).await?.into_iter().collect();
    let unknown = managed_namespaces
        .into_iter()
        .filter(|managed_namespace| !known.contains(&managed_namespace.id))
        .take(FORGOTTEN_SHOWN);
    let view = |managed_namespace: ManagedNamespace| ForgottenNamespace {
        name: managed_namespace.name,
        team: managed_namespace.team,
        class: managed_namespace.class,
    };
    Ok(Some(unknown.map(view).collect()))
}
