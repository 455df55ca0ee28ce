//! Teams, and the classes on offer.

use super::{Reply, frame, ok};
use crate::app::{Ctx, teams};
use crate::web::api::extract::{Path, name};
use crate::web::call::Call;
use frontend::pages;

pub async fn list(ctx: Ctx, call: Call) -> Reply {
    let view = teams::list(&ctx).await?;
    ok(pages::teams::page(frame(&call, &ctx).await?, view))
}

pub async fn get(ctx: Ctx, call: Call, Path(slug): Path<String>) -> Reply {
    let view = teams::get(&ctx, &name(&slug)?).await?;
    ok(pages::team::page(frame(&call, &ctx).await?, view))
}

pub async fn classes(ctx: Ctx, call: Call) -> Reply {
    let view = teams::classes(&ctx).await?;
    ok(pages::classes::page(frame(&call, &ctx).await?, view))
}
