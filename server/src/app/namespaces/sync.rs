//! `sync(namespace)`: the one way anything gets onto a cluster.
//!
//! Runs as a job. Each step is done outside of any transaction and written down when it is done, so
//! that whoever takes over a broken-off run goes on where it stopped. A step done twice is harmless.

use super::ahead;
use super::deletion;
use super::reconcile::{reconcile, record_resolved};
use super::record_event as record_of_namespace;
use super::suspension::{self, Run};
use super::{applied, site};
use crate::app::audit::CorrelationId;
use crate::app::change::SYNC_NAMESPACE;
use crate::app::clusters::no_answer;
use crate::app::request_record::{lock, record_event, save};
use crate::app::{Change, Ctx, Error, Result, change, clusters};
use crate::cluster;
use crate::cluster::apply::{Made, Presence, Provisioner};
use crate::jobs::{Job, Outcome};
use crate::store;
use domain::Action;
use domain::audit::{EventKind, redact_text};
use domain::cluster::Freshness;
use domain::id::NamespaceId;
use domain::name::RequestNumber;
use domain::namespace::{Namespace, NamespaceState, Step, StepState};
use domain::request::{Grant, Kind, Progress, Request};
use store::clusters::Cluster;
use uuid::Uuid;

/// Makes the cluster what the desired state says: for the request that waits for it, step by step, or for nobody.
pub async fn sync(ctx: &Ctx, id: NamespaceId) -> Outcome {
    work(ctx, id).await.unwrap_or_else(Outcome::from)
}

/// The job breaks again and again and will rest: what waits for it ends as failed, so that people know. What broke is
/// Berth's own trouble and stays with the job.
pub async fn give_up(ctx: &Ctx, id: NamespaceId) -> Result<()> {
    ctx.allow(Action::Provision)?;
    fail(ctx, id, "Internal error: Berth gave up. Platform sees it under Jobs and can try again".into()).await
}

/// What there is to do in a namespace.
struct Work {
    namespace: Namespace,
    task: Task,
    /// It was made once: a quota never makes it again.
    is_made: bool,
    /// What the cluster's audit log shows of it.
    correlation_id: CorrelationId,
}

/// For whom it is done.
enum Task {
    /// For a request, which waits for each step.
    Apply(RequestNumber),
    /// The request failed and is undone: what it made goes.
    Deprovision(RequestNumber),
    /// For nobody: to keep it as it should be.
    Reconcile,
    /// Its life is over: it goes, with everything in it.
    Delete,
}

async fn work(ctx: &Ctx, id: NamespaceId) -> Result<Outcome> {
    ctx.allow(Action::Provision)?;
    let Some(mut work) = begin(ctx, id).await? else { return Ok(Outcome::Done) };
    let cluster = store::clusters::get(ctx.db(), work.namespace.cluster.id).await?;
    if cluster.removed_at.is_some() {
        end_without_cluster(ctx, &work).await?;
        return Ok(Outcome::Done);
    }
    if let Some(why) = clusters::stopped(&cluster) {
        show_waiting(ctx, &work, &why).await?;
        return Ok(Outcome::later(why));
    }
    let provisioner = provisioner(ctx, &cluster, &work.correlation_id)?;
    // What the watch knows of one that is away need not be found out again by every order, one time-out each.
    if let Freshness::Unreachable { reason, .. } = clusters::freshness(ctx, cluster.id) {
        let why = no_answer(&cluster.name, &reason, false);
        show_waiting(ctx, &work, &why).await?;
        return Ok(Outcome::later(why));
    }
    if let Err(cluster::Error::Unreachable { reason, not_before, answered }) = provisioner.require_ready().await {
        let why = no_answer(&cluster.name, &reason, answered);
        show_waiting(ctx, &work, &why).await?;
        return Ok(Outcome::Later { why, not_before });
    }
    if let Some(outcome) = not_itself(ctx, &work, &cluster, &provisioner).await? {
        return Ok(outcome);
    }
    let presence = provisioner.presence(&work.namespace, work.is_made).await;
    if let Some(outcome) = not_ours_to_write(ctx, &work, &presence, &provisioner).await? {
        return Ok(outcome);
    }
    match work.task {
        Task::Deprovision(number) => return deprovision(ctx, &work.namespace, number, &provisioner).await,
        Task::Delete => return deletion::delete(&run(ctx, &work, &cluster, &provisioner)).await,
        Task::Reconcile if matches!(presence, Ok(Presence::Absent)) => {
            suspension::remake_restored(ctx, &work.namespace).await?;
        }
        Task::Apply(_) | Task::Reconcile => {}
    }
    let digest = provisioner.desired_digest(&work.namespace);
    work.namespace.revision = store::namespaces::raise_revision(ctx.db(), id, &digest).await?;
    let outcome = match work.task {
        Task::Apply(_) => apply(ctx, &work, presence, &provisioner).await?,
        Task::Deprovision(_) | Task::Reconcile | Task::Delete => {
            reconcile(ctx, &work.namespace, presence, &provisioner, &work.correlation_id).await?
        }
    };
    match outcome {
        // Its end may have been ordered with what was applied.
        Outcome::Done => run(ctx, &work, &cluster, &provisioner).follow().await,
        other => Ok(other),
    }
}

