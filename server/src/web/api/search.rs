//! Finding things.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, views};
use crate::web::extract::Json;
use axum::extract::Query;
use domain::view::SearchView;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Text {
    /// A few letters of a name, or a request's number: `REQ-12`.
    #[serde(default)]
    pub q: String,
}

/// Find namespaces, requests, teams, clusters, classes, people and pages that one may see: the best 20. Requests are found
/// by their number and by the beginnings of words in the namespace's name and in the purpose, everything else by any part
/// of its name.
#[utoipa::path(get, path = "/search", operation_id = "search", tag = "search", params(Text),
    responses((status = 200, body = SearchView), Problems))]
pub async fn search(ctx: Ctx, Query(text): Query<Text>) -> Reply<Json<SearchView>> {
    Ok(Json(views::search(&ctx, &text.q).await?))
}
