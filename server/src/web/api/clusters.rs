//! Clusters, for those who run Berth.

use super::Reply;
use super::extract::{Path, name};
use crate::app::{Ctx, clusters};
use crate::web::problem::ProblemDocument;
use axum::Json;
use domain::view::ClusterView;

#[utoipa::path(get, path = "/clusters", operation_id = "list_clusters", tag = "clusters",
    responses((status = 200, body = Vec<ClusterView>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(ctx: Ctx) -> Reply<Json<Vec<ClusterView>>> {
    Ok(Json(clusters::list(&ctx).await?))
}

#[utoipa::path(get, path = "/clusters/{name}", operation_id = "get_cluster", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = ClusterView), (status = "4XX", body = ProblemDocument)))]
pub async fn get(ctx: Ctx, Path(cluster): Path<String>) -> Reply<Json<ClusterView>> {
    Ok(Json(clusters::get(&ctx, &name(&cluster)?).await?))
}