fn run<'a>(ctx: &'a Ctx, work: &'a Work, cluster: &'a Cluster, provisioner: &'a Provisioner) -> Run<'a> {
    Run { ctx, namespace: &work.namespace, cluster, provisioner, correlation_id: &work.correlation_id }
}

/// Later, when the namespace cannot be looked at, or when the cluster is ahead and people have to choose.
async fn not_ours_to_write(
    ctx: &Ctx,
    work: &Work,
    presence: &Result<Presence, cluster::Error>,
    provisioner: &Provisioner,
) -> Result<Option<Outcome>> {
    let cluster = &work.namespace.cluster.name;
    let (why, not_before) = match presence {
        Err(cluster::Error::Unreachable { reason, not_before, answered }) => {
            (no_answer(cluster, reason, *answered), *not_before)
        }
        Err(error @ (cluster::Error::Refused { .. } | cluster::Error::Collision { .. })) => match work.task {
            Task::Reconcile | Task::Delete => return Ok(None),
            Task::Apply(_) | Task::Deprovision(_) => {
                let step = remaining(ctx, work.namespace.id).await?.first().copied();
                refused(ctx, work, step, error, provisioner).await?;
                return Ok(Some(Outcome::Done));
            }
        },
        Ok(presence) => match ahead::revision_ahead(ctx, &work.namespace, presence).await? {
            None => return Ok(None),
            Some(revision) => match ahead::record(ctx, &work.namespace, revision, provisioner).await? {
                Ok(_) if matches!(work.task, Task::Reconcile) => return Ok(Some(Outcome::Done)),
                Ok(why) => (why, std::time::Duration::ZERO),
                Err(error) => (error.to_string(), std::time::Duration::ZERO),
            },
        },
    };
    show_waiting(ctx, work, &why).await?;
    Ok(Some(Outcome::Later { why, not_before }))
}

/// Later, when another cluster answers, or when it cannot be asked who it is. One that refuses to be asked refuses the rest
/// as well, which says why.
async fn not_itself(ctx: &Ctx, work: &Work, cluster: &Cluster, provisioner: &Provisioner) -> Result<Option<Outcome>> {
    let (why, not_before) = match provisioner.cluster_uid().await {
        Ok(seen) if clusters::recognize(ctx, cluster, &seen).await? => return Ok(None),
        Ok(_) => {
            let cluster = store::clusters::get(ctx.db(), cluster.id).await?;
            (clusters::stopped(&cluster).unwrap_or_default(), std::time::Duration::ZERO)
        }
        Err(cluster::Error::Unreachable { reason, not_before, answered }) => {
            (no_answer(&cluster.name, &reason, answered), not_before)
        }
        Err(cluster::Error::Refused { .. } | cluster::Error::Collision { .. }) => return Ok(None),
    };
    show_waiting(ctx, work, &why).await?;
    Ok(Some(Outcome::Later { why, not_before }))
}

