//! One's own page: roles, access tokens, sessions.

use super::namespaces::errors;
use super::{Reply, framed, ok, refused, see_done};
use crate::app::{Ctx, Error, Result, access, views};
use crate::web::extract::{Path, name};
use crate::web::request_context::RequestContext;
use axum::Form;
use domain::Refusal;
use domain::actor::Scope;
use domain::form::TokenFields;
use domain::id::TokenId;
use domain::refusal::FieldError;
use domain::view::{MePage, NewToken};
use frontend::pages;
use uuid::Uuid;

pub async fn get(ctx: Ctx, context: RequestContext) -> Reply {
    ok(page(&ctx, context, None, TokenFields::default(), Vec::new()).await?)
}

/// The secret is on this answer and nowhere else; so it is a page, not a redirect.
pub async fn create_token(ctx: Ctx, context: RequestContext, Form(fields): Form<TokenFields>) -> Reply {
    match try_create(&ctx, &fields).await {
        Ok(token) => ok(page(&ctx, context, Some(token), TokenFields::default(), Vec::new()).await?),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            refused(page(&ctx, context, None, fields, errors(&refusal)).await?)
        }
        Err(error) => Err(error),
    }
}

pub async fn revoke_token(ctx: Ctx, Path(id): Path<String>) -> Reply {
    let id: Uuid = name(&id)?;
    access::revoke_token(&ctx, TokenId(id)).await?;
    see_done("/me", "The token is revoked.")
}

pub async fn end_session(ctx: Ctx, Path(id): Path<String>) -> Reply {
    access::end_session(&ctx, &id).await?;
    see_done("/me", "The session has ended.")
}

async fn try_create(ctx: &Ctx, fields: &TokenFields) -> Result<NewToken> {
    let scope = match fields.scope.as_str() {
        "read" => Scope::Read,
        "write" => Scope::Write,
        _ => return Err(Refusal::invalid("scope", "choose read or write").into()),
    };
    let days = fields.days.trim().parse().map_err(|_| Refusal::invalid("days", "use a number from 1 to 365"))?;
    access::create_token(ctx, fields.name.trim().parse()?, scope, days).await
}

async fn page(
    ctx: &Ctx,
    context: RequestContext,
    new_token: Option<NewToken>,
    fields: TokenFields,
    errors: Vec<FieldError>,
) -> Result<String> {
    let (frame, me) = framed(&context, ctx, views::me::get(ctx)).await?;
    Ok(pages::me::page(frame, MePage { me, new_token, fields, errors }))
}
