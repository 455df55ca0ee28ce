//! A namespace's quota: what it has, the form that asks for another, and how it came to be what it is.

use super::namespaces::{Check, errors, refused_or_forbidden, see_submitted, submit};
use super::{Reply, form_key, framed, ok};
use crate::app::views::namespaces::Desired;
use crate::app::{Ctx, Error, PAGE, Result, views};
use crate::web::extract::{Paging, Path, name};
use crate::web::kept::Kept;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use domain::form::{AskFields, New};
use domain::refusal::FieldError;
use domain::request::Kind;
use domain::view::Verdict;
use frontend::pages;

/// A namespace's cluster and name, as they stand in the path.
type Place = Path<(String, String)>;

/// The form, as it was typed, or as a link elsewhere has filled it in; with the verdict once it says enough for one.
pub async fn get(
    ctx: Ctx,
    context: RequestContext,
    Path((cluster, namespace)): Place,
    Query(check): Query<Check>,
    Query(fields): Query<AskFields>,
    Kept(kept): Kept<AskFields>,
) -> Reply {
    let fields = kept.unwrap_or(fields);
    let desired = views::namespaces::desired(&ctx, &name(&cluster)?, &name(&namespace)?, false).await?;
    let view = desired.view(&ctx);
    let is_ready_made = !fields.is_blank() && !fields.purpose.is_empty();
    let mut fields = fields.begin_with(&view.row.quota);
    if fields.mark.is_empty() {
        fields.mark = form_key::fresh();
    }
    if !check.is_asked() && !is_ready_made {
        return ok(form(&ctx, context, &desired, fields, Vec::new(), None).await?);
    }
    let (draft, missing) = New::draft(Kind::Quota, &cluster, &namespace, &fields);
    let verdict = Verdict { missing, ..views::requests::check(&ctx, draft).await? };
    let errors = verdict.errors.clone();
    ok(form(&ctx, context, &desired, fields, errors, Some(verdict)).await?)
}

async fn form(
    ctx: &Ctx,
    context: RequestContext,
    desired: &Desired,
    fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<String> {
    let form = views::requests::quota_form(ctx, desired, fields, errors, verdict);
    let (frame, form) = framed(&context, ctx, form).await?;
    Ok(pages::quota::page(frame, desired.view(ctx), form))
}

pub async fn ask(
    ctx: Ctx,
    context: RequestContext,
    Path((cluster, namespace)): Place,
    Form(fields): Form<AskFields>,
) -> Reply {
    let new = New::from_fields(Kind::Quota, &cluster, &namespace, &fields);
    match submit(&ctx, new, form_key::of(&fields.mark, &fields)).await {
        Ok(number) => see_submitted(number),
        Err(Error::Refused(refusal)) => {
            let desired = views::namespaces::desired(&ctx, &name(&cluster)?, &name(&namespace)?, false).await?;
            refused_or_forbidden(&refusal, form(&ctx, context, &desired, fields, errors(&refusal), None).await?)
        }
        Err(error) => Err(error),
    }
}

pub async fn history(
    ctx: Ctx,
    context: RequestContext,
    Path((cluster, namespace)): Place,
    Query(paging): Query<Paging>,
) -> Reply {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    let changes = views::requests::quota_history(&ctx, &cluster, &namespace, paging.after_number()?, PAGE).await?;
    let (frame, view) =
        framed(&context, &ctx, views::namespaces::get_without_activity(&ctx, &cluster, &namespace)).await?;
    ok(pages::quota::history(frame, view, changes))
}
