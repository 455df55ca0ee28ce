//! What an ending means on the cluster, done by the namespace's sync: while it lasts, everything that runs is kept at zero; when
//! it is taken back, all of it is started again, or made again where the namespace was deleted there meanwhile.
//!
//! Before anything is changed, it is written down how it was; so whoever takes over a run that broke off goes on.

use super::record_event;
use crate::app::audit::CorrelationId;
use crate::app::clusters::{connection, no_answer, open};
use crate::app::{Ctx, Error, Result, change};
use crate::cluster;
use crate::cluster::apply::{Presence, Provisioner};
use crate::cluster::inside::Inside;
use crate::cluster::suspend::{Running, Started};
use crate::jobs::Outcome;
use crate::store;
use crate::store::clusters::Cluster;
use crate::store::endings::Record;
use crate::store::suspensions::Suspended;
use domain::audit::detail::{NotMade, ScaledWorkload};
use domain::audit::{EventKind, redact_text};
use domain::namespace::Namespace;
use serde_json::Value;
use std::time::Duration;

/// What exported objects are sealed for.
pub const EXPORT: &str = "namespace export";
/// Until what a cluster refused is tried again.
pub(super) const AFTER_REFUSAL: Duration = Duration::from_secs(300);
/// Workloads and objects that an event names.
const NAMED_MOST: usize = 20;

/// One run.
pub(super) struct Run<'a> {
    pub ctx: &'a Ctx,
    pub namespace: &'a Namespace,
    pub cluster: &'a Cluster,
    pub provisioner: &'a Provisioner,
    pub correlation_id: &'a CorrelationId,
}

/// Why a run came to nothing.
enum Fault {
    Cluster(cluster::Error),
    Ours(Error),
}

