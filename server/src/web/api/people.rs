//! People: everybody who ever signed in, and ending their access. For Platform; auditors read.

use super::Reply;
use super::problems::Problems;
use crate::app::people::{self, Ending};
use crate::app::{Ctx, Error, views};
use crate::web::extract::{Json, Paging, Path};
use axum::extract::Query;
use axum::http::StatusCode;
use domain::id::{PersonId, TokenId};
use domain::view::{Page, PersonDetail, PersonRow};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Search {
    /// Part of the name or the e-mail address.
    pub text: String,
}

/// Everybody who ever signed in, by name.
#[utoipa::path(get, path = "/people", operation_id = "list_people", tag = "people", params(Search, Paging),
    responses((status = 200, body = Page<PersonRow>), Problems))]
pub async fn list(
    ctx: Ctx,
    Query(search): Query<Search>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<PersonRow>>> {
    Ok(Json(views::people::list(&ctx, &search.text, paging.after.as_deref(), paging.limit()).await?.page))
}

/// One person with groups, sessions and tokens.
#[utoipa::path(get, path = "/people/{id}", operation_id = "get_person", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, body = PersonDetail), Problems))]
pub async fn get(ctx: Ctx, Path(id): Path<Uuid>) -> Reply<Json<PersonDetail>> {
    Ok(Json(views::people::get(&ctx, PersonId(id)).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndBody {
    pub what: What,
    /// Id of the session or token, where one is to end.
    #[serde(default)]
    pub id: String,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Session,
    AllSessions,
    Token,
    AllTokens,
}

/// End a session, all sessions, a token or all tokens of somebody, now. Needs the browser's session.
#[utoipa::path(post, path = "/people/{id}/end-access", operation_id = "end_access", tag = "people",
    params(("id" = Uuid, Path)), request_body = EndBody,
    responses((status = 204), Problems))]
pub async fn end(ctx: Ctx, Path(id): Path<Uuid>, Json(body): Json<EndBody>) -> Reply<StatusCode> {
    let reason = body.reason.parse().map_err(Error::from)?;
    people::end(&ctx, PersonId(id), ending(body.what, body.id)?, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub fn ending(what: What, id: String) -> Result<Ending, Error> {
    Ok(match what {
        What::Session => Ending::Session(id),
        What::AllSessions => Ending::AllSessions,
        What::Token => Ending::Token(TokenId(id.parse().map_err(|_| Error::NotFound)?)),
        What::AllTokens => Ending::AllTokens,
    })
}
