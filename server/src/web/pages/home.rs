//! Home, the page for people without a team, the door for those not signed in, and the API's page.

use super::{Reply, frame, framed, ok};
use crate::app::{Ctx, views};
use crate::web::Shared;
use crate::web::request_context::RequestContext;
use axum::extract::State;
use domain::actor::Actor;
use frontend::pages;

pub async fn home(ctx: Ctx, context: RequestContext) -> Reply {
    let Some(person) = ctx.actor.person() else { return ok(pages::welcome::page(context.frame(None))) };
    if person.teams.is_empty() && !person.sees_everything() {
        let are_groups_known = views::me::are_groups_known(&ctx).await?;
        return ok(pages::no_team::page(frame(&context, &ctx).await?, are_groups_known));
    }
    let (frame, view) = framed(&context, &ctx, views::home(&ctx)).await?;
    ok(pages::home::page(frame, view))
}

pub async fn signed_out(ctx: Ctx, context: RequestContext) -> Reply {
    match ctx.actor {
        Actor::Person(_) => super::see("/"),
        Actor::Nobody | Actor::Operator | Actor::System(_) | Actor::Rule(_) => {
            ok(pages::signed_out::page(context.frame(None)))
        }
    }
}

/// The API document for people. It tells of the product, not of anybody's data: everybody may read it.
pub async fn api_docs(State(site): State<Shared>, ctx: Ctx, context: RequestContext) -> Reply {
    ok(pages::api_docs::page(frame(&context, &ctx).await?, &site.openapi))
}

pub async fn openapi(State(site): State<Shared>) -> axum::Json<serde_json::Value> {
    axum::Json(site.openapi.clone())
}
