//! Oneself: roles, access tokens, sessions.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, Error, access, views};
use crate::web::extract::{Json, Path};
use axum::http::StatusCode;
use domain::actor::Scope;
use domain::id::TokenId;
use domain::view::{MeView, NewToken, TokenView};
use serde::{Deserialize, Serialize};

/// Who one is to Berth.
#[utoipa::path(get, path = "/me", operation_id = "get_me", tag = "me",
    responses((status = 200, body = MeView), Problems))]
pub async fn get(ctx: Ctx) -> Reply<Json<MeView>> {
    Ok(Json(views::me::get(&ctx).await?))
}

/// One's access tokens.
#[utoipa::path(get, path = "/me/tokens", tag = "me",
    responses((status = 200, body = Vec<TokenView>), Problems))]
pub async fn list_tokens(ctx: Ctx) -> Reply<Json<Vec<TokenView>>> {
    Ok(Json(views::me::get(&ctx).await?.tokens))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// Purpose, one line.
    name: String,
    scope: Scope,
    /// Until it ends: 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    days: i64,
}

/// Make an access token. Its secret is in this answer and nowhere else. Needs the browser's session.
#[utoipa::path(post, path = "/me/tokens", tag = "me", request_body = TokenBody,
    responses((status = 201, body = NewToken), Problems))]
pub async fn create_token(ctx: Ctx, Json(body): Json<TokenBody>) -> Reply<(StatusCode, Json<NewToken>)> {
    let name = body.name.parse().map_err(Error::from)?;
    let token = access::create_token(&ctx, name, body.scope, body.days).await?;
    Ok((StatusCode::CREATED, Json(token)))
}

/// End an access token now.
#[utoipa::path(delete, path = "/me/tokens/{id}", tag = "me", params(("id" = uuid::Uuid, Path)),
    responses((status = 204), Problems))]
pub async fn revoke_token(ctx: Ctx, Path(id): Path<uuid::Uuid>) -> Reply<StatusCode> {
    access::revoke_token(&ctx, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of one's sessions now.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "me", params(("id" = String, Path)),
    responses((status = 204), Problems))]
pub async fn end_session(ctx: Ctx, Path(id): Path<String>) -> Reply<StatusCode> {
    access::end_session(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
