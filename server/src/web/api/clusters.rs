//! Clusters, for those who run Berth.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, clusters, views};
use crate::web::extract::{IfMatch, Json, Path, name};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::name::{ClusterName, Comment};
use domain::setup::{ClusterChanges, ClusterSetup, Oidc};
use domain::view::{AddedCluster, ClusterCheck, ClusterDetail, ClusterView};
use serde::{Deserialize, Serialize};

#[utoipa::path(get, path = "/clusters", operation_id = "list_clusters", tag = "clusters",
    responses((status = 200, body = Vec<ClusterView>), Problems))]
pub async fn list(ctx: Ctx) -> Reply<Json<Vec<ClusterView>>> {
    Ok(Json(views::clusters::list(&ctx).await?))
}

#[utoipa::path(get, path = "/clusters/{name}", operation_id = "get_cluster", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = ClusterDetail, headers(("ETag", description = "The version of its settings; send it back in `If-Match`"))),
        Problems))]
pub async fn get(ctx: Ctx, Path(cluster): Path<String>) -> Reply<Response> {
    let view = views::clusters::get(&ctx, &name(&cluster)?).await?;
    Ok(([(header::ETAG, format!("\"{}\"", view.settings_version))], Json(view)).into_response())
}

/// Make the settings of a cluster what is sent: all of them. `If-Match` is the ETag that was read, or `*` to write over
/// whatever is there. Nobody loses anything that was granted; requests that wait for capacity are granted where there is enough now.
#[utoipa::path(put, path = "/clusters/{name}", operation_id = "change_cluster", tag = "clusters", request_body = ClusterSetup,
    params(("name" = String, Path), IfMatch),
    responses((status = 200, body = ClusterDetail), Problems))]
pub async fn change(
    ctx: Ctx,
    Path(cluster): Path<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<ClusterSetup>,
) -> Reply<Json<ClusterDetail>> {
    let cluster = name(&cluster)?;
    ctx.allow(domain::Action::SetUp)?;
    clusters::change(&ctx, &cluster, version, &body).await?;
    Ok(Json(views::clusters::get(&ctx, &cluster).await?))
}

/// What Berth has on every cluster once, as YAML.
#[utoipa::path(get, path = "/clusters/{name}/manifests", operation_id = "get_cluster_manifests", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = String, content_type = "application/yaml"), Problems))]
pub async fn manifests(ctx: Ctx, Path(cluster): Path<String>) -> Reply<Response> {
    views::clusters::get(&ctx, &name(&cluster)?).await?;
    Ok(([(header::CONTENT_TYPE, "application/yaml")], clusters::manifests(&ctx)?).into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClusterBody {
    name: ClusterName,
    /// An administrator's, as YAML with data only: no programs, no files, no proxy. Used this once, not kept.
    kubeconfig: String,
    /// Context in it, if not its current one.
    #[serde(default)]
    context: Option<String>,
    /// What the cluster puts before the identity provider's groups. Of a cluster that is there, what is left out stays.
    #[serde(default)]
    groups_prefix: Option<String>,
    /// What it puts before people; the same when left out.
    #[serde(default)]
    users_prefix: Option<String>,
    /// How much of the nodes' CPU and memory may be granted; 100 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    overcommit_percent: Option<i32>,
    /// The identity provider whose ID tokens the cluster takes; left out where it takes none.
    #[serde(default)]
    oidc: Option<Oidc>,
}

/// Add a cluster. One that is there gets new credentials, and the settings that are sent. Answers what was done.
#[utoipa::path(post, path = "/clusters", operation_id = "add_cluster", tag = "clusters", request_body = NewClusterBody,
    responses((status = 201, body = AddedCluster), Problems))]
pub async fn add(ctx: Ctx, Json(body): Json<NewClusterBody>) -> Reply<(StatusCode, Json<AddedCluster>)> {
    let name = body.name.to_string();
    let changes = ClusterChanges {
        overcommit_percent: body.overcommit_percent,
        groups_prefix: body.groups_prefix,
        users_prefix: body.users_prefix,
        oidc: body.oidc,
    };
    let kubeconfig = clusters::AdminConfig::Text(body.kubeconfig.into());
    let new = clusters::NewCluster { name: body.name, kubeconfig, context: body.context, changes };
    let done = clusters::add(&ctx, new).await?;
    Ok((StatusCode::CREATED, Json(AddedCluster { name, done })))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewBody {
    /// An administrator's, as YAML with data only: no programs, no files, no proxy. Used this once, not kept.
    kubeconfig: String,
    /// Context in it, if not its current one.
    #[serde(default)]
    context: Option<String>,
    /// The cluster was built anew: take another one in its place.
    #[serde(default)]
    rebuilt: bool,
}

/// Renew the credentials and rights of a cluster. Its settings stay as they are. Answers what was done.
#[utoipa::path(post, path = "/clusters/{name}/renew", operation_id = "renew_cluster", tag = "clusters", params(("name" = String, Path)),
    request_body = RenewBody, responses((status = 200, body = AddedCluster), Problems))]
