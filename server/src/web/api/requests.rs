//! Requests: ask, decide, follow.

use super::Reply;
use super::problems::Problems;
use crate::app::{Ctx, Error, requests, views};
use crate::web::extract::{IdempotencyKey, IfMatchRevision, Json, Paging, Path};
use crate::web::problem::Problem;
use crate::web::sse::Follower;
use crate::web::{Shared, sse};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::form::{self, AskFields, New, NewNamespace, NewNamespaceFields, NewRequest, NewRevision, Revision};
use domain::name::{Comment, RequestNumber};
use domain::quota::Quota;
use domain::request::{Approval, Kind, Request, Seen, UntilDate};
use domain::view::{CommentView, Page, Queue, RequestFilter, RequestRow, RequestView, Verdict};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `to_decide`, `mine`, `my_teams`, `all` or `failed`.
    #[param(inline)]
    #[serde(default)]
    queue: Queue,
}

/// Requests, newest first. Narrowed by team, cluster, class, kind, state and text, where those are given.
#[utoipa::path(get, path = "/requests", operation_id = "list_requests", tag = "requests", params(Which, RequestFilter, Paging),
    responses((status = 200, body = Page<RequestRow>), Problems))]
pub async fn list(
    ctx: Ctx,
    Query(which): Query<Which>,
    Query(filter): Query<RequestFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<RequestRow>>> {
    let after = paging.after_number()?;
    Ok(Json(views::requests::list(&ctx, which.queue, filter, after, paging.limit()).await?.page))
}

/// Ask for a namespace, or for another quota, another expiry or the end of one that is there. With an `Idempotency-Key`, sending it again gives the first answer again.
#[utoipa::path(post, path = "/requests", operation_id = "submit_request", tag = "requests", request_body = NewRequest,
    params(IdempotencyKey),
    responses((status = 201, body = RequestView), Problems))]
pub async fn submit(ctx: Ctx, IdempotencyKey(key): IdempotencyKey, Json(body): Json<NewRequest>) -> Reply<Response> {
    let new = New::from_json(&body).map_err(Error::from)?;
    let number = requests::submit(&ctx, &new, key.as_deref()).await?;
    let location = format!("/api/v1/requests/{}", number.0);
    let view = views::requests::get(&ctx, number).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckAs {
    /// `form`: the body holds the texts of the form for a new namespace in the browser; `ask_form`: of a form on the page of
    /// a namespace.
    r#as: Option<String>,
}

/// A form on a namespace's page, what it asks for, and which namespace that is.
#[derive(Debug, Deserialize)]
struct AskFormBody {
    kind: Kind,
    cluster: String,
    name: String,
    #[serde(flatten)]
    fields: AskFields,
}

/// The verdict on an ask, before it is submitted. Mistakes are part of the verdict.
#[utoipa::path(post, path = "/requests/check", operation_id = "check_request", tag = "requests", request_body = NewRequest, params(CheckAs),
    responses((status = 200, body = Verdict), Problems))]
pub async fn check(ctx: Ctx, Query(form): Query<CheckAs>, Json(body): Json<serde_json::Value>) -> Reply<Json<Verdict>> {
    let new = match form.r#as.as_deref() {
        Some("form") => NewNamespace::from_fields(&read::<NewNamespaceFields>(body)?).map(New::Namespace),
        Some("ask_form") => {
            let AskFormBody { kind, cluster, name, fields } = read(body)?;
            New::from_fields(kind, &cluster, &name, &fields)
        }
        Some(_) | None => New::from_json(&read::<NewRequest>(body)?),
    };
    ctx.allow(domain::Action::SeeOffer)?;
    Ok(Json(views::requests::check(&ctx, new).await?))
}

/// One request with all that a decision needs.
#[utoipa::path(get, path = "/requests/{number}", operation_id = "get_request", tag = "requests",
    params(("number" = i64, Path, description = "12 for REQ-12")),
    responses((status = 200, body = RequestView, headers(("ETag", description = "The revision and the version; send it back in `If-Match`"))),
        Problems))]
pub async fn get(ctx: Ctx, Path(number): Path<i64>) -> Reply<Response> {
    let view = views::requests::get(&ctx, RequestNumber(number)).await?;
    Ok(with_tag(view))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The revision you read.
    revision: i32,
    /// Less than asked, of a quota; leave it out to grant what is asked.
    #[serde(default)]
    grant: Option<Quota>,
    /// An earlier day than asked, of an extension; leave it out to grant what is asked.
    #[serde(default)]
    until: Option<UntilDate>,
    #[serde(default)]
    comment: Option<String>,
    /// Of a quota below what is used now, or below what there is while use is not known: that this is meant.
    #[serde(default)]
    acknowledge_below_use: bool,
}

