//! Namespaces: what one's teams have, and what runs there.

use super::Reply;
use super::extract::{Paging, Path, name};
use crate::app::{Ctx, namespaces, requests};
use crate::web::problem::ProblemDocument;
use crate::web::{Shared, sse};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use domain::view::{NamespaceRow, NamespaceView, Page, QuotaChangeView};

/// Namespaces of one's teams, by name.
#[utoipa::path(get, path = "/namespaces", operation_id = "list_namespaces", tag = "namespaces", params(Paging),
    responses((status = 200, body = Page<NamespaceRow>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<NamespaceRow>>> {
    Ok(Json(namespaces::list(&ctx, paging.after.as_deref(), paging.limit()).await?))
}

/// One namespace with its quota, workloads, pods and warnings.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}", operation_id = "get_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = NamespaceView), (status = "4XX", body = ProblemDocument)))]
pub async fn get(ctx: Ctx, Path((cluster, namespace)): Path<(String, String)>) -> Reply<Json<NamespaceView>> {
    Ok(Json(namespaces::get(&ctx, &name(&cluster)?, &name(&namespace)?).await?))
}

/// How its quota came to be what it is: every change with its reason, and what was known when it was decided. Newest first.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}/quota-history", operation_id = "list_quota_history", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path), Paging),
    responses((status = 200, body = Page<QuotaChangeView>), (status = "4XX", body = ProblemDocument)))]
pub async fn quota_history(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<QuotaChangeView>>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    let after = paging.after_number()?;
    Ok(Json(requests::quota_history(&ctx, &cluster, &namespace, after, paging.limit()).await?))
}

/// The namespace, now and whenever something in it changes: server-sent events, the data of each a `NamespaceView`.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}/events", operation_id = "follow_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "4XX", body = ProblemDocument)))]
pub async fn events(
    State(site): State<Shared>,
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
) -> Reply<impl IntoResponse + use<>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::get(&ctx, &cluster, &namespace).await?;
    sse::namespace(&site, ctx, cluster, namespace)
}
