//! Requests: the queue, the review page, and its decisions.

use super::namespaces::Check;
use super::{Reply, frame, framed, ok, refused_as, see_done};
use crate::app::{Ctx, Error, PAGE, Result, requests, views};
use crate::web::extract::{Paging, Path};
use crate::web::kept::Kept;
use crate::web::recent::Visit;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::Refusal;
use domain::form::{self, AskFields, DecisionFields, Revision};
use domain::name::{Comment, RequestNumber};
use domain::request::{Approval, Request, Seen};
use domain::view::{Queue, RequestFilter, RequestPage, RequestView, Verdict};
use frontend::pages;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    queue: Option<Queue>,
}

pub async fn list(
    ctx: Ctx,
    context: RequestContext,
    Query(which): Query<Which>,
    Query(filter): Query<RequestFilter>,
    Query(paging): Query<Paging>,
) -> Reply {
    let (frame, view) = framed(
        &context,
        &ctx,
        views::requests::list(&ctx, which.queue.unwrap_or_default(), filter, paging.after_number()?, PAGE),
    )
    .await?;
    ok(pages::requests::page(frame, view))
}

pub async fn get(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Kept(fields): Kept<DecisionFields>,
) -> Reply {
    let (frame, request) = framed(&context, &ctx, views::requests::get(&ctx, RequestNumber(number))).await?;
    context.visit(&Visit::Request { number: request.row.number, name: request.row.name.clone() });
    ok(pages::request::page(frame, RequestPage { fields, ..RequestPage::of(request) }))
}

pub async fn approve(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let number = RequestNumber(number);
    let approved = try_approve(&ctx, number, &fields).await;
    answer(ctx, context, number, Typed::decision(fields), "You have approved", approved).await
}

async fn try_approve(ctx: &Ctx, number: RequestNumber, fields: &DecisionFields) -> Result<()> {
    let read = |request: &Request| {
        let grant = form::granted(fields, &request.grantable())?;
        let comment = match fields.comment.trim() {
            "" => None,
            text => Some(text.parse()?),
        };
        let seen = Seen { revision: fields.revision, version: fields.version };
        Ok(Approval { seen, grant: Some(grant), comment })
    };
    requests::approve(ctx, number, read, fields.acknowledges()).await
}

pub async fn reject(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let number = RequestNumber(number);
    let rejected = match fields.comment.trim().parse::<Comment>() {
        Ok(reason) => requests::reject(&ctx, number, fields.revision.into(), reason).await,
        Err(_) => Err(Refusal::invalid("comment", "say why; the requester reads it").into()),
    };
    answer(ctx, context, number, Typed::decision(fields), "You have rejected", rejected).await
}

/// Amounts that were changed in the form are the suggestion.
pub async fn request_changes(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let number = RequestNumber(number);
    let sent_back = try_request_changes(&ctx, number, &fields).await;
    answer(ctx, context, number, Typed::decision(fields), "You have sent back", sent_back).await
}

async fn try_request_changes(ctx: &Ctx, number: RequestNumber, fields: &DecisionFields) -> Result<()> {
    let say = |_| Refusal::invalid("comment", "say what should be different; the requester reads it");
    let comment = fields.comment.trim().parse::<Comment>().map_err(say)?;
    let read = |request: &Request| form::suggested(fields, &request.ask);
    requests::request_changes(ctx, number, fields.revision.into(), comment, read).await
}

/// The form that revises it, filled in with what it asks for, or as it was typed when it was checked; with the verdict.
pub async fn revising(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Query(check): Query<Check>,
    Query(typed): Query<AskFields>,
    Kept(kept): Kept<AskFields>,
) -> Reply {
    let request = views::requests::get(&ctx, RequestNumber(number)).await?;
    let typed = check.is_asked().then_some(typed);
    let fields = kept.or(typed).unwrap_or_else(|| AskFields::of(&request));
    let verdict = verdict(&ctx, &request, &fields).await?;
    let errors = verdict.as_ref().map(|verdict| verdict.errors.clone()).unwrap_or_default();
    let page = RequestPage { revision: Some(fields), errors, verdict, ..RequestPage::of(request) };
    ok(pages::request::page(frame(&context, &ctx).await?, page))
}

