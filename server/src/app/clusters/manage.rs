//! What Platform does with a cluster that is there: pause it, let it go on, check it, let go of it.

use super::{ask_everything, check, enqueue_syncs, freshness, other, public_url, recognize, subject};
use crate::app::{Ctx, Error, Result, change};
use crate::cluster;
use crate::cluster::check::Report;
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use domain::audit::EventKind;
use domain::cluster::Freshness;
use domain::name::{ClusterName, Comment};
use domain::view::{CheckRow, ClusterCheck, StoppedBy, StoppedView};
use domain::{Action, Refusal};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Nothing is provisioned there, and nothing may be asked for, until it goes on. What runs there is not touched.
pub async fn pause(ctx: &Ctx, name: &ClusterName, reason: &Comment) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let cluster = store::clusters::lock(tx, name).await?;
        if cluster.paused_reason.is_some() {
            return Err(Refusal::NotPossible(format!("cluster {name} is paused already")).into());
        }
        store::clusters::save_paused(&mut **tx, cluster.id, Some(reason.as_str())).await?;
        tx.record(ctx, subject(name), None, EventKind::ClusterPaused { reason: reason.clone() });
        Ok(())
    })
}

/// Lets it go on; what waited is done now.
pub async fn resume(ctx: &Ctx, name: &ClusterName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let cluster = store::clusters::lock(tx, name).await?;
        let Some(reason) = cluster.paused_reason else {
            return Err(Refusal::NotPossible(format!("cluster {name} is not paused")).into());
        };
        store::clusters::save_paused(&mut **tx, cluster.id, None).await?;
        enqueue_syncs(tx, cluster.id).await?;
        tx.record(ctx, subject(name), None, EventKind::ClusterResumed { was: reason });
        Ok(())
    })
}

/// Why nothing is provisioned there now, in words.
pub fn stopped(cluster: &Cluster) -> Option<String> {
    if let Some(why) = other(cluster) {
        return Some(why);
    }
    let reason = cluster.paused_reason.as_ref()?;
    Some(format!("Cluster {} is paused: {reason}. Berth continues when it is resumed.", cluster.name))
}

/// `answered`: it is there, and something that it needs for this is not.
pub(in crate::app) fn no_answer(cluster: &ClusterName, reason: &str, answered: bool) -> String {
    let does = if answered { "cannot do it now" } else { "does not answer" };
    format!("Cluster {cluster} {does} ({reason}). Berth retries automatically.")
}

/// Why nothing is done there now, as far as this replica knows: also where the cluster does not answer.
pub fn stopped_view(ctx: &Ctx, cluster: &Cluster) -> Option<StoppedView> {
    let by = if cluster.seen_uid.is_some() { StoppedBy::Another } else { StoppedBy::Paused };
    if let Some(says) = stopped(cluster) {
        return Some(StoppedView { by, says, paused_by: None });
    }
    match freshness(ctx, cluster.id) {
        Freshness::Unreachable { reason, .. } => {
            Some(StoppedView { by: StoppedBy::Away, says: no_answer(&cluster.name, &reason, false), paused_by: None })
        }
        Freshness::NotLoaded | Freshness::Live { .. } | Freshness::Stale { .. } => None,
    }
}

/// The same, with who paused it.
pub(in crate::app) async fn stopped_with_who(
    conn: &mut Conn,
    ctx: &Ctx,
    cluster: &Cluster,
) -> Result<Option<StoppedView>> {
    let Some(stopped) = stopped_view(ctx, cluster) else { return Ok(None) };
    if stopped.by != StoppedBy::Paused {
        return Ok(Some(stopped));
    }
    let all = store::overview::list_stopped(conn).await?;
    let paused_by = all.into_iter().find(|(id, _)| *id == cluster.id).and_then(|(_, found)| found.paused_by);
    Ok(Some(StoppedView { paused_by, ..stopped }))
}

/// What somebody orders there now would wait for nobody knows how long.
pub(in crate::app) fn refuse_stopped(ctx: &Ctx, cluster: &Cluster) -> Result<()> {
    let Some(stopped) = stopped_view(ctx, cluster) else { return Ok(()) };
    let state = match stopped.by {
        StoppedBy::Another => "stopped: another cluster answers in its place".to_owned(),
        StoppedBy::Paused => format!("paused: {}", cluster.paused_reason.as_deref().unwrap_or_default()),
        StoppedBy::Away => "unreachable".to_owned(),
    };
    Err(Refusal::ClusterNotReady { cluster: cluster.name.to_string(), state }.into())
}

