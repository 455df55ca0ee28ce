//! Namespaces: what one's teams have, and what runs there.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, namespaces, namespaces::KubeconfigFile, views};
use crate::web::extract::{Json, Paging, Path, name};
use crate::web::problem::Problem;
use crate::web::sse::Follower;
use crate::web::{Shared, sse};
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use domain::drift::Keep;
use domain::view::{DriftRow, KubeconfigForm, NamespaceRow, NamespaceView, Page, QuotaChangeView};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;

/// Namespaces of one's teams, by name.
#[utoipa::path(get, path = "/namespaces", operation_id = "list_namespaces", tag = "namespaces", params(Paging),
    responses((status = 200, body = Page<NamespaceRow>), Problems))]
pub async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<NamespaceRow>>> {
    Ok(Json(views::namespaces::list(&ctx, paging.after.as_deref(), paging.limit()).await?))
}

/// One namespace with its quota, workloads, pods and warnings.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}", operation_id = "get_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = NamespaceView), Problems))]
pub async fn get(ctx: Ctx, Path((cluster, namespace)): Path<(String, String)>) -> Reply<Json<NamespaceView>> {
    Ok(Json(views::namespaces::get(&ctx, &name(&cluster)?, &name(&namespace)?).await?))
}

/// How its quota came to be what it is: every change with its reason, and what was known when it was decided. Newest first.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}/quota-history", operation_id = "list_quota_history", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path), Paging),
    responses((status = 200, body = Page<QuotaChangeView>), Problems))]
pub async fn quota_history(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<QuotaChangeView>>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    let after = paging.after_number()?;
    Ok(Json(views::requests::quota_history(&ctx, &cluster, &namespace, after, paging.limit()).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KubeconfigBody {
    form: KubeconfigForm,
}

/// Download a kubeconfig for one's role in the namespace: YAML, with a token that expires after at most one hour, or
/// with the way to sign in with `kubectl`. Berth does not keep it.
#[utoipa::path(post, path = "/namespaces/{cluster}/{name}/kubeconfig", operation_id = "take_kubeconfig", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)), request_body = KubeconfigBody,
    responses((status = 200, content_type = "application/yaml", body = serde_json::Value), Problems))]
pub async fn kubeconfig(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Json(body): Json<KubeconfigBody>,
) -> Reply<impl IntoResponse + use<>> {
    Ok(download(namespaces::kubeconfig(&ctx, &name(&cluster)?, &name(&namespace)?, body.form).await?))
}

/// Saved by browsers, kept by nobody in between.
pub fn download(file: KubeconfigFile) -> impl IntoResponse + use<> {
    let attachment = format!("attachment; filename=\"{}\"", file.name);
    let headers = [
        (CONTENT_TYPE, "application/yaml".to_owned()),
        (CONTENT_DISPOSITION, attachment),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, file.yaml)
}

/// Have Berth look at the namespace on its cluster now, and put back what differs from what was granted. One that
/// vanished there is made again, empty. The answer comes at once; `sync.is_ordered` says whether it is done.
#[utoipa::path(post, path = "/namespaces/{cluster}/{name}/sync", operation_id = "sync_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = NamespaceView), Problems))]
pub async fn sync(ctx: Ctx, Path((cluster, namespace)): Path<(String, String)>) -> Reply<Json<NamespaceView>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::sync_now(&ctx, &cluster, &namespace).await?;
    Ok(Json(views::namespaces::get(&ctx, &cluster, &namespace).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Restoring {
    /// What could not be brought back so far is left out.
    #[serde(default)]
    leave_rest: bool,
}

/// Take back the end of a namespace that is suspended, until it is deleted: what ran in it is started again, as it was. Where somebody
/// deleted it on its cluster meanwhile it is made again with the objects that were kept; the data in its volumes is lost then.
/// Developers and owners of the team may, and Platform. The answer comes at once; `suspension` is `null` once all is done. What the
/// cluster refuses (`suspension.not_made`) is kept and tried again, until `leave_rest` says that it is to be left out for good.
#[utoipa::path(post, path = "/namespaces/{cluster}/{name}/restore", operation_id = "restore_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path), Restoring),
    responses((status = 200, body = NamespaceView), Problems))]
pub async fn restore(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Query(Restoring { leave_rest }): Query<Restoring>,
) -> Reply<Json<NamespaceView>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::restore(&ctx, &cluster, &namespace, leave_rest).await?;
    Ok(Json(views::namespaces::get(&ctx, &cluster, &namespace).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveAheadBody {
    keep: Keep,
    /// `sync.ahead.revision`, as it was read.
    #[schema(minimum = 1)]
    revision: i64,
}

/// Say which side is right where the cluster is ahead of the database (`sync.ahead`), as after a restore from a backup.
/// Nothing is written to the namespace before. Only Platform may.
#[utoipa::path(post, path = "/namespaces/{cluster}/{name}/resolve-ahead", operation_id = "resolve_ahead", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)), request_body = ResolveAheadBody,
    responses((status = 200, body = NamespaceView), Problems))]
pub async fn resolve_ahead(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Json(body): Json<ResolveAheadBody>,
) -> Reply<Json<NamespaceView>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::resolve_ahead(&ctx, &cluster, &namespace, body.keep, body.revision).await?;
    Ok(Json(views::namespaces::get(&ctx, &cluster, &namespace).await?))
}

/// What was found on the cluster to differ from what was granted, newest first: which field, who set it, and when it was
/// put back. The newest 200 are kept.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}/drift", operation_id = "list_drift", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path), Paging),
    responses((status = 200, body = Page<DriftRow>), Problems))]
pub async fn drift(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<DriftRow>>> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    Ok(Json(views::namespaces::drift(&ctx, &cluster, &namespace, paging.after_number()?, paging.limit()).await?))
}

/// The namespace, now and whenever something in it changes: server-sent events, the data of each a `NamespaceView`
/// whose `activity` is `null`, save where it could not be made.
#[utoipa::path(get, path = "/namespaces/{cluster}/{name}/events", operation_id = "follow_namespace", tag = "namespaces",
    params(("cluster" = String, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn events(
    State(site): State<Shared>,
    who: Follower,
    Path((cluster, namespace)): Path<(String, String)>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    let id = views::namespaces::get_without_activity(who.ctx(), &cluster, &namespace).await?.row.id;
    sse::namespace(&site, who, id, cluster, namespace)
}
