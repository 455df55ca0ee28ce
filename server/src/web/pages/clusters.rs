//! Clusters, for those who run Berth.

use super::{Reply, frame, ok};
use crate::app::{Ctx, clusters};
use crate::web::api::extract::{Path, name};
use crate::web::call::Call;
use frontend::pages;

pub async fn list(ctx: Ctx, call: Call) -> Reply {
    let view = clusters::list(&ctx).await?;
    ok(pages::clusters::page(frame(&call, &ctx).await?, view))
}

pub async fn get(ctx: Ctx, call: Call, Path(cluster): Path<String>) -> Reply {
    let view = clusters::get(&ctx, &name(&cluster)?).await?;
    ok(pages::cluster::page(frame(&call, &ctx).await?, view))
}