async fn apply(
    ctx: &Ctx,
    work: &Work,
    presence: Result<Presence, cluster::Error>,
    provisioner: &Provisioner,
) -> Result<Outcome> {
    let namespace = &work.namespace;
    let is_absent = matches!(presence, Ok(Presence::Absent));
    if work.is_made && is_absent {
        fail(ctx, namespace.id, gone(namespace)).await?;
        return reconcile(ctx, namespace, presence, provisioner, &work.correlation_id).await;
    }
    let steps = to_be_done(ctx, namespace.id).await?;
    let made = if is_absent && steps.contains(&Step::Namespace) { Made::Now } else { Made::Before };
    mark(ctx, work, steps.first().map(|next| (*next, StepState::Running, None))).await?;
    for (place, step) in (1..).zip(&steps) {
        match provisioner.run_step(namespace, *step, made).await {
            Ok(detail) => {
                let next = steps.get(place).map(|next| (*next, StepState::Running, None));
                mark(ctx, work, [Some((*step, StepState::Done, Some(detail))), next].into_iter().flatten()).await?;
            }
            Err(cluster::Error::Unreachable { reason, not_before, answered }) => {
                let why = no_answer(&namespace.cluster.name, &reason, answered);
                mark(ctx, work, [(*step, StepState::Running, Some(why.clone()))]).await?;
                return Ok(Outcome::Later { why, not_before });
            }
            Err(error @ (cluster::Error::Refused { .. } | cluster::Error::Collision { .. })) => {
                refused(ctx, work, Some(*step), &error, provisioner).await?;
                return Ok(Outcome::Done);
            }
        }
    }
    // Nothing that was known to stand in its way does.
    let _ = clusters::ask_agreement(ctx, provisioner, namespace).await;
    complete(ctx, namespace, &provisioner.digest(namespace)).await?;
    Ok(Outcome::Done)
}

async fn refused(
    ctx: &Ctx,
    work: &Work,
    step: Option<Step>,
    error: &cluster::Error,
    provisioner: &Provisioner,
) -> Result<()> {
    let reason = redact_text(&clusters::why_refused(ctx, provisioner, &work.namespace, error).await);
    mark(ctx, work, step.map(|step| (step, StepState::Failed, Some(reason.clone())))).await?;
    fail(ctx, work.namespace.id, reason).await
}

/// Nobody will ever answer there again: what waits for it ends. What is on the cluster stays as it is.
async fn end_without_cluster(ctx: &Ctx, work: &Work) -> Result<()> {
    let (namespace, cluster) = (work.namespace.id, &work.namespace.cluster.name);
    let gone =
        format!("Cluster {cluster} was removed from Berth; what is on it stays as it is. Undo closes this request.");
    match work.task {
        Task::Apply(number) => {
            let request = store::requests::find(&mut *ctx.db().acquire().await?, number).await?;
            let is_undone = request.is_some_and(|request| is_undone(&request));
            if is_undone { end_undo(ctx, number, namespace).await } else { fail(ctx, namespace, gone).await }
        }
        Task::Deprovision(number) => end_undo(ctx, number, namespace).await,
        Task::Delete => deletion::finish(ctx, &work.namespace, None).await,
        Task::Reconcile => Ok(()),
    }
}

/// Nothing is left to be taken back: the request is undone. A namespace that never was ready goes with it.
async fn end_undo(ctx: &Ctx, number: RequestNumber, namespace: NamespaceId) -> Result<()> {
    change!(ctx, |tx| {
        let undone = lock(tx, number).await?.finish_undo()?;
        save(tx, ctx, &undone).await?;
        if undone.kind() == Kind::NewNamespace {
            store::namespaces::delete(tx, namespace).await?;
        }
        tx.admit_waiting();
        let mark = Some(correlation_id_of(&undone));
        record_event(tx, ctx, &undone, EventKind::RequestUndone { quota: None, reason: None, mark }).await?;
        Ok(())
    })
}

fn gone(namespace: &Namespace) -> String {
    format!(
        "{} was deleted on its cluster. A quota change cannot recreate it. Its page shows under Sync what can be done.",
        namespace.name
    )
}

