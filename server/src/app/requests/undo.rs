//! What failed: try it again, or give it up and take it back.

use super::kinds;
use crate::app::request_record::{lock, record_event, save};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use domain::audit::EventKind;
use domain::drift::Condition;
use domain::id::NamespaceId;
use domain::name::RequestNumber;
use domain::request::{Obstacle, Progress, Request};
use domain::{Action, Refusal};

/// Does again what had failed.
pub async fn retry(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Retry(&request))?;
        let namespace = request.namespace.ok_or_else(|| closed(&request))?;
        match request.state.progress() {
            Some(Progress::Failed { .. }) => restart(tx, ctx, request, namespace).await?,
            Some(Progress::Approved | Progress::Applying | Progress::Undoing) => {
                enqueue_again(tx, ctx, &request, namespace).await?;
            }
            Some(Progress::Waiting | Progress::Completed | Progress::Undone) | None => return Err(closed(&request)),
        }
        Ok(())
    })
}

/// What nobody is ordered to do any more goes on where it stopped.
async fn enqueue_again(tx: &mut Change, ctx: &Ctx, request: &Request, namespace: NamespaceId) -> Result<()> {
    if store::jobs::is_ordered(&mut **tx, namespace).await? {
        return Err(closed(request));
    }
    tx.sync(namespace);
    record_event(tx, ctx, request, EventKind::RequestRetried { job: None }).await
}

fn closed(request: &Request) -> Error {
    Refusal::Closed { number: request.number, state: request.state.title().to_owned() }.into()
}

/// All steps anew, from the first.
pub async fn restart(tx: &mut Change, ctx: &Ctx, request: Request, namespace: NamespaceId) -> Result<()> {
    if is_without_cluster(tx, &request).await? {
        return Err(Obstacle::Removed.refusal(&request.cluster.name).into());
    }
    let again = request.begin_applying()?;
    save(tx, ctx, &again).await?;
    store::steps::reset(tx, namespace).await?;
    kinds::restart(tx, ctx, &again, namespace).await?;
    tx.sync(namespace);
    record_event(tx, ctx, &again, EventKind::RequestRetried { job: None }).await
}

/// Whether nobody will ever answer there again.
async fn is_without_cluster(tx: &mut Conn, request: &Request) -> Result<bool> {
    Ok(store::clusters::get(&mut *tx, request.cluster.id).await?.removed_at.is_some())
}

/// Gives up what had failed: a quota goes back to what it was; of a new namespace, what is there is taken away.
pub async fn undo(ctx: &Ctx, number: RequestNumber) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Undo(&request))?;
        let undoing = request.undo()?;
        let namespace = undoing.namespace.ok_or(Error::NotFound)?;
        save(tx, ctx, &undoing).await?;
        let is_gone = store::namespaces::get(tx, namespace).await?.condition.is_some_and(Condition::is_gone);
        // What is not on the cluster any more has nothing that could be taken back there.
        let ends_here = undoing.kind().needs_namespace() && is_gone;
        kinds::undo(tx, ctx, &undoing, namespace).await?;
        let undone = if ends_here { Some(undoing.clone().finish_undo()?) } else { None };
        match &undone {
            Some(undone) => {
                save(tx, ctx, undone).await?;
                tx.admit_waiting();
            }
            None => tx.sync(namespace),
        }
        record_event(tx, ctx, &undoing, EventKind::RequestUndoing { base: undoing.ask.base() }).await?;
        if let Some(undone) = undone {
            let kind = EventKind::RequestUndone { quota: undone.ask.base(), reason: None, mark: None };
            record_event(tx, ctx, &undone, kind).await?;
        }
        Ok(())
    })
}