pub async fn renew(ctx: Ctx, Path(cluster): Path<String>, Json(body): Json<RenewBody>) -> Reply<Json<AddedCluster>> {
    let cluster = name(&cluster)?;
    let kubeconfig = clusters::AdminConfig::Text(body.kubeconfig.into());
    let renewal = clusters::Renewal { kubeconfig, context: body.context, is_rebuilt: body.rebuilt };
    let done = clusters::renew(&ctx, &cluster, renewal).await?;
    Ok(Json(AddedCluster { name: cluster.to_string(), done }))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptClusterBody {
    /// The `seen_uid` that was read, or the `uid` when the cluster is back.
    uid: String,
}

/// Say that what answers in place of a cluster is that cluster from now on: it was built anew, or it is back. Berth goes on
/// there.
#[utoipa::path(post, path = "/clusters/{name}/accept", operation_id = "accept_cluster", tag = "clusters", params(("name" = String, Path)),
    request_body = AcceptClusterBody, responses((status = 200, body = ClusterDetail), Problems))]
pub async fn accept(
    ctx: Ctx,
    Path(cluster): Path<String>,
    Json(body): Json<AcceptClusterBody>,
) -> Reply<Json<ClusterDetail>> {
    let cluster = name(&cluster)?;
    clusters::accept(&ctx, &cluster, &body.uid).await?;
    Ok(Json(views::clusters::get(&ctx, &cluster).await?))
}

/// Ask the cluster now whether Berth can do its work there.
#[utoipa::path(post, path = "/clusters/{name}/check", operation_id = "check_cluster", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = ClusterCheck), Problems))]
pub async fn check(ctx: Ctx, Path(cluster): Path<String>) -> Reply<Json<ClusterCheck>> {
    Ok(Json(clusters::check_and_keep(&ctx, &name(&cluster)?).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseBody {
    /// Why; who would ask for something there reads it.
    reason: Comment,
}

/// Provision nothing there, and take no asks, until it is resumed.
#[utoipa::path(post, path = "/clusters/{name}/pause", operation_id = "pause_cluster", tag = "clusters", params(("name" = String, Path)),
    request_body = PauseBody, responses((status = 200, body = ClusterDetail), Problems))]
pub async fn pause(ctx: Ctx, Path(cluster): Path<String>, Json(body): Json<PauseBody>) -> Reply<Json<ClusterDetail>> {
    let cluster = name(&cluster)?;
    clusters::pause(&ctx, &cluster, &body.reason).await?;
    Ok(Json(views::clusters::get(&ctx, &cluster).await?))
}

#[utoipa::path(post, path = "/clusters/{name}/resume", operation_id = "resume_cluster", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = ClusterDetail), Problems))]
pub async fn resume(ctx: Ctx, Path(cluster): Path<String>) -> Reply<Json<ClusterDetail>> {
    let cluster = name(&cluster)?;
    clusters::resume(&ctx, &cluster).await?;
    Ok(Json(views::clusters::get(&ctx, &cluster).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveBody {
    /// The cluster's name, to be sure.
    confirm: String,
    /// Whether namespaces on it are forgotten: they stay there as they are, and Berth no longer knows them.
    #[serde(default)]
    forget: bool,
}

/// Let go of a cluster: its credentials are deleted. What is on it stays as it is.
#[utoipa::path(post, path = "/clusters/{name}/remove", operation_id = "remove_cluster", tag = "clusters", params(("name" = String, Path)),
    request_body = RemoveBody, responses((status = 204), Problems))]
pub async fn remove(ctx: Ctx, Path(cluster): Path<String>, Json(body): Json<RemoveBody>) -> Reply<StatusCode> {
    clusters::remove(&ctx, &name(&cluster)?, &body.confirm, body.forget).await?;
    Ok(StatusCode::NO_CONTENT)
}