async fn deprovision(
    ctx: &Ctx,
    namespace: &Namespace,
    number: RequestNumber,
    provisioner: &Provisioner,
) -> Result<Outcome> {
    match provisioner.deprovision(namespace).await {
        Ok(()) => {}
        Err(cluster::Error::Unreachable { reason: why, not_before, .. }) => {
            return Ok(Outcome::Later { why, not_before });
        }
        Err(error @ (cluster::Error::Refused { .. } | cluster::Error::Collision { .. })) => {
            fail(ctx, namespace.id, error.to_string()).await?;
            return Ok(Outcome::Done);
        }
    }
    end_undo(ctx, number, namespace.id).await?;
    Ok(Outcome::Done)
}

/// What there is to do, with its request marked as begun. None when a request that failed waits to be tried again.
async fn begin(ctx: &Ctx, id: NamespaceId) -> Result<Option<Work>> {
    change!(ctx, |tx| {
        let number = store::requests::find_to_apply(&mut **tx, id).await?;
        let request = match number {
            Some(number) => Some(lock(tx, number).await?),
            None => None,
        };
        let stored = store::namespaces::get(tx, id).await?;
        let correlation_id = request.as_ref().map_or_else(|| CorrelationId::of_sync(id), CorrelationId::of_request);
        let task = match request {
            Some(request) if is_undone(&request) && stored.state == NamespaceState::Removing => {
                Task::Deprovision(request.number)
            }
            Some(request) => {
                let number = request.number;
                if request.state.progress() == Some(&Progress::Approved) {
                    let applying = request.begin_applying()?;
                    save(tx, ctx, &applying).await?;
                    let mark = correlation_id_of(&applying);
                    record_event(tx, ctx, &applying, EventKind::RequestApplying { mark }).await?;
                }
                Task::Apply(number)
            }
            None if stored.state == NamespaceState::Ready => Task::Reconcile,
            None if stored.state == NamespaceState::Removing && stored.ending.is_some() => Task::Delete,
            None => return Ok(None),
        };
        // From here on the cluster may have it, whatever becomes of this run.
        store::namespaces::save_applied(&mut **tx, id, &stored.held()).await?;
        let is_made = stored.state == NamespaceState::Ready || matches!(task, Task::Delete);
        Ok(Some(Work { is_made, namespace: stored.namespace, task, correlation_id }))
    })
}

/// Whether it is being undone.
fn is_undone(request: &Request) -> bool {
    request.state.progress() == Some(&Progress::Undoing)
}

fn correlation_id_of(request: &Request) -> String {
    CorrelationId::of_request(request).event
}

/// Says at the step that comes next what it waits for.
async fn show_waiting(ctx: &Ctx, work: &Work, why: &str) -> Result<()> {
    if let Task::Apply(_) = work.task
        && let Some(next) = remaining(ctx, work.namespace.id).await?.first()
    {
        mark(ctx, work, [(*next, StepState::Running, Some(why.to_owned()))]).await?;
    }
    Ok(())
}

fn provisioner(ctx: &Ctx, cluster: &Cluster, correlation_id: &CorrelationId) -> Result<Provisioner> {
    let connection = clusters::connection(ctx, cluster)?;
    Provisioner::new(&connection, site(ctx, cluster), &correlation_id.to_string()).map_err(Error::internal)
}

/// The steps not done yet, in order.
async fn remaining(ctx: &Ctx, id: NamespaceId) -> Result<Vec<Step>> {
    let steps = store::steps::list(ctx.db(), id).await?;
    Ok(steps.into_iter().filter(|s| s.state != StepState::Done).map(|s| s.step).collect())
}

/// The same for a run that begins. Access is given anew: who belongs to the team may have changed since an earlier run did
/// it, and the last step asks for those of now.
async fn to_be_done(ctx: &Ctx, id: NamespaceId) -> Result<Vec<Step>> {
    let mut steps = remaining(ctx, id).await?;
    if steps.first().is_some_and(|next| *next > Step::Access) {
        steps.insert(0, Step::Access);
    }
    Ok(steps)
}

