//! Teams, and the classes on offer.

use super::Reply;
use super::extract::{Path, name};
use crate::app::{Ctx, teams};
use crate::web::problem::ProblemDocument;
use axum::Json;
use domain::view::{ClassView, OfferView, TeamView};

/// The teams one may see.
#[utoipa::path(get, path = "/teams", operation_id = "list_teams", tag = "teams",
    responses((status = 200, body = Vec<TeamView>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(ctx: Ctx) -> Reply<Json<Vec<TeamView>>> {
    Ok(Json(teams::list(&ctx).await?))
}

#[utoipa::path(get, path = "/teams/{slug}", operation_id = "get_team", tag = "teams", params(("slug" = String, Path)),
    responses((status = 200, body = TeamView), (status = "4XX", body = ProblemDocument)))]
pub async fn get(ctx: Ctx, Path(slug): Path<String>) -> Reply<Json<TeamView>> {
    Ok(Json(teams::get(&ctx, &name(&slug)?).await?))
}

/// What one may ask for: teams, clusters and classes.
#[utoipa::path(get, path = "/offer", tag = "teams", operation_id = "get_offer",
    responses((status = 200, body = OfferView), (status = "4XX", body = ProblemDocument)))]
pub async fn offer(ctx: Ctx) -> Reply<Json<OfferView>> {
    Ok(Json(teams::offer(&ctx).await?))
}

/// The latest version of every class.
#[utoipa::path(get, path = "/classes", operation_id = "list_classes", tag = "teams",
    responses((status = 200, body = Vec<ClassView>), (status = "4XX", body = ProblemDocument)))]
pub async fn classes(ctx: Ctx) -> Reply<Json<Vec<ClassView>>> {
    Ok(Json(teams::classes(&ctx).await?))
}
