//! `sync(namespace)`: the one way anything gets onto a cluster.
//!
//! Runs as a job. Each step is done outside of any transaction and written down when it is done, so
//! that whoever takes over a broken-off run goes on where it stopped. A step done twice is harmless.

use crate::app::requests::{lock, note, save};
use crate::app::{Ctx, Error, Result};
use crate::cluster;
use crate::cluster::apply::Provisioner;
use crate::cluster::manifests::Site;
use crate::jobs::Outcome;
use crate::store;
use domain::Action;
use domain::id::NamespaceId;
use domain::namespace::{Namespace, NamespaceState, Step, StepState};
use domain::request::State;
use serde_json::json;
use store::bell::{Change, ring};

/// Provisions the namespace of an approved request, step by step.
pub async fn sync(ctx: &Ctx, id: NamespaceId) -> Outcome {
    match provision(ctx, id).await {
        Ok(outcome) => outcome,
        // The namespace is gone: nothing is left to do.
        Err(Error::NotFound) => Outcome::Done,
        Err(Error::Unavailable(why)) => Outcome::Later(why),
        Err(error @ (Error::Internal(_) | Error::SignInFirst | Error::Refused(_))) => Outcome::Broken(explain(&error)),
    }
}

/// The job breaks again and again and will rest: what waits for it ends as failed, so that people know. What broke is
/// Berth's own trouble and stays with the job.
pub async fn give_up(ctx: &Ctx, id: NamespaceId) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let namespace = store::namespaces::get(&mut *ctx.db().acquire().await?, id).await?.namespace;
    fail(ctx, &namespace, "Berth made a mistake and gave up; Platform sees it under Jobs and can try again".into())
        .await
}

async fn provision(ctx: &Ctx, id: NamespaceId) -> Result<Outcome> {
    ctx.allow(Action::Provision)?;
    let Some(namespace) = begin(ctx, id).await? else { return Ok(Outcome::Done) };
    let provisioner = provisioner(ctx, &namespace).await?;
    for step in remaining(ctx, id).await? {
        mark(ctx, &namespace, step, StepState::Running, None).await?;
        match provisioner.run_step(&namespace, step).await {
            Ok(detail) => mark(ctx, &namespace, step, StepState::Done, Some(&detail)).await?,
            Err(cluster::Error::Unreachable { reason }) => {
                let detail = format!("The cluster does not answer ({reason}). Berth tries again by itself.");
                mark(ctx, &namespace, step, StepState::Running, Some(&detail)).await?;
                return Ok(Outcome::Later(detail));
            }
            Err(error @ (cluster::Error::Refused { .. } | cluster::Error::Collision { .. })) => {
                let reason = error.to_string();
                mark(ctx, &namespace, step, StepState::Failed, Some(&reason)).await?;
                fail(ctx, &namespace, reason).await?;
                return Ok(Outcome::Done);
            }
        }
    }
    complete(ctx, &namespace).await?;
    Ok(Outcome::Done)
}

/// The namespace, with its request marked as being applied. None when its request is over.
async fn begin(ctx: &Ctx, id: NamespaceId) -> Result<Option<Namespace>> {
    let mut tx = ctx.begin().await?;
    let namespace = store::namespaces::get(&mut tx, id).await?.namespace;
    let request = lock(&mut tx, namespace.request).await?;
    match request.state {
        State::Applying { .. } => {}
        State::Approved { .. } => {
            let applying = request.begin_applying()?;
            save(&mut tx, ctx, &applying).await?;
            note(&mut tx, ctx, &applying, "request.applying", json!({})).await?;
        }
        State::InReview | State::Completed { .. } | State::Failed { .. } | State::Rejected | State::Withdrawn => {
            return Ok(None);
        }
    }
    tx.commit().await?;
    Ok(Some(namespace))
}

async fn provisioner(ctx: &Ctx, namespace: &Namespace) -> Result<Provisioner> {
    let cluster = store::clusters::get(ctx.db(), namespace.cluster.id).await?;
    let credentials = crate::app::clusters::open(ctx, &cluster.provisioner)?;
    let site = Site { groups_prefix: cluster.groups_prefix, desk_url: ctx.berth.config.http.public_url.to_string() };
    Provisioner::new(&credentials, site).map_err(Error::internal)
}

/// The steps not done yet, in order.
async fn remaining(ctx: &Ctx, id: NamespaceId) -> Result<Vec<Step>> {
    let steps = store::steps::list(ctx.db(), id).await?;
    Ok(steps.into_iter().filter(|s| s.state != StepState::Done).map(|s| s.step).collect())
}

async fn mark(ctx: &Ctx, namespace: &Namespace, step: Step, state: StepState, detail: Option<&str>) -> Result<()> {
    let ended_at = matches!(state, StepState::Done | StepState::Failed).then(|| ctx.now());
    let mut tx = ctx.begin().await?;
    store::steps::save(&mut *tx, namespace.id, step, state, detail, ended_at).await?;
    ring(&mut tx, Change::Request(namespace.request.0)).await?;
    tx.commit().await?;
    Ok(())
}

async fn complete(ctx: &Ctx, namespace: &Namespace) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let completed = lock(&mut tx, namespace.request).await?.complete()?;
    save(&mut tx, ctx, &completed).await?;
    store::namespaces::save_state(&mut *tx, namespace.id, NamespaceState::Ready, Some(ctx.now())).await?;
    note(&mut tx, ctx, &completed, "request.completed", json!({"grant": namespace.quota})).await?;
    let subject = format!("{}/{}", namespace.cluster.name, namespace.name);
    let detail =
        json!({"request": namespace.request.to_string(), "quota": namespace.quota, "class": namespace.class.name});
    crate::app::audit::note(&mut tx, ctx, "namespace.provisioned", subject, Some(namespace.team.id), detail).await?;
    tx.commit().await?;
    Ok(())
}

async fn fail(ctx: &Ctx, namespace: &Namespace, reason: String) -> Result<()> {
    let mut tx = ctx.begin().await?;
    // What breaks may break before it has begun.
    let failed = lock(&mut tx, namespace.request).await?.begin_applying()?.fail(reason.clone())?;
    save(&mut tx, ctx, &failed).await?;
    store::namespaces::save_state(&mut *tx, namespace.id, NamespaceState::Failed, None).await?;
    note(&mut tx, ctx, &failed, "request.failed", json!({"reason": reason})).await?;
    tx.commit().await?;
    Ok(())
}

fn explain(error: &Error) -> String {
    match error {
        Error::Internal(cause) => format!("{cause:#}"),
        Error::SignInFirst | Error::NotFound | Error::Refused(_) | Error::Unavailable(_) => error.to_string(),
    }
}
