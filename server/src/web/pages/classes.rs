//! Classes, for those who run Berth.

use super::namespaces::errors;
use super::{Reply, again, frame, framed, ok, refused_as, see, see_done};
use crate::app::{Ctx, Error, PAGE, Result, classes, views};
use crate::web::extract::{Paging, Path, name};
use crate::web::kept::Kept;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::Refusal;
use domain::class::ClassFields;
use domain::field_error::FieldErrors;
use domain::form::NewClassFields;
use domain::id::NamespaceId;
use domain::name::{ClassName, Comment};
use frontend::{Again, pages};
use serde::Deserialize;

pub async fn list(ctx: Ctx, context: RequestContext, Query(paging): Query<Paging>) -> Reply {
    let (frame, view) =
        framed(&context, &ctx, views::classes::list(&ctx, classes::WhichClasses::All, paging.after.as_deref(), PAGE))
            .await?;
    ok(pages::classes::page(frame, view, paging.after.is_none()))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(class): Path<String>) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::classes::get(&ctx, &name(&class)?)).await?;
    ok(pages::class::page(frame, view, Again::default()))
}

pub async fn new(ctx: Ctx, context: RequestContext) -> Reply {
    let (frame, view) = framed(&context, &ctx, classes::new_page(&ctx, NewClassFields::default(), Vec::new())).await?;
    ok(pages::class::new::page(frame, view))
}

pub async fn begin(ctx: Ctx, context: RequestContext, Form(fields): Form<NewClassFields>) -> Reply {
    match try_begin(&ctx, &fields).await {
        Ok(class) => {
            see_done(&format!("/admin/classes/{class}/draft"), format!("You have begun {class}; it is a draft."))
        }
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, view) = framed(&context, &ctx, classes::new_page(&ctx, fields, errors(&refusal))).await?;
            super::refused(pages::class::new::page(frame, view))
        }
        Err(error) => Err(error),
    }
}

async fn try_begin(ctx: &Ctx, fields: &NewClassFields) -> Result<ClassName> {
    let class: ClassName = fields.name.trim().parse().map_err(|errors: FieldErrors| errors.at("name"))?;
    // The address of this very form.
    if class.as_str() == "new" {
        return Err(Refusal::invalid("name", "must be another: new is taken by Berth").into());
    }
    let copy_of = match fields.copy_of.as_str() {
        "" => None,
        other => Some(other.parse().map_err(|errors: FieldErrors| errors.at("copy_of"))?),
    };
    classes::begin(ctx, &class, copy_of.as_ref()).await?;
    Ok(class)
}

pub async fn draft(
    ctx: Ctx,
    context: RequestContext,
    Path(class): Path<String>,
    Kept(kept): Kept<Vec<(String, String)>>,
) -> Reply {
    let kept = kept.map(ClassFields::from_pairs).map(|fields| (fields.get("version").parse().ok(), fields));
    let (frame, view) = framed(&context, &ctx, classes::draft_page(&ctx, &name(&class)?, kept)).await?;
    ok(pages::class::draft::page(frame, view))
}

/// Saves; or adds or removes a row and shows the form again, with nothing saved.
pub async fn save(
    ctx: Ctx,
    context: RequestContext,
    Path(class): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Reply {
    let class: ClassName = name(&class)?;
    let mut fields = ClassFields::from_pairs(pairs);
    let version = fields.get("version").parse().ok();
    ctx.allow(domain::Action::SetUp)?;
    if fields.get("add") == "size" || !fields.get("remove").is_empty() {
        match fields.get("remove").parse() {
            Ok(place) => fields.remove_size(place),
            Err(_) => fields.add_size(),
        }
        let view = classes::draft_page(&ctx, &class, Some((version, fields))).await?;
        return ok(pages::class::draft::page(frame(&context, &ctx).await?, view));
    }
    let saved = match fields.read() {
        Ok(spec) => classes::save(&ctx, &class, version, &spec).await,
        Err(refusal) => Err(refusal.into()),
    };
    let refusal = match saved {
        Ok(_) if fields.get("then") == "preview" => return see(&format!("/admin/classes/{class}/preview")),
        Ok(_) => return see_done(&format!("/admin/classes/{class}"), format!("The draft of {class} is saved.")),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    let mut view = classes::draft_page(&ctx, &class, Some((version, fields))).await?;
    view.errors = refusal.fields();
    view.refusal = view.errors.is_empty().then(|| refusal.to_string());
    let status = if view.errors.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, refused_as(refusal.code()), Html(pages::class::draft::page(frame(&context, &ctx).await?, view)))
        .into_response())
}

pub async fn preview(ctx: Ctx, context: RequestContext, Path(class): Path<String>) -> Reply {
    let (frame, view) = framed(&context, &ctx, classes::preview(&ctx, &name(&class)?)).await?;
    ok(pages::class::preview::page(frame, view, Again::default()))
}

