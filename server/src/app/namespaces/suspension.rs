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
use crate::cluster::export::title;
use crate::cluster::inside::Inside;
use crate::cluster::suspend::{Running, Started};
use crate::jobs::Outcome;
use crate::store;
use crate::store::clusters::Cluster;
use crate::store::endings::{Export, Record};
use crate::store::suspensions::{NewExport, Suspended};
use domain::audit::detail::ScaledWorkload;
use domain::audit::{EventKind, redact_text};
use domain::lifetime::Ending;
use domain::namespace::Namespace;
use domain::view::NotMade;
use serde_json::Value;
use std::time::Duration;

/// What exported objects are sealed for.
pub const EXPORT: &str = "namespace export";
/// Until what a cluster refused is tried again.
pub(super) const AFTER_REFUSAL: Duration = Duration::from_secs(300);
/// Workloads and objects that an event or a page names.
pub(in crate::app) const NAMED_MOST: usize = 20;

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

/// Whether a namespace that is not on its cluster is restored: then it is made again, and what was in it with it; as often as
/// somebody deletes it before all is there. Of one of which no objects are kept nothing comes back.
pub(super) async fn remake_restored(ctx: &Ctx, namespace: &Namespace) -> Result<()> {
    let record = store::endings::get_record(ctx.db(), namespace.id).await?;
    if !record.is_restoring() {
        return Ok(());
    }
    change!(ctx, |tx| {
        if record.export.is_some() {
            store::suspensions::want_export(&mut **tx, namespace.id).await?;
            store::drift::request_remake(&mut **tx, namespace.id, ctx.now()).await?;
        } else {
            store::suspensions::clear(tx, namespace.id).await?;
        }
        Ok(())
    })
}

