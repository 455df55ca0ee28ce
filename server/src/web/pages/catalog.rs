//! The gallery and its entries, for teams.

use super::{Reply, framed, ok};
use crate::app::views::catalog::{self, Asked};
use crate::app::{Ctx, PAGE};
use crate::web::extract::{Paging, Path, name};
use crate::web::request_context::RequestContext;
use axum::extract::Query;
use axum::response::IntoResponse;
use domain::catalog::Category;
use frontend::pages;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;

/// Where a picture is: what has another digest has another address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pictured {
    digest: String,
}

/// What the gallery's form and links send; a category that is none is all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    q: String,
    category: String,
    namespace: String,
    after: Option<String>,
}

pub async fn list(ctx: Ctx, context: RequestContext, Query(sought): Query<Sought>) -> Reply {
    let is_first = sought.after.is_none();
    let asked = Asked {
        query: sought.q,
        category: Category::find(&sought.category),
        namespace: sought.namespace,
        after: sought.after,
    };
    let (frame, view) = framed(&context, &ctx, catalog::gallery(&ctx, asked, PAGE)).await?;
    ok(pages::catalog::page(frame, view, is_first))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(entry): Path<String>, Query(paging): Query<Paging>) -> Reply {
    let (entry, after) = (name(&entry)?, paging.after.as_deref());
    let (frame, view) = framed(&context, &ctx, catalog::entry(&ctx, &entry, after, PAGE)).await?;
    ok(pages::catalog_entry::page(frame, view, after.is_none(), &ctx.berth.config.catalog.image_hosts))
}

/// Of a picture opened by itself, as a document: it draws, and does nothing else.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// An entry's picture, by its digest.
pub async fn icon(ctx: Ctx, Path(entry): Path<String>, Query(pictured): Query<Pictured>) -> Reply {
    let (media_type, bytes) = catalog::icon(&ctx, &name(&entry)?, &pictured.digest).await?;
    let media_type = HeaderValue::from_str(&media_type).map_err(crate::app::Error::internal)?;
    let headers = [(CONTENT_TYPE, media_type), (CONTENT_SECURITY_POLICY, PICTURE_POLICY), (CACHE_CONTROL, FOR_EVER)];
    Ok((headers, bytes).into_response())
}
