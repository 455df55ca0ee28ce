//! Teams: see, make and change them, give roles in them; and the classes on offer.

use super::Reply;
use super::problems::Problems;
use crate::app::memberships::{self, NewMembership, Whom};
use crate::app::{Ctx, Error, teams, views};
use crate::web::extract::{IfMatch, Json, Paging, Path, name};
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::actor::TeamRole;
use domain::id::PersonId;
use domain::setup::TeamSetup;
use domain::view::{ClassView, OfferView, Page, TeamFilter, TeamRow, TeamView};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Part of the title or of the short name.
    #[serde(default)]
    text: String,
    /// Archived teams too.
    #[serde(default)]
    archived: bool,
}

/// The teams one may see, by short name.
#[utoipa::path(get, path = "/teams", operation_id = "list_teams", tag = "teams", params(Which, Paging),
    responses((status = 200, body = Page<TeamRow>), Problems))]
pub async fn list(ctx: Ctx, Query(which): Query<Which>, Query(paging): Query<Paging>) -> Reply<Json<Page<TeamRow>>> {
    let filter = TeamFilter { text: which.text, archived: which.archived };
    Ok(Json(views::teams::list(&ctx, filter, paging.after.as_deref(), paging.limit()).await?.page))
}

/// One team with its people, limits and namespaces.
#[utoipa::path(get, path = "/teams/{slug}", operation_id = "get_team", tag = "teams", params(("slug" = String, Path)),
    responses((status = 200, body = TeamView, headers(("ETag", description = "The version; send it back in `If-Match`"))),
        Problems))]
pub async fn get(ctx: Ctx, Path(slug): Path<String>) -> Reply<Response> {
    let view = views::teams::get(&ctx, &name(&slug)?).await?;
    Ok(([(header::ETAG, format!("\"{}\"", view.version))], Json(view)).into_response())
}

/// Make a team.
#[utoipa::path(post, path = "/teams", operation_id = "create_team", tag = "teams", request_body = TeamSetup,
    responses((status = 201, body = TeamView), Problems))]
pub async fn create(ctx: Ctx, Json(body): Json<TeamSetup>) -> Reply<Response> {
    teams::create(&ctx, &body).await?;
    let location = format!("/api/v1/teams/{}", body.slug);
    let view = views::teams::get(&ctx, &body.slug).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

/// Make a team what is sent: all of it, bindings included. `If-Match` is the ETag that was read, or `*` to write over
/// whatever is there.
#[utoipa::path(put, path = "/teams/{slug}", operation_id = "change_team", tag = "teams", request_body = TeamSetup,
    params(("slug" = String, Path), IfMatch),
    responses((status = 200, body = TeamView), Problems))]
pub async fn change(
    ctx: Ctx,
    Path(slug): Path<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<TeamSetup>,
) -> Reply<Json<TeamView>> {
    let slug = name(&slug)?;
    ctx.allow(domain::Action::SetUp)?;
    teams::change(&ctx, &slug, version, &body).await?;
    Ok(Json(views::teams::get(&ctx, &slug).await?))
}

/// Archive a team: it asks for nothing more, what it has stays.
#[utoipa::path(post, path = "/teams/{slug}/archive", operation_id = "archive_team", tag = "teams", params(("slug" = String, Path)),
    responses((status = 200, body = TeamView), Problems))]
pub async fn archive(ctx: Ctx, Path(slug): Path<String>) -> Reply<Json<TeamView>> {
    let slug = name(&slug)?;
    teams::archive(&ctx, &slug).await?;
    Ok(Json(views::teams::get(&ctx, &slug).await?))
}

/// Bring an archived team back.
#[utoipa::path(post, path = "/teams/{slug}/restore", operation_id = "restore_team", tag = "teams", params(("slug" = String, Path)),
    responses((status = 200, body = TeamView), Problems))]
pub async fn restore(ctx: Ctx, Path(slug): Path<String>) -> Reply<Json<TeamView>> {
    let slug = name(&slug)?;
    teams::restore(&ctx, &slug).await?;
    Ok(Json(views::teams::get(&ctx, &slug).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipBody {
    /// Id of somebody who has signed in, or their e-mail address.
    person: String,
    role: TeamRole,
    /// At most a year from now.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// Why they get it without a group.
    reason: String,
}

/// Give one person a role in the team until a date, in place of the one they were given before.
#[utoipa::path(post, path = "/teams/{slug}/memberships", operation_id = "give_membership", tag = "teams",
    request_body = MembershipBody, params(("slug" = String, Path)),
    responses((status = 201, body = TeamView), Problems))]
pub async fn give_membership(
    ctx: Ctx,
    Path(slug): Path<String>,
    Json(body): Json<MembershipBody>,
) -> Reply<(StatusCode, Json<TeamView>)> {
    let slug = name(&slug)?;
    let person = match body.person.parse() {
        Ok(id) => Whom::Id(PersonId(id)),
        Err(_) => Whom::Email(body.person),
    };
    let reason = body.reason.parse().map_err(Error::from)?;
    memberships::give(&ctx, &slug, NewMembership { person, role: body.role, until: body.until, reason }).await?;
    Ok((StatusCode::CREATED, Json(views::teams::get(&ctx, &slug).await?)))
}

/// End a membership now.
#[utoipa::path(delete, path = "/teams/{slug}/memberships/{person}", operation_id = "end_membership", tag = "teams",
    params(("slug" = String, Path), ("person" = uuid::Uuid, Path)),
    responses((status = 204), Problems))]
pub async fn end_membership(ctx: Ctx, Path((slug, person)): Path<(String, uuid::Uuid)>) -> Reply<StatusCode> {
    memberships::end(&ctx, &name(&slug)?, PersonId(person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one may ask for: teams, clusters and classes.
#[utoipa::path(get, path = "/offer", tag = "teams", operation_id = "get_offer",
    responses((status = 200, body = OfferView), Problems))]
pub async fn offer(ctx: Ctx) -> Reply<Json<OfferView>> {
    Ok(Json(views::offer::get(&ctx).await?))
}

/// The latest version of every class.
#[utoipa::path(get, path = "/classes", operation_id = "list_classes", tag = "teams",
    responses((status = 200, body = Vec<ClassView>), Problems))]
pub async fn classes(ctx: Ctx) -> Reply<Json<Vec<ClassView>>> {
    Ok(Json(views::offer::classes(&ctx).await?))
}
