//! Clusters that are ahead: where the database was restored from a backup, a cluster has what was desired since. Nothing is
//! written there until somebody of Platform says, namespace by namespace, which side is right.

use super::reconcile::record_found;
use super::record_event;
use crate::app::{Ctx, Error, Result, change, quota_changes};
use crate::cluster;
use crate::cluster::apply::{Presence, Provisioner};
use crate::cluster::repair::DesiredChange;
use crate::store;
use crate::store::Conn;
use crate::store::drift::Ahead;
use domain::audit::EventKind;
use domain::drift::Keep;
use domain::name::{ClusterName, NamespaceName};
use domain::namespace::Namespace;
use domain::quota::Quota;
use domain::{Action, Refusal};

/// The cluster's revision, where it is higher than the database's.
pub(super) async fn revision_ahead(ctx: &Ctx, namespace: &Namespace, presence: &Presence) -> Result<Option<i64>> {
    let Presence::Owned { revision, .. } = presence else { return Ok(None) };
    if *revision <= namespace.revision {
        return Ok(None);
    }
    // Another run may have raised it since this one began.
    let is_ahead = *revision > store::namespaces::get_revision(ctx.db(), namespace.id).await?;
    Ok(is_ahead.then_some(*revision))
}

/// Writes down what differs there. Answers, in words, what is waited for.
pub(super) async fn record(
    ctx: &Ctx,
    namespace: &Namespace,
    revision: i64,
    provisioner: &Provisioner,
) -> Result<Result<String, cluster::Error>> {
    let looked =
        futures::try_join!(provisioner.quota_there(namespace), provisioner.diff(namespace, DesiredChange::Unchanged));
    let (quota, found) = match looked {
        Ok((quota, repairs)) => (quota, repairs.drift()),
        Err(error) => return Ok(Err(error)),
    };
    let why = format!(
        "The cluster has revision {revision} of this namespace, and Berth's database knows of {}: the database is older, \
         as after a restore from a backup. Berth changes nothing here until Platform says which is right.",
        namespace.revision
    );
    change!(ctx, |tx| {
        let new = store::drift::save_found(tx, namespace.id, &found, ctx.now()).await?;
        store::drift::save_left(tx, namespace.id, &found, ctx.now()).await?;
        let ahead = Ahead { revision, quota };
        let is_new = store::drift::save_ahead(&mut **tx, namespace.id, &ahead, &why, ctx.now()).await?;
        record_found(tx, ctx, namespace, &new);
        if is_new {
            let (cluster, database) = (revision, namespace.revision);
            record_event(tx, ctx, namespace, EventKind::NamespaceAhead { cluster, database, quota_there: quota });
        }
        Ok(())
    })?;
    Ok(Ok(why))
}

/// Which side is right, as of the cluster's `revision`: what the database says from now on is written there.
pub async fn resolve_ahead(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    keep: Keep,
    revision: i64,
) -> Result<()> {
    change!(ctx, |tx| {
        let namespace = store::namespaces::find(tx, cluster, name).await?.ok_or(Error::NotFound)?.namespace;
        ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
        ctx.allow(Action::SetUp)?;
        let ahead = store::drift::lock_ahead(tx, namespace.id).await?;
        let ahead =
            ahead.ok_or_else(|| Refusal::NotPossible(format!("the cluster is not ahead of Berth in {name}")))?;
        if ahead.revision != revision {
            let says = format!("must be {}, which the cluster has now: read again what differs", ahead.revision);
            return Err(Refusal::invalid("revision", &says).into());
        }
        let quota = match keep {
            Keep::Cluster => adopt(tx, ctx, &namespace, &ahead).await?,
            Keep::Database => namespace.quota,
        };
        store::drift::overtake(&mut **tx, namespace.id, &ahead).await?;
        tx.sync(namespace.id);
        tx.admit_waiting();
        let (before, quota_there) = (namespace.quota, ahead.quota);
        let kind = EventKind::NamespaceAheadResolved { keep, revision, before, quota, quota_there };
        record_event(tx, ctx, &namespace, kind);
        Ok(())
    })
}

/// The quota on the cluster is the granted one. A request that is being applied was granted something by people: only the
/// same is taken over then.
async fn adopt(tx: &mut Conn, ctx: &Ctx, namespace: &Namespace, ahead: &Ahead) -> Result<Quota> {
    let name = &namespace.name;
    let readable = ahead.quota.filter(|quota| quota.check().is_ok());
    let quota = readable.ok_or_else(|| {
        Refusal::NotPossible(format!("the quota that {name} has on the cluster cannot be read: keep the database's"))
    })?;
    if let Some(number) = store::requests::find_to_apply(&mut *tx, namespace.id).await?
        && quota != namespace.quota
    {
        let says = format!(
            "{number} is being applied and grants {name} something else: keep the database's, then ask for the quota that \
             the cluster had"
        );
        return Err(Refusal::NotPossible(says).into());
    }
    quota_changes::adopt(tx, ctx, namespace, &quota).await?;
    Ok(quota)
}
