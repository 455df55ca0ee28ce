//! The audit trail.

use super::Reply;
use super::extract::Paging;
use crate::app::{Ctx, audit};
use crate::web::problem::ProblemDocument;
use axum::Json;
use axum::extract::Query;
use domain::view::{AuditFields, AuditRow, Page};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of the actor's name.
    #[serde(default)]
    actor: String,
    /// Beginning of the action: `request.` or `request.approved`.
    #[serde(default)]
    action: String,
    /// Part of what it was done to: `REQ-12`.
    #[serde(default)]
    subject: String,
}

/// Audit events, newest first.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit_events", tag = "audit", params(Filter, Paging),
    responses((status = 200, body = Page<AuditRow>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(ctx: Ctx, Query(filter): Query<Filter>, Query(paging): Query<Paging>) -> Reply<Json<Page<AuditRow>>> {
    let fields = AuditFields { actor: filter.actor, action: filter.action, subject: filter.subject };
    let view = audit::list(&ctx, fields, paging.after_number()?, paging.limit()).await?;
    Ok(Json(view.page))
}