#[derive(Debug, Deserialize)]
pub struct PublishFields {
    /// Of the draft that was looked at.
    version: i32,
    #[serde(default)]
    note: String,
}

pub async fn publish(
    ctx: Ctx,
    context: RequestContext,
    Path(class): Path<String>,
    Form(fields): Form<PublishFields>,
) -> Reply {
    let class: ClassName = name(&class)?;
    let published = match note(&fields.note) {
        Ok(note) => classes::publish(&ctx, &class, fields.version, note.as_ref()).await,
        Err(refusal) => Err(refusal.into()),
    };
    match published {
        Ok(version) => {
            see_done(&format!("/admin/classes/{class}"), format!("Version {version} of {class} is published."))
        }
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let view = classes::preview(&ctx, &class).await?;
            let typed = Again::of(&refusal, vec![("note", fields.note)]);
            again(&refusal, pages::class::preview::page(frame(&context, &ctx).await?, view, typed))
        }
        Err(error) => Err(error),
    }
}

fn note(text: &str) -> Result<Option<Comment>, FieldErrors> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|errors: FieldErrors| errors.at("note")),
    }
}

pub async fn discard(ctx: Ctx, Path(class): Path<String>) -> Reply {
    let class: ClassName = name(&class)?;
    classes::discard(&ctx, &class).await?;
    let did = format!("The draft of {class} is thrown away.");
    match views::classes::get(&ctx, &class).await {
        // It was the draft of a first version: nothing is left to see.
        Err(Error::NotFound) => see_done("/admin/classes", did),
        Ok(_) | Err(_) => see_done(&format!("/admin/classes/{class}"), did),
    }
}

#[derive(Debug, Deserialize)]
pub struct RetireFields {
    #[serde(default)]
    reason: String,
}

pub async fn retire(
    ctx: Ctx,
    context: RequestContext,
    Path(class): Path<String>,
    Form(fields): Form<RetireFields>,
) -> Reply {
    let class: ClassName = name(&class)?;
    ctx.allow(domain::Action::SetUp)?;
    let retired = match fields.reason.trim().parse() {
        Ok(reason) => classes::retire(&ctx, &class, &reason).await,
        Err(errors) => Err(errors.at("reason").into()),
    };
    let done = retired.map(|()| format!("{class} is retired: no new requests."));
    answer(ctx, context, &class, vec![("reason", fields.reason)], done).await
}

pub async fn restore(ctx: Ctx, context: RequestContext, Path(class): Path<String>) -> Reply {
    let class: ClassName = name(&class)?;
    let restored = classes::restore(&ctx, &class).await;
    let done = restored.map(|()| format!("{class} is restored: teams can request it."));
    answer(ctx, context, &class, Vec::new(), done).await
}

/// Back to the class; when it was refused, with the reason, and the form as it was typed.
async fn answer(
    ctx: Ctx,
    context: RequestContext,
    class: &ClassName,
    typed: Vec<(&'static str, String)>,
    done: Result<String>,
) -> Reply {
    let refusal = match done {
        Ok(did) => return see_done(&format!("/admin/classes/{class}"), did),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    let (frame, view) = framed(&context, &ctx, views::classes::get(&ctx, class)).await?;
    again(&refusal, pages::class::page(frame, view, Again::of(&refusal, typed)))
}

pub async fn move_view(ctx: Ctx, context: RequestContext, Path(class): Path<String>) -> Reply {
    let (frame, view) = framed(&context, &ctx, classes::move_view(&ctx, &name(&class)?)).await?;
    ok(pages::class::follow::page(frame, view))
}

/// `to`, and `namespace` as often as one is chosen.
pub async fn follow(
    ctx: Ctx,
    context: RequestContext,
    Path(class): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Reply {
    let class: ClassName = name(&class)?;
    let to = pairs.iter().find(|(field, _)| field == "to").and_then(|(_, text)| text.parse().ok()).unwrap_or(0);
    let chosen = pairs.iter().filter(|(field, _)| field == "namespace").map(|(_, text)| text.parse().map(NamespaceId));
    let chosen: Vec<_> = chosen.collect::<Result<_, _>>().map_err(|_| Error::NotFound)?;
    match classes::follow(&ctx, &class, to, &chosen).await {
        Ok(moved) => {
            let says = match moved {
                1 => format!("1 namespace is to have version {to}. Its page says from when its cluster has it."),
                n => format!(
                    "{n} namespaces are to have version {to}. Their pages say from when their clusters have it."
                ),
            };
            see_done(&format!("/admin/classes/{class}"), says)
        }
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let mut view = classes::move_view(&ctx, &class).await?;
            view.refusal = Some(refusal.to_string());
            let page = pages::class::follow::page(frame(&context, &ctx).await?, view);
            Ok((StatusCode::CONFLICT, refused_as(refusal.code()), Html(page)).into_response())
        }
        Err(error) => Err(error),
    }
}
