//! The files the browser loads. Their names hold a hash of their content, so they may be kept for ever.

use crate::web::Shared;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// Longest name of a file that there may be.
const LONGEST: usize = 255;

pub async fn get(State(site): State<Shared>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let file = parts.uri.path().trim_start_matches("/assets").to_owned();
    if file.len() > LONGEST {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Ok(uri) = file.parse() {
        parts.uri = uri;
    }
    let files = ServeDir::new(&site.berth.config.assets.dir);
    let files = files.precompressed_br().append_index_html_on_directories(false);
    let Ok(answer) = files.oneshot(Request::from_parts(parts, body)).await;
    let mut answer = answer.into_response();
    if answer.status().is_success() {
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        answer.headers_mut().insert(CACHE_CONTROL, for_ever);
    }
    answer
}
