//! Classes: what is on offer, and for those who run Berth what is published, drafted and retired.

use super::Reply;
use super::problems::Problems;
use crate::app::classes::WhichClasses;
use crate::app::{Ctx, classes, views};
use crate::web::extract::{Json, Paging, Path, name};
use axum::extract::Query;
use axum::http::StatusCode;
use domain::class::ClassSpec;
use domain::id::NamespaceId;
use domain::name::{ClassName, Comment};
use domain::view::{ClassDetail, ClassPreview, ClassRow, DraftView, MoveView, Page};
use serde::{Deserialize, Serialize};

/// Classes with a draft, by name.
#[utoipa::path(get, path = "/class-drafts", operation_id = "list_class_drafts", tag = "classes", params(Paging),
    responses((status = 200, body = Page<ClassRow>), Problems))]
pub async fn list_drafts(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<ClassRow>>> {
    Ok(Json(views::classes::list(&ctx, WhichClasses::Drafted, paging.after.as_deref(), paging.limit()).await?))
}

/// Classes that are off the offer, by name.
#[utoipa::path(get, path = "/retired-classes", operation_id = "list_retired_classes", tag = "classes", params(Paging),
    responses((status = 200, body = Page<ClassRow>), Problems))]
pub async fn list_retired(ctx: Ctx, Query(paging): Query<Paging>) -> Reply<Json<Page<ClassRow>>> {
    Ok(Json(views::classes::list(&ctx, WhichClasses::Retired, paging.after.as_deref(), paging.limit()).await?))
}

/// A class with all its versions.
#[utoipa::path(get, path = "/classes/{class}", operation_id = "get_class", tag = "classes", params(("class" = String, Path)),
    responses((status = 200, body = ClassDetail), Problems))]
pub async fn get(ctx: Ctx, Path(class): Path<String>) -> Reply<Json<ClassDetail>> {
    Ok(Json(views::classes::get(&ctx, &name(&class)?).await?))
}

/// What the next version will say.
#[utoipa::path(get, path = "/classes/{class}/draft", operation_id = "get_class_draft", tag = "classes", params(("class" = String, Path)),
    responses((status = 200, body = DraftView), Problems))]
pub async fn draft(ctx: Ctx, Path(class): Path<String>) -> Reply<Json<DraftView>> {
    Ok(Json(classes::draft(&ctx, &name(&class)?).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftBody {
    /// The version of the draft that was read; left out where there is no draft yet.
    #[serde(default)]
    version: Option<i32>,
    spec: ClassSpec,
}

/// Save the draft, finished or not. It is refused when somebody else has saved meanwhile.
#[utoipa::path(put, path = "/classes/{class}/draft", operation_id = "save_class_draft", tag = "classes", params(("class" = String, Path)),
    request_body = DraftBody, responses((status = 200, body = DraftView), Problems))]
pub async fn save(ctx: Ctx, Path(class): Path<String>, Json(body): Json<DraftBody>) -> Reply<Json<DraftView>> {
    let class: ClassName = name(&class)?;
    classes::save(&ctx, &class, body.version, &body.spec).await?;
    Ok(Json(classes::draft(&ctx, &class).await?))
}

/// Throw the draft away.
#[utoipa::path(delete, path = "/classes/{class}/draft", operation_id = "discard_class_draft", tag = "classes", params(("class" = String, Path)),
    responses((status = 204), Problems))]
pub async fn discard(ctx: Ctx, Path(class): Path<String>) -> Reply<StatusCode> {
    classes::discard(&ctx, &name(&class)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What publishing the draft would change: what the class says, and the objects of a sample namespace.
#[utoipa::path(get, path = "/classes/{class}/preview", operation_id = "preview_class", tag = "classes", params(("class" = String, Path)),
    responses((status = 200, body = ClassPreview), Problems))]
pub async fn preview(ctx: Ctx, Path(class): Path<String>) -> Reply<Json<ClassPreview>> {
    Ok(Json(classes::preview(&ctx, &name(&class)?).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishBody {
    /// The version of the draft that was looked at.
    version: i32,
    /// What is new, and why.
    #[serde(default)]
    note: Option<Comment>,
}

/// Make the draft the next version. It never changes again.
#[utoipa::path(post, path = "/classes/{class}/publish", operation_id = "publish_class", tag = "classes", params(("class" = String, Path)),
    request_body = PublishBody, responses((status = 200, body = ClassDetail), Problems))]
pub async fn publish(ctx: Ctx, Path(class): Path<String>, Json(body): Json<PublishBody>) -> Reply<Json<ClassDetail>> {
    let class: ClassName = name(&class)?;
    classes::publish(&ctx, &class, body.version, body.note.as_ref()).await?;
    Ok(Json(views::classes::get(&ctx, &class).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireBody {
    /// Why, and what to use instead.
    reason: Comment,
}

/// Take a class off the offer. Namespaces that have it keep it.
#[utoipa::path(post, path = "/classes/{class}/retire", operation_id = "retire_class", tag = "classes", params(("class" = String, Path)),
    request_body = RetireBody, responses((status = 200, body = ClassDetail), Problems))]
pub async fn retire(ctx: Ctx, Path(class): Path<String>, Json(body): Json<RetireBody>) -> Reply<Json<ClassDetail>> {
    let class: ClassName = name(&class)?;
    classes::retire(&ctx, &class, &body.reason).await?;
    Ok(Json(views::classes::get(&ctx, &class).await?))
}

/// Restore a retired class.
#[utoipa::path(post, path = "/classes/{class}/restore", operation_id = "restore_class", tag = "classes", params(("class" = String, Path)),
    responses((status = 200, body = ClassDetail), Problems))]
pub async fn restore(ctx: Ctx, Path(class): Path<String>) -> Reply<Json<ClassDetail>> {
    let class: ClassName = name(&class)?;
    classes::restore(&ctx, &class).await?;
    Ok(Json(views::classes::get(&ctx, &class).await?))
}

/// Namespaces with an older version than the latest, and what moving them would change.
#[utoipa::path(get, path = "/classes/{class}/move", operation_id = "preview_class_move", tag = "classes", params(("class" = String, Path)),
    responses((status = 200, body = MoveView), Problems))]
pub async fn move_view(ctx: Ctx, Path(class): Path<String>) -> Reply<Json<MoveView>> {
    Ok(Json(classes::move_view(&ctx, &name(&class)?).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// The latest version, as it was looked at.
    to: i32,
    /// Ids of the namespaces: all of them move, or none.
    #[schema(min_items = 1)]
    namespaces: Vec<NamespaceId>,
}

/// Move namespaces to the latest version. Berth then makes each of them what the version says.
#[utoipa::path(post, path = "/classes/{class}/move", operation_id = "move_class", tag = "classes", params(("class" = String, Path)),
    request_body = MoveBody, responses((status = 200, body = MoveView), Problems))]
pub async fn follow(ctx: Ctx, Path(class): Path<String>, Json(body): Json<MoveBody>) -> Reply<Json<MoveView>> {
    let class: ClassName = name(&class)?;
    classes::follow(&ctx, &class, body.to, &body.namespaces).await?;
    Ok(Json(classes::move_view(&ctx, &class).await?))
}
