//! The audit trail: a note in the transaction of every change, a page to read them, their export, signed checkpoints and
//! the check of it all.

mod checkpoint;
mod correlation_id;
mod export;
mod verify;

pub use checkpoint::{Keys, SignCheckpoint, SignedCheckpoint, last_checkpoint, public_keys, sign_checkpoint};
pub use correlation_id::CorrelationId;
pub use export::{Format, export};
pub use verify::verify;

use super::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::audit::{Event, FORMAT, Link, redact, redact_text};
use domain::id::TeamId;
use domain::refusal::FieldError;
use domain::text;
use domain::view::{AuditFields, AuditRow, AuditView, Page};
use domain::{Action, Refusal};
use serde_json::json;
use std::ops::RangeInclusive;
use store::audit::Filter;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// Notes one change. Goes into the transaction that makes the change, or the change is not made.
/// `detail` explains it (before, after) and holds no secret; should there be one, it is taken out.
pub async fn record(
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
        subject: redact_text(&subject),
        team: team.map(|id| id.to_string()),
        request_id: ctx.request_id.clone(),
        detail: redact(detail),
        on_behalf_id: ctx.on_behalf_of.as_ref().map(|(id, _)| id.to_string()),
        on_behalf_label: ctx.on_behalf_of.as_ref().map(|(_, name)| name.clone()),
        format: FORMAT,
    };
    Ok(store::audit::append(tx, &event).await?)
}

/// What somebody tried.
pub struct Attempt {
    pub method: String,
    /// As the router names it.
    pub route: String,
    /// What it would have been done to.
    pub subject: String,
    /// Of the refusal.
    pub code: &'static str,
}

/// Notes what was refused, in a transaction of its own: what would have been changed is not.
pub async fn record_refused(ctx: &Ctx, attempt: Attempt) -> Result<()> {
    let Attempt { method, route, subject, code } = attempt;
    let detail = json!({"code": code, "method": method, "route": route});
    let mut tx = ctx.begin().await?;
    record(&mut tx, ctx, "change.refused", text::shown(&subject, text::LONGEST_NAME), None, detail).await?;
    tx.commit().await?;
    Ok(())
}

/// A page of the trail, newest first. `after` is the number of the last event of the page before. A filter that cannot be
/// read is answered with what is wrong with it, and no events.
pub async fn list(ctx: &Ctx, fields: AuditFields, after: Option<i64>, limit: i64) -> Result<AuditView> {
    ctx.allow(Action::SeeAudit)?;
    let filter = match filter(&fields) {
        Ok(filter) => filter,
        Err(errors) => return Ok(AuditView { fields, errors, page: Page { items: Vec::new(), next: None } }),
    };
    let mut links = store::audit::list(ctx.db(), &filter, after, limit + 1).await?;
    let next = super::paginate(&mut links, limit, |link| link.seq.to_string());
    let page = Page { items: links.into_iter().map(row).collect(), next };
    Ok(AuditView { fields, errors: Vec::new(), page })
}

/// The same for programs, which are refused a filter that cannot be read.
pub async fn list_page(ctx: &Ctx, fields: AuditFields, after: Option<i64>, limit: i64) -> Result<Page<AuditRow>> {
    let view = list(ctx, fields, after, limit).await?;
    if view.errors.is_empty() { Ok(view.page) } else { Err(Refusal::Invalid(view.errors).into()) }
}

fn filter(fields: &AuditFields) -> Result<Filter, Vec<FieldError>> {
    let (mut errors, text) = (Vec::new(), |text: &str| text.trim().to_owned());
    let mut moment = |field: &str, text: &str, of_day: Duration| match parse_moment(text.trim(), of_day) {
        Ok(moment) => moment,
        Err(message) => {
            errors.push(FieldError { field: field.into(), message: message.into() });
            None
        }
    };
    let from = moment("from", &fields.from, Duration::ZERO);
    let until = moment("to", &fields.to, Duration::DAY);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Filter {
        actor: text(&fields.actor),
        behalf: text(&fields.behalf),
        action: text(&fields.action),
        subject: text(&fields.subject),
        team: text(&fields.team),
        from,
        until,
        text: text(&fields.text),
    })
}

/// Of events that may be asked for.
const YEARS: RangeInclusive<i32> = 1970..=9998;

/// A day in UTC, or a time. `of_day` leads to the moment of the day that is meant.
fn parse_moment(text: &str, of_day: Duration) -> Result<Option<OffsetDateTime>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok();
    let moment = match day {
        Some(day) => day.midnight().assume_utc().checked_add(of_day),
        None => OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|moment| moment.checked_to_offset(UtcOffset::UTC)),
    };
    // Nothing happened before or after, and not everything that is a time here is one in the database.
    match moment.filter(|moment| YEARS.contains(&moment.year())) {
        Some(moment) => Ok(Some(moment)),
        None => Err("must be a day like 2026-11-21, or a time like 2026-11-21T09:30:00Z"),
    }
}

fn row(link: Link) -> AuditRow {
    let event = link.event;
    AuditRow {
        seq: link.seq,
        at: event.at,
        actor: event.actor_label,
        actor_kind: event.actor_kind,
        on_behalf_of: event.on_behalf_label,
        action: event.action,
        subject: event.subject,
        request_id: event.request_id,
        detail: event.detail,
        hash: link.hash.to_string(),
    }
}