impl From<cluster::Error> for Fault {
    fn from(error: cluster::Error) -> Self {
        Self::Cluster(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<store::Fault> for Fault {
    fn from(fault: store::Fault) -> Self {
        Self::Ours(fault.into())
    }
}

/// Whether a namespace that is not on its cluster is restored: then it is made again, and what was in it with it.
pub(super) async fn remake_restored(ctx: &Ctx, namespace: &Namespace) -> Result<()> {
    let record = store::endings::get_record(ctx.db(), namespace.id).await?;
    if record.ending.is_some() || record.export.is_none_or(|export| export.is_wanted) {
        return Ok(());
    }
    change!(ctx, |tx| {
        store::suspensions::want_export(&mut **tx, namespace.id).await?;
        store::drift::request_remake(&mut **tx, namespace.id, ctx.now()).await?;
        Ok(())
    })
}

impl Run<'_> {
    /// After the namespace itself was looked at: what its end, or the end of that, asks for.
    pub(super) async fn follow(&self) -> Result<Outcome> {
        let record = store::endings::get_record(self.ctx.db(), self.namespace.id).await?;
        let is_restoring = record.ending.is_none() && (record.export.is_some() || record.n_suspended > 0);
        if record.ending.is_none() && !is_restoring {
            return Ok(Outcome::Done);
        }
        match self.act(&record).await {
            Ok(outcome) => Ok(outcome),
            Err(Fault::Ours(error)) => Err(error),
            Err(Fault::Cluster(cluster::Error::Unreachable { reason, not_before })) => {
                Ok(Outcome::Later { why: no_answer(&self.namespace.cluster.name, &reason), not_before })
            }
            Err(Fault::Cluster(error)) => self.refused(&record, &error).await,
        }
    }

    async fn act(&self, record: &Record) -> Result<Outcome, Fault> {
        match self.provisioner.presence(self.namespace, true).await? {
            Presence::Owned { .. } => {}
            // Its condition says it; nothing that is not Berth's is touched.
            Presence::Absent | Presence::Foreign | Presence::Terminating(_) if record.ending.is_some() => {
                // Nothing of it runs.
                if record.scaled_at.is_none() {
                    change!(self.ctx, |tx| {
                        store::endings::save_scaled(tx, self.namespace.id, self.ctx.now()).await?;
                        Ok(())
                    })?;
                }
                return Ok(Outcome::Done);
            }
            Presence::Absent | Presence::Foreign | Presence::Terminating(_) => {
                let why = "it is restored once its name is free on its cluster".to_owned();
                return Ok(Outcome::Later { why, not_before: Duration::ZERO });
            }
        }
        let inside = self.enter().await?;
        match &record.ending {
            Some(_) => self.suspend(&inside, record).await?,
            None if record.export.as_ref().is_some_and(|export| export.is_wanted) => self.fill(&inside).await?,
            None => self.resume(&inside).await?,
        }
        Ok(Outcome::Done)
    }

    async fn enter(&self) -> Result<Inside, Fault> {
        let credentials = open(self.ctx, &self.cluster.provisioner)?;
        let provisioner = connection(self.ctx, self.cluster)?;
        Ok(Inside::enter(&credentials, &provisioner, self.namespace, &self.correlation_id.to_string()).await?)
    }

    /// Takes its objects out, once; then stops whatever runs.
    async fn suspend(&self, inside: &Inside, record: &Record) -> Result<(), Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        if record.export.is_none() {
            let export = inside.export().await?;
            let objects = serde_json::to_vec(&export.objects).map_err(Error::internal)?;
            let sealed = (&*ctx.berth.seal.seal(EXPORT, &objects), export.objects.len());
            let incomplete = export.incomplete.as_deref().map(redact_text);
            store::suspensions::save_export(ctx.db(), id, sealed, incomplete.as_deref(), ctx.now()).await?;
        }
        let running = inside.running().await?;
        let kept: Vec<_> = running.iter().map(kept).collect();
        store::suspensions::keep(ctx.db(), id, &kept).await?;
        // One that cannot be stopped keeps no other running.
        let mut refused = None;
        for workload in &running {
            match inside.stop(workload).await {
                Ok(()) => {}
                Err(error @ cluster::Error::Unreachable { .. }) => return Err(error.into()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        if let Some(error) = refused {
            return Err(error.into());
        }
        change!(ctx, |tx| {
            store::endings::save_scaled(tx, id, ctx.now()).await?;
            if !running.is_empty() || record.scaled_at.is_none() {
                let (workloads, n_workloads, mark) = (named(&kept), kept.len(), self.mark());
                let kind = EventKind::NamespaceScaledToZero { workloads, n_workloads, mark };
                record_event(tx, ctx, self.namespace, kind);
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Starts what was stopped. What the cluster refuses keeps nothing else waiting, and is tried again.
    async fn resume(&self, inside: &Inside) -> Result<(), Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        let (mut started, mut refused) = (Vec::new(), None);
        for workload in store::suspensions::list(ctx.db(), id).await? {
            let Suspended { kind, name, uid, undo, .. } = &workload;
            match inside.start(kind, name, uid, undo).await {
                Ok(Started::Done) => started.push(workload.clone()),
                Ok(Started::NotOurs) => {}
                Err(error @ cluster::Error::Unreachable { .. }) => return Err(error.into()),
                Err(error) => {
                    refused = refused.or(Some(error));
                    continue;
                }
            }
            store::suspensions::forget(ctx.db(), id, &workload).await?;
        }
        if let Some(error) = refused {
            return Err(error.into());
        }
        let (workloads, n_workloads, mark) = (named(&started), started.len(), self.mark());
        self.finish(&EventKind::NamespaceResumed { workloads, n_workloads, mark }).await
    }

    /// Makes its objects again, in the namespace that was made again.
    async fn fill(&self, inside: &Inside) -> Result<(), Fault> {
        let ctx = self.ctx;
        let sealed = store::suspensions::get_export(ctx.db(), self.namespace.id).await?;
        let objects = ctx.berth.seal.open(EXPORT, &sealed).map_err(Error::internal)?;
        let objects: Vec<Value> = serde_json::from_slice(&objects).map_err(Error::internal)?;
        let filled = inside.fill(&objects).await?;
        self.finish(&EventKind::NamespaceRefilled {
            n_objects: filled.n_made,
            not_made: told(&filled.refused),
            n_not_made: filled.n_refused,
            mark: self.mark(),
        })
        .await
    }

    fn mark(&self) -> String {
        self.correlation_id.event.clone()
    }

    async fn finish(&self, kind: &EventKind) -> Result<(), Fault> {
        change!(self.ctx, |tx| {
            store::suspensions::clear(tx, self.namespace.id).await?;
            record_event(tx, self.ctx, self.namespace, kind.clone());
            Ok(())
        })?;
        Ok(())
    }

    /// While it ends, its page says why it is not suspended, and the next look tries again.
    async fn refused(&self, record: &Record, error: &cluster::Error) -> Result<Outcome> {
        let why = redact_text(&error.to_string());
        if record.ending.is_none() {
            return Ok(Outcome::Later { why, not_before: AFTER_REFUSAL });
        }
        change!(self.ctx, |tx| {
            if store::endings::save_hindrance(&mut **tx, self.namespace.id, &why).await? {
                let kind = EventKind::NamespaceNotSuspended { reason: why.clone(), mark: self.mark() };
                record_event(tx, self.ctx, self.namespace, kind);
            }
            Ok(Outcome::Done)
        })
    }
}

fn kept(running: &Running) -> Suspended {
    Suspended {
        kind: running.kind.clone(),
        name: running.name.clone(),
        uid: running.uid.clone(),
        undo: running.undo.clone(),
        replicas: running.replicas,
    }
}

fn named(all: &[Suspended]) -> Vec<ScaledWorkload> {
    let one =
        |one: &Suspended| ScaledWorkload { kind: one.kind.clone(), name: one.name.clone(), replicas: one.replicas };
    all.iter().take(NAMED_MOST).map(one).collect()
}

fn told(refused: &[(String, String)]) -> Vec<NotMade> {
    let one = |(object, why): &(String, String)| NotMade { object: object.clone(), why: redact_text(why) };
    refused.iter().take(NAMED_MOST).map(one).collect()
}
