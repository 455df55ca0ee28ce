//! The catalog: as teams browse it, and as those who set up curate it.

use super::Reply;
use super::problems::Problems;
use crate::app::views::catalog::{self as views, Asked};
use crate::app::{Ctx, PAGE, catalog};
use crate::web::archive::Archive;
use crate::web::extract::{Json, Paging, Path, name};
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::StatusCode;
use domain::catalog::{Category, EntrySpec};
use domain::id::IngestId;
use domain::name::{Comment, EntryName};
use domain::request::UntilDate;
use domain::view::{CuratedEntry, CuratedRow, EntryView, Gallery, IngestView, Page, VersionReview};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GalleryParams {
    /// Words that stand in the name, title, summary, documentation or images.
    #[serde(default)]
    q: String,
    category: Option<Category>,
    /// `cluster/name` of one of your namespaces: each entry says whether it fits.
    #[serde(default)]
    namespace: String,
}

/// Entries that something is offered of to your teams, by name.
#[utoipa::path(get, path = "/catalog", operation_id = "list_catalog", tag = "catalog", params(GalleryParams, Paging),
    responses((status = 200, body = Gallery), Problems))]
pub async fn list(ctx: Ctx, Query(params): Query<GalleryParams>, Query(paging): Query<Paging>) -> Reply<Json<Gallery>> {
    let limit = paging.limit();
    let GalleryParams { q: query, category, namespace } = params;
    Ok(Json(views::gallery(&ctx, Asked { query, category, namespace, after: paging.after }, limit).await?))
}

/// One entry with what is offered of it, and where it fits.
#[utoipa::path(get, path = "/catalog/{entry}", operation_id = "get_catalog_entry", tag = "catalog", params(("entry" = String, Path), Paging),
    responses((status = 200, body = EntryView), Problems))]
pub async fn get(ctx: Ctx, Path(entry): Path<String>, Query(paging): Query<Paging>) -> Reply<Json<EntryView>> {
    Ok(Json(views::entry(&ctx, &name(&entry)?, paging.after.as_deref(), paging.limit()).await?))
}

/// All entries, for those who set up, by name.
#[utoipa::path(get, path = "/curation", operation_id = "list_curated_entries", tag = "catalog", params(Paging),
    responses((status = 200, body = Page<CuratedRow>), Problems))]
pub async fn curated(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<CuratedRow>>> {
    Ok(Json(views::curated(&ctx, false, paging.after.as_deref(), paging.limit()).await?))
}

/// One entry, for those who set up, with all its versions.
#[utoipa::path(get, path = "/curation/{entry}", operation_id = "get_curated_entry", tag = "catalog", params(("entry" = String, Path), Paging),
    responses((status = 200, body = CuratedEntry), Problems))]
pub async fn curated_entry(
    ctx: Ctx,
    Path(entry): Path<String>,
    Query(paging): Query<Paging>,
) -> Reply<Json<CuratedEntry>> {
    Ok(Json(views::curated_entry(&ctx, &name(&entry)?, paging.after.as_deref(), paging.limit()).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryBody {
    /// The version of the entry that was read; left out for a new one.
    #[serde(default)]
    version: Option<i32>,
    spec: EntrySpec,
}

/// Begin an entry, or say something else of one. It is refused when somebody else has changed it meanwhile.
#[utoipa::path(put, path = "/curation/{entry}", operation_id = "save_catalog_entry", tag = "catalog", params(("entry" = String, Path)),
    request_body = EntryBody, responses((status = 200, body = CuratedEntry), Problems))]
pub async fn save(ctx: Ctx, Path(entry): Path<String>, Json(body): Json<EntryBody>) -> Reply<Json<CuratedEntry>> {
    let entry: EntryName = name(&entry)?;
    match body.version {
        None => catalog::add(&ctx, &entry, &body.spec).await?,
        Some(read) => catalog::change(&ctx, &entry, read, &body.spec).await?,
    }
    shown(&ctx, &entry).await
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Why, and what to use instead.
    reason: Comment,
}

/// Take an entry off the offer. What runs of it stays, and can be changed.
#[utoipa::path(post, path = "/curation/{entry}/withdraw", operation_id = "withdraw_catalog_entry", tag = "catalog", params(("entry" = String, Path)),
    request_body = ReasonBody, responses((status = 200, body = CuratedEntry), Problems))]