/// Approve the stage that waits, as asked or with less.
#[utoipa::path(post, path = "/requests/{number}/approve", operation_id = "approve_request", tag = "requests", request_body = ApproveBody,
    params(("number" = i64, Path), IfMatchRevision),
    responses((status = 200, body = RequestView), Problems))]
pub async fn approve(
    ctx: Ctx,
    Path(number): Path<i64>,
    IfMatchRevision(tag): IfMatchRevision,
    Json(body): Json<ApproveBody>,
) -> Reply<Response> {
    let number = RequestNumber(number);
    let seen = seen(tag, body.revision)?;
    let comment = body.comment.as_deref().map(str::parse).transpose().map_err(Error::from)?;
    let read = |request: &Request| {
        let grant = form::given(request.kind(), body.grant, body.until)?;
        Ok(Approval { seen, grant, comment: comment.clone() })
    };
    requests::approve(&ctx, number, read, body.acknowledge_below_use).await?;
    Ok(with_tag(views::requests::get(&ctx, number).await?))
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
    params(("number" = i64, Path), IfMatchRevision),
    responses((status = 200, body = RequestView), Problems))]
pub async fn reject(
    ctx: Ctx,
    Path(number): Path<i64>,
    IfMatchRevision(tag): IfMatchRevision,
    Json(body): Json<RejectBody>,
) -> Reply<Response> {
    let number = RequestNumber(number);
    let seen = seen(tag, body.revision)?;
    let reason: Comment = body.comment.parse().map_err(Error::from)?;
    requests::reject(&ctx, number, seen, reason).await?;
    Ok(with_tag(views::requests::get(&ctx, number).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesBody {
    /// The revision you read.
    revision: i32,
    /// What should be different, and why; the requester reads it.
    comment: String,
    /// What you would approve: more or less than was asked. The requester takes it with one call.
    #[serde(default)]
    suggestion: Option<Quota>,
    /// The same of an extension: another day.
    #[serde(default)]
    until: Option<UntilDate>,
}

/// Send it back for another revision, with a comment and perhaps a suggestion.
#[utoipa::path(post, path = "/requests/{number}/request-changes", operation_id = "request_changes", tag = "requests", request_body = ChangesBody,
    params(("number" = i64, Path), IfMatchRevision),
    responses((status = 200, body = RequestView), Problems))]
pub async fn request_changes(
    ctx: Ctx,
    Path(number): Path<i64>,
    IfMatchRevision(tag): IfMatchRevision,
    Json(body): Json<ChangesBody>,
) -> Reply<Response> {
    let number = RequestNumber(number);
    let seen = seen(tag, body.revision)?;
    let comment: Comment = body.comment.parse().map_err(Error::from)?;
    let read = |request: &Request| form::given(request.kind(), body.suggestion, body.until);
    requests::request_changes(&ctx, number, seen, comment, read).await?;
    Ok(with_tag(views::requests::get(&ctx, number).await?))
}

/// Ask for something else with the same request: a new revision. Approvals stay where nothing grew.
#[utoipa::path(post, path = "/requests/{number}/revise", operation_id = "revise_request", tag = "requests", request_body = NewRevision,
    params(("number" = i64, Path), IfMatchRevision),
    responses((status = 200, body = RequestView), Problems))]
pub async fn revise(
    ctx: Ctx,
    Path(number): Path<i64>,
    IfMatchRevision(tag): IfMatchRevision,
    Json(body): Json<NewRevision>,
) -> Reply<Response> {
    let number = RequestNumber(number);
    let seen = seen(tag, body.revision)?;
    requests::revise(&ctx, number, seen, |kind| Revision::from_json(kind, &body)).await?;
    Ok(with_tag(views::requests::get(&ctx, number).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptSuggestionBody {
    /// The revision you read.
    revision: i32,
    /// Confirms a quota below current usage, or below the present quota while usage is unknown.
    #[serde(default)]
    acknowledge_below_use: bool,
}

/// Take the suggestion of whoever sent it back: it becomes the next revision, and yours.
#[utoipa::path(post, path = "/requests/{number}/accept-suggestion", operation_id = "accept_suggestion", tag = "requests", request_body = AcceptSuggestionBody,
    params(("number" = i64, Path), IfMatchRevision),
    responses((status = 200, body = RequestView), Problems))]
pub async fn accept_suggestion(
    ctx: Ctx,
    Path(number): Path<i64>,
    IfMatchRevision(tag): IfMatchRevision,
    Json(body): Json<AcceptSuggestionBody>,
) -> Reply<Response> {
    let number = RequestNumber(number);
    let seen = seen(tag, body.revision)?;
    requests::accept_suggestion(&ctx, number, seen, body.acknowledge_below_use).await?;
    Ok(with_tag(views::requests::get(&ctx, number).await?))
}

/// Take one's own request back.
#[utoipa::path(post, path = "/requests/{number}/withdraw", operation_id = "withdraw_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, body = RequestView), Problems))]
pub async fn withdraw(ctx: Ctx, Path(number): Path<i64>) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    requests::withdraw(&ctx, number).await?;
    Ok(Json(views::requests::get(&ctx, number).await?))
}

