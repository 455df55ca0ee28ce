//! Finding things: the page that the palette is filled from, too.

use super::{Reply, framed, ok};
use crate::app::{Ctx, views};
use crate::web::api::search::Text;
use crate::web::request_context::RequestContext;
use axum::extract::Query;
use frontend::pages;

pub async fn get(ctx: Ctx, context: RequestContext, Query(text): Query<Text>) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::search(&ctx, &text.q)).await?;
    ok(pages::search::page(frame, view))
}