/// Writes down where steps stand.
async fn mark(
    ctx: &Ctx,
    work: &Work,
    steps: impl IntoIterator<Item = (Step, StepState, Option<String>)>,
) -> Result<()> {
    let steps: Vec<_> = steps.into_iter().collect();
    change!(ctx, |tx| {
        for (step, state, detail) in &steps {
            let ended_at = matches!(state, StepState::Done | StepState::Failed).then(|| ctx.now());
            store::steps::save(&mut **tx, work.namespace.id, *step, *state, detail.as_deref(), ended_at).await?;
        }
        Ok(())
    })
}

async fn complete(ctx: &Ctx, namespace: &Namespace, digest: &[u8]) -> Result<()> {
    change!(ctx, |tx| {
        let number = store::requests::find_to_apply(&mut **tx, namespace.id).await?.ok_or(Error::NotFound)?;
        let request = lock(tx, number).await?;
        store::namespaces::save_state(&mut **tx, namespace.id, NamespaceState::Ready).await?;
        let over = applied(tx, ctx, namespace, digest).await?;
        tx.admit_waiting();
        if is_undone(&request) {
            let undone = request.finish_undo()?;
            save(tx, ctx, &undone).await?;
            let (quota, mark) = (Some(Grant::Quota(namespace.quota)), Some(correlation_id_of(&undone)));
            record_event(tx, ctx, &undone, EventKind::RequestUndone { quota, reason: None, mark }).await?;
        } else {
            let completed = request.complete()?;
            save(tx, ctx, &completed).await?;
            let (grant, mark) = (Grant::Quota(namespace.quota), Some(correlation_id_of(&completed)));
            record_event(tx, ctx, &completed, EventKind::RequestCompleted { grant, mark }).await?;
            record_provisioned(tx, ctx, namespace, &completed);
        }
        record_resolved(tx, ctx, namespace, over);
        Ok(())
    })
}

fn record_provisioned(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, request: &Request) {
    let (quota, before, class) = (namespace.quota, request.ask.base(), namespace.class.name.clone());
    let (mark, is_there) = (correlation_id_of(request), request.kind().needs_namespace());
    let request = request.number.to_string();
    let kind = if is_there {
        EventKind::NamespaceQuotaChanged { request, quota, before, class, mark }
    } else {
        EventKind::NamespaceProvisioned { request, quota, before, class, mark }
    };
    record_of_namespace(tx, ctx, namespace, kind);
}

/// The request that waits for this namespace ends as failed, with the reason. Without one there is nobody to tell. What a
/// cluster said may be read by everybody who reads the request: secrets in it are not kept.
async fn fail(ctx: &Ctx, namespace: NamespaceId, reason: String) -> Result<()> {
    let reason = redact_text(&reason);
    change!(ctx, |tx| {
        let Some(number) = store::requests::find_to_apply(&mut **tx, namespace).await? else { return Ok(()) };
        let request = lock(tx, number).await?;
        // What breaks may break before it has begun.
        let begun = if is_undone(&request) { request } else { request.begin_applying()? };
        let failed = begun.fail(reason.clone())?;
        save(tx, ctx, &failed).await?;
        if failed.kind() == Kind::NewNamespace {
            store::namespaces::save_state(&mut **tx, namespace, NamespaceState::Failed).await?;
        }
        let (reason, mark) = (reason.clone(), correlation_id_of(&failed));
        record_event(tx, ctx, &failed, EventKind::RequestFailed { reason, mark }).await?;
        Ok(())
    })
}

/// Makes the cluster what the desired state says, for the namespace whose id is the key.
pub struct SyncNamespace;

impl Job<Ctx> for SyncNamespace {
    const NAME: &'static str = SYNC_NAMESPACE;

    async fn run(ctx: &Ctx, key: Uuid) -> Outcome {
        sync(ctx, NamespaceId(key)).await
    }

    async fn give_up(ctx: &Ctx, key: Uuid) -> anyhow::Result<()> {
        Ok(give_up(ctx, NamespaceId(key)).await?)
    }
}