impl Run<'_> {
    /// After the namespace itself was looked at: what its end, or the end of that, asks for.
    pub(super) async fn follow(&self) -> Result<Outcome> {
        let record = store::endings::get_record(self.ctx.db(), self.namespace.id).await?;
        if record.ending.is_none() && !record.is_restoring() {
            return Ok(Outcome::Done);
        }
        match self.act(&record).await {
            Ok(outcome) => Ok(outcome),
            Err(Fault::Ours(error)) => Err(error),
            Err(Fault::Cluster(cluster::Error::Unreachable { reason, not_before, answered })) => {
                Ok(Outcome::Later { why: no_answer(&self.namespace.cluster.name, &reason, answered), not_before })
            }
            Err(Fault::Cluster(error)) if record.ending.is_some() => self.refused(&error).await,
            Err(Fault::Cluster(error)) => {
                Ok(Outcome::Later { why: redact_text(&error.to_string()), not_before: AFTER_REFUSAL })
            }
        }
    }

    async fn act(&self, record: &Record) -> Result<Outcome, Fault> {
        let uid = match self.provisioner.presence(self.namespace, true).await? {
            Presence::Owned { uid, .. } => uid,
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
        };
        let inside = self.enter().await?;
        match &record.ending {
            Some(ending) => self.suspend(&inside, record, ending, &uid).await,
            None => self.bring_back(&inside, record, &uid).await,
        }
    }

    async fn enter(&self) -> Result<Inside, Fault> {
        let credentials = open(self.ctx, &self.cluster.provisioner)?;
        let provisioner = connection(self.ctx, self.cluster)?;
        Ok(Inside::enter(&credentials, &provisioner, self.namespace, &self.correlation_id.to_string()).await?)
    }

    /// Takes its objects out, once; then stops whatever runs.
    async fn suspend(&self, inside: &Inside, record: &Record, ending: &Ending, uid: &str) -> Result<Outcome, Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        if !record.export.as_ref().is_some_and(|export| export.is_of(ending)) {
            self.export(inside, record, ending, uid).await?;
        }
        let running = inside.running().await?;
        let kept: Vec<_> = running.iter().map(kept).collect();
        store::suspensions::keep(ctx.db(), id, ending.suspended_at, &kept).await?;
        // One that cannot be stopped keeps no other running.
        let mut refused = None;
        for workload in &running {
            match inside.stop(workload).await {
                Ok(()) => {}
                Err(error) if !error.is_answer() => return Err(error.into()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        if let Some(error) = refused {
            return Ok(self.refused(&error).await?);
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
        Ok(Outcome::Done)
    }

    /// As everything was before it was stopped: a workload that an earlier suspension stopped, and that was not started again yet,
    /// too. What that one kept and is not made again yet stays among it.
    async fn export(&self, inside: &Inside, record: &Record, ending: &Ending, uid: &str) -> Result<(), Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        let stopped = store::suspensions::list(ctx.db(), id).await?;
        let undo = stopped.into_iter().map(|workload| (workload.uid, workload.undo)).collect();
        let cluster::export::Export { mut objects, incomplete } = inside.export(&undo).await?;
        let n_found = objects.len();
        if let Some(former) = record.export.as_ref().filter(|export| export.is_missing_in(uid)) {
            let is_missing = |one: &Value| !objects[..n_found].iter().any(|found| title(found) == title(one));
            let left: Vec<_> = self.left_of(former, uid).await?.into_iter().filter(is_missing).collect();
            objects.extend(left);
        }
        let incomplete = incomplete.as_deref().map(redact_text);
        let export = NewExport {
            sealed: &self.seal(&objects)?,
            n_objects: objects.len(),
            incomplete: incomplete.as_deref(),
            is_wanted: objects.len() > n_found,
            namespace_uid: uid,
            suspended_at: ending.suspended_at,
            taken_at: ctx.now(),
        };
        store::suspensions::save_export(ctx.db(), id, &export).await?;
        Ok(())
    }

    fn seal(&self, objects: &[Value]) -> Result<Vec<u8>> {
        let objects = serde_json::to_vec(objects).map_err(Error::internal)?;
        Ok(self.ctx.berth.seal.seal(EXPORT, &objects))
    }

    /// What this namespace still lacks of an export: what its people delete once it was made again is theirs to delete.
    async fn left_of(&self, export: &Export, uid: &str) -> Result<Vec<Value>> {
        let sealed = store::suspensions::get_export(self.ctx.db(), self.namespace.id).await?;
        let objects = self.ctx.berth.seal.open(EXPORT, &sealed).map_err(Error::internal)?;
        let mut objects: Vec<Value> = serde_json::from_slice(&objects).map_err(Error::internal)?;
        if export.is_filled_in(uid) {
            objects.retain(|object| export.not_made.iter().any(|left| left.object == title(object)));
        }
        Ok(objects)
    }

    /// Makes again what the namespace that is there lacks, and starts what was stopped. What the cluster refuses keeps nothing else
    /// waiting, and is tried again.
    async fn bring_back(&self, inside: &Inside, record: &Record, uid: &str) -> Result<Outcome, Fault> {
        let lacking = record.export.as_ref().filter(|export| export.is_missing_in(uid));
        let left = match lacking {
            Some(export) => self.fill(inside, export, uid).await?,
            None => None,
        };
        let (started, refused) = self.start(inside).await?;
        let left = left.or_else(|| refused.map(|error| redact_text(&error.to_string())));
        change!(self.ctx, |tx| {
            if left.is_none() {
                store::suspensions::clear(tx, self.namespace.id).await?;
            }
            // One that was made again has said so.
            if !started.is_empty() || left.is_none() && lacking.is_none() {
                let (workloads, n_workloads, mark) = (named(&started), started.len(), self.mark());
                let kind = EventKind::NamespaceResumed { workloads, n_workloads, mark };
                record_event(tx, self.ctx, self.namespace, kind);
            }
            Ok(())
        })?;
        Ok(match left {
            Some(why) => Outcome::Later { why, not_before: AFTER_REFUSAL },
            None => Outcome::Done,
        })
    }

    /// What was started now, and the first that the cluster refused.
    async fn start(&self, inside: &Inside) -> Result<(Vec<Suspended>, Option<cluster::Error>), Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        let (mut started, mut refused) = (Vec::new(), None);
        for workload in store::suspensions::list(ctx.db(), id).await? {
            let Suspended { kind, name, uid, undo, .. } = &workload;
            match inside.start(kind, name, uid, undo).await {
                Ok(Started::Done) => started.push(workload.clone()),
                Ok(Started::NotOurs) => {}
                Err(error) if !error.is_answer() => return Err(error.into()),
                Err(error) => {
                    refused = refused.or(Some(error));
                    continue;
                }
            }
            store::suspensions::forget(ctx.db(), id, &workload).await?;
        }
        Ok((started, refused))
    }

    /// Makes its objects again, and answers what the cluster refused of them: that stays, to be tried again.
    async fn fill(&self, inside: &Inside, export: &Export, uid: &str) -> Result<Option<String>, Fault> {
        let (ctx, id) = (self.ctx, self.namespace.id);
        let filled = inside.fill(&self.left_of(export, uid).await?).await?;
        let not_made: Vec<_> = filled.refused.iter().map(not_made).collect();
        change!(ctx, |tx| {
            if not_made.is_empty() {
                store::suspensions::drop_export(&mut **tx, id).await?;
            } else {
                store::suspensions::save_filled(&mut **tx, id, uid, &not_made).await?;
            }
            if filled.n_made > 0 || not_made != export.not_made {
                let (n_objects, n_not_made, mark) = (filled.n_made, not_made.len(), self.mark());
                let not_made = not_made.iter().take(NAMED_MOST).cloned().collect();
                let kind = EventKind::NamespaceRefilled { n_objects, not_made, n_not_made, mark };
                record_event(tx, ctx, self.namespace, kind);
            }
            Ok(())
        })?;
        Ok(not_made.first().map(|first| format!("{} is refused: {}", first.object, first.why)))
    }

    fn mark(&self) -> String {
        self.correlation_id.event.clone()
    }

    /// While it ends, its page says why it is not suspended, and the next look tries again.
    async fn refused(&self, error: &cluster::Error) -> Result<Outcome> {
        let why = redact_text(&error.to_string());
        Ok(change!(self.ctx, |tx| {
            if store::endings::save_refusal(&mut **tx, self.namespace.id, &why).await? {
                let kind = EventKind::NamespaceNotSuspended { reason: why.clone(), mark: self.mark() };
                record_event(tx, self.ctx, self.namespace, kind);
            }
            Ok(Outcome::Done)
        })?)
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

pub(super) fn named(all: &[Suspended]) -> Vec<ScaledWorkload> {
    let one =
        |one: &Suspended| ScaledWorkload { kind: one.kind.clone(), name: one.name.clone(), replicas: one.replicas };
    all.iter().take(NAMED_MOST).map(one).collect()
}

fn not_made((object, why): &(String, String)) -> NotMade {
    NotMade { object: object.clone(), why: redact_text(why) }
}
