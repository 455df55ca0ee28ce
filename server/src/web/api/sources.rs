//! Sources of charts, and what they have, for those who set up.

use super::Reply;
use super::problems::Problems;
use crate::app::catalog::{self, NewCredentials};
use crate::app::views::catalog as views;
use crate::app::{Ctx, PAGE};
use crate::web::extract::{Json, Paging, Path, name};
use axum::extract::Query;
use axum::http::StatusCode;
use domain::catalog::SourceSpec;
use domain::name::{EntryName, SourceName};
use domain::view::{Available, IngestView, Page, SourceCheck, SourceRow, SourceView};
use serde::Deserialize;

/// All sources, by name.
#[utoipa::path(get, path = "/sources", operation_id = "list_sources", tag = "catalog", params(Paging),
    responses((status = 200, body = Page<SourceRow>), Problems))]
pub async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<SourceRow>>> {
    Ok(Json(views::sources(&ctx, paging.after.as_deref(), paging.limit()).await?))
}

/// One source, with what the last look at it saw. What it is asked with is never shown.
#[utoipa::path(get, path = "/sources/{source}", operation_id = "get_source", tag = "catalog", params(("source" = String, Path)),
    responses((status = 200, body = SourceView), Problems))]
pub async fn get(ctx: Ctx, Path(source): Path<String>) -> Reply<Json<SourceView>> {
    Ok(Json(views::source(&ctx, &name(&source)?).await?))
}

/// What a source is asked with. It is sealed, sent to the source's own hosts alone, and never shown again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "auth", rename_all = "snake_case", deny_unknown_fields)]
pub enum CredentialsBody {
    Anonymous,
    Basic {
        user: String,
        #[schema(format = Password)]
        password: String,
    },
    Bearer {
        #[schema(format = Password)]
        token: String,
    },
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceBody {
    /// The version of the source that was read; left out for a new one.
    #[serde(default)]
    version: Option<i32>,
    spec: SourceSpec,
    /// Left out, those that are there stay; a new source is asked anonymously.
    #[serde(default)]
    credentials: Option<CredentialsBody>,
}

/// Connect a source, or say something else of one. Credentials are needed anew when they would go to another host.
#[utoipa::path(put, path = "/sources/{source}", operation_id = "save_source", tag = "catalog", params(("source" = String, Path)),
    request_body = SourceBody, responses((status = 200, body = SourceView), Problems))]
pub async fn save(ctx: Ctx, Path(source): Path<String>, Json(body): Json<SourceBody>) -> Reply<Json<SourceView>> {
    let source: SourceName = name(&source)?;
    let credentials = match body.credentials {
        None => NewCredentials::Keep,
        Some(CredentialsBody::Anonymous) => NewCredentials::Anonymous,
        Some(CredentialsBody::Basic { user, password }) => NewCredentials::Basic { user, password: password.into() },
        Some(CredentialsBody::Bearer { token }) => NewCredentials::Bearer(token.into()),
    };
    match body.version {
        None => catalog::add_source(&ctx, &source, &body.spec, credentials).await?,
        Some(read) => catalog::change_source(&ctx, &source, read, &body.spec, credentials).await?,
    }
    Ok(Json(views::source(&ctx, &source).await?))
}

/// Let go of a source that no entry comes from. What was taken in from it stays.
#[utoipa::path(delete, path = "/sources/{source}", operation_id = "remove_source", tag = "catalog", params(("source" = String, Path)),
    responses((status = 204), Problems))]
pub async fn remove(ctx: Ctx, Path(source): Path<String>) -> Reply<StatusCode> {
    catalog::remove_source(&ctx, &name(&source)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look at a source now: reach it, sign in, list charts. The steps say what was seen.
#[utoipa::path(post, path = "/sources/{source}/check", operation_id = "check_source", tag = "catalog", params(("source" = String, Path)),
    responses((status = 200, body = SourceCheck), Problems))]
pub async fn check(ctx: Ctx, Path(source): Path<String>) -> Reply<Json<SourceCheck>> {
    Ok(Json(catalog::check_source(&ctx, &name(&source)?).await?))
}

/// What an entry's source has, newest first, as it was when it was listed.
#[utoipa::path(get, path = "/curation/{entry}/available", operation_id = "list_available_versions", tag = "catalog",
    params(("entry" = String, Path), Paging), responses((status = 200, body = Available), Problems))]
pub async fn available(ctx: Ctx, Path(entry): Path<String>, Query(paging): Query<Paging>) -> Reply<Json<Available>> {
    Ok(Json(views::available(&ctx, &name(&entry)?, paging.after.as_deref(), paging.limit()).await?))
}

/// Ask an entry's source now which versions it has.
#[utoipa::path(post, path = "/curation/{entry}/available", operation_id = "ask_source", tag = "catalog", params(("entry" = String, Path)),
    responses((status = 202, body = Available), Problems))]
pub async fn ask(ctx: Ctx, Path(entry): Path<String>) -> Reply<(StatusCode, Json<Available>)> {
    let entry: EntryName = name(&entry)?;
    catalog::refresh(&ctx, &entry).await?;
    Ok((StatusCode::ACCEPTED, Json(views::available(&ctx, &entry, None, PAGE).await?)))
}

/// Take in a version from the entry's source. Follow it at `ingests`.
#[utoipa::path(post, path = "/curation/{entry}/available/{version}", operation_id = "take_in_version", tag = "catalog",
    params(("entry" = String, Path), ("version" = String, Path)), responses((status = 202, body = IngestView), Problems))]
pub async fn take_in(
    ctx: Ctx,
    Path((entry, version)): Path<(String, String)>,
) -> Reply<(StatusCode, Json<IngestView>)> {
    let entry: EntryName = name(&entry)?;
    let id = catalog::take_in(&ctx, &entry, &version).await?;
    Ok((StatusCode::ACCEPTED, Json(views::ingest(&ctx, &entry, id).await?)))
}
