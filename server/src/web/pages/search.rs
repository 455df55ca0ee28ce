//! Finding things: the page that the palette is filled from, too.

use super::{Reply, frame, ok};
use crate::app::{Ctx, search};
use crate::web::api::search::Text;
use crate::web::call::Call;
use axum::extract::Query;
use frontend::pages;

pub async fn get(ctx: Ctx, call: Call, Query(text): Query<Text>) -> Reply {
    let view = search::search(&ctx, &text.q).await?;
    ok(pages::search::page(frame(&call, &ctx).await?, view))
}
