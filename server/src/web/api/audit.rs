//! The audit trail.

use super::Reply;
use super::problems::Problems;
use crate::app::audit::Format;
use crate::app::{Ctx, audit};
use crate::web::extract::{Json, Paging};
use axum::body::Body;
use axum::extract::Query;
use axum::response::IntoResponse;
use domain::form::AuditFields;
use domain::view::{AuditRow, Page};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Filter {
    /// Part of the actor's name.
    actor: String,
    /// Part of the name of the person on whose behalf Berth acted.
    behalf: String,
    /// Beginning of the action: `request.` or `request.approved`.
    action: String,
    /// Part of what it was done to: `REQ-12`.
    subject: String,
    /// Slug of the team it concerns.
    team: String,
    /// From this day on (UTC): `2026-11-21`, or a time as in RFC 3339.
    from: String,
    /// Up to the end of this day (UTC), or before this time.
    to: String,
    /// Part of anything in the event.
    text: String,
}

impl Filter {
    fn fields(self) -> AuditFields {
        let Self { actor, behalf, action, subject, team, from, to, text } = self;
        AuditFields { actor, behalf, action, subject, team, from, to, text }
    }
}

/// Audit events, newest first.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit_events", tag = "audit", params(Filter, Paging),
    responses((status = 200, body = Page<AuditRow>), Problems))]
pub async fn list(ctx: Ctx, Query(filter): Query<Filter>, Query(paging): Query<Paging>) -> Reply<Json<Page<AuditRow>>> {
    Ok(Json(audit::list_page(&ctx, filter.fields(), paging.after_number()?, paging.limit()).await?))
}

/// The events that match, oldest first, as CSV with a header row. That they were taken is an event itself.
#[utoipa::path(get, path = "/audit.csv", operation_id = "export_audit_csv", tag = "audit", params(Filter),
    responses((status = 200, content_type = "text/csv", body = String), Problems))]
pub async fn csv(ctx: Ctx, Query(filter): Query<Filter>) -> Reply<impl IntoResponse + use<>> {
    file(&ctx, filter, Format::Csv).await
}

/// The events that match, oldest first, one JSON object in a line. That they were taken is an event itself.
#[utoipa::path(get, path = "/audit.jsonl", operation_id = "export_audit_jsonl", tag = "audit", params(Filter),
    responses((status = 200, content_type = "application/jsonl", body = String), Problems))]
pub async fn jsonl(ctx: Ctx, Query(filter): Query<Filter>) -> Reply<impl IntoResponse + use<>> {
    file(&ctx, filter, Format::JsonLines).await
}

async fn file(ctx: &Ctx, filter: Filter, format: Format) -> Reply<impl IntoResponse + use<>> {
    let lines = audit::export(ctx, filter.fields(), format).await?;
    let form = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::JsonLines => "application/jsonl",
    };
    let attachment = format!("attachment; filename=\"audit.{}\"", format.as_str());
    Ok(([(CONTENT_TYPE, form.to_owned()), (CONTENT_DISPOSITION, attachment)], Body::from_stream(lines)))
}