pub async fn withdraw(ctx: Ctx, Path(entry): Path<String>, Json(body): Json<ReasonBody>) -> Reply<Json<CuratedEntry>> {
    let entry: EntryName = name(&entry)?;
    catalog::withdraw(&ctx, &entry, &body.reason).await?;
    shown(&ctx, &entry).await
}

/// Delete an entry that was made by mistake, with what was taken in for it. One of which a version was ever approved is
/// withdrawn instead.
#[utoipa::path(delete, path = "/curation/{entry}", operation_id = "remove_catalog_entry", tag = "catalog", params(("entry" = String, Path)),
    responses((status = 204), Problems))]
pub async fn remove(ctx: Ctx, Path(entry): Path<String>) -> Reply<StatusCode> {
    catalog::remove(&ctx, &name(&entry)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete a version that was taken in by mistake. One that somebody approved is blocked instead.
#[utoipa::path(delete, path = "/curation/{entry}/versions/{version}", operation_id = "remove_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), responses((status = 204), Problems))]
pub async fn remove_version(ctx: Ctx, Path((entry, version)): Path<(String, String)>) -> Reply<StatusCode> {
    catalog::remove_version(&ctx, &name(&entry)?, &version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Offer a withdrawn entry again.
#[utoipa::path(post, path = "/curation/{entry}/restore", operation_id = "restore_catalog_entry", tag = "catalog", params(("entry" = String, Path)),
    responses((status = 200, body = CuratedEntry), Problems))]
pub async fn restore(ctx: Ctx, Path(entry): Path<String>) -> Reply<Json<CuratedEntry>> {
    let entry: EntryName = name(&entry)?;
    catalog::restore(&ctx, &entry).await?;
    shown(&ctx, &entry).await
}

/// Give an entry a picture: the body is an SVG, PNG or WebP of at most 48 KiB that does nothing but be looked at.
#[utoipa::path(put, path = "/curation/{entry}/icon", operation_id = "set_catalog_icon", tag = "catalog", params(("entry" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = CuratedEntry), Problems))]
pub async fn set_icon(ctx: Ctx, Path(entry): Path<String>, bytes: Bytes) -> Reply<Json<CuratedEntry>> {
    let entry: EntryName = name(&entry)?;
    catalog::set_icon(&ctx, &entry, bytes.into()).await?;
    shown(&ctx, &entry).await
}

/// Take an entry's own picture away: it has that of its chart again.
#[utoipa::path(delete, path = "/curation/{entry}/icon", operation_id = "remove_catalog_icon", tag = "catalog", params(("entry" = String, Path)),
    responses((status = 200, body = CuratedEntry), Problems))]
pub async fn remove_icon(ctx: Ctx, Path(entry): Path<String>) -> Reply<Json<CuratedEntry>> {
    let entry: EntryName = name(&entry)?;
    catalog::remove_icon(&ctx, &entry).await?;
    shown(&ctx, &entry).await
}

async fn shown(ctx: &Ctx, entry: &EntryName) -> Reply<Json<CuratedEntry>> {
    Ok(Json(views::curated_entry(ctx, entry, None, PAGE).await?))
}

/// Take in a version: the body is an archive as `helm package` makes it, of at most 20 MiB. Follow it at `ingests`.
#[utoipa::path(post, path = "/curation/{entry}/versions", operation_id = "upload_chart", tag = "catalog", params(("entry" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/gzip"), responses((status = 202, body = IngestView), Problems))]
pub async fn upload(ctx: Ctx, Path(entry): Path<String>, archive: Archive) -> Reply<(StatusCode, Json<IngestView>)> {
    let entry: EntryName = name(&entry)?;
    let id = archive.upload(&ctx, &entry).await?;
    Ok((StatusCode::ACCEPTED, Json(views::ingest(&ctx, &entry, id).await?)))
}

