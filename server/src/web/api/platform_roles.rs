//! Which groups have a role for all of Berth.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, platform_roles, views};
use crate::web::extract::Json;
use axum::http::StatusCode;
use domain::setup::PlatformBinding;
use domain::view::PlatformRoleRow;

/// Groups with a role for all of Berth.
#[utoipa::path(get, path = "/platform-roles", operation_id = "list_platform_roles", tag = "setup",
    responses((status = 200, body = Vec<PlatformRoleRow>), Problems))]
pub async fn list(ctx: Ctx) -> Reply<Json<Vec<PlatformRoleRow>>> {
    Ok(Json(views::platform_roles::list(&ctx).await?))
}

/// Give a group a role for all of Berth.
#[utoipa::path(post, path = "/platform-roles", operation_id = "add_platform_role", tag = "setup", request_body = PlatformBinding,
    responses((status = 204), Problems))]
pub async fn add(ctx: Ctx, Json(body): Json<PlatformBinding>) -> Reply<StatusCode> {
    platform_roles::add(&ctx, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a role away from a group. The last group that gives `platform` stays, and so does one's own.
#[utoipa::path(post, path = "/platform-roles/remove", operation_id = "remove_platform_role", tag = "setup", request_body = PlatformBinding,
    responses((status = 204), Problems))]
pub async fn remove(ctx: Ctx, Json(body): Json<PlatformBinding>) -> Reply<StatusCode> {
    platform_roles::remove(&ctx, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
