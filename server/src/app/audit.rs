//! The audit trail: a note in the transaction of every change, a page to read them, a check of the chain.

use super::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::audit::{Broken, Event, Hash, Link, follow};
use domain::id::TeamId;
use domain::view::{AuditFields, AuditRow, AuditView, Page};
use futures::TryStreamExt;

/// Notes one change. Goes into the transaction that makes the change, or the change is not made.
/// `detail` explains it (before, after) and holds no secret.
pub async fn note(
    tx: &mut Conn,
    ctx: &Ctx,
    action: &str,
    subject: String,
    team: Option<TeamId>,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event {
        at: ctx.now(),
        actor_kind: ctx.actor.kind().into(),
        actor_id: ctx.actor.person_id().map(|id| id.to_string()),
        actor_label: ctx.actor.label().into(),
        action: action.into(),
        subject,
        team: team.map(|id| id.to_string()),
        request_id: ctx.request_id.clone(),
        detail,
    };
    Ok(store::audit::append(tx, &event).await?)
}

/// A page of the trail, newest first. `after` is the number of the last event of the page before.
pub async fn list(ctx: &Ctx, fields: AuditFields, after: Option<i64>, limit: i64) -> Result<AuditView> {
    ctx.allow(Action::SeeAudit)?;
    let filter = store::audit::Filter {
        actor: fields.actor.trim(),
        action: fields.action.trim(),
        subject: fields.subject.trim(),
        before: after,
        limit: limit + 1,
    };
    let mut links = store::audit::list(ctx.db(), &filter).await?;
    let next = super::cut(&mut links, limit, |link| link.seq.to_string());
    Ok(AuditView { fields, page: Page { items: links.into_iter().map(row).collect(), next } })
}

/// Checks the whole chain: how many events it has, or the first row where it is broken.
/// The end is checked too, so that rows cut off at the end show.
pub async fn verify(ctx: &Ctx) -> Result<Result<i64, Broken>> {
    ctx.allow(Action::SeeAudit)?;
    // One snapshot for the rows and the head, whatever is being appended meanwhile.
    let mut tx = ctx.begin().await?;
    store::audit::hold_snapshot(&mut tx).await?;
    let (n, end) = store::audit::head(&mut *tx).await?;
    let mut at = (0, Hash::START);
    let mut links = store::audit::stream(&mut *tx);
    while let Some(link) = links.try_next().await? {
        at = match follow(at, &link) {
            Ok(next) => next,
            Err(broken) => return Ok(Err(broken)),
        };
    }
    if at != (n, end) {
        return Ok(Err(Broken::Gap { expected: at.0 + 1, found: n }));
    }
    Ok(Ok(n))
}

fn row(link: Link) -> AuditRow {
    let event = link.event;
    AuditRow {
        seq: link.seq,
        at: event.at,
        actor: event.actor_label,
        actor_kind: event.actor_kind,
        action: event.action,
        subject: event.subject,
        request_id: event.request_id,
        detail: event.detail,
        hash: link.hash.to_string(),
    }
}