/// How taking something in went, with its steps.
#[utoipa::path(get, path = "/curation/{entry}/ingests/{id}", operation_id = "get_ingest", tag = "catalog", params(("entry" = String, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = IngestView), Problems))]
pub async fn ingest(ctx: Ctx, Path((entry, id)): Path<(String, Uuid)>) -> Reply<Json<IngestView>> {
    let entry: EntryName = name(&entry)?;
    Ok(Json(views::ingest(&ctx, &entry, IngestId(id)).await?))
}

/// A version with what was found in it, beside the one that is offered.
#[utoipa::path(get, path = "/curation/{entry}/versions/{version}", operation_id = "get_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), responses((status = 200, body = VersionReview), Problems))]
pub async fn review(ctx: Ctx, Path((entry, version)): Path<(String, String)>) -> Reply<Json<VersionReview>> {
    Ok(Json(views::review(&ctx, &name(&entry)?, &version, true).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBody {
    /// SHA-256 of the bytes that you looked at.
    digest: String,
    /// As the review said it: what is judged anew, or opened again, is another.
    round: i32,
    #[serde(default)]
    comment: Option<Comment>,
}

/// Approve a candidate. Where something is at stake, another person must, too.
#[utoipa::path(post, path = "/curation/{entry}/versions/{version}/approve", operation_id = "approve_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), request_body = ApprovalBody,
    responses((status = 200, body = VersionReview), Problems))]
pub async fn approve(
    ctx: Ctx,
    Path((entry, version)): Path<(String, String)>,
    Json(body): Json<ApprovalBody>,
) -> Reply<Json<VersionReview>> {
    let entry: EntryName = name(&entry)?;
    catalog::approve(&ctx, &entry, &version, (&body.digest, body.round), body.comment.as_ref()).await?;
    Ok(Json(views::review(&ctx, &entry, &version, false).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeprecationBody {
    /// From that day on nobody installs it anew.
    sunset_on: UntilDate,
    /// Why, and what to use instead.
    reason: Comment,
}

/// Say until when teams should have left a version.
#[utoipa::path(post, path = "/curation/{entry}/versions/{version}/deprecate", operation_id = "deprecate_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), request_body = DeprecationBody,
    responses((status = 200, body = VersionReview), Problems))]
pub async fn deprecate(
    ctx: Ctx,
    Path((entry, version)): Path<(String, String)>,
    Json(body): Json<DeprecationBody>,
) -> Reply<Json<VersionReview>> {
    let entry: EntryName = name(&entry)?;
    catalog::deprecate(&ctx, &entry, &version, body.sunset_on.date(), &body.reason).await?;
    Ok(Json(views::review(&ctx, &entry, &version, false).await?))
}

/// Let nobody install a version anew. What runs of it can be changed.
#[utoipa::path(post, path = "/curation/{entry}/versions/{version}/block", operation_id = "block_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), request_body = ReasonBody,
    responses((status = 200, body = VersionReview), Problems))]
pub async fn block(
    ctx: Ctx,
    Path((entry, version)): Path<(String, String)>,
    Json(body): Json<ReasonBody>,
) -> Reply<Json<VersionReview>> {
    let entry: EntryName = name(&entry)?;
    catalog::block(&ctx, &entry, &version, &body.reason).await?;
    Ok(Json(views::review(&ctx, &entry, &version, false).await?))
}

/// Open a blocked version for a decision again, or let a deprecated one go on.
#[utoipa::path(post, path = "/curation/{entry}/versions/{version}/reopen", operation_id = "reopen_chart_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), request_body = ReasonBody,
    responses((status = 200, body = VersionReview), Problems))]
pub async fn reopen(
    ctx: Ctx,
    Path((entry, version)): Path<(String, String)>,
    Json(body): Json<ReasonBody>,
) -> Reply<Json<VersionReview>> {
    let entry: EntryName = name(&entry)?;
    catalog::reopen(&ctx, &entry, &version, &body.reason).await?;
    Ok(Json(views::review(&ctx, &entry, &version, false).await?))
}
