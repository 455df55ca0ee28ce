//! Requests: ask, decide, follow.

use super::Reply;
use super::extract::{Paging, Path};
use crate::app::{Ctx, Error, requests};
use crate::web::problem::ProblemDocument;
use crate::web::{Shared, sse};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::ask::{NewNamespace, NewRequest};
use domain::name::{Comment, RequestNumber};
use domain::quota::Quota;
use domain::request::Approval;
use domain::view::{NewNamespaceFields, Page, Queue, RequestRow, RequestView, Verdict};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `to_decide`, `mine`, `all` or `failed`.
    #[param(inline)]
    #[serde(default)]
    queue: Queue,
}

/// Requests, newest first.
#[utoipa::path(get, path = "/requests", operation_id = "list_requests", tag = "requests", params(Which, Paging),
    responses((status = 200, body = Page<RequestRow>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(ctx: Ctx, Query(which): Query<Which>, Query(paging): Query<Paging>) -> Reply<Json<Page<RequestRow>>> {
    let after = paging.after_number()?;
    Ok(Json(requests::list(&ctx, which.queue, after, paging.limit()).await?.page))
}

/// Ask for a namespace. With an `Idempotency-Key`, sending it again gives the first answer again.
#[utoipa::path(post, path = "/requests", operation_id = "submit_request", tag = "requests", request_body = NewRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's mark of this submit, at most 100 characters")),
    responses((status = 201, body = RequestView), (status = "4XX", body = ProblemDocument)))]
pub async fn submit(ctx: Ctx, headers: HeaderMap, Json(body): Json<NewRequest>) -> Reply<Response> {
    let key = idempotency_key(&headers)?;
    let new = NewNamespace::from_json(&body).map_err(Error::from)?;
    let number = requests::submit(&ctx, &new, key.as_deref()).await?;
    let location = format!("/api/v1/requests/{}", number.0);
    let view = requests::get(&ctx, number).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckAs {
    /// `form`: the body holds the texts of the form in the browser.
    r#as: Option<String>,
}

/// The verdict on an ask, before it is submitted. Mistakes are part of the verdict.
#[utoipa::path(post, path = "/requests/check", operation_id = "check_request", tag = "requests", request_body = NewRequest, params(CheckAs),
    responses((status = 200, body = Verdict), (status = "4XX", body = ProblemDocument)))]
pub async fn check(ctx: Ctx, Query(form): Query<CheckAs>, Json(body): Json<serde_json::Value>) -> Reply<Json<Verdict>> {
    let new = if form.r#as.as_deref() == Some("form") {
        NewNamespace::from_fields(&read::<NewNamespaceFields>(body)?)
    } else {
        NewNamespace::from_json(&read::<NewRequest>(body)?)
    };
    ctx.allow(domain::Action::SeeOffer)?;
    Ok(Json(requests::check(&ctx, new).await?))
}

/// One request with all that a decision needs.
#[utoipa::path(get, path = "/requests/{number}", operation_id = "get_request", tag = "requests",
    params(("number" = i64, Path, description = "12 for REQ-12")),
    responses((status = 200, body = RequestView, headers(("ETag", description = "The revision; send it back in `If-Match`"))),
        (status = "4XX", body = ProblemDocument)))]
pub async fn get(ctx: Ctx, Path(number): Path<i64>) -> Reply<Response> {
    let view = requests::get(&ctx, RequestNumber(number)).await?;
    Ok(([(header::ETAG, etag(view.revision))], Json(view)).into_response())
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The revision you read.
    revision: i32,
    /// Less than asked; leave it out to grant what is asked.
    #[serde(default)]
    grant: Option<Quota>,
    #[serde(default)]
    comment: Option<String>,
}

/// Approve the stage that waits, as asked or with less.
#[utoipa::path(post, path = "/requests/{number}/approve", operation_id = "approve_request", tag = "requests", request_body = ApproveBody,
    params(("number" = i64, Path), ("If-Match" = Option<String>, Header, description = "ETag of the request you read")),
    responses((status = 200, body = RequestView), (status = "4XX", body = ProblemDocument)))]
pub async fn approve(
    ctx: Ctx,
    Path(number): Path<i64>,
    headers: HeaderMap,
    Json(body): Json<ApproveBody>,
) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    check_match(&headers, body.revision)?;
    let comment = body.comment.as_deref().map(str::parse).transpose().map_err(Error::from)?;
    requests::approve(&ctx, number, Approval { revision: body.revision, grant: body.grant, comment }).await?;
    Ok(Json(requests::get(&ctx, number).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectBody {
    /// The revision you read.
    revision: i32,
    /// Why; the requester reads it.
    comment: String,
}

/// Reject it, with a reason.
#[utoipa::path(post, path = "/requests/{number}/reject", operation_id = "reject_request", tag = "requests", request_body = RejectBody,
    params(("number" = i64, Path), ("If-Match" = Option<String>, Header, description = "ETag of the request you read")),
    responses((status = 200, body = RequestView), (status = "4XX", body = ProblemDocument)))]
pub async fn reject(
    ctx: Ctx,
    Path(number): Path<i64>,
    headers: HeaderMap,
    Json(body): Json<RejectBody>,
) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    check_match(&headers, body.revision)?;
    let reason: Comment = body.comment.parse().map_err(Error::from)?;
    requests::reject(&ctx, number, body.revision, reason).await?;
    Ok(Json(requests::get(&ctx, number).await?))
}

/// Take one's own request back.
#[utoipa::path(post, path = "/requests/{number}/withdraw", operation_id = "withdraw_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, body = RequestView), (status = "4XX", body = ProblemDocument)))]
pub async fn withdraw(ctx: Ctx, Path(number): Path<i64>) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    requests::withdraw(&ctx, number).await?;
    Ok(Json(requests::get(&ctx, number).await?))
}

/// Provision again what had failed.
#[utoipa::path(post, path = "/requests/{number}/retry", operation_id = "retry_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, body = RequestView), (status = "4XX", body = ProblemDocument)))]
pub async fn retry(ctx: Ctx, Path(number): Path<i64>) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    requests::retry(&ctx, number).await?;
    Ok(Json(requests::get(&ctx, number).await?))
}

/// The request, now and whenever it changes: server-sent events, the data of each a `RequestView`.
#[utoipa::path(get, path = "/requests/{number}/events", operation_id = "follow_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "4XX", body = ProblemDocument)))]
pub async fn events(State(site): State<Shared>, ctx: Ctx, Path(number): Path<i64>) -> Reply<impl IntoResponse + use<>> {
    let number = RequestNumber(number);
    requests::get(&ctx, number).await?;
    sse::request(&site, ctx, number)
}

fn etag(revision: i32) -> String {
    format!("\"{revision}\"")
}

/// `If-Match`, when sent, must be the revision the decision names.
fn check_match(headers: &HeaderMap, revision: i32) -> Result<(), Error> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(()) };
    if given.as_bytes() == b"*" || given.as_bytes() == etag(revision).as_bytes() {
        return Ok(());
    }
    let seen = given.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok()).unwrap_or(0);
    Err(Refusal::StaleRevision { seen, current: revision }.into())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(text) if (1..=100).contains(&text.len()) => Ok(Some(text.to_owned())),
        Ok(_) | Err(_) => Err(Refusal::invalid("Idempotency-Key", "use 1 to 100 plain characters").into()),
    }
}

fn read<T: serde::de::DeserializeOwned>(body: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(body).map_err(|error| Refusal::invalid("body", &error.to_string()).into())
}
