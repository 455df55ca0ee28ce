//! The audit trail: a page to read what changes left there, its export, signed checkpoints and the check of it all. Changes
//! write it as they end ([`change`](super::change)).

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
use domain::audit::{EventKind, Link};
use domain::form::AuditFields;
use domain::refusal::FieldError;
use domain::text;
use domain::view::{AuditRow, AuditView, Page};
use domain::{Action, Refusal};
use std::ops::RangeInclusive;
use store::audit::Filter;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

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

/// Notes what was refused: what would have been changed is not.
pub async fn record_refused(ctx: &Ctx, attempt: Attempt) -> Result<()> {
    let Attempt { method, route, subject, code } = attempt;
    let kind = EventKind::ChangeRefused { code, method, route };
    ctx.record(text::shown(&subject, text::LONGEST_NAME), None, kind).await?;
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
