//! Pages of the platform team: the audit trail and background work.

use super::{Reply, framed, ok, see_done};
use crate::app::{Ctx, PAGE, audit, jobs};
use crate::web::extract::{Paging, Path};
use crate::web::request_context::RequestContext;
use axum::extract::Query;
use domain::form::AuditFields;
use frontend::pages;

pub async fn audit(
    ctx: Ctx,
    context: RequestContext,
    Query(fields): Query<AuditFields>,
    Query(paging): Query<Paging>,
) -> Reply {
    let (frame, view) = framed(&context, &ctx, audit::list(&ctx, fields, paging.after_number()?, PAGE)).await?;
    ok(pages::audit::page(frame, view))
}

pub async fn jobs(ctx: Ctx, context: RequestContext) -> Reply {
    let (frame, view) = framed(&context, &ctx, jobs::list(&ctx)).await?;
    ok(pages::jobs::page(frame, view))
}

pub async fn retry_job(ctx: Ctx, Path(id): Path<i64>) -> Reply {
    jobs::retry(&ctx, id).await?;
    see_done("/admin/jobs", "The job runs again.")
}