/// Of what stands in the form that revises it; none where it cannot be revised.
async fn verdict(ctx: &Ctx, request: &RequestView, fields: &AskFields) -> Result<Option<Verdict>> {
    if !request.can_revise.allowed {
        return Ok(None);
    }
    let (draft, missing) = Revision::draft(request.row.kind(), fields);
    Ok(Some(Verdict { missing, ..views::requests::check_revision(ctx, request.row.number, |_| draft).await? }))
}

pub async fn revise(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<AskFields>,
) -> Reply {
    let number = RequestNumber(number);
    let read = |kind| Revision::from_fields(kind, &fields);
    let revised = requests::revise(&ctx, number, fields.revision.into(), read).await;
    answer(ctx, context, number, Typed { revision: Some(fields), ..Typed::default() }, "You have revised", revised)
        .await
}

/// Takes the suggestion; of the fields only the revision and the acknowledgement count.
pub async fn accept(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<AskFields>,
) -> Reply {
    let number = RequestNumber(number);
    let seen = fields.revision.into();
    let accepted = requests::accept_suggestion(&ctx, number, seen, fields.acknowledges()).await;
    answer(ctx, context, number, Typed::default(), "You have taken the suggestion for", accepted).await
}

#[derive(Debug, Default, Deserialize)]
pub struct CommentFields {
    #[serde(default)]
    text: String,
}

pub async fn comment(
    ctx: Ctx,
    context: RequestContext,
    Path(number): Path<i64>,
    Form(fields): Form<CommentFields>,
) -> Reply {
    let number = RequestNumber(number);
    let written = match fields.text.trim().parse() {
        Ok(text) => requests::comment(&ctx, number, &text).await,
        Err(errors) => Err(errors.at("text").into()),
    };
    answer(
        ctx,
        context,
        number,
        Typed { comment: Some(fields.text), ..Typed::default() },
        "You have commented on",
        written,
    )
    .await
}

pub async fn withdraw(ctx: Ctx, context: RequestContext, Path(number): Path<i64>) -> Reply {
    let number = RequestNumber(number);
    let withdrawn = requests::withdraw(&ctx, number).await;
    answer(ctx, context, number, Typed::default(), "You have withdrawn", withdrawn).await
}

pub async fn retry(ctx: Ctx, context: RequestContext, Path(number): Path<i64>) -> Reply {
    let number = RequestNumber(number);
    let retried = requests::retry(&ctx, number).await;
    answer(ctx, context, number, Typed::default(), "You have retried", retried).await
}

pub async fn undo(ctx: Ctx, context: RequestContext, Path(number): Path<i64>) -> Reply {
    let number = RequestNumber(number);
    let undone = requests::undo(&ctx, number).await;
    answer(ctx, context, number, Typed::default(), "You have undone", undone).await
}

/// What was typed into one of the forms on the page.
#[derive(Default)]
struct Typed {
    fields: Option<DecisionFields>,
    revision: Option<AskFields>,
    comment: Option<String>,
}

impl Typed {
    fn decision(fields: DecisionFields) -> Self {
        Self { fields: Some(fields), ..Self::default() }
    }
}

/// Back to the request, with what was done said once; when it was refused, with the reason and what was typed.
async fn answer(
    ctx: Ctx,
    context: RequestContext,
    number: RequestNumber,
    typed: Typed,
    did: &str,
    done: Result<()>,
) -> Reply {
    let refusal = match done {
        Ok(()) => return see_done(&format!("/requests/{}", number.0), format!("{did} {number}.")),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    let request = views::requests::get(&ctx, number).await?;
    let Typed { fields, revision, mut comment } = typed;
    let mut errors = refusal.fields();
    if let Some(decision) = fields.as_ref().filter(|_| !request.can_approve.allowed) {
        // There is no decision left to make: the words go to the conversation.
        comment = Some(decision.comment.clone()).filter(|typed| !typed.trim().is_empty());
        errors.clear();
    }
    let status = match (refusal.is_about_rights(), errors.is_empty()) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let said = errors.is_empty().then(|| refusal.to_string());
    let code = refusal.code();
    let verdict = match &revision {
        Some(fields) => verdict(&ctx, &request, fields).await?,
        None => None,
    };
    let page = RequestPage { fields, revision, comment, errors, refusal: said, verdict, ..RequestPage::of(request) };
    Ok((status, refused_as(code), Html(pages::request::page(frame(&context, &ctx).await?, page))).into_response())
}
