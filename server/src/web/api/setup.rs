//! What is set up, as a whole: what `berth export` writes and `berth apply` reads.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, setup};
use crate::web::extract::Json;
use domain::setup::{Plan, Setup};
use serde::{Deserialize, Serialize};

/// Teams, platform roles, classes and settings of clusters, without secrets.
#[utoipa::path(get, path = "/setup", operation_id = "get_setup", tag = "setup",
    responses((status = 200, body = Setup), Problems))]
pub async fn get(ctx: Ctx) -> Reply<Json<Setup>> {
    Ok(Json(setup::export(&ctx).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupBody {
    setup: Setup,
    /// Archive teams and take away platform roles that are not named.
    #[serde(default)]
    prune: bool,
}

/// What applying it would change. Nothing is changed.
#[utoipa::path(post, path = "/setup/plan", operation_id = "plan_setup", tag = "setup", request_body = SetupBody,
    responses((status = 200, body = Plan), Problems))]
pub async fn plan(ctx: Ctx, Json(body): Json<SetupBody>) -> Reply<Json<Plan>> {
    Ok(Json(setup::compare(&ctx, body.setup, body.prune).await?))
}

/// Make it so, all or nothing, and answer what was changed.
#[utoipa::path(post, path = "/setup/apply", operation_id = "apply_setup", tag = "setup", request_body = SetupBody,
    responses((status = 200, body = Plan), Problems))]
pub async fn apply(ctx: Ctx, Json(body): Json<SetupBody>) -> Reply<Json<Plan>> {
    Ok(Json(setup::apply(&ctx, body.setup, body.prune).await?))
}
