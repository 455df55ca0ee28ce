//! Sources of charts, for those who curate.

use super::namespaces::errors;
use super::{Reply, again, frame, framed, ok, see_done};
use crate::app::catalog::{self, NewCredentials};
use crate::app::views::catalog as views;
use crate::app::{Ctx, Error, PAGE, Result};
use crate::web::extract::{Paging, Path, name};
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use domain::Refusal;
use domain::catalog::SourceAuth;
use domain::field_error::FieldErrors;
use domain::form::SourceFields;
use domain::name::{EntryName, SourceName};
use domain::page::PageKind;
use frontend::{Again, pages};
use secrecy::SecretString;
use serde::Deserialize;

pub async fn list(ctx: Ctx, context: RequestContext, Query(paging): Query<Paging>) -> Reply {
    let after = paging.after.as_deref();
    let (frame, view) = framed(&context, &ctx, views::sources(&ctx, after, PAGE)).await?;
    ok(pages::sources::page(frame, view, after.is_none()))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(source): Path<String>) -> Reply {
    let source: SourceName = name(&source)?;
    let (frame, view) = framed(&context, &ctx, views::source(&ctx, &source)).await?;
    ok(pages::sources::source::page(frame, view, Again::default()))
}

pub async fn new(ctx: Ctx, context: RequestContext) -> Reply {
    ctx.allow(domain::Action::SetUp)?;
    ok(pages::sources::edit::new(frame(&context, &ctx).await?, SourceFields::default(), Vec::new()))
}

/// Saved, it is looked at: whoever typed the address reads at once whether it is right.
pub async fn add(ctx: Ctx, context: RequestContext, Form(fields): Form<SourceFields>) -> Reply {
    match try_add(&ctx, &fields).await {
        Ok(source) => looked_at(&ctx, &source, format!("You have connected {source}.")).await,
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let frame = frame(&context, &ctx).await?;
            super::refused(pages::sources::edit::new(frame, fields, errors(&refusal)))
        }
        Err(error) => Err(error),
    }
}

async fn try_add(ctx: &Ctx, fields: &SourceFields) -> Result<SourceName> {
    let mut wrong = FieldErrors::default();
    let source = wrong.parse_at::<SourceName>("name", &fields.name);
    let spec = wrong.keep(fields.read(None));
    wrong.finish()?;
    let (Some(source), Some(spec)) = (source, spec) else { return Err(Error::NotFound) };
    catalog::add_source(ctx, &source, &spec, credentials(fields)?).await?;
    Ok(source)
}

pub async fn edit(ctx: Ctx, context: RequestContext, Path(source): Path<String>) -> Reply {
    ctx.allow(domain::Action::SetUp)?;
    let source: SourceName = name(&source)?;
    let (frame, view) = framed(&context, &ctx, views::source(&ctx, &source)).await?;
    let fields = SourceFields::of(source.as_str(), view.version, &view.spec, view.auth);
    ok(pages::sources::edit::page(frame, &source, fields, Vec::new(), None))
}

pub async fn change(
    ctx: Ctx,
    context: RequestContext,
    Path(source): Path<String>,
    Form(fields): Form<SourceFields>,
) -> Reply {
    let source: SourceName = name(&source)?;
    let refusal = match try_change(&ctx, &source, &fields).await {
        Ok(()) => return looked_at(&ctx, &source, format!("{source} is saved.")).await,
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    let errors = refusal.fields();
    let why = errors.is_empty().then(|| refusal.to_string());
    let html = pages::sources::edit::page(frame(&context, &ctx).await?, &source, fields, errors, why);
    again(&refusal, html)
}

async fn try_change(ctx: &Ctx, source: &SourceName, fields: &SourceFields) -> Result<()> {
    ctx.allow(domain::Action::SetUp)?;
    let before = views::source(ctx, source).await?;
    let spec = fields.read(Some(&before.spec))?;
    let read = fields.version.parse().map_err(|_| Refusal::invalid("version", "is missing"))?;
    catalog::change_source(ctx, source, read, &spec, credentials(fields)?).await
}

fn credentials(fields: &SourceFields) -> Result<NewCredentials, Refusal> {
    let secret = || SecretString::from(fields.secret.as_str());
    Ok(match SourceAuth::find(&fields.auth) {
        Some(SourceAuth::Anonymous) => NewCredentials::Anonymous,
        Some(SourceAuth::Basic) => NewCredentials::Basic { user: fields.user.clone(), password: secret() },
        Some(SourceAuth::Bearer) => NewCredentials::Bearer(secret()),
        None if fields.auth == SourceFields::KEEP && fields.secret.is_empty() => NewCredentials::Keep,
        None if fields.auth == SourceFields::KEEP => {
            return Err(Refusal::invalid(
                "auth",
                "leaves credentials as before: choose how to sign in with the new one",
            ));
        }
        None => return Err(Refusal::invalid("auth", "is missing")),
    })
}

async fn looked_at(ctx: &Ctx, source: &SourceName, word: String) -> Reply {
    let seen = catalog::check_source(ctx, source).await?;
    let word = if seen.is_ok() { word } else { format!("{word} Something is wrong with it: see below.") };
    see_done(&PageKind::Source.filled(&[source.as_str()]), word)
}

pub async fn check(ctx: Ctx, Path(source): Path<String>) -> Reply {
    looked_at(&ctx, &name(&source)?, "It was asked just now.".into()).await
}

pub async fn remove(ctx: Ctx, context: RequestContext, Path(source): Path<String>) -> Reply {
    let source: SourceName = name(&source)?;
    match catalog::remove_source(&ctx, &source).await {
        Ok(()) => see_done(PageKind::Sources.path(), format!("{source} is removed.")),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, view) = framed(&context, &ctx, views::source(&ctx, &source)).await?;
            again(&refusal, pages::sources::source::page(frame, view, Again::of(&refusal, Vec::new())))
        }
        Err(error) => Err(error),
    }
}

/// Asks an entry's source which versions it has.
pub async fn ask(ctx: Ctx, context: RequestContext, Path(entry): Path<String>) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done = catalog::refresh(&ctx, &entry).await;
    super::curation::entry_again(&ctx, &context, &entry, done, vec![], "Its source is being asked.".into()).await
}

#[derive(Debug, Deserialize)]
pub struct VersionFields {
    #[serde(default)]
    version: String,
}

/// Takes in a version that an entry's source has; its page follows what is done.
pub async fn take_in(
    ctx: Ctx,
    context: RequestContext,
    Path(entry): Path<String>,
    Form(fields): Form<VersionFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    match catalog::take_in(&ctx, &entry, fields.version.trim()).await {
        Ok(id) => see_done(&format!("/admin/catalog/{entry}/ingests/{id}"), "It is being taken in."),
        Err(error) => {
            let typed = vec![("version", fields.version)];
            super::curation::entry_again(&ctx, &context, &entry, Err(error), typed, String::new()).await
        }
    }
}
