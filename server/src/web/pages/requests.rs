//! Requests: the queue, the review page, and its decisions.

use super::{Reply, frame, ok, see};
use crate::app::{Ctx, Error, PAGE, Result, requests};
use crate::web::api::extract::{Paging, Path};
use crate::web::call::Call;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::Refusal;
use domain::ask::granted_numbers;
use domain::name::{Comment, RequestNumber};
use domain::request::Approval;
use domain::view::{DecisionFields, Queue, RequestPage};
use frontend::pages;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    queue: Option<Queue>,
}

pub async fn list(ctx: Ctx, call: Call, Query(which): Query<Which>, Query(paging): Query<Paging>) -> Reply {
    let view = requests::list(&ctx, which.queue.unwrap_or_default(), paging.after_number()?, PAGE).await?;
    ok(pages::requests::page(frame(&call, &ctx).await?, view))
}

pub async fn get(ctx: Ctx, call: Call, Path(number): Path<i64>) -> Reply {
    let request = requests::get(&ctx, RequestNumber(number)).await?;
    let page = RequestPage { request, fields: None, errors: Vec::new(), refusal: None };
    ok(pages::request::page(frame(&call, &ctx).await?, page))
}

pub async fn approve(ctx: Ctx, call: Call, Path(number): Path<i64>, Form(fields): Form<DecisionFields>) -> Reply {
    let number = RequestNumber(number);
    let approved = try_approve(&ctx, number, &fields).await;
    answer(ctx, call, number, fields, approved).await
}

async fn try_approve(ctx: &Ctx, number: RequestNumber, fields: &DecisionFields) -> Result<()> {
    let view = requests::get(ctx, number).await?;
    let grant = granted_numbers(fields, &view.grantable)?;
    let comment = match fields.comment.trim() {
        "" => None,
        text => Some(text.parse()?),
    };
    requests::approve(ctx, number, Approval { revision: fields.revision, grant: Some(grant), comment }).await
}

pub async fn reject(ctx: Ctx, call: Call, Path(number): Path<i64>, Form(fields): Form<DecisionFields>) -> Reply {
    let number = RequestNumber(number);
    let rejected = match fields.comment.trim().parse::<Comment>() {
        Ok(reason) => requests::reject(&ctx, number, fields.revision, reason).await,
        Err(_) => Err(Refusal::invalid("reason", "say why; the requester reads it").into()),
    };
    answer(ctx, call, number, fields, rejected).await
}

pub async fn withdraw(ctx: Ctx, call: Call, Path(number): Path<i64>) -> Reply {
    let number = RequestNumber(number);
    let withdrawn = requests::withdraw(&ctx, number).await;
    answer(ctx, call, number, DecisionFields::default(), withdrawn).await
}

pub async fn retry(ctx: Ctx, call: Call, Path(number): Path<i64>) -> Reply {
    let number = RequestNumber(number);
    let retried = requests::retry(&ctx, number).await;
    answer(ctx, call, number, DecisionFields::default(), retried).await
}

/// Back to the request; when it was refused, with the reason and what was typed.
async fn answer(ctx: Ctx, call: Call, number: RequestNumber, fields: DecisionFields, done: Result<()>) -> Reply {
    let refusal = match done {
        Ok(()) => return see(&format!("/requests/{}", number.0)),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    let request = requests::get(&ctx, number).await?;
    let errors = refusal.fields();
    let status = match (refusal.is_about_rights(), errors.is_empty()) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let said = errors.is_empty().then(|| refusal.to_string());
    let page = RequestPage { request, fields: Some(fields), errors, refusal: said };
    Ok((status, Html(pages::request::page(frame(&call, &ctx).await?, page))).into_response())
}