/// Lets go of a cluster: its credentials are deleted and nobody watches it any more. What is on it stays as it is; with
/// namespaces on it, it must be said that they are to be forgotten. `typed` is the name, typed to be sure.
pub async fn remove(ctx: &Ctx, name: &ClusterName, typed: &str, forgets: bool) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    if typed.trim() != name.as_str() {
        return Err(Refusal::invalid("confirm", &format!("must be {name}")).into());
    }
    change!(ctx, |tx| {
        let cluster = store::clusters::lock(tx, name).await?;
        // So that no request waits for it.
        let n_namespaces = enqueue_syncs(tx, cluster.id).await?;
        if n_namespaces > 0 && !forgets {
            let says = format!("{n_namespaces} namespaces are on cluster {name}: say that Berth is to forget them");
            return Err(Refusal::NotPossible(says).into());
        }
        store::clusters::remove(&mut **tx, cluster.id, ctx.now()).await?;
        store::suspensions::drop_exports(&mut **tx, cluster.id).await?;
        tx.admit_waiting();
        let kind = EventKind::ClusterRemoved { api_url: cluster.api_url, forgotten_namespaces: n_namespaces };
        tx.record(ctx, subject(name), None, kind);
        Ok(())
    })
}

/// Asks the cluster everything now, and keeps what it found.
pub async fn check_and_keep(ctx: &Ctx, name: &ClusterName) -> Result<ClusterCheck> {
    ctx.allow(Action::SetUp)?;
    let cluster = store::clusters::find(ctx.db(), name).await?.ok_or(Error::NotFound)?;
    let began_at = ctx.now();
    keep(ctx, &cluster, &check(ctx, name).await?, began_at).await
}

/// The same for every cluster, one after another; one that is away costs its own row.
async fn check_all(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let mut ended = Ok(());
    for cluster in store::clusters::list(ctx.db()).await? {
        let (observer, provisioner) = match (
            super::open(ctx, &cluster.observer),
            super::open(ctx, &cluster.provisioner),
        ) {
            (Ok(observer), Ok(provisioner)) => (observer, provisioner),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(cluster = %cluster.name, ?error, "the cluster cannot be checked; is the key the right one?");
                continue;
            }
        };
        let began_at = ctx.now();
        let checked = match ask_everything(observer, provisioner, public_url(ctx), cluster.uid.clone()).await {
            Ok(report) => keep(ctx, &cluster, &report, began_at).await.map(drop),
            Err(error) => Err(error),
        };
        ended = ended.and(checked);
    }
    ended
}

/// As of when it began: what the cluster said meanwhile is newer.
async fn keep(ctx: &Ctx, cluster: &Cluster, report: &Report, began_at: OffsetDateTime) -> Result<ClusterCheck> {
    if let Some(seen) = &report.uid {
        recognize(ctx, cluster, seen).await?;
    }
    let row = |check: &cluster::check::Check| CheckRow {
        what: check.what.clone(),
        outcome: check.outcome,
        detail: check.detail.clone(),
        agreed: check.agreed.as_ref().map(|agreed| agreed.iter().map(|word| (*word).to_owned()).collect()),
        agreed_at: None,
    };
    let found = ClusterCheck { at: began_at, checks: report.checks.iter().map(row).collect() };
    change!(ctx, |tx| {
        let mut check = found.clone();
        store::clusters::lock_known(tx, cluster.id).await?;
        if let Some(before) = store::clusters::find_check(&mut **tx, cluster.id).await? {
            check.keep_newer(&before);
        }
        store::clusters::save_check(&mut **tx, cluster.id, &check).await?;
        Ok(check)
    })
}

/// What is on every cluster once, as the documents of one YAML file.
pub fn manifests(ctx: &Ctx) -> Result<String> {
    ctx.allow(Action::SeeClusters)?;
    Ok(cluster::to_yaml(&cluster::install::objects(&public_url(ctx))))
}

/// Checks every cluster, and keeps what was found.
pub struct CheckClusters;

impl Job<Ctx> for CheckClusters {
    const NAME: &'static str = "check_clusters";
    const EVERY: Option<Duration> = Some(Duration::minutes(30));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        check_all(ctx).await.into()
    }
}
