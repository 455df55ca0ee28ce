//! The forms that ask for another expiry of a namespace, or for its end.

use super::namespaces::{Check, errors, refused_or_forbidden, see_submitted, submit};
use super::{Reply, form_key, frame, ok};
use crate::app::views::namespaces::Desired;
use crate::app::{Ctx, Error, Result, views};
use crate::web::extract::{Path, name};
use crate::web::kept::Kept;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use domain::form::{AskFields, New};
use domain::request::Kind;
use domain::view::{LifetimeForm, Verdict};
use frontend::pages;

/// A namespace's cluster and name, as they stand in the path.
type Place = Path<(String, String)>;

pub async fn extending(
    ctx: Ctx,
    context: RequestContext,
    Path(place): Place,
    Query(check): Query<Check>,
    Query(fields): Query<AskFields>,
    Kept(kept): Kept<AskFields>,
) -> Reply {
    show(&ctx, context, Kind::Extend, &place, &check, kept.unwrap_or(fields)).await
}

pub async fn deleting(
    ctx: Ctx,
    context: RequestContext,
    Path(place): Place,
    Query(check): Query<Check>,
    Query(fields): Query<AskFields>,
    Kept(kept): Kept<AskFields>,
) -> Reply {
    show(&ctx, context, Kind::Delete, &place, &check, kept.unwrap_or(fields)).await
}

pub async fn extend(ctx: Ctx, context: RequestContext, Path(place): Place, Form(fields): Form<AskFields>) -> Reply {
    ask(&ctx, context, Kind::Extend, &place, fields).await
}

pub async fn delete(ctx: Ctx, context: RequestContext, Path(place): Place, Form(fields): Form<AskFields>) -> Reply {
    ask(&ctx, context, Kind::Delete, &place, fields).await
}

/// The form as it was typed, with the verdict on it: who decides depends on what is there, so that there is always one.
async fn show(
    ctx: &Ctx,
    context: RequestContext,
    kind: Kind,
    place: &(String, String),
    check: &Check,
    mut fields: AskFields,
) -> Reply {
    if fields.mark.is_empty() {
        fields.mark = form_key::fresh();
    }
    let (cluster, namespace) = (name(&place.0)?, name(&place.1)?);
    let desired = views::namespaces::desired(ctx, &cluster, &namespace, false).await?;
    let form = views::requests::lifetime_form(ctx, kind, &desired, fields, Vec::new(), None).await?;
    let form = judged(ctx, place, form).await?;
    let errors = form.verdict.as_ref().filter(|_| check.is_asked()).map(|verdict| verdict.errors.clone());
    ok(page(ctx, context, &desired, LifetimeForm { errors: errors.unwrap_or_default(), ..form }).await?)
}

/// With the verdict on what stands in it, where the reader may ask.
async fn judged(ctx: &Ctx, place: &(String, String), form: LifetimeForm) -> Result<LifetimeForm> {
    if !form.can_ask.allowed {
        return Ok(form);
    }
    let (draft, missing) = New::draft(form.kind, &place.0, &place.1, &form.fields);
    let verdict = Verdict { missing, ..views::requests::check(ctx, draft).await? };
    Ok(LifetimeForm { verdict: Some(verdict), ..form })
}

async fn ask(ctx: &Ctx, context: RequestContext, kind: Kind, place: &(String, String), fields: AskFields) -> Reply {
    let new = New::from_fields(kind, &place.0, &place.1, &fields);
    match submit(ctx, new, form_key::of(&fields.mark, &fields)).await {
        Ok(number) => see_submitted(number),
        Err(Error::Refused(refusal)) => {
            let (cluster, namespace) = (name(&place.0)?, name(&place.1)?);
            let desired = views::namespaces::desired(ctx, &cluster, &namespace, false).await?;
            let form = views::requests::lifetime_form(ctx, kind, &desired, fields, errors(&refusal), None).await?;
            let form = judged(ctx, place, form).await?;
            refused_or_forbidden(&refusal, page(ctx, context, &desired, form).await?)
        }
        Err(error) => Err(error),
    }
}

async fn page(ctx: &Ctx, context: RequestContext, desired: &Desired, form: LifetimeForm) -> Result<String> {
    Ok(pages::lifetime::page(frame(&context, ctx).await?, desired.view(ctx), form))
}
