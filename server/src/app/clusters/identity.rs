//! Which cluster it is that answers at a cluster's address. Another one is not written to, and nothing it says is believed,
//! until somebody of Platform says which it is.

use super::enqueue_syncs;
use super::subject;
use crate::app::{Ctx, Result, change};
use crate::store;
use crate::store::ErrorKind;
use crate::store::clusters::Cluster;
use domain::audit::EventKind;
use domain::audit::detail::ClusterUid;
use domain::name::ClusterName;
use domain::{Action, Refusal};

/// Whether it is the cluster that says it is `seen`. One that was added before Berth asked is known by its first answer.
pub async fn recognize(ctx: &Ctx, cluster: &Cluster, seen: &str) -> Result<bool> {
    match &cluster.uid {
        Some(uid) if uid == seen => return Ok(cluster.seen_uid.is_none()),
        Some(_) => {}
        None => match store::clusters::learn_uid(ctx.db(), cluster.id, seen).await {
            Ok(()) => return Ok(true),
            // The same as another, from when nobody looked.
            Err(fault) if matches!(store::classify(&fault), ErrorKind::Refused(_)) => {}
            Err(fault) => return Err(fault.into()),
        },
    }
    if cluster.seen_uid.as_deref() != Some(seen) {
        stop(ctx, cluster, seen).await?;
    }
    Ok(false)
}

async fn stop(ctx: &Ctx, cluster: &Cluster, seen: &str) -> Result<()> {
    let is_new = change!(ctx, |tx| {
        let is_new = store::clusters::save_seen_uid(&mut **tx, cluster.id, seen).await?;
        if is_new {
            let kind = EventKind::ClusterIdentityChanged { uid: cluster.uid.clone(), seen_uid: seen.to_owned() };
            tx.record(ctx, subject(&cluster.name), None, kind);
        }
        Ok(is_new)
    })?;
    if is_new {
        tracing::error!(cluster = %cluster.name, seen, "another cluster answers: nothing is done there until Platform says which it is");
    }
    Ok(())
}

/// What answers there, known by `uid`, is the cluster from now on: it was built anew, or it is back.
pub async fn accept(ctx: &Ctx, name: &ClusterName, uid: &str) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let cluster = store::clusters::lock(tx, name).await?;
        let Some(seen) = &cluster.seen_uid else {
            return Err(Refusal::NotPossible(format!("no other cluster was seen in place of {name}")).into());
        };
        if uid != seen && Some(uid) != cluster.uid.as_deref() {
            return Err(Refusal::invalid("uid", &format!("must be {seen}, which answers there")).into());
        }
        store::clusters::accept_uid(&mut **tx, cluster.id, uid).await?;
        enqueue_syncs(tx, cluster.id).await?;
        tx.admit_waiting();
        let (before, after) = (ClusterUid { uid: cluster.uid }, ClusterUid { uid: Some(uid.to_owned()) });
        tx.record(ctx, subject(name), None, EventKind::ClusterIdentityAccepted { before, after });
        Ok(())
    })
}

/// Why nothing is done there, in words, where another cluster was seen.
pub fn other(cluster: &Cluster) -> Option<String> {
    let seen = cluster.seen_uid.as_ref()?;
    Some(format!(
        "Another cluster answers in place of {} (kube-system {seen}). Berth does nothing there until Platform says which it is.",
        cluster.name
    ))
}
