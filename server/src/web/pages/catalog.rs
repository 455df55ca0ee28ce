//! The gallery and its entries, for teams.

use super::{Reply, framed, ok};
use crate::app::views::catalog::{self, Asked};
use crate::app::{Ctx, PAGE};
use crate::web::extract::{Paging, Path, name};
use crate::web::request_context::RequestContext;
use axum::extract::Query;
use domain::catalog::Category;
use frontend::pages;
use serde::Deserialize;

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
    ok(pages::catalog_entry::page(frame, view, after.is_none()))
}