/// Provision again what had failed, or what nobody is ordered to work on any more.
#[utoipa::path(post, path = "/requests/{number}/retry", operation_id = "retry_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, body = RequestView), Problems))]
pub async fn retry(ctx: Ctx, Path(number): Path<i64>) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    requests::retry(&ctx, number).await?;
    Ok(Json(views::requests::get(&ctx, number).await?))
}

/// Give up what had failed, and take back what of it is there: a quota goes back to what it was, a new namespace goes.
#[utoipa::path(post, path = "/requests/{number}/undo", operation_id = "undo_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, body = RequestView), Problems))]
pub async fn undo(ctx: Ctx, Path(number): Path<i64>) -> Reply<Json<RequestView>> {
    let number = RequestNumber(number);
    requests::undo(&ctx, number).await?;
    Ok(Json(views::requests::get(&ctx, number).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentBody {
    text: String,
}

/// Write something beside a request.
#[utoipa::path(post, path = "/requests/{number}/comments", operation_id = "comment_request", tag = "requests", request_body = CommentBody,
    params(("number" = i64, Path)),
    responses((status = 201, body = RequestView), Problems))]
pub async fn comment(
    ctx: Ctx,
    Path(number): Path<i64>,
    Json(body): Json<CommentBody>,
) -> Reply<(StatusCode, Json<RequestView>)> {
    let number = RequestNumber(number);
    requests::comment(&ctx, number, &body.text.parse().map_err(Error::from)?).await?;
    Ok((StatusCode::CREATED, Json(views::requests::get(&ctx, number).await?)))
}

/// What was written beside a request, oldest first.
#[utoipa::path(get, path = "/requests/{number}/comments", operation_id = "list_comments", tag = "requests",
    params(("number" = i64, Path), Paging),
    responses((status = 200, body = Page<CommentView>), Problems))]
pub async fn list_comments(
    ctx: Ctx,
    Path(number): Path<i64>,
    Query(paging): Query<Paging>,
) -> Reply<Json<Page<CommentView>>> {
    let after = paging.after_number()?;
    Ok(Json(requests::list_comments(&ctx, RequestNumber(number), after, paging.limit()).await?))
}

/// The request, now and whenever it changes: server-sent events, the data of each a `RequestView`.
#[utoipa::path(get, path = "/requests/{number}/events", operation_id = "follow_request", tag = "requests", params(("number" = i64, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn events(
    State(site): State<Shared>,
    who: Follower,
    Path(number): Path<i64>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let number = RequestNumber(number);
    views::requests::get(who.ctx(), number).await?;
    sse::request(&site, who, number)
}

/// How many requests there are in each queue, now and whenever any request has changed: server-sent events, the data of each
/// a `QueueCounts`.
#[utoipa::path(get, path = "/requests/events", operation_id = "follow_requests", tag = "requests",
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn list_events(State(site): State<Shared>, who: Follower) -> Result<impl IntoResponse + use<>, Problem> {
    views::requests::count(who.ctx()).await?;
    sse::requests(&site, who)
}

fn with_tag(view: RequestView) -> Response {
    ([(header::ETAG, format!("\"{}.{}\"", view.revision, view.version))], Json(view)).into_response()
}

/// What the caller had read: the revision that the body names, and the version where `If-Match` says it.
fn seen(tag: Option<(i32, i32)>, revision: i32) -> Result<Seen, Error> {
    match tag {
        None => Ok(revision.into()),
        Some((tagged, version)) if tagged == revision => Ok(Seen { revision, version: Some(version) }),
        Some((tagged, _)) => Err(Refusal::StaleRevision { seen: tagged, current: revision }.into()),
    }
}

fn read<T: serde::de::DeserializeOwned>(body: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(body).map_err(|error| Refusal::invalid("body", &error.to_string()).into())
}
