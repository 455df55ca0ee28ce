//! Background work, for those who run Berth.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, jobs};
use crate::web::extract::{Json, Path};
use axum::http::StatusCode;
use domain::view::JobRow;

/// Jobs that gave up first.
#[utoipa::path(get, path = "/jobs", operation_id = "list_jobs", tag = "jobs",
    responses((status = 200, body = Vec<JobRow>), Problems))]
pub async fn list(ctx: Ctx) -> Reply<Json<Vec<JobRow>>> {
    Ok(Json(jobs::list(&ctx).await?))
}

/// Set a job going again.
#[utoipa::path(post, path = "/jobs/{id}/retry", operation_id = "retry_job", tag = "jobs", params(("id" = i64, Path)),
    responses((status = 204), Problems))]
pub async fn retry(ctx: Ctx, Path(id): Path<i64>) -> Reply<StatusCode> {
    jobs::retry(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
